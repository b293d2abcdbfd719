import NIOConcurrencyHelpers

/// Keeps tasks waiting until it is opened.
final class Latch: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = NIOLockedValueBox(State())

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLockedValue { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLockedValue { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// What did not happen within its bound.
struct TimedOut: Error, CustomStringConvertible {
    let description: String
}

/// Looks again and again until a condition holds, for 30 seconds at the most.
///
/// - Throws: `TimedOut`; what `condition` throws.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(30)
    while try await !condition() {
        guard ContinuousClock.now < end else { throw TimedOut(description: what) }
        try await Task.sleep(for: .milliseconds(5))
    }
}
