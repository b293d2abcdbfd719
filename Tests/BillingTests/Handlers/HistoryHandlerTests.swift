import Payments
import RemitAPI
import ServiceKit
import TTRPC
import Testing

@testable import Billing

@Suite("HistoryService")
struct HistoryHandlerTests {
    private func list(
        _ books: Books,
        _ request: BillingV1.ListTransactionsRequest
    ) async throws -> BillingV1.ListTransactionsResponse {
        try await HistoryHandler(store: books.store).listTransactions(
            request,
            context: .call(BillingV1.HistoryService.listTransactions)
        )
    }

    private func get(
        _ books: Books,
        _ account: String,
        _ id: String
    ) async throws -> BillingV1.Transaction {
        try await HistoryHandler(store: books.store).getTransaction(
            .init(accountID: account, transactionID: id),
            context: .call(BillingV1.HistoryService.getTransaction)
        )
    }

    private func seconds(_ milliseconds: Int64) -> GoogleProtobuf.Timestamp {
        GoogleProtobuf.Timestamp(milliseconds: milliseconds)
    }

    @Test("R14: history reaches back 24 months, whatever is asked for")
    func twoYears() async throws {
        let books = try Books()
        let account = try await books.account()
        let old = try await books.invoice(account, 100)
        books.clock.advance(days: 700)
        let recent = try await books.invoice(account, 200)
        #expect(try await list(books, .init(accountID: account.text)).transactions.count == 2)
        books.clock.advance(days: 60)
        for start in [nil, seconds(0)] {
            let request = BillingV1.ListTransactionsRequest(
                accountID: account.text,
                startTime: start
            )
            let found = try await list(books, request).transactions
            #expect(found.map(\.transactionID) == [recent.id.text])
            // The balance counts what is no longer listed.
            #expect(found.first?.balanceAfter == .cad(300))
        }
        #expect(try await get(books, account.text, old.id.text).amount == .cad(100))
    }

    @Test("A span that ended before the reach of history is empty, also while a payment is live")
    func spansOfLongAgo() async throws {
        // In a process of its own: it once ended the process.
        await #expect(processExitsWith: .success) {
            let books = try Books()
            let account = try await books.account()
            _ = try await books.reserve(account, 100)
            let found = try await HistoryHandler(store: books.store).listTransactions(
                .init(
                    accountID: account.text,
                    startTime: .init(seconds: 1000),
                    endTime: .init(seconds: 2000)
                ),
                context: .call(BillingV1.HistoryService.listTransactions)
            )
            #expect(found.transactions.isEmpty)
        }
    }

    @Test("Types and times filter, pages go on by their tokens")
    func pages() async throws {
        let books = try Books()
        let account = try await books.account()
        for _ in 0..<5 {
            try await books.invoice(account, 100)
            books.clock.advance(days: 1)
        }
        try await books.paid(account, 700)
        var (found, token): ([BillingV1.Transaction], String) = ([], "")
        repeat {
            let page = try await list(
                books,
                .init(accountID: account.text, pageSize: 3, pageToken: token)
            )
            found += page.transactions
            token = page.nextPageToken
        } while !token.isEmpty
        #expect(found.count == 7 && Set(found.map(\.transactionID)).count == 7)
        #expect(found.map(\.type).prefix(2) == [.credit, .payment])
        #expect(found.first?.status == "AVAILABLE" && found.last?.status == "PAID")
        let invoices = try await list(
            books,
            .init(
                accountID: account.text,
                types: [.invoice],
                startTime: seconds(TestClock.start),
                endTime: seconds(TestClock.start + 2 * 86_400_000)
            )
        )
        #expect(invoices.transactions.count == 2)
        #expect(invoices.transactions.map(\.type) == [.invoice, .invoice])
    }

    static let refusals: [Refusal<BillingV1.ListTransactionsRequest>] = [
        Refusal("no account", "BAD_ID", "account_id") { $0.accountID = "" },
        Refusal("no such account", "NOT_FOUND", "account_id", code: .notFound) {
            $0.accountID = "acct_01J00000000000000000000000"
        },
        Refusal("no type", "BAD_ENUM", "types") { $0.types = [.unspecified] },
        Refusal("an unknown type", "BAD_ENUM", "types") {
            $0.types = [.invoice, .unrecognized(99)]
        },
        Refusal("a start that is none", "BAD_TIME", "start_time") {
            $0.startTime = .init(nanos: 1_000_000_000)
        },
        Refusal("an end that is none", "BAD_TIME", "end_time") {
            $0.endTime = .init(seconds: 253_402_300_800)
        },
        Refusal("an end before the start", "BAD_TIME", "end_time") {
            $0.startTime = .init(seconds: 2000)
            $0.endTime = .init(seconds: 1999)
        },
        Refusal("an end at the start", "BAD_TIME", "end_time") {
            $0.startTime = .init(seconds: 2000)
            $0.endTime = .init(seconds: 2000)
        },
        Refusal("a negative size", "BAD_PAGE_SIZE", "page_size") { $0.pageSize = -1 },
        Refusal("a size too large", "BAD_PAGE_SIZE", "page_size") { $0.pageSize = 201 },
    ]

    @Test("ListTransactions refuses", arguments: refusals)
    func refuses(refusal: Refusal<BillingV1.ListTransactionsRequest>) async throws {
        let books = try Books()
        var request = BillingV1.ListTransactionsRequest(accountID: try await books.account().text)
        refusal.change(&request)
        let refused = request
        await expectRefusal(refusal.code, refusal.reason, refusal.field) {
            try await list(books, refused)
        }
    }

    @Test("A forged page token is refused", arguments: PageTokenTests.forged)
    func refusesTokens(token: String) async throws {
        let books = try Books()
        let account = try await books.account().text
        await expectRefusal(.invalidArgument, "BAD_PAGE_TOKEN", "page_token") {
            try await list(books, .init(accountID: account, pageToken: token))
        }
    }

    @Test("Not there, not yours and no id at all are one and the same answer")
    func oneAnswerForNotFound() async throws {
        let books = try Books()
        let (mine, theirs) = (try await books.account(), try await books.account())
        let invoice = try await books.invoice(theirs, 100)
        let payment = try await books.paid(theirs, 150)
        let credit = try #require(
            try await books.store.read { try $0.freeCredits(of: theirs, limit: 1).first }
        )
        for id in [
            invoice.id.text, payment.id.text, credit.id.text, "",
            "inv_01J00000000000000000000000", "pay_01J00000000000000000000000",
            "crd_01J00000000000000000000000", "usr_01J00000000000000000000000",
        ] {
            await expectRefusal(.notFound, "NOT_FOUND", "transaction_id") {
                try await get(books, mine.text, id)
            }
        }
        await expectRefusal(.invalidArgument, "BAD_ID", "account_id") {
            try await get(books, "x", invoice.id.text)
        }
        await expectRefusal(.notFound, "NOT_FOUND", "account_id") {
            try await get(books, "acct_01J00000000000000000000000", invoice.id.text)
        }
        #expect(try await get(books, theirs.text, payment.id.text).amount == .cad(-150))
    }
}
