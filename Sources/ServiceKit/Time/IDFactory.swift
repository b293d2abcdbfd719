package import Payments
import Synchronization

/// Makes identifiers: rising with time, random in the rest.
package final class IDFactory: Sendable {
    private let generator = Mutex(IDGenerator())
    private let clock: BusinessClock

    /// - Parameter clock: whose time the identifiers carry.
    package init(clock: BusinessClock) {
        self.clock = clock
    }

    /// A new identifier, higher than all before of this factory.
    package func next<ID: EntityID>(_ type: ID.Type = ID.self) -> ID {
        let milliseconds = UInt64(max(0, clock.milliseconds))
        return generator.withLock { generator in
            var random = SystemRandomNumberGenerator()
            return ID(
                generator.next(
                    milliseconds: milliseconds,
                    random: (
                        UInt16.random(in: .min ... .max, using: &random),
                        UInt64.random(in: .min ... .max, using: &random)
                    )
                )
            )
        }
    }
}
