import Crypto
import Foundation

/// What a repeat of a creating call must have in common with the first.
enum BodyHash {
    /// SHA-256 of the fields, each with its length in front; the first 16 bytes.
    static func of(_ fields: String...) -> Data {
        of(fields)
    }

    /// SHA-256 of the fields, each with its length in front; the first 16 bytes.
    static func of(_ fields: [String]) -> Data {
        var hash = SHA256()
        for field in fields {
            let bytes = Data(field.utf8)
            withUnsafeBytes(of: Int64(bytes.count).bigEndian) { hash.update(data: Data($0)) }
            hash.update(data: bytes)
        }
        return Data(hash.finalize().prefix(16))
    }
}
