import RemitAPI
import TTRPC
import Testing

extension SharedServices {
    @Suite("The bank's answer")
    struct OutcomeTests {
        @Test("R7: the payer waits for the bank's answer, and gets it: accepted")
        func accepted() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let payment = try await bench.pay(
                account,
                money(2000),
                try await bench.newCard(SandboxCard.slow)
            )
            #expect(payment.state == .succeeded)
            #expect(payment.settleTime != nil)
            #expect(payment.declineCode == "")
            #expect(try await bench.balance(account).current == money(-2000))
        }

        @Test("R7: the payer waits for the bank's answer, and gets it: declined")
        func declined() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let payment = try await bench.pay(
                account,
                money(2000),
                try await bench.newCard(SandboxCard.insufficientFunds)
            )
            #expect(payment.state == .declined)
            #expect(payment.settleTime != nil)
            #expect(try await bench.balance(account).current == money(0))
        }

        @Test("R7: the payer waits for the bank's answer, and gets it: pending")
        func pending() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let payment = try await bench.pay(
                account,
                money(2000),
                try await bench.newCard(SandboxCard.pendingForever)
            )
            #expect(payment.state == .pending)
            #expect(payment.settleTime == nil)
            let balance = try await bench.balance(account)
            #expect(balance.current == money(0))
            #expect(balance.pending == money(2000))
        }

        @Test(
            """
            R11: a declined payment says that the card has been declined and what to do; the \
            bank's reason is for operators
            """,
            arguments: [
                ("4000000000009995", "insufficient_funds", "soft"),
                ("4000000000009987", "lost_card", "hard"),
                ("4000000000000069", "expired_card", "update_card"),
                ("4100000000000019", "fraudulent", "hard"),
            ]
        )
        func message(_ number: String, _ declineCode: String, _ retryClass: String) async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let payment = try await bench.pay(
                account,
                money(2000),
                try await bench.newCard(number)
            )
            #expect(payment.state == .declined)
            #expect(
                payment.message
                    == "The card has been declined. Check the card details and billing "
                    + "address, then try again or use a different payment method."
            )
            #expect(payment.declineCode == declineCode)
            #expect(payment.retryClass == retryClass)
            let shown = try await bench.history.listTransactions(
                BillingV1.ListTransactionsRequest(accountID: account)
            ).transactions
            #expect(shown.map(\.status) == ["DECLINED"])
            #expect(shown.map(\.amount) == [money(-2000)])
            #expect(shown.first?.balanceAfter == money(0))
            #expect(!shown.contains { $0.description.contains(declineCode) })
        }
    }
}
