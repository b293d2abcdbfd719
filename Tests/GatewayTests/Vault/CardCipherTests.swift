import Crypto
import Foundation
import Payments
import Testing

@testable import Gateway

@Suite("Sealing of card numbers")
struct CardCipherTests {
    private static let key = SymmetricKey(size: .bits256)
    // Made anew: a Data keeps a tag in the bits of its pointer, and so one that lives to the end of
    // the process would seem lost to the address sanitizer.
    private static var plain: Data { Data("4242424242424242".utf8) }
    private static let token = TokenID(ULID(high: 1, low: 2))
    private static let place = CardCipher.Place(
        field: .number,
        keyID: 3,
        owner: 4,
        token: token
    )

    /// A place that differs from the right one in one field.
    struct OtherPlace: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var field = CardCipher.Field.number
        var keyID: Int64 = 3
        var owner: Int64 = 4
        var token: TokenID? = CardCipherTests.token

        var place: CardCipher.Place {
            CardCipher.Place(field: field, keyID: keyID, owner: owner, token: token)
        }
    }

    static let otherPlaces = [
        OtherPlace(testDescription: "field card_key", field: .cardKey),
        OtherPlace(testDescription: "field data_key", field: .dataKey),
        OtherPlace(testDescription: "field fingerprint_key", field: .fingerprintKey),
        OtherPlace(testDescription: "the next data key", keyID: 4),
        OtherPlace(testDescription: "a data key of another high half", keyID: 3 | 1 << 32),
        OtherPlace(testDescription: "the next owner", owner: 5),
        OtherPlace(testDescription: "key and owner exchanged", keyID: 4, owner: 3),
        OtherPlace(
            testDescription: "a token of another high half",
            token: TokenID(ULID(high: 0, low: 2))
        ),
        OtherPlace(
            testDescription: "a token of another low half",
            token: TokenID(ULID(high: 1, low: 3))
        ),
        OtherPlace(testDescription: "no token", token: nil),
    ]

    @Test("A number opens at its own place, with its own key")
    func opens() throws {
        let sealed = try CardCipher.seal(Self.plain, with: Self.key, at: Self.place)
        #expect(try CardCipher.open(sealed, with: Self.key, at: Self.place) == Self.plain)
        #expect(sealed.range(of: Self.plain) == nil)
    }

    @Test("A number that was moved does not open", arguments: otherPlaces)
    func moved(other: OtherPlace) throws {
        let sealed = try CardCipher.seal(Self.plain, with: Self.key, at: Self.place)
        #expect(throws: GatewayError.vaultDamaged) {
            try CardCipher.open(sealed, with: Self.key, at: other.place)
        }
    }

    @Test("A number does not open with another key")
    func otherKey() throws {
        let sealed = try CardCipher.seal(Self.plain, with: Self.key, at: Self.place)
        #expect(throws: GatewayError.vaultDamaged) {
            try CardCipher.open(sealed, with: SymmetricKey(size: .bits256), at: Self.place)
        }
    }

    @Test("A number of which any byte was changed does not open")
    func changed() throws {
        let sealed = try CardCipher.seal(Self.plain, with: Self.key, at: Self.place)
        for index in sealed.indices {
            var other = sealed
            other[index] ^= 1
            #expect(throws: GatewayError.vaultDamaged, "byte \(index)") {
                try CardCipher.open(other, with: Self.key, at: Self.place)
            }
        }
    }

    @Test("A number that was cut short does not open, whatever is left of it")
    func cutShort() throws {
        let sealed = try CardCipher.seal(Self.plain, with: Self.key, at: Self.place)
        for count in 0..<sealed.count {
            #expect(throws: GatewayError.vaultDamaged, "\(count) bytes") {
                try CardCipher.open(sealed.prefix(count), with: Self.key, at: Self.place)
            }
        }
    }

    @Test("The same number sealed again is another text, with another nonce")
    func freshNonces() throws {
        let sealed = try (0..<1000).map { _ in
            try CardCipher.seal(Self.plain, with: Self.key, at: Self.place)
        }
        #expect(Set(sealed.map { $0.prefix(12) }).count == 1000)
    }
}
