import ProtobufC
import RemitAPI
import TTRPC
import Testing

extension SharedServices {
    @Suite("The sandbox's cards")
    struct SandboxCardTests {
        @Test(
            "each card of the table leads to its outcome",
            arguments: SandboxRow.chargeable + SandboxRow.scripted
        )
        func outcome(_ row: SandboxRow) async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let payment = try await bench.pay(
                account,
                money(1234),
                try await bench.newCard(row.number, code: row.code)
            )
            #expect(payment.cardBrand == row.brand)
            #expect(payment.cardLastFour == row.number.suffix(4))
            let operation = try #require(
                try await bench.recovery.getOperation(
                    GatewayV1.GetOperationRequest(key: payment.attemptID)
                ).operation
            )
            #expect(operation.amount == money(1234))
            let charges = try await bench.charges(payment.attemptID)
            switch row.outcome {
            case .approved(let avs, let cvc):
                #expect(payment.state == .succeeded)
                #expect(operation.responseCode == "00")
                #expect(operation.approvalCode.utf8.count == 6)
                #expect(operation.avsResult == avs)
                #expect(operation.cvcResult == cvc)
                #expect(charges.map(\.state) == [.approved])
            case .declined(let responseCode, let declineCode, let retryClass):
                #expect(payment.state == .declined)
                #expect(payment.declineCode == declineCode)
                #expect(payment.retryClass == retryClass)
                #expect(operation.responseCode == responseCode)
                #expect(operation.approvalCode == "")
                #expect(charges.map(\.state) == [.declined])
            case .blocked:
                #expect(payment.state == .declined)
                #expect(payment.declineCode == "fraudulent")
                #expect(payment.retryClass == "hard")
                #expect(operation.responseCode == "")
                #expect(charges == [])
            case .pending:
                #expect(payment.state == .pending)
                #expect(operation.state == .pending)
                #expect(charges.map(\.state) == [.pending])
                #expect(charges.map(\.responseCode) == [""])
            }
        }

        @Test(
            "a card of no network, with a wrong digit or without a scenario is refused at entry",
            arguments: SandboxRow.refused
        )
        func refused(_ row: SandboxRow.Refused) async throws {
            let bench = try TestBench.shared
            await expectRefusal(
                row.isInvalid ? .invalidArgument : .failedPrecondition,
                row.reason,
                field: "number"
            ) {
                try await bench.tokenize(row.number)
            }
        }

        /// A card's details, and how they are refused.
        struct Details: Sendable, CustomTestStringConvertible {
            let name: String
            var number = SandboxCard.visa
            var month: Int32 = 12
            var year: Int32 = SandboxCard.expiryYear
            var code = "123"
            let reason: String
            let field: String
            var testDescription: String { name }
        }

        @Test(
            "wrong details of a card are refused at entry, each with its reason and field",
            arguments: [
                Details(
                    name: "letters",
                    number: "4242x4242",
                    reason: "BAD_TEXT",
                    field: "number"
                ),
                Details(name: "month 13", month: 13, reason: "BAD_EXPIRY", field: "expiry_month"),
                Details(
                    name: "in the past",
                    year: 2020,
                    reason: "BAD_EXPIRY",
                    field: "expiry_year"
                ),
                Details(
                    name: "too far ahead",
                    year: SandboxCard.expiryYear + 19,
                    reason: "BAD_EXPIRY",
                    field: "expiry_month"
                ),
                Details(
                    name: "four digits on a Visa card",
                    code: "1234",
                    reason: "BAD_CVC",
                    field: "verification_code"
                ),
                Details(
                    name: "three digits on an American Express card",
                    number: SandboxCard.amex,
                    reason: "BAD_CVC",
                    field: "verification_code"
                ),
            ]
        )
        func details(_ details: Details) async throws {
            let bench = try TestBench.shared
            bench.used(SandboxCard.visa)
            await expectRefusal(.invalidArgument, details.reason, field: details.field) {
                try await bench.vault.tokenize(
                    GatewayV1.TokenizeRequest(
                        number: SensitiveText(details.number),
                        expiryMonth: details.month,
                        expiryYear: details.year,
                        verificationCode: SensitiveText(details.code)
                    )
                )
            }
        }

        @Test("one number has one fingerprint and a token of its own each time")
        func fingerprint() async throws {
            let bench = try TestBench.shared
            var cards: [GatewayV1.Card] = []
            for number in ["4242424242424242", "4242 4242-4242 4242", SandboxCard.mastercard] {
                let token = try await bench.tokenize(number)
                cards.append(
                    try await bench.vault.getCard(GatewayV1.GetCardRequest(token: token))
                )
            }
            #expect(Set(cards.map(\.token)).count == 3)
            #expect(cards[0].fingerprint == cards[1].fingerprint)
            #expect(cards[0].fingerprint != cards[2].fingerprint)
            #expect(cards.allSatisfy { $0.state == .singleUse && $0.verificationCodeHeld })
            #expect(cards.map(\.lastFour) == ["4242", "4242", "4444"])
        }
    }
}
