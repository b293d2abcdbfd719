/// A 128-bit identifier that sorts by the time it was made: 48 bits of milliseconds, 80 of chance.
///
/// - Source: the ULID specification (canonical encoding, Crockford's base 32, 26 characters).
package struct ULID: Hashable, Comparable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameters:
    ///   - milliseconds: since 1970-01-01T00:00:00Z; the upper 16 bits are dropped.
    ///   - random: 80 bits of chance.
    package init(milliseconds: UInt64, random: (UInt16, UInt64)) {
        self.init(high: milliseconds << 16 | UInt64(random.0), low: random.1)
    }

    /// Sixteen bytes, big-endian; nil for another count.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            if index < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
        }
        self.init(high: high, low: low)
    }

    /// Twenty-six characters of Crockford's base 32, either case; nil for anything else.
    package init?(text: some StringProtocol) {
        let characters = text.utf8
        guard characters.count == 26 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (index, character) in characters.enumerated() {
            guard let value = ULID.value(of: character), index > 0 || value < 8 else { return nil }
            high = high << 5 | low >> 59
            low = low << 5 | UInt64(value)
        }
        self.init(high: high, low: low)
    }

    /// Sixteen bytes, big-endian.
    package var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
            for index in 0..<8 {
                buffer[index] = UInt8(truncatingIfNeeded: high >> (56 - 8 * UInt64(index)))
                buffer[index + 8] = UInt8(truncatingIfNeeded: low >> (56 - 8 * UInt64(index)))
            }
            count = 16
        }
    }

    /// Twenty-six characters, upper case.
    package var text: String {
        String(unsafeUninitializedCapacity: 26) { buffer in
            var high = high
            var low = low
            for index in stride(from: 25, through: 0, by: -1) {
                buffer[index] = ULID.alphabet[Int(low & 31)]
                low = low >> 5 | high << 59
                high >>= 5
            }
            return 26
        }
    }

    /// When it was made: milliseconds since 1970-01-01T00:00:00Z.
    package var milliseconds: UInt64 { high >> 16 }

    package static func < (left: ULID, right: ULID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    private static func value(of character: UInt8) -> UInt8? {
        let upper = character >= 97 && character <= 122 ? character - 32 : character
        return alphabet.firstIndex(of: upper).map(UInt8.init)
    }
}

/// Makes ULIDs that rise even within a millisecond and when the clock steps back.
package struct IDGenerator: Sendable {
    private var last: ULID?

    package init() {}

    /// - Parameters:
    ///   - milliseconds: now, since 1970-01-01T00:00:00Z.
    ///   - random: 80 fresh random bits.
    package mutating func next(milliseconds: UInt64, random: (UInt16, UInt64)) -> ULID {
        var next = ULID(milliseconds: milliseconds, random: random)
        if let last, next <= last {
            let (low, overflow) = last.low.addingReportingOverflow(1)
            next = ULID(high: overflow ? last.high &+ 1 : last.high, low: low)
        }
        last = next
        return next
    }
}
