import GRDB
import Ledger
import Payments
import ServiceKit
import Testing

@testable import Billing

@Suite("Invoices")
struct InvoiceTests {
    @Test("A draft has no number and counts for nothing")
    func draftsCountForNothing() async throws {
        let books = try Books()
        let account = try await books.account()
        let draft = try await books.draft(account, 500, tax: 65)
        #expect(draft.state == .draft && draft.number == nil && draft.numberText == "")
        #expect(draft.total == 500 && draft.due == 500 && draft.tax == 65)
        #expect(try await books.balance(account).current == 0)
        #expect(try await books.count("ledger_entries") == 0)
        #expect(try await books.count("history") == 0)
        await #expect(throws: BillingError.currencyMismatch(account: .CAD)) {
            try await books.draft(account, 500, currency: .USD)
        }
        await #expect(throws: BillingError.accountNotFound) {
            try await books.draft(AccountID(ULID(high: 5, low: 5)), 500)
        }
    }

    @Test("Posting gives number, dates and the balance before it")
    func posts() async throws {
        let books = try Books()
        let account = try await books.account()
        try await books.invoice(account, 200)
        let draft = try await books.draft(account, 500, tax: 65)
        books.clock.advance(days: 2)
        let posted = try await books.store.post(draft.id)
        #expect(posted.invoice.numberText == "INV00000002")
        #expect(posted.invoice.state == .open && posted.invoice.balanceForward == 200)
        #expect(posted.invoice.postedAt == books.clock.milliseconds)
        #expect(
            posted.invoice.dueAt
                == books.clock.milliseconds + BillingStore.standardTermMilliseconds
        )
        #expect(posted.accountNumber == "000001")
        #expect(posted.lines.map(\.amount) == [435] && posted.taxes.map(\.amount) == [65])
        let entry = try #require(try await books.entries().last)
        #expect(entry.reference == draft.id.text)
        #expect(entry.postings.map(\.account) == [.accountsReceivable, .revenue, .taxPayable])
        #expect(entry.postings.map(\.minorUnits) == [500, -435, -65])
        #expect(try await books.balance(account).outstanding == 700)
    }

    @Test("Posting twice is the same as once")
    func postingTwice() async throws {
        let books = try Books()
        let account = try await books.account()
        try await books.invite(account)
        let draft = try await books.draft(account, 500)
        _ = try await books.store.post(draft.id)
        try await books.paid(account, 500)
        let before = try await books.dump()
        #expect(try await books.store.post(draft.id).invoice.state == .paid)
        #expect(try await books.dump() == before)
    }

    @Test("A voided invoice and one that is not there cannot be posted")
    func cannotBePosted() async throws {
        let books = try Books()
        let draft = try await books.draft(try await books.account(), 500)
        try await books.store.write { tables in
            var invoice = try tables.invoice(draft.id)
            invoice.state = .void
            try tables.update(invoice)
        }
        await #expect(throws: BillingError.invoiceState("It was voided.")) {
            try await books.store.post(draft.id)
        }
        await #expect(throws: BillingError.invoiceNotFound) {
            try await books.store.post(InvoiceID(ULID(high: 5, low: 5)))
        }
    }

    @Test("Invoice numbers have no gaps, across failures and many at once")
    func numbersHaveNoGaps() async throws {
        let books = try Books()
        let account = try await books.account()
        try await books.invite(account)
        var drafts: [InvoiceID] = []
        for _ in 0..<24 { drafts.append(try await books.draft(account, 100).id) }
        try await books.invoice(account, 100)
        // Whoever gets the fourth number fails after it was taken.
        try await books.fail("UPDATE ON invoices WHEN NEW.number = 4")
        let ids = drafts
        let posted = await withTaskGroup(of: Bool.self) { group in
            for id in ids {
                group.addTask { (try? await books.store.post(id)) != nil }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        // It is tried again by every later one: it is never left out.
        #expect(posted == 2)
        try await books.heal()
        for id in ids { _ = try await books.store.post(id) }
        let numbers = try await books.store.read { tables in
            try Int64.fetchAll(
                tables.database,
                sql: "SELECT number FROM invoices ORDER BY number LIMIT 100"
            )
        }
        #expect(numbers == Array(1...25))
        try await books.expectSound()
    }

    @Test("Posting many at once gives each its own number")
    func postsManyAtOnce() async throws {
        let books = try Books()
        let account = try await books.account()
        var drafts: [InvoiceID] = []
        for _ in 0..<40 { drafts.append(try await books.draft(account, 10).id) }
        let numbers = try await withThrowingTaskGroup(of: Int64?.self) { group in
            for id in drafts {
                group.addTask { try await books.store.post(id).invoice.number }
            }
            return try await group.reduce(into: []) { $0.append($1 ?? 0) }
        }
        #expect(numbers.sorted() == Array(1...40))
        #expect(try await books.balance(account).outstanding == 400)
        try await books.expectSound()
    }

    @Test("An account's invoices come newest first, in pages")
    func listsInPages() async throws {
        let books = try Books()
        let account = try await books.account()
        var ids: [InvoiceID] = []
        for _ in 0..<5 { ids.append(try await books.draft(account, 10).id) }
        _ = try await books.draft(try await books.account(), 10)
        var found: [InvoiceID] = []
        var before: InvoiceID?
        while true {
            let last = before
            let page = try await books.store.read {
                try $0.invoices(of: account, before: last, limit: 2).map(\.id)
            }
            guard !page.isEmpty else { break }
            found += page
            before = page.last
        }
        #expect(found == ids.reversed())
    }

    @Test("Numbers for people are padded, and longer ones keep all their digits")
    func paddedNumbers() {
        #expect(padded(1234, to: 6) == "001234")
        #expect(padded(12_345_678, to: 6) == "12345678")
        #expect(padded(0, to: 1) == "0")
    }
}
