/// Random numbers: the system's, or in a simulation those of a seed.
package struct RandomSource: RandomNumberGenerator, Sendable {
    private let draw: @Sendable () -> UInt64

    /// - Parameter draw: answers with 64 fresh random bits.
    package init(_ draw: @escaping @Sendable () -> UInt64) {
        self.draw = draw
    }

    /// The system's generator, which nobody can predict.
    package static let system = RandomSource {
        var random = SystemRandomNumberGenerator()
        return random.next()
    }

    package func next() -> UInt64 { draw() }
}
