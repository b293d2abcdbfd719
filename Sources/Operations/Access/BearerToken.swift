import Crypto

/// A secret that stands for a caller: 256 random bits. Only its hash is kept by a service.
package enum BearerToken {
    /// What tokens begin with, so that a scan for secrets finds one that has leaked.
    package static let prefix = "remit_"
    /// Random bytes in a token.
    package static let byteCount = 32
    /// The longest text that is looked at, in bytes.
    static let maxTextBytes = 200

    /// A new token: the prefix and 43 characters.
    package static func make() -> String {
        let bytes = SymmetricKey(size: SymmetricKeySize(bitCount: byteCount * 8))
            .withUnsafeBytes { Array($0) }
        return prefix + base64url(bytes)
    }

    /// What a table keeps: SHA-256 of the whole text, 32 bytes. A plain hash will do, since the
    /// text is random and not a password.
    package static func hash(_ text: String) -> [UInt8] {
        var text = text
        return Array(text.withUTF8 { SHA256.hash(data: UnsafeRawBufferPointer($0)) })
    }

    /// The hash as a table shows it: 64 hexadecimal digits.
    package static func hexadecimalHash(_ text: String) -> String {
        let digits = Array("0123456789abcdef")
        return hash(text).reduce(into: "") { result, byte in
            result.append(digits[Int(byte >> 4)])
            result.append(digits[Int(byte & 15)])
        }
    }

    /// The bytes of 64 hexadecimal digits; nil for another text.
    static func bytes(hexadecimal text: String) -> [UInt8]? {
        let digits = text.utf8.map {
            UInt8(exactly: Character(UnicodeScalar($0)).hexDigitValue ?? 16)
        }
        guard digits.count == 64, digits.allSatisfy({ ($0 ?? 16) < 16 }) else { return nil }
        return stride(from: 0, to: 64, by: 2).map { (digits[$0] ?? 0) << 4 | (digits[$0 + 1] ?? 0) }
    }

    /// The token in the value of `authorization`: "Bearer TOKEN"; nil when there is none.
    ///
    /// - Source: RFC 6750, section 2.1; the scheme's case does not count (RFC 9110, 11.1).
    static func text(authorization value: String) -> String? {
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer",
            parts[1].utf8.count <= maxTextBytes
        else { return nil }
        return String(parts[1])
    }

    /// Whether two hashes are the same, in a time that depends on their length alone.
    static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }

    /// - Source: RFC 4648, section 5, without padding.
    private static func base64url(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            bits <<= UInt32(8 * (3 - group.count))
            for place in 0...group.count {
                text.append(alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)])
            }
        }
        return text
    }
}
