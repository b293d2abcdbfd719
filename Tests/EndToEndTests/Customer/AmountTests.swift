import RemitAPI
import TTRPC
import Testing

extension SharedServices {
    @Suite("Amounts")
    struct AmountTests {
        /// An amount that is refused, and how.
        struct Case: Sendable, CustomTestStringConvertible {
            let name: String
            let amount: RemitType.Money?
            let reason: String
            let field: String
            var testDescription: String { name }
        }

        static let cases = [
            Case(
                name: "zero",
                amount: money(0),
                reason: "AMOUNT_ZERO",
                field: "amount.minor_units"
            ),
            Case(
                name: "negative",
                amount: money(-1),
                reason: "AMOUNT_NEGATIVE",
                field: "amount.minor_units"
            ),
            Case(
                name: "the least number there is",
                amount: money(.min),
                reason: "AMOUNT_NEGATIVE",
                field: "amount.minor_units"
            ),
            Case(
                name: "too large",
                amount: money(.max),
                reason: "AMOUNT_OUT_OF_RANGE",
                field: "amount.minor_units"
            ),
            Case(name: "missing", amount: nil, reason: "AMOUNT_MISSING", field: "amount"),
            Case(
                name: "no currency",
                amount: money(100, ""),
                reason: "CURRENCY_MISMATCH",
                field: "amount.currency"
            ),
            Case(
                name: "a currency that is none",
                amount: money(100, "cad"),
                reason: "CURRENCY_MISMATCH",
                field: "amount.currency"
            ),
            Case(
                name: "another currency than the account's",
                amount: money(100, "USD"),
                reason: "CURRENCY_MISMATCH",
                field: "amount.currency"
            ),
        ]

        @Test(
            "R4: a zero, negative or malformed amount is refused with its reason and field",
            arguments: cases
        )
        func refused(_ refused: Case) async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let source = try await bench.newCard(SandboxCard.visa)
            let requestID = newRequestID()
            await expectRefusal(.invalidArgument, refused.reason, field: refused.field) {
                try await bench.payments.pay(
                    BillingV1.PayRequest(
                        requestID: requestID,
                        accountID: account,
                        amount: refused.amount,
                        source: source
                    )
                )
            }
            // What is refused leaves no payment, uses up no key and no card.
            #expect(try await bench.payment(requestID: requestID) == nil)
            let paid = try await bench.pay(account, money(1), source, requestID: requestID)
            #expect(paid.state == .succeeded)
            #expect(paid.amount == money(1))
        }

        @Test("R4: the gateway refuses such amounts too, whoever asks")
        func gateway() async throws {
            let bench = try TestBench.shared
            let token = try await bench.tokenize(SandboxCard.visa)
            for (amount, reason) in [
                (money(0), "AMOUNT_ZERO"), (money(-5), "AMOUNT_NEGATIVE"),
                (money(5, "XXX"), "CURRENCY_MISMATCH"), (money(.max), "AMOUNT_OUT_OF_RANGE"),
            ] {
                await expectRefusal(.invalidArgument, reason) {
                    try await bench.authorizations.sale(
                        GatewayV1.SaleRequest(
                            key: newAttempt(),
                            token: token,
                            amount: amount,
                            billingAddress: .home
                        )
                    )
                }
            }
        }

        @Test("R4: an account in yen or dinars is charged in its own minor units")
        func otherCurrencies() async throws {
            let bench = try TestBench.shared
            for currency in ["JPY", "KWD"] {
                let account = try await bench.newAccount(currency: currency)
                _ = try await bench.postInvoice(account, 1234, currency: currency)
                let payment = try await bench.pay(
                    account,
                    money(1234, currency),
                    try await bench.newCard(SandboxCard.visa)
                )
                #expect(payment.state == .succeeded)
                let charge = try #require(try await bench.charges(payment.attemptID).first)
                #expect(charge.amount == money(1234, currency))
                #expect(try await bench.balance(account).current == money(0, currency))
            }
        }
    }
}
