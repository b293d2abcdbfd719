import NIOConcurrencyHelpers
package import Payments

/// Makes identifiers: rising with time, random in the rest.
package final class IDFactory: Sendable {
    private let generator = NIOLockedValueBox(IDGenerator())
    private let clock: BusinessClock
    private let random: RandomSource

    /// - Parameters:
    ///   - clock: whose time the identifiers carry.
    ///   - random: of the rest.
    package init(clock: BusinessClock, random: RandomSource = .system) {
        self.clock = clock
        self.random = random
    }

    /// A new identifier, higher than all before of this factory.
    package func next<ID: EntityID>(_ type: ID.Type = ID.self) -> ID {
        let milliseconds = UInt64(max(0, clock.milliseconds))
        var random = random
        let chance = (
            UInt16.random(in: .min ... .max, using: &random),
            UInt64.random(in: .min ... .max, using: &random)
        )
        return generator.withLockedValue { generator in
            ID(generator.next(milliseconds: milliseconds, random: chance))
        }
    }
}
