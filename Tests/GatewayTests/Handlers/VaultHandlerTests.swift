import Payments
import RemitAPI
import TTRPC
import Testing

@testable import Gateway

@Suite("VaultService")
struct VaultHandlerTests {
    /// A card as it was typed, and what is wrong with it.
    struct Typed: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var number = TestCard.visa
        var month: Int32 = 12
        var year: Int32 = 2030
        var code = "123"
        let refusal: Refusal

        static func number(_ what: String, _ number: String, _ reason: String) -> Typed {
            Typed(
                testDescription: what,
                number: number,
                refusal: Refusal(.invalidArgument, reason, "number")
            )
        }

        static func notSupported(_ what: String, _ number: String) -> Typed {
            Typed(
                testDescription: what,
                number: number,
                refusal: Refusal(.failedPrecondition, "CARD_NOT_SUPPORTED", "number")
            )
        }

        static func code(_ code: String, on number: String = TestCard.visa) -> Typed {
            Typed(
                testDescription: "verification code \(code.utf8.count) long",
                number: number,
                code: code,
                refusal: Refusal(.invalidArgument, "BAD_CVC", "verification_code")
            )
        }

        static func month(_ month: Int32) -> Typed {
            Typed(
                testDescription: "month \(month)",
                month: month,
                refusal: Refusal(.invalidArgument, "BAD_EXPIRY", "expiry_month")
            )
        }

        static func expired(_ month: Int32, _ year: Int32) -> Typed {
            Typed(
                testDescription: "\(month)/\(year), which is past",
                month: month,
                year: year,
                refusal: Refusal(.invalidArgument, "BAD_EXPIRY", "expiry_year")
            )
        }
    }

    // The clock stands in June 2025.
    static let wrongCards: [Typed] = [
        .number("no number", "", "BAD_TEXT"), .number("a letter", "424242424242424x", "BAD_TEXT"),
        .number("digits of another script", "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢", "BAD_TEXT"),
        .number("too short", "42424242424", "BAD_LUHN"),
        .number("too long", "42424242424242424242", "BAD_LUHN"),
        .number("a wrong check digit", "4242424242424241", "BAD_LUHN"),
        .notSupported("Diners", "30569309025904"), .notSupported("JCB", "3530111333300000"),
        .notSupported("perhaps a real card", "4012888888881881"),
        .notSupported("a scenario that is not played", "4000000000003220"),
        .month(0), .month(13), .month(-1), .month(.max), .expired(5, 2025),
        .expired(12, 2024), .code("12"), .code("1234"), .code("12x"), .code("١٢٣"),
        .code("123", on: TestCard.amex), .code("12345", on: TestCard.amex),
        // The first field that is wrong is the one that is named.
        Typed(
            testDescription: "number, date and code",
            number: "1",
            month: 13,
            code: "1",
            refusal: Refusal(.invalidArgument, "BAD_LUHN", "number")
        ),
        Typed(
            testDescription: "date and code",
            month: 13,
            code: "1",
            refusal: Refusal(.invalidArgument, "BAD_EXPIRY", "expiry_month")
        ),
    ]

    @Test(
        "A card that is wrong is refused with the field at fault, and not stored",
        arguments: wrongCards
    )
    func refused(typed: Typed) async throws {
        let fixture = try await HandlerFixture()
        await expectRefused(typed.refusal) {
            try await fixture.tokenize(
                typed.number,
                month: typed.month,
                year: typed.year,
                code: typed.code
            )
        }
        #expect(try await fixture.gateway.count("SELECT COUNT(*) FROM cards") == 0)
        #expect(try fixture.gateway.keyCount() == 0)
    }

    @Test("A year that is no year, or too far ahead, is refused", arguments: [0, 25, 2046, 9999])
    func year(year: Int32) async throws {
        let fixture = try await HandlerFixture()
        let error = await #expect(throws: RPCError.self) { try await fixture.tokenize(year: year) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.reason == "BAD_EXPIRY")
        #expect(error?.field?.hasPrefix("expiry_") == true)
    }

    @Test("A card is answered masked, with its token and what is held of it")
    func tokenized() async throws {
        let fixture = try await HandlerFixture()
        let card = try #require(
            try await fixture.tokenize("3782-822463 10005", month: 6, year: 2025, code: "1234")
        )
        #expect(card.token.hasPrefix("tok_"))
        #expect(card.brand == .amex)
        #expect(card.lastFour == "0005")
        #expect(card.expiryMonth == 6)
        #expect(card.expiryYear == 2025)
        #expect(card.state == .singleUse)
        #expect(card.verificationCodeHeld)
        #expect(card.createTime?.seconds == TestClock.start / 1000)
        #expect(card.expireTime?.seconds == TestClock.start / 1000 + 86_400)
        let get = GatewayV1.GetCardRequest(token: card.token)
        let context = ServerContext(method: GatewayV1.VaultService.getCard)
        #expect(try await fixture.vault.getCard(get, context: context) == card)
    }

    @Test("A code may be left out, and then none is held")
    func withoutCode() async throws {
        let fixture = try await HandlerFixture()
        let card = try #require(try await fixture.tokenize(code: ""))
        #expect(!card.verificationCodeHeld)
    }

    @Test("The code is no longer held once the card was charged")
    func charged() async throws {
        let fixture = try await HandlerFixture()
        let request = try await fixture.saleRequest()
        _ = try await fixture.sale(request)
        let card = try await fixture.vault.getCard(
            GatewayV1.GetCardRequest(token: request.token),
            context: ServerContext(method: GatewayV1.VaultService.getCard)
        )
        #expect(card.state == .used)
        #expect(!card.verificationCodeHeld)
    }

    @Test(
        "A token that is none is refused, and one that is not there is not found",
        arguments: ["", "tok_", "4242424242424242", "att_00000000000000000000000001"]
    )
    func tokens(text: String) async throws {
        let fixture = try await HandlerFixture()
        let getContext = ServerContext(method: GatewayV1.VaultService.getCard)
        let deleteContext = ServerContext(method: GatewayV1.VaultService.delete)
        let missing = "tok_00000000000000000000000001"
        for (token, refusal) in [
            (text, Refusal(.invalidArgument, "BAD_ID", "token")),
            (missing, Refusal(.notFound, "TOKEN_NOT_FOUND", "token")),
        ] {
            await expectRefused(refusal) {
                try await fixture.vault.getCard(
                    GatewayV1.GetCardRequest(token: token),
                    context: getContext
                )
            }
            await expectRefused(refusal) {
                try await fixture.vault.delete(
                    GatewayV1.DeleteCardRequest(token: token),
                    context: deleteContext
                )
            }
        }
    }

    @Test("Deleting twice is the same as deleting once")
    func deleted() async throws {
        let fixture = try await HandlerFixture()
        let card = try #require(try await fixture.tokenize())
        let request = GatewayV1.DeleteCardRequest(token: card.token)
        let context = ServerContext(method: GatewayV1.VaultService.delete)
        let first = try await fixture.vault.delete(request, context: context)
        #expect(first.state == .deleted)
        #expect(!first.verificationCodeHeld)
        #expect(try await fixture.vault.delete(request, context: context) == first)
        let get = GatewayV1.GetCardRequest(token: card.token)
        let getContext = ServerContext(method: GatewayV1.VaultService.getCard)
        #expect(try await fixture.vault.getCard(get, context: getContext) == first)
    }
}
