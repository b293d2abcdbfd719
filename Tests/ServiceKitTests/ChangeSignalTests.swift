import NIOConcurrencyHelpers
import ServiceKit
import Testing

@Suite("A signal of changes", .timeLimit(.minutes(2)))
struct ChangeSignalTests {
    @Test("a change before the waiting is not missed, and one that is known is not told")
    func before() async {
        let signal = ChangeSignal()
        #expect(signal.version == 0)
        signal.bump()
        signal.bump()
        #expect(await signal.wait(after: 0) == .changed(2))
        #expect(await signal.wait(after: 1) == .changed(2))
        let waiting = Task { await signal.wait(after: 2) }
        await signal.untilWaited(by: 1)
        signal.bump()
        #expect(await waiting.value == .changed(3))
        #expect(signal.waiterCount == 0)
    }

    @Test("everyone who waits is told of one change")
    func everyone() async {
        let signal = ChangeSignal()
        let tasks = (0..<50).map { _ in Task { await signal.wait(after: 0) } }
        await signal.untilWaited(by: 50)
        signal.bump()
        for task in tasks { #expect(await task.value == .changed(1)) }
    }

    @Test("the end wakes everyone, now and later, and there are no changes after it")
    func close() async {
        let signal = ChangeSignal()
        let tasks = (0..<5).map { _ in Task { await signal.wait(after: 0) } }
        await signal.untilWaited(by: 5)
        signal.close()
        for task in tasks { #expect(await task.value == .closed) }
        signal.bump()
        signal.close()
        #expect(signal.version == 0 && signal.isClosed)
        #expect(await signal.wait(after: 0) == .closed)
        #expect(await Task { await signal.wait(after: 9) }.value == .closed)
    }

    @Test("a cancellation ends one waiting and no other, before it and within it")
    func cancellation() async {
        let signal = ChangeSignal()
        let other = Task { await signal.wait(after: 0) }
        let waiting = Task { await signal.wait(after: 0) }
        await signal.untilWaited(by: 2)
        waiting.cancel()
        #expect(await waiting.value == .cancelled)
        let late = Task {
            while !Task.isCancelled { await Task.yield() }
            return await signal.wait(after: 0)
        }
        late.cancel()
        #expect(await late.value == .cancelled)
        #expect(signal.waiterCount == 1)
        signal.bump()
        #expect(await other.value == .changed(1))
    }

    @Test(
        "readers see every number in the end, whatever the order",
        arguments: 1...20 as ClosedRange<UInt64>
    )
    func history(seed: UInt64) async {
        let signal = ChangeSignal()
        let written = NIOLockedValueBox(0)
        var random = SplitMix64(seed: seed)
        let last = Int.random(in: 1...200, using: &random)
        let readers = (0..<8).map { index in
            Task {
                var random = SplitMix64(seed: seed &* 1000 &+ UInt64(index))
                var seen: [Int] = []
                while seen.last != last {
                    let version = signal.version
                    let value = written.withLockedValue { $0 }
                    if value != seen.last { seen.append(value) }
                    if value == last { break }
                    if Bool.random(using: &random) { await Task.yield() }
                    guard case .changed(let next) = await signal.wait(after: version) else {
                        return seen + [-1]
                    }
                    #expect(next > version)
                }
                return seen
            }
        }
        let quitters = (0..<4).map { _ in Task { await signal.untilEnded() } }
        for value in 1...last {
            written.withLockedValue { $0 = value }
            signal.bump()
            if Int.random(in: 0..<3, using: &random) == 0 { await Task.yield() }
            if value % 50 == 0 { quitters[value / 50 - 1].cancel() }
        }
        for reader in readers {
            let seen = await reader.value
            #expect(seen.last == last)
            #expect(seen == seen.sorted(), "numbers go back")
        }
        signal.close()
        for quitter in quitters {
            let wake = await quitter.value
            #expect(wake == .closed || wake == .cancelled)
        }
        #expect(signal.waiterCount == 0)
    }
}

extension ChangeSignal {
    /// Waits on through all changes.
    func untilEnded() async -> Wake {
        while true {
            let wake = await wait(after: version)
            guard case .changed = wake else { return wake }
        }
    }

    /// Waits until so many tasks wait.
    func untilWaited(by count: Int) async {
        while waiterCount < count { await Task.yield() }
    }
}

/// Numbers that look random and are the same for the same seed.
///
/// - Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
