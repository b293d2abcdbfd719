import Crypto
import Foundation
import Payments

/// Seals and opens with AES-256-GCM, and binds each sealed text to its place.
///
/// Three levels: a number is sealed with its card's own key, that with a data key, and that with
/// the key-encryption key. The associated data names version, key, owner, token and field, so that
/// a row moved elsewhere does not open.
///
/// - Source: NIST SP 800-38D (GCM, 96-bit random nonces); SP 800-57 part 1, key wrapping.
enum CardCipher {
    /// The version of this layout, bound into everything sealed.
    private static let version: UInt8 = 1

    /// What is sealed.
    enum Field: String {
        case number
        case cardKey = "card_key"
        case dataKey = "data_key"
        case fingerprintKey = "fingerprint_key"
    }

    /// Where it belongs.
    struct Place {
        let field: Field
        /// The data key's number; 0 for what the key-encryption key wraps.
        let keyID: Int64
        /// The tenant's number; 0 for keys of the whole gateway.
        let owner: Int64
        /// The card; nil for keys of the whole gateway.
        let token: TokenID?

        var associatedData: Data {
            var data = Data([CardCipher.version])
            for number in [keyID, owner] {
                withUnsafeBytes(of: number.bigEndian) { data.append(contentsOf: $0) }
            }
            data.append(contentsOf: token?.bytes ?? [UInt8](repeating: 0, count: 16))
            data.append(contentsOf: field.rawValue.utf8)
            return data
        }
    }

    /// - Returns: nonce, ciphertext and tag.
    static func seal(
        _ plain: some DataProtocol,
        with key: SymmetricKey,
        at place: Place
    ) throws(GatewayError) -> Data {
        guard
            let box = try? AES.GCM.seal(plain, using: key, authenticating: place.associatedData),
            let combined = box.combined
        else { throw .unexpected("sealing failed") }
        return combined
    }

    /// - Throws: `GatewayError.vaultDamaged` when it does not open here.
    static func open(
        _ sealed: Data,
        with key: SymmetricKey,
        at place: Place
    ) throws(GatewayError) -> Data {
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            let plain = try? AES.GCM.open(box, using: key, authenticating: place.associatedData)
        else { throw .vaultDamaged }
        return plain
    }
}
