import Foundation
import NIOConcurrencyHelpers
import Testing

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

/// How long a test waits at the most for what must happen, in seconds: ten times as long with a
/// sanitizer, by REMIT_PATIENCE.
private let waitSeconds = 30 * patienceFactor
/// How long a test may take.
let testBound = TimeLimitTrait.Duration.minutes(5 * patienceFactor)

private let patienceFactor =
    ProcessInfo.processInfo.environment["REMIT_PATIENCE"].flatMap { Int64($0) } ?? 1

/// Looks again and again until a condition holds, for `waitSeconds` at the most.
///
/// - Throws: `TimedOut`; what `condition` throws.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(waitSeconds)
    while try await !condition() {
        guard ContinuousClock.now < end else { throw TimedOut(description: what) }
        try await Task.sleep(for: .milliseconds(5))
    }
}
