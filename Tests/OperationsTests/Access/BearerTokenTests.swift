import Testing

@testable import Operations

@Suite("Bearer tokens")
struct BearerTokenTests {
    @Test("a token is the prefix and 43 characters of 256 random bits, and no two are alike")
    func made() {
        let tokens = (0..<1000).map { _ in BearerToken.make() }
        #expect(Set(tokens).count == 1000)
        for token in tokens {
            #expect(token.hasPrefix("remit_"))
            #expect(token.utf8.count == "remit_".utf8.count + 43)
            #expect(
                token.dropFirst(6).allSatisfy { $0.isLetter || $0.isNumber || "-_".contains($0) }
            )
        }
        // Each place is used: nothing of the bits is lost.
        for place in 6..<48 {
            #expect(Set(tokens.map { Array($0)[place] }).count > 30, "\(place)")
        }
    }

    @Test(
        "the hash is SHA-256 of the whole text",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ]
    )
    func hash(_ text: String, _ expected: String) {
        #expect(BearerToken.hexadecimalHash(text) == expected)
        #expect(BearerToken.bytes(hexadecimal: expected) == BearerToken.hash(text))
        #expect(BearerToken.bytes(hexadecimal: expected.uppercased()) == BearerToken.hash(text))
    }

    @Test(
        "what is no hash is none",
        arguments: [
            "", "ab", String(repeating: "g", count: 64), String(repeating: "a", count: 63),
            String(repeating: "a", count: 65), String(repeating: "é", count: 32),
        ]
    )
    func noHash(_ text: String) {
        #expect(BearerToken.bytes(hexadecimal: text) == nil)
    }

    @Test(
        "the scheme is Bearer in any case, and the token the rest",
        arguments: [
            ("Bearer x", "x"), ("bearer remit_a-b_c", "remit_a-b_c"), ("BEARER x y", "x y"),
        ]
    )
    func header(_ value: String, _ expected: String) {
        #expect(BearerToken.text(authorization: value) == expected)
    }

    @Test(
        "another scheme, no token and an endless one are none",
        arguments: [
            "", "Bearer", "Bearer ", "Basic x", "x", "Bearer " + String(repeating: "x", count: 201),
        ]
    )
    func noHeader(_ value: String) {
        #expect(BearerToken.text(authorization: value) == nil)
    }

    @Test("hashes are equal when every byte is, whichever differs")
    func equal() {
        let hash = BearerToken.hash("x")
        #expect(BearerToken.isEqual(hash, hash))
        for place in hash.indices {
            for bit in 0..<8 {
                var other = hash
                other[place] ^= 1 << bit
                #expect(!BearerToken.isEqual(hash, other), "\(place) \(bit)")
            }
        }
        #expect(!BearerToken.isEqual(hash, Array(hash.dropLast())))
        #expect(!BearerToken.isEqual(hash, []))
    }
}
