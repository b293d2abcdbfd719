import Crypto
import Foundation
import Payments

/// The keys of the whole gateway, opened at start: the data key that wraps the cards' keys, and
/// the key of the fingerprints.
struct KeyRing: Sendable {
    /// The data key in use.
    let dataKeyID: Int64
    private let dataKeys: [Int64: SymmetricKey]
    private let fingerprintKey: SymmetricKey

    /// - Parameters:
    ///   - wrapped: every data key, wrapped; the highest number is in use.
    ///   - fingerprint: the fingerprints' key, wrapped.
    ///   - keyEncryptionKey: opens both.
    /// - Throws: `GatewayError.vaultDamaged`: another key-encryption key.
    init(
        wrapped: [Int64: Data],
        fingerprint: Data,
        keyEncryptionKey: SymmetricKey
    ) throws(GatewayError) {
        var opened: [Int64: SymmetricKey] = [:]
        for (id, key) in wrapped {
            let place = CardCipher.Place(field: .dataKey, keyID: id, owner: 0, token: nil)
            opened[id] = SymmetricKey(
                data: try CardCipher.open(key, with: keyEncryptionKey, at: place)
            )
        }
        guard let newest = opened.keys.max() else { throw .vaultDamaged }
        dataKeyID = newest
        dataKeys = opened
        let place = CardCipher.Place(field: .fingerprintKey, keyID: 0, owner: 0, token: nil)
        fingerprintKey = SymmetricKey(
            data: try CardCipher.open(fingerprint, with: keyEncryptionKey, at: place)
        )
    }

    /// A new random key, wrapped.
    static func wrapNewKey(
        _ field: CardCipher.Field,
        keyID: Int64,
        with keyEncryptionKey: SymmetricKey
    ) throws(GatewayError) -> Data {
        let key = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        let place = CardCipher.Place(field: field, keyID: keyID, owner: 0, token: nil)
        return try CardCipher.seal(key, with: keyEncryptionKey, at: place)
    }

    /// What a number leaves in the vault.
    struct SealedCard: Sendable {
        /// For the card's row.
        let number: Data
        /// For the store of card keys.
        let wrappedKey: Data
        let dataKeyID: Int64
    }

    /// Seals a number with a key of its own.
    func seal(
        _ number: CardNumber,
        token: TokenID,
        owner: Int64
    ) throws(GatewayError) -> SealedCard {
        let cardKey = SymmetricKey(size: .bits256)
        let place = CardCipher.Place(
            field: .number,
            keyID: dataKeyID,
            owner: owner,
            token: token
        )
        let plain = number.withDigits { Data($0.utf8) }
        let sealed = try CardCipher.seal(plain, with: cardKey, at: place)
        let keyPlace = CardCipher.Place(
            field: .cardKey,
            keyID: dataKeyID,
            owner: owner,
            token: token
        )
        let wrapped = try CardCipher.seal(
            cardKey.withUnsafeBytes { Data($0) },
            with: try dataKey(dataKeyID),
            at: keyPlace
        )
        return SealedCard(number: sealed, wrappedKey: wrapped, dataKeyID: dataKeyID)
    }

    /// Opens a number.
    ///
    /// - Throws: `GatewayError.vaultDamaged`.
    func open(
        _ card: SealedCard,
        token: TokenID,
        owner: Int64
    ) throws(GatewayError) -> CardNumber {
        let keyPlace = CardCipher.Place(
            field: .cardKey,
            keyID: card.dataKeyID,
            owner: owner,
            token: token
        )
        let cardKey = SymmetricKey(
            data: try CardCipher.open(
                card.wrappedKey,
                with: try dataKey(card.dataKeyID),
                at: keyPlace
            )
        )
        let place = CardCipher.Place(
            field: .number,
            keyID: card.dataKeyID,
            owner: owner,
            token: token
        )
        let plain = try CardCipher.open(card.number, with: cardKey, at: place)
        do throws(CardError) {
            return try CardNumber(text: String(decoding: plain, as: UTF8.self))
        } catch {
            throw .vaultDamaged
        }
    }

    /// A keyed hash of a number: the same for every token of one number within a tenant, for
    /// de-duplication and velocity. Without the key it says nothing about the number.
    ///
    /// - Source: FIPS 198-1 (HMAC) with SHA-256.
    func fingerprint(_ number: CardNumber, owner: Int64) -> Data {
        var authentication = HMAC<SHA256>(key: fingerprintKey)
        withUnsafeBytes(of: owner.bigEndian) { authentication.update(data: Data($0)) }
        number.withDigits { authentication.update(data: Data($0.utf8)) }
        return Data(authentication.finalize().prefix(16))
    }

    private func dataKey(_ id: Int64) throws(GatewayError) -> SymmetricKey {
        guard let key = dataKeys[id] else { throw .vaultDamaged }
        return key
    }
}
