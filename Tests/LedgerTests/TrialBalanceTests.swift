import Ledger
import Payments
import Testing

@Suite("TrialBalance")
struct TrialBalanceTests {
    @Test("Debits and credits are summed for each account and currency, never across")
    func sums() throws {
        var balance = TrialBalance()
        for entry in try LedgerFixture.journal() { try balance.add(entry.postings) }
        let lines = balance.lines.map {
            "\($0.account.rawValue) \($0.currency) \($0.debitMinorUnits) \($0.creditMinorUnits)"
        }
        #expect(
            lines == [
                "accounts_receivable CAD 11500 11500", "revenue CAD 0 10000",
                "tax_payable CAD 0 1500", "customer_credit CAD 0 500",
                "gateway_clearing CAD 12000 0", "bank_receivable JPY 700 0",
                "merchant_payable JPY 0 700",
            ]
        )
        #expect(balance.isBalanced)
    }

    @Test("The same account in two currencies is two lines, in the order of the codes")
    func currencies() throws {
        var balance = TrialBalance()
        for currency in [Currency.USD, .CAD, .EUR] {
            try balance.add(.revenue, currency, debit: 0, credit: 5)
        }
        #expect(balance.lines.map(\.currency) == [.CAD, .EUR, .USD])
        #expect(!balance.isBalanced)
    }

    @Test("What is out by the same in two currencies is not balanced")
    func opposed() throws {
        var balance = TrialBalance()
        try balance.add(.revenue, .CAD, debit: 0, credit: 5)
        try balance.add(.accountsReceivable, .USD, debit: 5, credit: 0)
        #expect(!balance.isBalanced)
        try balance.add(.accountsReceivable, .CAD, debit: 5, credit: 0)
        try balance.add(.revenue, .USD, debit: 0, credit: 5)
        #expect(balance.isBalanced)
    }

    @Test("Nothing is balanced and has no lines")
    func empty() {
        #expect(TrialBalance().isBalanced)
        #expect(TrialBalance().lines.isEmpty)
    }

    @Test("Sums that do not fit are refused, and the line stays as it was")
    func overflow() throws {
        var balance = TrialBalance()
        try balance.add(.revenue, .CAD, debit: .max, credit: .max)
        #expect(throws: LedgerError.overflow) {
            try balance.add(.revenue, .CAD, debit: 1, credit: 0)
        }
        #expect(throws: LedgerError.overflow) {
            try balance.add(.revenue, .CAD, debit: 0, credit: 1)
        }
        #expect(balance.lines.map(\.debitMinorUnits) == [.max])
        #expect(balance.lines.map(\.creditMinorUnits) == [.max])
    }

    @Test("The smallest posting has no opposite: it is an overflow, not a trap")
    func smallestPosting() {
        var balance = TrialBalance()
        #expect(throws: LedgerError.overflow) {
            try balance.add([
                Posting(.revenue, .min, .CAD), Posting(.accountsReceivable, .max, .CAD),
                Posting(.accountsReceivable, 1, .CAD),
            ])
        }
    }
}
