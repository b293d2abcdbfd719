import RemitAPI
import TTRPC
import Testing

extension SharedServices {
    @Suite("What is paid with")
    struct PaymentSourceTests {
        @Test("R6: a payment is made with a saved method, or with a new card")
        func either() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let method = try await bench.savedMethod(account)
            let saved = try await bench.pay(account, money(700), .paymentMethodID(method))
            #expect(saved.state == .succeeded)
            #expect(saved.paymentMethodID == method)
            #expect(saved.cardBrand == "visa")
            #expect(saved.cardLastFour == "4242")
            let new = try await bench.pay(
                account,
                money(800),
                try await bench.newCard(SandboxCard.amex)
            )
            #expect(new.state == .succeeded)
            #expect(new.paymentMethodID == "")
            #expect(new.cardBrand == "amex")
            #expect(new.cardLastFour == "0005")
        }

        @Test("R6: a payment with neither is refused")
        func neither() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            await expectRefusal(.invalidArgument, "SOURCE_MISSING", field: "source") {
                try await bench.pay(account, money(700), nil)
            }
        }

        @Test("R6: another account's method is as if it were not there")
        func foreign() async throws {
            let bench = try TestBench.shared
            let method = try await bench.savedMethod(try await bench.newAccount())
            let other = try await bench.newAccount()
            let requestID = newRequestID()
            await expectRefusal(.notFound, "NOT_FOUND", field: "payment_method_id") {
                try await bench.pay(
                    other,
                    money(700),
                    .paymentMethodID(method),
                    requestID: requestID
                )
            }
            await expectRefusal(.notFound, "NOT_FOUND", field: "payment_method_id") {
                try await bench.methods.delete(
                    BillingV1.DeletePaymentMethodRequest(
                        accountID: other,
                        paymentMethodID: method
                    )
                )
            }
            #expect(try await bench.payment(requestID: requestID) == nil)
        }

        @Test("R6: a deleted method is refused at once, and its card ends at the gateway")
        func deleted() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let token = try await bench.tokenize(SandboxCard.visa)
            let payment = try await bench.pay(
                account,
                money(100),
                .newCard(BillingV1.NewCard(token: token, billingAddress: .home, save: true))
            )
            let method = payment.paymentMethodID
            let delete = BillingV1.DeletePaymentMethodRequest(
                accountID: account,
                paymentMethodID: method
            )
            #expect(try await bench.methods.delete(delete).state == .deleted)
            #expect(try await bench.methods.delete(delete).state == .deleted)
            await expectRefusal(
                .failedPrecondition,
                "METHOD_DELETED",
                field: "payment_method_id"
            ) {
                try await bench.pay(account, money(700), .paymentMethodID(method))
            }
            let listed = try await bench.methods.list(
                BillingV1.ListPaymentMethodsRequest(accountID: account)
            )
            #expect(!listed.paymentMethods.contains { $0.state == .active })
            _ = try await eventually(
                "the end of a deleted card",
                within: TestBench.maxDecision
            ) {
                let card = try await bench.vault.getCard(GatewayV1.GetCardRequest(token: token))
                return card.state == .deleted ? card : nil
            }
        }

        @Test("R6: a token that the gateway did not give is refused before anything is stored")
        func unknownToken() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let requestID = newRequestID()
            await expectRefusal(.notFound, "TOKEN_NOT_FOUND", field: "new_card.token") {
                try await bench.pay(
                    account,
                    money(700),
                    .newCard(
                        BillingV1.NewCard(
                            token: "tok_00000000000000000000000001",
                            billingAddress: .home
                        )
                    ),
                    requestID: requestID
                )
            }
            #expect(try await bench.payment(requestID: requestID) == nil)
        }
    }
}
