import NIOConcurrencyHelpers
import ServiceKit

/// A clock that stands still until a test moves it.
final class TestClock: Sendable {
    /// 2025-06-15T15:06:40Z.
    static let start: Int64 = 1_750_000_000_000

    private let now = NIOLockedValueBox(TestClock.start)

    var clock: BusinessClock {
        BusinessClock { self.now.withLockedValue { $0 } }
    }

    func advance(milliseconds: Int64) {
        now.withLockedValue { $0 += milliseconds }
    }
}
