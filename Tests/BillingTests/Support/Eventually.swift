import Foundation
import Testing

/// What did not happen within its bound.
struct TimedOut: Error, CustomStringConvertible {
    let description: String
}

/// How long a test waits at the most for what must happen, in seconds: ten times as long with a
/// sanitizer, by REMIT_PATIENCE.
let waitSeconds = 30 * patienceFactor
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
        guard ContinuousClock.now < end else {
            throw TimedOut(description: "\(what) did not happen within \(waitSeconds) seconds")
        }
        try await Task.sleep(for: .milliseconds(2))
    }
}
