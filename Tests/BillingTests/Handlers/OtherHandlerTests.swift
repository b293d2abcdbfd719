import Ledger
import Payments
import RemitAPI
import ServiceKit
import TTRPC
import Testing

@testable import Billing

@Suite("PaymentMethodService")
struct PaymentMethodHandlerTests {
    private func list(
        _ books: Books,
        _ account: String
    ) async throws -> [BillingV1.PaymentMethod] {
        try await PaymentMethodHandler(store: books.store).list(
            .init(accountID: account),
            context: .call(BillingV1.PaymentMethodService.list)
        ).paymentMethods
    }

    private func delete(
        _ books: Books,
        _ account: String,
        _ method: String
    ) async throws -> BillingV1.PaymentMethod {
        try await PaymentMethodHandler(store: books.store).delete(
            .init(accountID: account, paymentMethodID: method),
            context: .call(BillingV1.PaymentMethodService.delete)
        )
    }

    @Test("Saved cards are listed masked, and deleted for good")
    func listsAndDeletes() async throws {
        let books = try Books()
        let account = try await books.account()
        let method = try await books.savedMethod(account).text
        let listed = try await list(books, account.text)
        #expect(listed.map(\.paymentMethodID) == [method] && listed.map(\.lastFour) == ["4242"])
        #expect(listed.map(\.state) == [.active] && listed.map(\.expiryYear) == [2030])
        #expect(try await delete(books, account.text, method).state == .deleted)
        #expect(try await delete(books, account.text, method).state == .deleted)
        #expect(try await list(books, account.text).isEmpty)
    }

    @Test("Both refuse what is no id, not there, or not yours")
    func refuses() async throws {
        let books = try Books()
        let (mine, theirs) = (try await books.account().text, try await books.account())
        let method = try await books.savedMethod(theirs).text
        await expectRefusal(.invalidArgument, "BAD_ID", "account_id") { try await list(books, "") }
        await expectRefusal(.notFound, "NOT_FOUND", "account_id") {
            try await list(books, "acct_01J00000000000000000000000")
        }
        await expectRefusal(.invalidArgument, "BAD_ID", "account_id") {
            try await delete(books, "x", method)
        }
        await expectRefusal(.invalidArgument, "BAD_ID", "payment_method_id") {
            try await delete(books, mine, "visa")
        }
        for id in [method, "pm_01J00000000000000000000000"] {
            await expectRefusal(.notFound, "NOT_FOUND", "payment_method_id") {
                try await delete(books, mine, id)
            }
        }
    }
}

@Suite("LedgerService")
struct LedgerHandlerTests {
    @Test("The journal can be read in pages and verified offline")
    func entries() async throws {
        let books = try Books()
        let account = try await books.account()
        for amount: Int64 in 1...5 { try await books.invoice(account, amount) }
        let handler = LedgerHandler(store: books.store)
        var verifier = ChainVerifier()
        while true {
            let page = try await handler.listEntries(
                .init(after: verifier.head.sequence, pageSize: 2),
                context: .call(BillingV1.LedgerService.listEntries)
            )
            #expect(page.headSequence == 5)
            guard !page.entries.isEmpty else { break }
            for message in page.entries {
                #expect(verifier.verify(try #require(LedgerEntry(message))) == nil)
            }
        }
        #expect(verifier.head.sequence == 5)
    }

    @Test("The trial balance has debits and credits per account and currency")
    func trialBalance() async throws {
        let books = try Books()
        try await books.invoice(try await books.account(), 113, tax: 13)
        try await books.invoice(try await books.account(.JPY), 50, currency: .JPY)
        let reply = try await LedgerHandler(store: books.store)
            .trialBalance(.init(), context: .call(BillingV1.LedgerService.trialBalance))
        let lines = reply.lines.map { line in
            "\(line.account) \(line.debits?.currency ?? "") "
                + "\(line.debits?.minorUnits ?? 0) \(line.credits?.minorUnits ?? 0)"
        }
        #expect(
            lines == [
                "accounts_receivable CAD 113 0", "accounts_receivable JPY 50 0",
                "revenue CAD 0 100", "revenue JPY 0 50", "tax_payable CAD 0 13",
            ]
        )
        #expect(reply.headSequence == 2)
    }

    @Test("What is in flight is listed with its age, in pages")
    func inFlight() async throws {
        let books = try Books()
        var expected: Set<String> = []
        for _ in 0..<5 {
            expected.insert(try await books.reserve(try await books.account()).attempt.text)
        }
        books.clock.advance(milliseconds: 1500)
        let handler = LedgerHandler(store: books.store)
        var (found, token): ([BillingV1.InFlightPayment], String) = ([], "")
        repeat {
            let page = try await handler.listInFlight(
                .init(pageSize: 2, pageToken: token),
                context: .call(BillingV1.LedgerService.listInFlight)
            )
            found += page.payments
            token = page.nextPageToken
        } while !token.isEmpty
        #expect(found.count == 5 && Set(found.map(\.attemptID)) == expected)
        #expect(found.allSatisfy { $0.state == "SUBMITTING" && $0.ageMilliseconds == 1500 })
    }

    @Test("All refuse sizes, positions and tokens that are none")
    func refuses() async throws {
        let handler = LedgerHandler(store: try Books().store)
        let entries = BillingV1.LedgerService.listEntries
        let inFlight = BillingV1.LedgerService.listInFlight
        await expectRefusal(.outOfRange, "BAD_SEQUENCE", "after") {
            try await handler.listEntries(.init(after: -1), context: .call(entries))
        }
        for size: Int32 in [-1, 1001] {
            await expectRefusal(.invalidArgument, "BAD_PAGE_SIZE", "page_size") {
                try await handler.listEntries(.init(pageSize: size), context: .call(entries))
            }
            await expectRefusal(.invalidArgument, "BAD_PAGE_SIZE", "page_size") {
                try await handler.listInFlight(.init(pageSize: size), context: .call(inFlight))
            }
        }
        for token in PageTokenTests.forged {
            await expectRefusal(.invalidArgument, "BAD_PAGE_TOKEN", "page_token") {
                try await handler.listInFlight(.init(pageToken: token), context: .call(inFlight))
            }
        }
    }
}

@Suite("EventService")
struct EventHandlerTests {
    private func list(
        _ books: Books,
        after: Int64 = 0,
        size: Int32 = 0
    ) async throws -> BillingV1.ListEventsResponse {
        try await EventHandler(store: books.store).list(
            .init(after: after, pageSize: size),
            context: .call(BillingV1.EventService.list)
        )
    }

    @Test("Events are numbered without gaps and carry ids alone")
    func lists() async throws {
        let books = try Books()
        #expect(try await list(books).headSequence == 0)
        let account = try await books.account()
        let invoice = try await books.invoice(account, 100)
        let payment = try await books.paid(account, 100)
        let events = try await list(books)
        #expect(events.events.map(\.sequence) == [1, 2, 3] && events.headSequence == 3)
        #expect(
            events.events.map(\.type) == ["account.created", "invoice.posted", "payment.succeeded"]
        )
        #expect(
            events.events.map(\.subjectID) == [account.text, invoice.id.text, payment.id.text]
        )
        #expect(events.events.allSatisfy { $0.accountID == account.text })
        let rest = try await list(books, after: 1, size: 1)
        #expect(rest.events.map(\.sequence) == [2] && rest.headSequence == 3)
        #expect(try await list(books, after: 3).events.isEmpty)
    }

    @Test("Refuses sizes and positions that are none")
    func refuses() async throws {
        let books = try Books()
        await expectRefusal(.outOfRange, "BAD_SEQUENCE", "after") {
            try await list(books, after: -1)
        }
        for size: Int32 in [-1, 501] {
            await expectRefusal(.invalidArgument, "BAD_PAGE_SIZE", "page_size") {
                try await list(books, size: size)
            }
        }
    }
}
