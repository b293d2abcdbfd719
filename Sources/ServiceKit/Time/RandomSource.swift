import Glibc
import NIOConcurrencyHelpers

/// Random numbers: the system's, or in a simulation those of a seed.
package struct RandomSource: RandomNumberGenerator, Sendable {
    private let draw: @Sendable () -> UInt64

    /// - Parameter draw: answers with 64 fresh random bits.
    package init(_ draw: @escaping @Sendable () -> UInt64) {
        self.draw = draw
    }

    /// The system's generator, which nobody can predict.
    package static let system: RandomSource = {
        let pool = NIOLockedValueBox(EntropyPool())
        return RandomSource { pool.withLockedValue { $0.next() } }
    }()

    package func next() -> UInt64 { draw() }
}

/// Bits of the kernel's generator, fetched many at a time: a payment's identifiers would else cost
/// a dozen system calls. No bits are given out twice, and those given out are forgotten.
private struct EntropyPool {
    /// 256 bytes, as many as one call gives.
    ///
    /// - Source: getentropy(3), "Description".
    private var words = [UInt64](repeating: 0, count: 32)
    private var used = 32

    mutating func next() -> UInt64 {
        if used == words.count { refill() }
        defer {
            words[used] = 0
            used += 1
        }
        return words[used]
    }

    private mutating func refill() {
        words.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress, getentropy(start, bytes.count) == 0 else {
                preconditionFailure("the system gives no random numbers")
            }
        }
        used = 0
    }
}
