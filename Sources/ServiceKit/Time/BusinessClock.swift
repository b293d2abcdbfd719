import Glibc

/// The clock of business: due dates, pendings, expiries, horizons. Order never comes from it.
package struct BusinessClock: Sendable {
    private let read: @Sendable () -> Int64

    /// - Parameter milliseconds: answers with milliseconds since 1970-01-01T00:00:00Z.
    package init(milliseconds: @escaping @Sendable () -> Int64) {
        read = milliseconds
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    package var milliseconds: Int64 { read() }

    /// The system's clock.
    package static let system = BusinessClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
