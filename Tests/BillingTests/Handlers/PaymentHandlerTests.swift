import NIOCore
import Payments
import RemitAPI
import TTRPC
import Testing

@testable import Billing

@Suite("PaymentService")
struct PaymentHandlerTests {
    private func handler(_ fixture: PaymentFixture) -> PaymentHandler {
        PaymentHandler(
            store: fixture.books.store,
            processor: fixture.processor,
            hub: fixture.hub,
            configuration: fixture.configuration
        )
    }

    private func pay(
        _ fixture: PaymentFixture,
        _ account: AccountID,
        timeout: TimeAmount? = nil,
        _ change: (inout BillingV1.PayRequest) -> Void = { _ in }
    ) async throws -> BillingV1.Payment {
        var request = BillingV1.PayRequest(
            requestID: fixture.books.newKey().text,
            accountID: account.text,
            amount: .cad(1000),
            source: .newCard(
                BillingV1.NewCard(
                    token: fixture.books.newToken().text,
                    billingAddress: Books.address
                )
            )
        )
        change(&request)
        let context = ServerContext.call(BillingV1.PaymentService.pay, timeout: timeout)
        return try await handler(fixture).pay(request, context: context)
    }

    private func prepare(
        _ fixture: PaymentFixture,
        _ account: String
    ) async throws -> BillingV1.PreparePaymentResponse {
        try await handler(fixture).prepare(
            .init(accountID: account),
            context: .call(BillingV1.PaymentService.prepare)
        )
    }

    private func get(
        _ fixture: PaymentFixture,
        _ key: BillingV1.GetPaymentRequest.Key?
    ) async throws -> BillingV1.Payment {
        try await handler(fixture)
            .get(.init(key: key), context: .call(BillingV1.PaymentService.get))
    }

    @Test("R3, R12: Prepare fills in what is outstanding, the address, and the top user's email")
    func prepares() async throws {
        let fixture = PaymentFixture(try Books(), ScriptedGateway())
        let books = fixture.books
        let account = try await books.account()
        let blank = try await prepare(fixture, account.text)
        #expect(blank.amount == nil && blank.billingEmail == "" && blank.livePayment == nil)
        #expect(blank.billingAddress == Books.address)
        try await books.invite(account, email: "top@example.com")
        let method = try await books.savedMethod(account)
        try await books.invoice(account, 900)
        let live = try await books.reserve(account, 10)
        let page = try await prepare(fixture, account.text)
        #expect(page.amount == .cad(800) && page.billingEmail == "top@example.com")
        #expect(page.paymentMethods.map(\.paymentMethodID) == [method.text])
        #expect(page.livePayment?.paymentID == live.id.text)
        #expect(page.balance?.version == (try await books.balance(account)).version)
        await expectRefusal(.invalidArgument, "BAD_ID", "account_id") {
            try await prepare(fixture, "x")
        }
        await expectRefusal(.notFound, "NOT_FOUND", "account_id") {
            try await prepare(fixture, "acct_01J00000000000000000000000")
        }
    }

    @Test("R9: an accepted payment says where it went, and can be read by both its ids")
    func pays() async throws {
        let fixture = PaymentFixture(try Books(), ScriptedGateway())
        let account = try await fixture.books.account()
        try await fixture.books.invoice(account, 700)
        let payment = try await pay(fixture, account)
        #expect(payment.state == .succeeded && payment.amount == .cad(1000))
        #expect(payment.message == "Your payment was accepted. Thank you.")
        #expect(payment.allocations.map(\.amount) == [.cad(700)])
        #expect(payment.allocations.map(\.invoiceNumber) == ["INV00000001"])
        #expect(payment.credited == .cad(300) && payment.cardLastFour == "4242")
        #expect(payment.settleTime != nil && payment.attemptID.hasPrefix("att_"))
        #expect(try await get(fixture, .paymentID(payment.paymentID)) == payment)
        #expect(try await get(fixture, .requestID(payment.requestID)) == payment)
    }

    @Test("R11: a decline is an answer, and the bank's reasons are not in the shopper's message")
    func declines() async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in script.sale = { .success(.of($0.attempt, .declined)) } }
        let fixture = PaymentFixture(try Books(), gateway)
        let payment = try await pay(fixture, try await fixture.books.account())
        #expect(payment.state == .declined && payment.declineCode == "do_not_honor")
        #expect(payment.message.hasPrefix("The card has been declined."))
        #expect(!payment.message.contains("honor"))
    }

    @Test("A caller with a deadline is answered before it, with the payment as far as it has come")
    func answersBeforeTheDeadline() async throws {
        let (gateway, gate) = (ScriptedGateway(), Gate())
        gateway.script { script in
            script.sale = { sale in
                await gate.pass()
                return .success(.of(sale.attempt, .approved))
            }
        }
        let fixture = PaymentFixture(try Books(), gateway)
        let account = try await fixture.books.account()
        let payment = try await pay(fixture, account, timeout: .milliseconds(200))
        #expect(payment.state == .submitting && payment.message == "")
        await expectRefusal(.failedPrecondition, "PAYMENT_IN_PROGRESS", "account_id") {
            try await pay(fixture, account)
        }
        gate.open()
        try await eventually("the sale's end") {
            try await get(fixture, .paymentID(payment.paymentID)).state == .succeeded
        }
    }

    @Test("Every state has its number, and its words where the shopper must know")
    func states() {
        for state in PaymentState.allCases {
            let wire = BillingV1.PaymentState(rawValue: Int32(state.wireNumber))
            #expect(wire.name == state.name)
            #expect(state.message.isEmpty == (state == .submitting))
        }
        for state in [PaymentState.unknown, .review] {
            #expect(
                state.message == "We are checking this payment with your bank. "
                    + "Please don't pay again; we will e-mail you."
            )
        }
    }

    private static func card(
        _ change: (inout BillingV1.NewCard) -> Void
    ) -> BillingV1.PayRequest.Source {
        var card = BillingV1.NewCard(token: "tok_01J00000000000000000000000")
        change(&card)
        return .newCard(card)
    }

    static let refusals: [Refusal<BillingV1.PayRequest>] = [
        Refusal("no request id", "BAD_ID", "request_id") { $0.requestID = "" },
        Refusal("a request id that is none", "BAD_ID", "request_id") { $0.requestID = "pay" },
        Refusal("no account", "BAD_ID", "account_id") { $0.accountID = "" },
        Refusal("no such account", "NOT_FOUND", "account_id", code: .notFound) {
            $0.accountID = "acct_01J00000000000000000000000"
        },
        Refusal("no amount", "AMOUNT_MISSING", "amount") { $0.amount = nil },
        Refusal("R4: a zero amount", "AMOUNT_ZERO", "amount.minor_units") { $0.amount = .cad(0) },
        Refusal("R4: zero in no currency", "AMOUNT_ZERO", "amount.minor_units") {
            $0.amount = .init()
        },
        Refusal("R4: a negative amount", "AMOUNT_NEGATIVE", "amount.minor_units") {
            $0.amount = .cad(-1)
        },
        Refusal("the smallest number", "AMOUNT_NEGATIVE", "amount.minor_units") {
            $0.amount = .cad(.min)
        },
        Refusal("an amount too large", "AMOUNT_OUT_OF_RANGE", "amount.minor_units") {
            $0.amount = .cad(1_000_000_000_001)
        },
        Refusal("a currency not offered", "CURRENCY_MISMATCH", "amount.currency") {
            $0.amount = .init(minorUnits: 1, currency: "XYZ")
        },
        Refusal("another currency than the account's", "CURRENCY_MISMATCH", "amount.currency") {
            $0.amount = .init(minorUnits: 1, currency: "JPY")
        },
        Refusal("R6: no source", "SOURCE_MISSING", "source") { $0.source = nil },
        Refusal("a method that is no id", "BAD_ID", "payment_method_id") {
            $0.source = .paymentMethodID("visa")
        },
        Refusal("no such method", "NOT_FOUND", "payment_method_id", code: .notFound) {
            $0.source = .paymentMethodID("pm_01J00000000000000000000000")
        },
        Refusal("no token", "BAD_ID", "new_card.token") { $0.source = card { $0.token = "" } },
        Refusal("a card number for a token", "BAD_ID", "new_card.token") {
            $0.source = card { $0.token = "4242424242424242" }
        },
        Refusal("a country of three letters", "BAD_TEXT", "new_card.billing_address.country") {
            $0.source = card { $0.billingAddress = .init(country: "CAN") }
        },
        Refusal("an email that is none", "BAD_TEXT", "new_card.billing_email") {
            $0.source = card { $0.billingEmail = "nobody" }
        },
        Refusal("a negative version", "BAD_VERSION", "balance_version") {
            $0.balanceVersion = -1
        },
    ]

    @Test("Pay refuses, stores nothing and charges nothing", arguments: refusals)
    func refuses(refusal: Refusal<BillingV1.PayRequest>) async throws {
        let gateway = ScriptedGateway()
        let fixture = PaymentFixture(try Books(), gateway)
        let account = try await fixture.books.account()
        let before = try await fixture.books.dump()
        await expectRefusal(refusal.code, refusal.reason, refusal.field) {
            try await pay(fixture, account, refusal.change)
        }
        #expect(try await fixture.books.dump() == before)
        #expect(gateway.sales.isEmpty)
    }

    @Test("A refusal repeats no card number that came where a token belongs")
    func repeatsNoCardNumber() async throws {
        let fixture = PaymentFixture(try Books(), ScriptedGateway())
        let account = try await fixture.books.account()
        let error = await #expect(throws: RPCError.self) {
            try await pay(fixture, account) {
                $0.source = Self.card { $0.token = "4242424242424242" }
            }
        }
        #expect(error.map { "\($0)".contains("4242") } == false)
    }

    @Test(
        "Tokens that cannot be charged, and a gateway that cannot be reached",
        arguments: [
            (
                Result<GatewayCard, RPCError>.failure(.init(.notFound, "Not there.")),
                RPCCode.notFound, "TOKEN_NOT_FOUND", "new_card.token" as String?
            ),
            (.success(.visa(.used)), .failedPrecondition, "TOKEN_USED", "new_card.token"),
            (.success(.visa(.deleted)), .failedPrecondition, "METHOD_DELETED", "new_card.token"),
            (.success(.visa(.expired)), .failedPrecondition, "TOKEN_EXPIRED", "new_card.token"),
            (.failure(.notSent), .unavailable, "GATEWAY_UNAVAILABLE", nil),
        ]
    )
    func tokens(
        answer: Result<GatewayCard, RPCError>,
        code: RPCCode,
        reason: String,
        field: String?
    ) async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in script.card = { _ in answer } }
        let fixture = PaymentFixture(try Books(), gateway)
        let account = try await fixture.books.account()
        await expectRefusal(code, reason, field) { try await pay(fixture, account) }
    }

    @Test("A used id, a deleted method, a stale page and a lost gateway are told apart")
    func refusesByState() async throws {
        let fixture = PaymentFixture(try Books(), ScriptedGateway())
        let books = fixture.books
        let account = try await books.account()
        let key = books.newKey().text
        _ = try await pay(fixture, account) { $0.requestID = key }
        await expectRefusal(.alreadyExists, "KEY_REUSED_DIFFERENT_BODY", "request_id") {
            try await pay(fixture, account) {
                $0.requestID = key
                $0.amount = .cad(1001)
            }
        }
        let method = try await books.savedMethod(account)
        _ = try await books.store.deleteMethod(method, of: account)
        await expectRefusal(.failedPrecondition, "METHOD_DELETED", "payment_method_id") {
            try await pay(fixture, account) { $0.source = .paymentMethodID(method.text) }
        }
        await expectRefusal(.aborted, "VERSION_CONFLICT", "balance_version") {
            try await pay(fixture, account) { $0.balanceVersion = 1 }
        }
        _ = fixture.health.note("a test")
        await expectRefusal(.dataLoss, "GATEWAY_DATA_LOSS", nil) {
            try await pay(fixture, account)
        }
    }

    @Test("Get refuses what names no payment")
    func refusesGet() async throws {
        let fixture = PaymentFixture(try Books(), ScriptedGateway())
        await expectRefusal(.invalidArgument, "BAD_ID", "payment_id") {
            try await get(fixture, nil)
        }
        await expectRefusal(.invalidArgument, "BAD_ID", "payment_id") {
            try await get(fixture, .paymentID("att_01J00000000000000000000000"))
        }
        await expectRefusal(.invalidArgument, "BAD_ID", "request_id") {
            try await get(fixture, .requestID("x"))
        }
        await expectRefusal(.notFound, "NOT_FOUND", "payment_id") {
            try await get(fixture, .paymentID("pay_01J00000000000000000000000"))
        }
        let used = fixture.books.newKey()
        _ = try await fixture.books.draft(try await fixture.books.account(), 1, key: used)
        for key in [used, fixture.books.newKey()] {
            await expectRefusal(.notFound, "NOT_FOUND", "payment_id") {
                try await get(fixture, .requestID(key.text))
            }
        }
    }
}
