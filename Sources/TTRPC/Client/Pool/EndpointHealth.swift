package import NIOCore

/// Whether an address does its part: ejected for a time after failures in a row. Pure.
///
/// - Source: Envoy, "Outlier detection", consecutive errors; the ejection's time grows with each.
package struct EndpointHealth: Equatable, Sendable {
    /// Failures in a row after which an address should be ejected.
    package let maxFailures: Int
    /// How long the first ejection lasts.
    package let baseTime: TimeAmount
    /// How long one lasts at the most.
    package let maxTime: TimeAmount
    /// Failures since the last answer.
    package private(set) var failures = 0
    /// When an ejected address is tried again; nil when it is not ejected.
    package private(set) var ejectedUntil: NIODeadline?
    private var ejections: Int64 = 0
    private var lastReturn: NIODeadline?

    /// - Parameters:
    ///   - maxFailures: failures in a row to eject; 1 or more.
    ///   - baseTime: how long the first ejection lasts; the n-th lasts n times as long.
    ///   - maxTime: how long one lasts at the most. An address that has served as long without
    ///     another begins anew.
    package init(maxFailures: Int, baseTime: TimeAmount, maxTime: TimeAmount) {
        precondition(maxFailures >= 1 && baseTime > .zero && maxTime >= baseTime, "ranges")
        self.maxFailures = maxFailures
        self.baseTime = baseTime
        self.maxTime = maxTime
    }

    package var isEjected: Bool { ejectedUntil != nil }

    /// The address answered.
    package mutating func answered() {
        failures = 0
    }

    /// The address failed.
    ///
    /// - Returns: whether it should be ejected now.
    package mutating func failed() -> Bool {
        if failures < maxFailures { failures += 1 }
        return failures >= maxFailures && !isEjected
    }

    /// Ejects it.
    package mutating func eject(_ now: NIODeadline) {
        if let lastReturn, now - lastReturn >= maxTime { ejections = 0 }
        ejections += 1
        let time = baseTime * Int(min(ejections, maxTime.nanoseconds / baseTime.nanoseconds + 1))
        ejectedUntil = now + min(time, maxTime)
    }

    /// Takes it back when its time is over. On probation: until it has answered, one more failure
    /// ejects it again.
    ///
    /// - Returns: whether it was taken back.
    package mutating func returned(_ now: NIODeadline) -> Bool {
        guard let ejectedUntil, now >= ejectedUntil else { return false }
        self.ejectedUntil = nil
        lastReturn = now
        failures = maxFailures - 1
        return true
    }
}
