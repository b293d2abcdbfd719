import Crypto
import Foundation
import Payments
import Testing

@testable import Gateway

@Suite("Keys of the gateway")
struct KeyRingTests {
    private static let token = TokenID(ULID(high: 1, low: 2))
    private let keyEncryptionKey = SymmetricKey(size: .bits256)

    private func wrapped(_ ids: [Int64]) throws -> [Int64: Data] {
        var keys: [Int64: Data] = [:]
        for id in ids {
            keys[id] = try KeyRing.wrapNewKey(.dataKey, keyID: id, with: keyEncryptionKey)
        }
        return keys
    }

    private func fingerprintKey() throws -> Data {
        try KeyRing.wrapNewKey(.fingerprintKey, keyID: 0, with: keyEncryptionKey)
    }

    private func ring(_ keys: [Int64: Data], _ fingerprint: Data) throws -> KeyRing {
        try KeyRing(wrapped: keys, fingerprint: fingerprint, keyEncryptionKey: keyEncryptionKey)
    }

    @Test("A number that was sealed opens, and its text shows nothing of it")
    func opens() throws {
        let ring = try ring(wrapped([1]), fingerprintKey())
        let number = try TestCard.number(TestCard.visa)
        let sealed = try ring.seal(number, token: Self.token, owner: 1)
        #expect(try ring.open(sealed, token: Self.token, owner: 1) == number)
        #expect(sealed.number.range(of: Data(TestCard.visa.utf8)) == nil)
    }

    @Test("Another key-encryption key opens nothing")
    func otherKeyEncryptionKey() throws {
        let (keys, fingerprint) = (try wrapped([1]), try fingerprintKey())
        #expect(throws: GatewayError.vaultDamaged) {
            try KeyRing(
                wrapped: keys,
                fingerprint: fingerprint,
                keyEncryptionKey: SymmetricKey(size: .bits256)
            )
        }
    }

    @Test("Wrapped keys open under their own numbers and names alone")
    func exchanged() throws {
        let (keys, fingerprint) = (try wrapped([1, 2]), try fingerprintKey())
        let first = try #require(keys[1])
        let second = try #require(keys[2])
        #expect(throws: GatewayError.vaultDamaged, "numbers exchanged") {
            try ring([1: second, 2: first], fingerprint)
        }
        #expect(throws: GatewayError.vaultDamaged, "a data key for fingerprints") {
            try ring([1: first], first)
        }
        #expect(throws: GatewayError.vaultDamaged, "a fingerprint key for data") {
            try ring([1: fingerprint], fingerprint)
        }
    }

    @Test("Without a data key there is no ring")
    func noKeys() throws {
        let fingerprint = try fingerprintKey()
        #expect(throws: GatewayError.vaultDamaged) { try ring([:], fingerprint) }
    }

    @Test("After a rotation new cards take the newest key, and old cards still open")
    func rotation() throws {
        let (keys, fingerprint) = (try wrapped([1, 2]), try fingerprintKey())
        let before = try ring(keys.filter { $0.key == 1 }, fingerprint)
        let after = try ring(keys, fingerprint)
        let number = try TestCard.number(TestCard.visa)
        let old = try before.seal(number, token: Self.token, owner: 1)
        let new = try after.seal(number, token: Self.token, owner: 1)
        #expect(old.dataKeyID == 1)
        #expect(new.dataKeyID == 2)
        #expect(try after.open(old, token: Self.token, owner: 1) == number)
        #expect(try after.open(new, token: Self.token, owner: 1) == number)
        #expect(throws: GatewayError.vaultDamaged, "its data key is not there") {
            try before.open(new, token: Self.token, owner: 1)
        }
        #expect(before.fingerprint(number, owner: 1) == after.fingerprint(number, owner: 1))
    }

    @Test("A card's key and number open for their own token and owner alone")
    func moved() throws {
        let ring = try ring(wrapped([1, 2]), fingerprintKey())
        let number = try TestCard.number(TestCard.visa)
        let sealed = try ring.seal(number, token: Self.token, owner: 1)
        let other = TokenID(ULID(high: 1, low: 3))
        let another = try ring.seal(number, token: other, owner: 1)
        #expect(throws: GatewayError.vaultDamaged, "another token") {
            try ring.open(sealed, token: other, owner: 1)
        }
        #expect(throws: GatewayError.vaultDamaged, "another owner") {
            try ring.open(sealed, token: Self.token, owner: 2)
        }
        let otherDataKey = KeyRing.SealedCard(
            number: sealed.number,
            wrappedKey: sealed.wrappedKey,
            dataKeyID: 1
        )
        #expect(throws: GatewayError.vaultDamaged, "another data key") {
            try ring.open(otherDataKey, token: Self.token, owner: 1)
        }
        let otherCardKey = KeyRing.SealedCard(
            number: sealed.number,
            wrappedKey: another.wrappedKey,
            dataKeyID: 2
        )
        for token in [Self.token, other] {
            #expect(throws: GatewayError.vaultDamaged, "another card's key") {
                try ring.open(otherCardKey, token: token, owner: 1)
            }
        }
    }

    @Test("A fingerprint is one for a number and tenant, and another for every other")
    func fingerprints() throws {
        let (keys, fingerprint) = (try wrapped([1]), try fingerprintKey())
        let ring = try ring(keys, fingerprint)
        let number = try TestCard.number(TestCard.visa)
        let mark = ring.fingerprint(number, owner: 1)
        #expect(mark.count == 16)
        #expect(mark == ring.fingerprint(try TestCard.number("4242-4242 42424242"), owner: 1))
        #expect(mark != ring.fingerprint(number, owner: 2))
        #expect(mark != ring.fingerprint(try TestCard.number(TestCard.mastercard), owner: 1))
        let otherRing = try self.ring(keys, fingerprintKey())
        #expect(mark != otherRing.fingerprint(number, owner: 1))
    }
}
