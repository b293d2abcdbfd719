import NIOConcurrencyHelpers
import ServiceKit

/// A business clock that stands still until it is moved.
final class TestClock: Sendable {
    /// 2026-01-01T00:00:00Z.
    static let start: Int64 = 1_767_225_600_000

    private let now: NIOLockedValueBox<Int64>

    init(_ milliseconds: Int64 = TestClock.start) {
        now = NIOLockedValueBox(milliseconds)
    }

    var milliseconds: Int64 { now.withLockedValue { $0 } }

    var business: BusinessClock {
        BusinessClock { self.milliseconds }
    }

    func advance(milliseconds: Int64) {
        now.withLockedValue { $0 += milliseconds }
    }

    func advance(days: Int64) {
        advance(milliseconds: days * 24 * 3600 * 1000)
    }
}
