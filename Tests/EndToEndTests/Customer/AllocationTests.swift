import RemitAPI
import TTRPC
import Testing

extension SharedServices {
    @Suite("Where money goes")
    struct AllocationTests {
        @Test(
            """
            R5: a payment goes to the oldest invoice, then the next; the rest becomes credit, \
            which pays the next posted invoice
            """
        )
        func cascade() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let first = try await bench.postInvoice(account, 3000)
            let second = try await bench.postInvoice(account, 5000)
            let third = try await bench.postInvoice(account, 7000)
            let method = BillingV1.PayRequest.Source.paymentMethodID(
                try await bench.savedMethod(account)
            )
            // The dollar that saved the method went to the first.
            let part = try await bench.pay(account, money(3900), method)
            #expect(part.state == .succeeded)
            #expect(part.allocations.map(\.invoiceID) == [first.invoiceID, second.invoiceID])
            #expect(part.allocations.map(\.amount) == [money(2900), money(1000)])
            #expect(part.credited == money(0))
            try await expect(first, .paid, due: 0)
            try await expect(second, .open, due: 4000)
            try await expect(third, .open, due: 7000)

            let rest = try await bench.pay(account, money(13_500), method)
            #expect(rest.allocations.map(\.invoiceNumber).count == 2)
            #expect(rest.allocations.map(\.amount) == [money(4000), money(7000)])
            #expect(rest.credited == money(2500))
            try await expect(second, .paid, due: 0)
            try await expect(third, .paid, due: 0)
            #expect(try await bench.balance(account).current == money(-2500))

            let fourth = try await bench.postInvoice(account, 1000)
            #expect(fourth.state == .paid)
            #expect(fourth.balanceForward == money(-2500))
            let fifth = try await bench.postInvoice(account, 2000)
            #expect(fifth.state == .open)
            #expect(fifth.amountDue == money(500))
            let balance = try await bench.balance(account)
            #expect(balance.current == money(500))
            #expect(balance.credit == money(0))
            try await expectCredits(fifth, [money(1500)])
            try await expectHistory(account)
        }

        private func expect(
            _ invoice: BillingV1.Invoice,
            _ state: BillingV1.InvoiceState,
            due: Int64,
            sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            let now = try await TestBench.shared.invoice(invoice.invoiceID)
            #expect(now.state == state, sourceLocation: sourceLocation)
            #expect(now.amountDue == money(due), sourceLocation: sourceLocation)
        }

        private func expectCredits(
            _ invoice: BillingV1.Invoice,
            _ amounts: [RemitType.Money]
        ) async throws {
            let allocations = try await TestBench.shared.invoice(invoice.invoiceID).allocations
            #expect(allocations.map(\.amount) == amounts)
            for allocation in allocations {
                guard case .creditID(let credit) = allocation.source else {
                    Issue.record("the source is no credit: \(allocation)")
                    continue
                }
                #expect(credit.hasPrefix("crd_"))
            }
        }

        /// Each row's balance is the one before it, changed by the row.
        private func expectHistory(_ account: String) async throws {
            let bench = try TestBench.shared
            let list = try await bench.history.listTransactions(
                BillingV1.ListTransactionsRequest(accountID: account)
            )
            let rows = list.transactions.filter { $0.type != .credit }
            #expect(rows.count == 8)
            var balance: Int64 = 0
            for row in rows.reversed() {
                balance += try #require(row.amount).minorUnits
                #expect(row.balanceAfter == money(balance), "\(row)")
            }
            #expect(balance == 500)
            let credits = list.transactions.filter { $0.type == .credit }
            #expect(credits.map(\.status) == ["USED"])
        }

        @Test("R5: invoices posted at the same moment are paid by their numbers")
        func numbers() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let invoices = try await withThrowingTaskGroup(of: BillingV1.Invoice.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await bench.postInvoice(account, 100) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let payment = try await bench.pay(
                account,
                money(350),
                try await bench.newCard(SandboxCard.visa)
            )
            let numbers = invoices.map(\.invoiceNumber).sorted()
            #expect(Set(numbers).count == 8)
            #expect(payment.allocations.map(\.invoiceNumber) == Array(numbers.prefix(4)))
            #expect(payment.allocations.last?.amount == money(50))
        }

        @Test("R5: a payment that is not accepted goes nowhere")
        func declined() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let invoice = try await bench.postInvoice(account, 900)
            let payment = try await bench.pay(
                account,
                money(900),
                try await bench.newCard(SandboxCard.insufficientFunds)
            )
            #expect(payment.state == .declined)
            #expect(payment.allocations.isEmpty)
            try await expect(invoice, .open, due: 900)
            #expect(try await bench.balance(account).current == money(900))
        }
    }
}
