import RemitAPI
import TTRPC
import Testing

extension SharedServices {
    @Suite("One request id, one payment")
    struct SameRequestTests {
        private static let callers = 64

        /// Pays as often as there are sources, all at once, with one request id.
        private func payAtOnce(
            _ account: String,
            _ sources: [BillingV1.PayRequest.Source],
            requestID: String
        ) async throws -> [BillingV1.Payment] {
            let bench = try TestBench.shared
            return try await withThrowingTaskGroup(of: BillingV1.Payment.self) { group in
                for source in sources {
                    group.addTask {
                        try await bench.pay(account, money(2500), source, requestID: requestID)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }

        private func expectOnce(_ account: String, _ answers: [BillingV1.Payment]) async throws {
            let bench = try TestBench.shared
            let first = try #require(answers.first)
            #expect(first.state == .succeeded)
            #expect(answers.count == Self.callers)
            #expect(answers.allSatisfy { $0 == first })
            let charges = try await bench.charges(first.attemptID)
            #expect(charges.map(\.state) == [.approved])
            #expect(try await bench.balance(account).current == money(-2500))
        }

        @Test("64 callers with one request id and one new card at once: one charge, equal answers")
        func newCard() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let source = try await bench.newCard(SandboxCard.visa)
            let answers = try await payAtOnce(
                account,
                Array(repeating: source, count: Self.callers),
                requestID: newRequestID()
            )
            try await expectOnce(account, answers)
        }

        @Test("64 callers with one request id and a token each: one charge, equal answers")
        func tokens() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            var sources: [BillingV1.PayRequest.Source] = []
            for _ in 0..<Self.callers {
                sources.append(try await bench.newCard(SandboxCard.slow))
            }
            let answers = try await payAtOnce(account, sources, requestID: newRequestID())
            try await expectOnce(account, answers)
        }

        @Test("64 callers with one request id and a saved card at once: one charge, equal answers")
        func savedCard() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            _ = try await bench.postInvoice(account, 100)
            let method = try await bench.savedMethod(account)
            let answers = try await payAtOnce(
                account,
                Array(repeating: .paymentMethodID(method), count: Self.callers),
                requestID: newRequestID()
            )
            try await expectOnce(account, answers)
        }

        @Test("a request id that is used again for something else is refused, and charges nothing")
        func otherBody() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let other = try await bench.newAccount()
            let method = try await bench.savedMethod(account)
            let requestID = newRequestID()
            let source = BillingV1.PayRequest.Source.paymentMethodID(method)
            let first = try await bench.pay(account, money(700), source, requestID: requestID)
            #expect(first.state == .succeeded)
            let card = try await bench.newCard(SandboxCard.visa)
            let reuses: [(String, RemitType.Money, BillingV1.PayRequest.Source)] = [
                (account, money(701), source), (account, money(700, "USD"), source),
                (account, money(700), card), (other, money(700), source),
            ]
            for (account, amount, source) in reuses {
                await expectRefusal(
                    .alreadyExists,
                    "KEY_REUSED_DIFFERENT_BODY",
                    field: "request_id"
                ) {
                    try await bench.pay(account, amount, source, requestID: requestID)
                }
            }
            await expectRefusal(.alreadyExists, "KEY_REUSED_DIFFERENT_BODY") {
                try await bench.accounts.create(
                    BillingV1.CreateAccountRequest(requestID: requestID, displayName: "Other")
                )
            }
            #expect(try await bench.charges(first.attemptID).count == 1)
            #expect(try await bench.balance(account).current == money(-800))
        }

        @Test("a request id with a new token of the same card gets the first answer")
        func newToken() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let requestID = newRequestID()
            let first = try await bench.pay(
                account,
                money(700),
                try await bench.newCard(SandboxCard.visa, save: true),
                requestID: requestID
            )
            #expect(first.state == .succeeded)
            let token = try await bench.tokenize(SandboxCard.visa)
            let again = try await bench.pay(
                account,
                money(700),
                .newCard(BillingV1.NewCard(token: token, billingAddress: .home, save: true)),
                requestID: requestID
            )
            #expect(again == first)
            let card = try await bench.vault.getCard(GatewayV1.GetCardRequest(token: token))
            #expect(card.state == .singleUse)
            #expect(try await bench.charges(first.attemptID).count == 1)
            let methods = try await bench.methods.list(
                BillingV1.ListPaymentMethodsRequest(accountID: account)
            )
            #expect(methods.paymentMethods.count == 1)
        }

        @Test("a declined payment's request id is answered with the decline again")
        func declined() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let requestID = newRequestID()
            let source = try await bench.newCard(SandboxCard.insufficientFunds)
            let first = try await bench.pay(account, money(700), source, requestID: requestID)
            #expect(first.state == .declined)
            let again = try await bench.pay(account, money(700), source, requestID: requestID)
            #expect(again == first)
            #expect(try await bench.charges(first.attemptID).count == 1)
        }

        @Test("a request id may be written as a UUID or as the ULID of the same bytes")
        func spelling() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let requestID = newRequestID()
            let source = try await bench.newCard(SandboxCard.visa)
            let first = try await bench.pay(account, money(700), source, requestID: requestID)
            let again = try await bench.pay(
                account,
                money(700),
                source,
                requestID: first.requestID.lowercased()
            )
            #expect(again == first)
            for malformed in ["", "1", requestID + "0", String(requestID.dropLast())] {
                await expectRefusal(.invalidArgument, "BAD_ID", field: "request_id") {
                    try await bench.pay(account, money(700), source, requestID: malformed)
                }
            }
        }
    }
}
