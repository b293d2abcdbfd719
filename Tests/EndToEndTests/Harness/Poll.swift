import Foundation

/// How often a condition is looked at.
private let pollInterval = Duration.milliseconds(10)

/// How much longer than usual every wait may take: 10 with a sanitizer, by REMIT_PATIENCE.
let patienceFactor =
    ProcessInfo.processInfo.environment["REMIT_PATIENCE"].flatMap { Int($0) } ?? 1

/// What did not happen within its bound.
struct TimedOut: Error, CustomStringConvertible {
    let description: String
}

/// Looks again and again until `body` gives a value.
///
/// - Parameters:
///   - what: what is waited for, for the error.
///   - bound: how long at the most, without the factor of patience.
///   - body: nil while it has not happened.
/// - Throws: `TimedOut`; what `body` throws.
func eventually<Value>(
    _ what: String,
    within bound: Duration,
    _ body: () async throws -> Value?
) async throws -> Value {
    let bound = bound * patienceFactor
    let end = ContinuousClock.now + bound
    while true {
        if let value = try await body() { return value }
        guard ContinuousClock.now < end else {
            throw TimedOut(description: "\(what) did not happen within \(bound)")
        }
        try await Task.sleep(for: pollInterval)
    }
}
