import Payments
import Testing

@testable import Billing

@Suite("An account's history")
struct HistoryTests {
    private func filter(
        _ account: AccountID,
        _ types: Set<HistoryType> = [],
        start: Int64 = 0,
        end: Int64 = .max,
        before: Int64? = nil,
        limit: Int = 100
    ) -> HistoryFilter {
        HistoryFilter(
            account: account,
            types: types,
            start: start,
            end: end,
            before: before,
            limit: limit
        )
    }

    @Test("R14: invoices, payments and credits, newest first, each with the balance after it")
    func rows() async throws {
        let books = try Books()
        let account = try await books.account()
        let invoice = try await books.invoice(account, 500)
        books.clock.advance(days: 1)
        let declined = try await books.reserve(account, 500)
        try await books.settle(declined, .declined)
        books.clock.advance(days: 1)
        let paid = try await books.paid(account, 700)
        let found = try await books.store.history(filter(account)).transactions
        #expect(found.map(\.type) == [.credit, .payment, .payment, .invoice])
        #expect(found.map(\.amount) == [-200, -700, -500, 500])
        #expect(found.map(\.balanceAfter) == [-200, -200, 500, 500])
        #expect(found.map(\.status) == ["AVAILABLE", "SUCCEEDED", "DECLINED", "PAID"])
        #expect(found[1...].map(\.id) == [paid.id.text, declined.id.text, invoice.id.text])
        #expect(found[1].description == "Payment by Visa ending in 4242")
        #expect(found[3].description == "Invoice INV00000001")
        #expect(found[3].time == TestClock.start)
        try await books.invoice(account, 200)
        let used = try await books.store.history(filter(account, [.credit])).transactions
        #expect(used.map(\.status) == ["USED"])
        try await books.expectSound()
    }

    @Test("The payment that is not decided stands on top of the first page alone")
    func livePaymentOnTop() async throws {
        let books = try Books()
        let account = try await books.account()
        for _ in 0..<3 { try await books.invoice(account, 100) }
        let live = try await books.reserve(account, 40)
        let first = try await books.store.history(filter(account, limit: 2))
        #expect(first.transactions.first?.id == live.id.text)
        #expect(first.transactions.first?.status == "SUBMITTING")
        #expect(first.transactions.first?.balanceAfter == 300)
        let next = try #require(first.next)
        let second = try await books.store.history(filter(account, before: next, limit: 2))
        #expect(!second.transactions.contains { $0.id == live.id.text })
        let ids = (first.transactions + second.transactions).map(\.id)
        #expect(ids.count == 4 && Set(ids).count == 4)
        let invoices = try await books.store.history(filter(account, [.invoice]))
        #expect(!invoices.transactions.contains { $0.id == live.id.text })
    }

    @Test("A page has no more rows than were asked for, also while a payment is live")
    func pagesKeepTheirSize() async throws {
        let books = try Books()
        let account = try await books.account()
        for _ in 0..<4 { try await books.invoice(account, 100) }
        _ = try await books.reserve(account, 40)
        let page = try await books.store.history(filter(account, limit: 2))
        #expect(page.transactions.count == 2)
    }

    @Test("Filters by type and by time: the start is in, the end is not")
    func filters() async throws {
        let books = try Books()
        let account = try await books.account()
        let times = (0..<4).map { TestClock.start + Int64($0) * 86_400_000 }
        for index in 0..<4 {
            if index.isMultiple(of: 2) {
                try await books.invoice(account, 100)
            } else {
                try await books.paid(account, 50)
            }
            books.clock.advance(days: 1)
        }
        let sequence = { (filter: HistoryFilter) in
            try await books.store.history(filter).transactions.map(\.time)
        }
        #expect(try await sequence(filter(account, [.invoice])) == [times[2], times[0]])
        #expect(try await sequence(filter(account, [.payment])) == [times[3], times[1]])
        #expect(try await sequence(filter(account, [.payment, .invoice])) == times.reversed())
        #expect(try await sequence(filter(account, [.credit])) == [])
        #expect(
            try await sequence(filter(account, start: times[1], end: times[3]))
                == [times[2], times[1]]
        )
        #expect(
            try await sequence(filter(account, [.payment], start: times[0], end: times[1])) == []
        )
        #expect(try await sequence(filter(try await books.account())) == [])
        await #expect(throws: BillingError.accountNotFound) {
            try await sequence(filter(AccountID(.init(high: 5, low: 5))))
        }
    }

    @Test("Pages lose and double nothing while rows are added", arguments: [1, 2, 3, 7])
    func pagesWhileRowsAreAdded(size: Int) async throws {
        let books = try Books()
        let account = try await books.account()
        for _ in 0..<4 {
            try await books.invoice(account, 100)
            try await books.paid(account, 130)
        }
        let expected = try await books.store.history(filter(account)).transactions.map(\.id)
        #expect(expected.count > 8)
        var found: [String] = []
        var before: Int64?
        repeat {
            let page = try await books.store.history(
                filter(account, before: before, limit: size)
            )
            found += page.transactions.map(\.id)
            before = page.next
            try await books.invoice(account, 10)
        } while before != nil
        #expect(found == expected)
    }

    @Test("The last page says that it is the last, also when it is full")
    func lastPage() async throws {
        let books = try Books()
        let account = try await books.account()
        for _ in 0..<4 { try await books.invoice(account, 100) }
        let first = try await books.store.history(filter(account, limit: 2))
        let second = try await books.store.history(filter(account, before: first.next, limit: 2))
        #expect(first.next != nil && second.transactions.count == 2 && second.next == nil)
        #expect(try await books.store.history(filter(account, limit: 4)).next == nil)
    }

    @Test("Each row can be looked up by itself, by its own account alone")
    func oneTransaction() async throws {
        let books = try Books()
        let account = try await books.account()
        let stranger = try await books.account()
        let invoice = try await books.invoice(account, 100)
        let paid = try await books.paid(account, 150)
        let live = try await books.reserve(account, 10)
        let draft = try await books.draft(account, 10)
        try await books.store.read { tables in
            let credit = try #require(try tables.freeCredits(of: account, limit: 1).first)
            #expect(try tables.transaction(invoice.id, of: account)?.balanceAfter == 100)
            #expect(try tables.transaction(paid.id, of: account)?.balanceAfter == -50)
            #expect(try tables.transaction(credit.id, of: account)?.amount == -50)
            #expect(try tables.transaction(live.id, of: account)?.status == "SUBMITTING")
            #expect(try tables.transaction(draft.id, of: account) == nil)
            #expect(try tables.transaction(invoice.id, of: stranger) == nil)
            #expect(try tables.transaction(paid.id, of: stranger) == nil)
            #expect(try tables.transaction(credit.id, of: stranger) == nil)
            #expect(try tables.transaction(live.id, of: stranger) == nil)
        }
    }

    @Test("History goes back 24 months")
    func reach() {
        let day: Int64 = 24 * 3600 * 1000
        let reach = TestClock.start - HistoryFilter.earliest(now: TestClock.start)
        #expect((731 * day...745 * day).contains(reach))
    }
}
