import Foundation
import GRDB
import NIOCore
import Payments
import Storage
import Testing

@testable import Gateway

@Suite("Vault")
struct VaultTests {
    @Test("A token is 128 random bits: none of them is fixed, and no two tokens are alike")
    func randomTokens() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        var tokens: [TokenID] = []
        for _ in 0..<128 { tokens.append(try await gateway.card()) }
        #expect(Set(tokens).count == tokens.count)
        // A bit that stood still in 128 tokens would be no random one.
        #expect(tokens.reduce(0) { $0 | $1.ulid.high } == .max)
        #expect(tokens.reduce(0) { $0 | $1.ulid.low } == .max)
        #expect(tokens.reduce(UInt64.max) { $0 & $1.ulid.high } == 0)
        #expect(tokens.reduce(UInt64.max) { $0 & $1.ulid.low } == 0)
    }

    @Test("A card is kept masked, with its brand, date, fingerprint and the token's end")
    func storedCard() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank()) {
            $0.tokenLifetimeMilliseconds = 60_000
        }
        let amex = try await gateway.storedCard(gateway.card(TestCard.amex, code: "1234"))
        #expect(amex.state == .singleUse)
        #expect(amex.brand == .amex)
        #expect(amex.lastFour == "0005")
        #expect(amex.expiry == TestCard.expiry)
        #expect(amex.hasVerificationCode)
        #expect(amex.createdAt == TestClock.start)
        #expect(amex.expiresAt == TestClock.start + 60_000)
        #expect(amex.fingerprintText.utf8.count == 32)
        let again = try await gateway.storedCard(gateway.card(TestCard.amex, code: nil))
        #expect(again.fingerprint == amex.fingerprint)
        #expect(again.token != amex.token)
        #expect(!again.hasVerificationCode)
        let visa = try await gateway.storedCard(gateway.card())
        #expect(visa.fingerprint != amex.fingerprint)
    }

    @Test("Neither number nor verification code is in any file, before or after a sale")
    func nothingReadable() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        _ = try await gateway.card(TestCard.amex, code: "7391")
        let token = try await gateway.card(TestCard.amex, code: "7391")
        _ = try await gateway.sales.sale(gateway.request(token, retain: true))
        for text in [TestCard.amex, "7391"] {
            #expect(try gateway.folder.filesHolding(Data(text.utf8)) == [], "while it is open")
        }
        await gateway.close()
        for text in [TestCard.amex, "7391"] {
            #expect(try gateway.folder.filesHolding(Data(text.utf8)) == [], "when it is closed")
        }
    }

    @Test("A number that the bank does not take is refused before anything is stored")
    func refused() async throws {
        let bank = ScriptedBank()
        bank.script { $0.refusal = "no" }
        let gateway = try await GatewayFixture.open(bank) { $0.maxVerificationCodes = 1 }
        await #expect(throws: GatewayError.cardNotSupported("no")) { try await gateway.card() }
        #expect(try await gateway.count("SELECT COUNT(*) FROM cards") == 0)
        #expect(try gateway.keyCount() == 0)
        bank.script { $0.refusal = nil }
        // Nor is its code held: there is room for this one.
        _ = try await gateway.card()
        #expect(try gateway.keyCount() == 1)
    }

    @Test("With as many codes held as may be, a card with a code is refused and not stored")
    func tooManyCodes() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank()) {
            $0.maxVerificationCodes = 1
        }
        let first = try await gateway.card()
        await #expect(throws: GatewayError.tooManyVerificationCodes) { try await gateway.card() }
        #expect(try await gateway.count("SELECT COUNT(*) FROM cards") == 1)
        _ = try await gateway.card(code: nil)
        _ = try await gateway.sales.sale(gateway.request(first))
        _ = try await gateway.card()
    }

    @Test("A code is not held for a card that could not be stored")
    func storageFails() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank()) {
            $0.maxVerificationCodes = 1
        }
        try await gateway.failWrites(to: "cards")
        await #expect(throws: GatewayError.self) { try await gateway.card() }
        try await gateway.allowWrites()
        let token = try await gateway.card()
        #expect(gateway.vault.holdsCode(try await gateway.storedCard(token)))
    }

    @Test("A card is found by its own tenant alone")
    func otherTenant() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let token = try await gateway.card()
        let other = try await gateway.store.tenant("other")
        #expect(other != gateway.tenant)
        await #expect(throws: GatewayError.tokenNotFound) {
            try await gateway.vault.card(token, tenant: other)
        }
        await #expect(throws: GatewayError.tokenNotFound) {
            try await gateway.vault.delete(token, tenant: other)
        }
        #expect(try await gateway.storedCard(token).state == .singleUse)
        #expect(try await gateway.store.tenant("other") == other)
    }

    @Test("A card opens to the number it was made of, and after a restart too")
    func opens() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let token = try await gateway.card(TestCard.mastercard)
        let number = try TestCard.number(TestCard.mastercard)
        #expect(try await gateway.vault.number(of: gateway.storedCard(token)) == number)
        let next = try await gateway.reopened()
        #expect(try await next.vault.number(of: next.storedCard(token)) == number)
        #expect(!next.vault.holdsCode(try await next.storedCard(token)))
    }

    @Test("A row whose sealed number was put in another's place does not open")
    func movedRow() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let (first, second) = (try await gateway.card(), try await gateway.card())
        try await gateway.store.write { tables in
            try tables.database.execute(
                sql: """
                    UPDATE cards SET sealed_number =
                        (SELECT sealed_number FROM cards WHERE token = ?)
                    WHERE token = ?
                    """,
                arguments: [Data(first.bytes), Data(second.bytes)]
            )
        }
        let card = try await gateway.storedCard(second)
        await #expect(throws: GatewayError.vaultDamaged) {
            try await gateway.vault.number(of: card)
        }
    }
}
