package import NIOCore

/// How long to pause after each failure in a row: exponential, with full jitter. Pure.
///
/// - Source: AWS Architecture Blog, "Exponential Backoff And Jitter": a pause uniform over
///   0 ... min(cap, base × 2^n) spreads the clients that failed together best.
package struct Backoff: Equatable, Sendable {
    /// The longest pause after the first failure, in nanoseconds; 1 or more.
    package let baseNanoseconds: Int64
    /// The longest pause of all, in nanoseconds; `baseNanoseconds` or more.
    package let capNanoseconds: Int64
    /// Failures since the last success.
    package private(set) var failures = 0

    /// - Parameters:
    ///   - base: the longest pause after the first failure.
    ///   - cap: the longest pause of all.
    package init(base: TimeAmount, cap: TimeAmount) {
        precondition(base > .zero && cap >= base, "0 < base <= cap")
        baseNanoseconds = base.nanoseconds
        capNanoseconds = cap.nanoseconds
    }

    /// The longest pause that the next failure can cause, in nanoseconds.
    package var ceilingNanoseconds: Int64 {
        guard failures < Int64.bitWidth - 1, baseNanoseconds <= capNanoseconds >> failures
        else { return capNanoseconds }
        return baseNanoseconds << failures
    }

    /// Counts a failure.
    ///
    /// - Parameter random: 64 bits, uniform.
    /// - Returns: how long to pause, zero to `ceilingNanoseconds` as it was before.
    package mutating func failed(random: UInt64) -> TimeAmount {
        let ceiling = UInt64(ceilingNanoseconds)
        if failures < Int.max { failures += 1 }
        return .nanoseconds(Int64((ceiling + 1).multipliedFullWidth(by: random).high))
    }

    /// Begins anew.
    package mutating func succeeded() {
        failures = 0
    }
}
