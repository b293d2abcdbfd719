import Foundation
import NIOCore
import Testing

/// How often a condition is looked at.
private let pollInterval = Duration.milliseconds(2)

/// How long a test waits at the most for what must happen, in seconds: ten times as long with a
/// sanitizer, by REMIT_PATIENCE.
let waitSeconds = 20 * patienceFactor
let waitBound = Duration.seconds(waitSeconds)
/// How long a connection may take to be made, and a frame to come when a test has no other bound.
let connectBound = TimeAmount.seconds(10 * patienceFactor)
/// How long a frame may take that a test sends as fast as it can.
let frameBound = TimeAmount.seconds(3 * patienceFactor)
/// How long a test may take.
let testBound = TimeLimitTrait.Duration.minutes(5 * patienceFactor)

private let patienceFactor =
    ProcessInfo.processInfo.environment["REMIT_PATIENCE"].flatMap { Int64($0) } ?? 1

/// The seeds of random histories: a tenth of them with a sanitizer, which takes ten times as long.
func seeds(_ count: Int) -> ClosedRange<Int> {
    1...max(1, count / Int(patienceFactor))
}

/// What did not happen within its bound.
struct TimedOut: Error, CustomStringConvertible {
    let description: String
}

/// Looks again and again until `body` gives a value.
///
/// - Parameters:
///   - what: what is waited for, for the error.
///   - bound: how long at the most.
///   - body: nil while it has not happened.
/// - Throws: `TimedOut`; what `body` throws.
func eventually<Value>(
    _ what: String,
    within bound: Duration = waitBound,
    _ body: () async throws -> Value?
) async throws -> Value {
    let end = ContinuousClock.now + bound
    while true {
        if let value = try await body() { return value }
        guard ContinuousClock.now < end else {
            throw TimedOut(description: "\(what) did not happen within \(bound)")
        }
        try await Task.sleep(for: pollInterval)
    }
}

/// Waits until a condition holds.
///
/// - Throws: `TimedOut`.
func eventually(_ what: String, _ condition: () -> Bool) async throws {
    let _: Bool = try await eventually(what) { condition() ? true : nil }
}

/// Looks until a number stays the same for a while.
///
/// - Returns: that number.
/// - Throws: `TimedOut`.
func settled(_ number: () -> Int) async throws -> Int {
    var last = (value: -1, looks: 0)
    return try await eventually("a number that stays") {
        let now = number()
        last = now == last.value ? (now, last.looks + 1) : (now, 0)
        return last.looks > 100 ? now : nil
    }
}
