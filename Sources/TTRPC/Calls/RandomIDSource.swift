import Synchronization

/// Names that nobody else has: random, from any thread, without a system call each. They are no
/// secrets.
///
/// - Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014): a
///   counter from a random start, mixed.
package final class RandomIDSource: Sendable {
    private let state: Atomic<UInt64>

    /// - Parameter seed: where it starts.
    package init(seed: UInt64 = .random(in: 0 ... .max)) {
        state = Atomic(seed)
    }

    /// 64 bits.
    package func next() -> UInt64 {
        var mixed = state.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// 64 bits that are not all zero.
    package func nextNonZero() -> UInt64 {
        max(1, next())
    }
}
