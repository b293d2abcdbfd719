import Payments
import RemitAPI
import TTRPC
import Testing

@testable import Gateway

@Suite("AuthorizationService")
struct AuthorizationHandlerTests {
    /// A field that is changed from right to wrong, and what is heard of it.
    struct Wrong: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let refusal: Refusal
        let change: @Sendable (inout GatewayV1.SaleRequest) -> Void

        init(
            _ what: String,
            _ reason: String,
            _ field: String,
            _ change: @escaping @Sendable (inout GatewayV1.SaleRequest) -> Void
        ) {
            testDescription = what
            refusal = Refusal(.invalidArgument, reason, field)
            self.change = change
        }

        static func amount(_ minorUnits: Int64, _ reason: String) -> Wrong {
            Wrong("\(minorUnits) minor units", reason, "amount.minor_units") {
                $0.amount?.minorUnits = minorUnits
            }
        }

        static func currency(_ code: String) -> Wrong {
            Wrong("currency \"\(code)\"", "CURRENCY_MISMATCH", "amount.currency") {
                $0.amount?.currency = code
            }
        }

        static func address(
            _ what: String,
            _ field: String,
            _ address: RemitType.BillingAddress
        ) -> Wrong {
            Wrong(what, "BAD_TEXT", "billing_address." + field) { $0.billingAddress = address }
        }
    }

    private static func long(_ count: Int) -> String { String(repeating: "a", count: count) }

    static let wrongRequests: [Wrong] = [
        Wrong("no key", "BAD_ID", "key") { $0.key = "" },
        Wrong("a key of another kind", "BAD_ID", "key") {
            $0.key = "pay_00000000000000000000000001"
        },
        Wrong("a key that is cut short", "BAD_ID", "key") {
            $0.key = "att_0000000000000000000000001"
        },
        Wrong("no token", "BAD_ID", "token") { $0.token = "" },
        Wrong("a card number as token", "BAD_ID", "token") { $0.token = TestCard.visa },
        Wrong("no amount", "AMOUNT_MISSING", "amount") { $0.amount = nil },
        .amount(0, "AMOUNT_ZERO"), .amount(-1, "AMOUNT_NEGATIVE"),
        .amount(.min, "AMOUNT_NEGATIVE"), .amount(1_000_000_000_001, "AMOUNT_OUT_OF_RANGE"),
        .amount(.max, "AMOUNT_OUT_OF_RANGE"), .currency(""), .currency("cad"),
        .currency("XXX"), .currency("CAD "),
        Wrong("zero of an unknown currency", "AMOUNT_ZERO", "amount.minor_units") {
            $0.amount = RemitType.Money(minorUnits: 0, currency: "XXX")
        },
        .address("a long line 1", "line1", RemitType.BillingAddress(line1: long(201))),
        .address("a long line 2", "line2", RemitType.BillingAddress(line2: long(201))),
        .address("a long city", "city", RemitType.BillingAddress(city: long(101))),
        .address("a long region", "region", RemitType.BillingAddress(region: long(101))),
        .address("a long code", "postal_code", RemitType.BillingAddress(postalCode: long(21))),
        .address("a country of 3", "country", RemitType.BillingAddress(country: "CAN")),
        .address("a country of 1", "country", RemitType.BillingAddress(country: "C")),
        .address("a control character", "city", RemitType.BillingAddress(city: "a\u{0}b")),
        Wrong("everything: the key is named", "BAD_ID", "key") {
            $0 = GatewayV1.SaleRequest()
        },
    ]

    @Test("A request that is wrong is refused with the field at fault", arguments: wrongRequests)
    func wrong(_ wrong: Wrong) async throws {
        let fixture = try await HandlerFixture()
        let right = try await fixture.saleRequest()
        var request = right
        wrong.change(&request)
        await expectRefused(wrong.refusal) { try await fixture.sale(request) }
        #expect(try await fixture.bank.book().isEmpty)
        // Nothing is used up by it: neither key nor token.
        #expect(try await fixture.sale(right).operation?.state == .approved)
    }

    @Test("A reply has the operation, the masked card and the store's position")
    func reply() async throws {
        let fixture = try await HandlerFixture()
        var request = try await fixture.saleRequest()
        request.retainCard = true
        let reply = try await fixture.sale(request)
        let operation = try #require(reply.operation)
        #expect(operation.operationID.hasPrefix("opn_"))
        #expect(operation.key == request.key)
        #expect(operation.version == 3)
        #expect(operation.state == .approved)
        #expect(operation.amount == request.amount)
        #expect(operation.token == request.token)
        #expect(operation.declineCode == "")
        #expect(operation.retryClass == "")
        #expect(operation.responseCode == "00")
        #expect(operation.approvalCode.utf8.count == 6)
        #expect(operation.avsResult == "Y")
        #expect(operation.cvcResult == "M")
        #expect(operation.retention == .retained)
        #expect(operation.cardBrand == "visa")
        #expect(operation.cardLastFour == "4242")
        #expect(operation.cardExpiryMonth == 12)
        #expect(operation.cardExpiryYear == 2030)
        #expect(operation.cardFingerprint.utf8.count == 32)
        #expect(operation.createTime?.seconds == TestClock.start / 1000)
        #expect(reply.position?.epoch == fixture.gateway.store.epoch)
        #expect(reply.position?.headSequence == 1)
        #expect(try await fixture.getOperation(request.key) == reply)
    }

    @Test(
        "A decline is a result, with its code and how it may be answered",
        arguments: [
            ("4000000000009995", "51", "insufficient_funds", "soft"),
            ("4000000000000002", "05", "generic_decline", "soft"),
            ("4000000000000069", "54", "expired_card", "update_card"),
            ("4000000000009987", "41", "lost_card", "hard"),
            (TestCard.scripted("13"), "13", "invalid_amount", "caller"),
            (TestCard.scripted("03"), "03", "merchant_invalid", "configuration"),
            (TestCard.blocked, "", "fraudulent", "hard"),
        ]
    )
    func declined(number: String, response: String, code: String, retry: String) async throws {
        let fixture = try await HandlerFixture()
        let reply = try await fixture.sale(try await fixture.saleRequest(number))
        #expect(reply.operation?.state == .declined)
        #expect(reply.operation?.responseCode == response)
        #expect(reply.operation?.declineCode == code)
        #expect(reply.operation?.retryClass == retry)
        #expect(reply.operation?.approvalCode == "")
    }

    @Test("The bank is given the postal code as banks compare it, and an address is optional")
    func address() async throws {
        let bank = ScriptedBank()
        let gateway = try await GatewayFixture.open(bank)
        let handler = AuthorizationHandler(sales: gateway.sales, tenants: gateway.tenants)
        let context = ServerContext(method: GatewayV1.AuthorizationService.sale)
        for address in [
            RemitType.BillingAddress(line1: " 1 Main St ", postalCode: " a1a-1a1 "),
            RemitType.BillingAddress(line1: "  "), nil,
        ] {
            let request = GatewayV1.SaleRequest(
                key: gateway.newKey().text,
                token: try await gateway.card().text,
                amount: RemitType.Money(minorUnits: 1, currency: "JPY"),
                billingAddress: address
            )
            _ = try await handler.sale(request, context: context)
        }
        #expect(bank.calls.charges.map(\.postalCode) == ["A1A1A1", "", ""])
        #expect(bank.calls.charges.map(\.hasStreet) == [true, false, false])
    }

    @Test("What the store refuses is heard with its reason")
    func refused() async throws {
        let fixture = try await HandlerFixture()
        let used = try await fixture.saleRequest()
        _ = try await fixture.sale(used)
        var other = used
        other.amount?.minorUnits += 1
        await expectRefused(Refusal(.alreadyExists, "KEY_REUSED_DIFFERENT_BODY", "key")) {
            try await fixture.sale(other)
        }
        other.key = fixture.gateway.newKey().text
        await expectRefused(Refusal(.failedPrecondition, "TOKEN_USED", "token")) {
            try await fixture.sale(other)
        }
        _ = try await fixture.fence(other.key)
        await expectRefused(Refusal(.aborted, "KEY_FENCED", "key")) {
            try await fixture.sale(other)
        }
        let late = try await fixture.saleRequest()
        fixture.bank.clock.advance(milliseconds: 24 * 3600 * 1000)
        await expectRefused(Refusal(.failedPrecondition, "TOKEN_EXPIRED", "token")) {
            try await fixture.sale(late)
        }
    }

    @Test("With its store closed the gateway is unavailable, and the key stays good")
    func closed() async throws {
        let fixture = try await HandlerFixture()
        let request = try await fixture.saleRequest()
        await fixture.gateway.store.close()
        await expectRefused(Refusal(.unavailable, "STORAGE", nil)) {
            try await fixture.sale(request)
        }
    }
}
