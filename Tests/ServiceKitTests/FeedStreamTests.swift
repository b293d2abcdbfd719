import NIOConcurrencyHelpers
import ServiceKit
import TTRPC
import Testing

@Suite("A stream of a feed", .timeLimit(.minutes(2)))
struct FeedStreamTests {
    /// What was sent: each message with the numbers in it.
    private final class Sent: Sendable {
        private let messages = NIOLockedValueBox<[[Int64]]>([])

        var all: [[Int64]] { messages.withLockedValue { $0 } }

        func add(_ numbers: [Int64]) {
            messages.withLockedValue { $0.append(numbers) }
        }

        func until(_ isEnough: ([[Int64]]) -> Bool) async {
            while !isEnough(all) { await Task.yield() }
        }
    }

    /// Streams the numbers up to a head, two at a time.
    private func stream(
        _ changes: ChangeSignal,
        _ head: NIOLockedValueBox<Int64>,
        after: Int64,
        _ sent: Sent
    ) -> Task<RPCError?, Never> {
        Task {
            let feed = FeedStream(changes, coalescingMilliseconds: 1, scheduler: .system)
            do throws(RPCError) {
                try await feed.run(after: after) { (after, mustSend) async throws(RPCError) in
                    let last = head.withLockedValue { $0 }
                    let numbers = last > after ? Array((after + 1...last).prefix(2)) : []
                    if mustSend || !numbers.isEmpty { sent.add(numbers) }
                    // A peer that reads.
                    await Task.yield()
                    return FeedStream.Reading(
                        lastSequence: numbers.last ?? after,
                        isFull: numbers.count == 2
                    )
                }
                return nil
            } catch {
                return error
            }
        }
    }

    @Test("the first message comes at once, though it is empty; then what is added, once each")
    func follows() async {
        let (changes, head, sent) = (ChangeSignal(), NIOLockedValueBox<Int64>(3), Sent())
        let task = stream(changes, head, after: 3, sent)
        await sent.until { $0 == [[]] }
        // A commit without an event sends nothing.
        changes.bump()
        head.withLockedValue { $0 = 8 }
        changes.bump()
        await sent.until { $0.joined().count == 5 }
        #expect(Array(sent.all.joined()) == [4, 5, 6, 7, 8])
        #expect(sent.all.allSatisfy { $0.count <= 2 })
        #expect(sent.all.dropFirst().allSatisfy { !$0.isEmpty })
        changes.close()
        #expect(await task.value == .draining)
    }

    @Test("when streams must end it ends, in the midst of a backlog too, and none begins")
    func ends() async {
        let (changes, head, sent) = (ChangeSignal(), NIOLockedValueBox<Int64>(.max - 1), Sent())
        let task = stream(changes, head, after: 0, sent)
        await sent.until { $0.count > 2 }
        changes.close()
        #expect(await task.value == .draining)
        let late = Sent()
        #expect(await stream(changes, head, after: 0, late).value == .draining)
        #expect(late.all.isEmpty)
    }

    @Test("a caller that gives up ends it")
    func givesUp() async {
        let (changes, head, sent) = (ChangeSignal(), NIOLockedValueBox<Int64>(0), Sent())
        let task = stream(changes, head, after: 0, sent)
        await sent.until { $0 == [[]] }
        task.cancel()
        #expect(await task.value?.code == .cancelled)
        #expect(changes.waiterCount == 0)
    }
}
