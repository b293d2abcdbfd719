import NIOConcurrencyHelpers
import Payments
import Testing

@testable import Gateway

@Suite("Turns of recovery", .timeLimit(testBound))
struct RecoveryTurnTests {
    private struct Failed: Error {}

    /// How many rounds run, the most that ran at once, and how many there were.
    private final class Gauge: Sendable {
        struct Counts { var running = 0, most = 0, all = 0 }

        private let counts = NIOLockedValueBox(Counts())

        var now: Counts { counts.withLockedValue { $0 } }

        func begin() {
            counts.withLockedValue { counts in
                counts.running += 1
                counts.all += 1
                counts.most = max(counts.most, counts.running)
            }
        }

        func end() {
            counts.withLockedValue { $0.running -= 1 }
        }
    }

    @Test("Rounds run one at a time, whatever becomes of each")
    func oneAtATime() async throws {
        let turn = RecoveryTurn()
        let gauge = Gauge()
        await withTaskGroup { group in
            for number in 0..<200 {
                group.addTask {
                    try? await turn.take {
                        gauge.begin()
                        await Task.yield()
                        gauge.end()
                        if number % 3 == 0 { throw Failed() }
                    }
                }
            }
        }
        #expect(gauge.now.most == 1)
        #expect(gauge.now.all == 200)
    }

    @Test("A round answers with what it came to, or throws what it threw")
    func results() async throws {
        let turn = RecoveryTurn()
        #expect(try await turn.take { 7 } == 7)
        await #expect(throws: Failed.self) { try await turn.take { throw Failed() } }
        #expect(try await turn.take { 8 } == 8)
    }

    @Test("Unanswered inquiries are counted for each key, until it is settled")
    func unanswered() {
        let turn = RecoveryTurn()
        let keys = (0..<2).map { number in
            OperationKey(tenant: number, attempt: AttemptID(ULID(high: 0, low: 1)))
        }
        #expect(turn.noteUnanswered(keys[0]) == 1)
        #expect(turn.noteUnanswered(keys[0]) == 2)
        #expect(turn.noteUnanswered(keys[1]) == 1)
        turn.forget(keys[0])
        #expect(turn.noteUnanswered(keys[0]) == 1)
        #expect(turn.noteUnanswered(keys[1]) == 2)
    }
}
