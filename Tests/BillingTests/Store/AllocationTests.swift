import Ledger
import Payments
import Testing

@testable import Billing

@Suite("Where money goes")
struct AllocationTests {
    @Test("R5: a payment pays the oldest invoice, then the next; the rest becomes credit")
    func cascades() async throws {
        let books = try Books()
        let account = try await books.account()
        // Drafted in another order than posted: the date of posting counts.
        let drafts = [
            try await books.draft(account, 300), try await books.draft(account, 200),
            try await books.draft(account, 100),
        ]
        for draft in drafts.reversed() {
            _ = try await books.store.post(draft.id)
            books.clock.advance(days: 1)
        }
        let first = try await books.paid(account, 150)
        let view = try await books.store.payment(first.id)
        #expect(view.allocations.map(\.allocation.invoice) == [drafts[2].id, drafts[1].id])
        #expect(view.allocations.map(\.allocation.amount) == [100, 50])
        #expect(try await books.invoice(drafts[2].id).state == .paid)
        #expect(try await books.invoice(drafts[1].id).state == .open)
        #expect(try await books.invoice(drafts[1].id).due == 150)
        #expect(try await books.paid(account, 500).credited == 50)
        let balance = try await books.balance(account)
        #expect(balance.outstanding == 0 && balance.credit == 50 && balance.current == -50)
        try await books.expectSound()
    }

    @Test("Invoices of one moment are paid by their numbers")
    func sameMomentByNumber() async throws {
        let books = try Books()
        let account = try await books.account()
        var posted: [InvoiceID] = []
        for _ in 0..<5 { posted.append(try await books.invoice(account, 10).id) }
        let payment = try await books.paid(account, 35)
        let parts = try await books.store.payment(payment.id).allocations.map(\.allocation)
        #expect(parts.map(\.invoice) == Array(posted.prefix(4)))
        #expect(parts.map(\.amount) == [10, 10, 10, 5])
    }

    @Test("More invoices than are read at a time are paid by one payment")
    func manyInvoices() async throws {
        let books = try Books()
        let account = try await books.account()
        for _ in 0..<205 { try await books.invoice(account, 3) }
        let payment = try await books.paid(account, 205 * 3 + 1)
        let parts = try await books.store.payment(payment.id).allocations
        #expect(parts.count == 205)
        #expect(parts.allSatisfy { $0.allocation.amount == 3 })
        #expect(payment.credited == 1)
        #expect(try await books.balance(account).outstanding == 0)
        try await books.expectSound()
    }

    @Test("R5: an invoice that is posted uses credit first in, first out")
    func creditIsUsedFirstInFirstOut() async throws {
        let books = try Books()
        let account = try await books.account()
        for amount: Int64 in [30, 50, 40] { try await books.paid(account, amount) }
        let credits = try await books.store.read { try $0.freeCredits(of: account, limit: 9) }
        #expect(credits.map(\.remaining) == [30, 50, 40])
        let posted = try await books.store.post(try await books.draft(account, 60, tax: 7).id)
        #expect(posted.invoice.state == .paid && posted.invoice.due == 0)
        #expect(posted.allocations.map(\.amount) == [30, 30])
        let rest = try await books.store.read { try $0.freeCredits(of: account, limit: 9) }
        #expect(rest.map(\.id) == credits.dropFirst().map(\.id))
        #expect(rest.map(\.remaining) == [20, 40])
        let entries = try await books.entries().suffix(2)
        #expect(entries.map(\.kind) == [.invoicePosted, .creditApplied])
        #expect(entries.first?.postings.map(\.minorUnits) == [60, -53, -7])
        #expect(entries.last?.postings.map(\.minorUnits) == [60, -60])
        let partly = try await books.invoice(account, 100)
        #expect(partly.state == .open && partly.due == 40)
        #expect(try await books.balance(account).credit == 0)
        try await books.expectSound()
    }

    @Test("More credits than are read at a time pay one invoice")
    func manyCredits() async throws {
        let books = try Books()
        let account = try await books.account()
        for _ in 0..<105 { try await books.paid(account, 2) }
        let posted = try await books.store.post(try await books.draft(account, 215).id)
        #expect(posted.allocations.count == 105)
        #expect(posted.invoice.due == 5)
        try await books.expectSound()
    }

    @Test("Credit is used in its order when the clock has stepped back between two starts")
    func creditOrderIsNotTheClocks() async throws {
        var books = try Books()
        let account = try await books.account()
        let older = try await books.paid(account, 30)
        books = try await books.reopened(clock: TestClock(TestClock.start - 3_600_000))
        try await books.paid(account, 50)
        let posted = try await books.store.post(try await books.draft(account, 10).id)
        let credit = try #require(
            try await books.store.read { try $0.freeCredits(of: account, limit: 9) }
                .first { $0.payment == older.id }
        )
        #expect(posted.allocations.count == 1)
        #expect(credit.remaining == 20)
    }

    @Test("Money of one account goes to no other")
    func accountsAreApart() async throws {
        let books = try Books()
        let (mine, theirs) = (try await books.account(), try await books.account())
        try await books.invoice(theirs, 100)
        #expect(try await books.paid(mine, 40).credited == 40)
        try await books.invoice(theirs, 100)
        #expect(try await books.balance(theirs).outstanding == 200)
        #expect(try await books.balance(mine).credit == 40)
    }

    @Test("Pending money is in none of the balance's sums")
    func pendingIsApart() async throws {
        let books = try Books()
        let account = try await books.account()
        try await books.invoice(account, 500)
        let payment = try await books.reserve(account, 200)
        try await books.settle(payment, .pending, version: 1)
        let record = try await books.store.read { try $0.account(account) }
        #expect(record.balance.current == 500 && record.pendingMinorUnits == 200)
        try await books.settle(payment, .declined, version: 2)
        let after = try await books.store.read { try $0.account(account) }
        #expect(after.balance == record.balance && after.pendingMinorUnits == 0)
    }

    @Test("Every change of a balance makes it a new version")
    func versionsRise() async throws {
        let books = try Books()
        let account = try await books.account()
        var versions = [try await books.balance(account).version]
        try await books.invoice(account, 100)
        versions.append(try await books.balance(account).version)
        try await books.paid(account, 30)
        versions.append(try await books.balance(account).version)
        #expect(versions[0] < versions[1] && versions[1] < versions[2])
    }
}
