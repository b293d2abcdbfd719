import Payments
import RemitAPI
import TTRPC
import Testing

@testable import Billing

@Suite("InvoiceService")
struct InvoiceHandlerTests {
    private func draft(
        _ books: Books,
        _ account: String,
        _ change: (inout BillingV1.CreateDraftInvoiceRequest) -> Void = { _ in }
    ) async throws -> BillingV1.Invoice {
        var request = BillingV1.CreateDraftInvoiceRequest(
            requestID: books.newKey().text,
            accountID: account,
            lines: [
                BillingV1.InvoiceLine(
                    description: "Seats",
                    quantity: 3,
                    unitPrice: .cad(1000),
                    periodStartTime: .init(seconds: 100),
                    periodEndTime: .init(seconds: 200),
                    recurring: true
                )
            ],
            taxes: [BillingV1.InvoiceTax(name: "HST", rateMicros: 130_000, amount: .cad(390))]
        )
        change(&request)
        return try await InvoiceHandler(store: books.store)
            .createDraft(request, context: .call(BillingV1.InvoiceService.createDraft))
    }

    private func post(_ books: Books, _ id: String) async throws -> BillingV1.Invoice {
        try await InvoiceHandler(store: books.store)
            .post(.init(invoiceID: id), context: .call(BillingV1.InvoiceService.post))
    }

    private func get(
        _ books: Books,
        _ key: BillingV1.GetInvoiceRequest.Key?
    ) async throws -> BillingV1.Invoice {
        try await InvoiceHandler(store: books.store)
            .get(.init(key: key), context: .call(BillingV1.InvoiceService.get))
    }

    private func list(
        _ books: Books,
        _ request: BillingV1.ListInvoicesRequest
    ) async throws -> BillingV1.ListInvoicesResponse {
        try await InvoiceHandler(store: books.store)
            .list(request, context: .call(BillingV1.InvoiceService.list))
    }

    @Test("R20: a draft adds up its lines and taxes; posted, it has a number and what is due")
    func draftsAndPosts() async throws {
        let books = try Books()
        let account = try await books.account()
        try await books.paid(account, 390)
        let draft = try await draft(books, account.text)
        #expect(draft.state == .draft && draft.invoiceNumber == "")
        #expect(draft.total == .cad(3390) && draft.postTime == nil)
        #expect(draft.lines.map(\.amount) == [.cad(3000)] && draft.lines.map(\.recurring) == [true])
        #expect(draft.lines.first?.periodEndTime?.seconds == 200)
        let posted = try await post(books, draft.invoiceID)
        #expect(posted.invoiceNumber == "INV00000001" && posted.accountNumber == "000001")
        #expect(posted.amountDue == .cad(3000) && posted.balanceForward == .cad(-390))
        #expect(posted.allocations.map(\.amount) == [.cad(390)])
        guard case .creditID(let credit) = posted.allocations.first?.source else {
            Issue.record("the credit is not the source")
            return
        }
        #expect(credit.hasPrefix("crd_"))
        #expect(try await get(books, .invoiceID(draft.invoiceID)) == posted)
        #expect(try await get(books, .invoiceNumber("INV00000001")) == posted)
        #expect(try await post(books, draft.invoiceID) == posted)
    }

    private static func line(
        _ change: (inout BillingV1.InvoiceLine) -> Void
    ) -> BillingV1.InvoiceLine {
        var line = BillingV1.InvoiceLine(description: "Seats", quantity: 1, unitPrice: .cad(100))
        change(&line)
        return line
    }

    static let refusals: [Refusal<BillingV1.CreateDraftInvoiceRequest>] = [
        Refusal("no request id", "BAD_ID", "request_id") { $0.requestID = "" },
        Refusal("no account", "BAD_ID", "account_id") { $0.accountID = "x" },
        Refusal("no such account", "NOT_FOUND", "account_id", code: .notFound) {
            $0.accountID = "acct_01J00000000000000000000000"
        },
        Refusal("no line", "BAD_COUNT", "lines") { $0.lines = [] },
        Refusal("too many lines", "BAD_COUNT", "lines") {
            $0.lines = Array(repeating: line { _ in }, count: 201)
        },
        Refusal("too many taxes", "BAD_COUNT", "taxes") {
            $0.taxes = Array(repeating: .init(name: "T", amount: .cad(0)), count: 11)
        },
        Refusal("a line without words", "BAD_TEXT", "lines[1].description") {
            $0.lines.append(line { $0.description = "" })
        },
        Refusal("a quantity of zero", "BAD_QUANTITY", "lines[0].quantity") {
            $0.lines[0].quantity = 0
        },
        Refusal("a quantity too large", "BAD_QUANTITY", "lines[0].quantity") {
            $0.lines[0].quantity = 1_000_000_001
        },
        Refusal("no price", "AMOUNT_MISSING", "lines[0].unit_price") {
            $0.lines[0].unitPrice = nil
        },
        Refusal("a negative price", "AMOUNT_NEGATIVE", "lines[0].unit_price.minor_units") {
            $0.lines[0].unitPrice = .cad(-1)
        },
        Refusal("a price too large", "AMOUNT_OUT_OF_RANGE", "lines[0].unit_price.minor_units") {
            $0.lines[0].unitPrice = .cad(1_000_000_000_001)
        },
        Refusal("a currency not offered", "CURRENCY_MISMATCH", "lines[0].unit_price.currency") {
            $0.lines[0].unitPrice = .init(minorUnits: 1, currency: "BTC")
        },
        Refusal("two currencies", "CURRENCY_MISMATCH", "lines[1].unit_price.currency") {
            $0.lines.append(line { $0.unitPrice = .init(minorUnits: 1, currency: "USD") })
        },
        Refusal(
            "the account's currency is another",
            "CURRENCY_MISMATCH",
            "lines[0].unit_price.currency"
        ) {
            $0.lines = [line { $0.unitPrice = .init(minorUnits: 1, currency: "USD") }]
            $0.taxes = []
        },
        Refusal("a product that does not fit", "AMOUNT_OUT_OF_RANGE", "lines[0]") {
            $0.lines[0].unitPrice = .cad(1_000_000_000_000)
            $0.lines[0].quantity = 1_000_000_000
        },
        Refusal("a sum that is too large", "AMOUNT_OUT_OF_RANGE", "lines") {
            $0.lines = Array(repeating: line { $0.unitPrice = .cad(600_000_000_000) }, count: 2)
        },
        Refusal("a sum of zero", "AMOUNT_ZERO", "lines") {
            $0.lines = [line { $0.unitPrice = .cad(0) }]
            $0.taxes = []
        },
        Refusal("a moment that is none", "BAD_TIME", "lines[0].period_start_time") {
            $0.lines[0].periodStartTime = .init(nanos: -1)
        },
        Refusal("an end that is no moment", "BAD_TIME", "lines[0].period_end_time") {
            $0.lines[0].periodEndTime = .init(seconds: .max)
        },
        Refusal("a tax without a name", "BAD_TEXT", "taxes[0].name") { $0.taxes[0].name = "" },
        Refusal("a negative rate", "BAD_RATE", "taxes[0].rate_micros") {
            $0.taxes[0].rateMicros = -1
        },
        Refusal("a rate over 1000 %", "BAD_RATE", "taxes[0].rate_micros") {
            $0.taxes[0].rateMicros = 10_000_001
        },
        Refusal("a tax in another currency", "CURRENCY_MISMATCH", "taxes[0].amount.currency") {
            $0.taxes[0].amount = .init(minorUnits: 1, currency: "USD")
        },
        Refusal("a negative tax", "AMOUNT_NEGATIVE", "taxes[0].amount.minor_units") {
            $0.taxes[0].amount = .cad(-1)
        },
        Refusal("a due time that is none", "BAD_TIME", "due_time") {
            $0.dueTime = .init(seconds: -62_135_596_801)
        },
    ]

    @Test("CreateDraft refuses", arguments: refusals)
    func refuses(refusal: Refusal<BillingV1.CreateDraftInvoiceRequest>) async throws {
        let books = try Books()
        let account = try await books.account().text
        let keys = try await books.count("request_keys")
        await expectRefusal(refusal.code, refusal.reason, refusal.field) {
            try await draft(books, account, refusal.change)
        }
        #expect(try await books.count("invoices") == 0)
        #expect(try await books.count("request_keys") == keys)
    }

    @Test("Post and Get refuse what names no invoice, and what was voided")
    func refusesPostAndGet() async throws {
        let books = try Books()
        let nobody = "inv_01J00000000000000000000000"
        for id in ["", "pay_01J00000000000000000000000", "INV00000001"] {
            await expectRefusal(.invalidArgument, "BAD_ID", "invoice_id") {
                try await post(books, id)
            }
            await expectRefusal(.invalidArgument, "BAD_ID", "invoice_id") {
                try await get(books, .invoiceID(id))
            }
        }
        await expectRefusal(.notFound, "NOT_FOUND", "invoice_id") { try await post(books, nobody) }
        await expectRefusal(.notFound, "NOT_FOUND", "invoice_id") {
            try await get(books, .invoiceID(nobody))
        }
        await expectRefusal(.invalidArgument, "BAD_ID", "invoice_id") { try await get(books, nil) }
        for number in ["", "INV", "1", "inv00000001", "INV-1", "INV0", "INV1x"] {
            await expectRefusal(.invalidArgument, "BAD_TEXT", "invoice_number") {
                try await get(books, .invoiceNumber(number))
            }
        }
        await expectRefusal(.notFound, "NOT_FOUND", "invoice_number") {
            try await get(books, .invoiceNumber("INV00000009"))
        }
        let voided = try await books.draft(try await books.account(), 10)
        try await books.store.write { tables in
            var invoice = try tables.invoice(voided.id)
            invoice.state = .void
            try tables.update(invoice)
        }
        await expectRefusal(.failedPrecondition, "INVOICE_STATE", "invoice_id") {
            try await post(books, voided.id.text)
        }
    }

    @Test("List goes through all pages, newest first, and refuses sizes and tokens that are none")
    func lists() async throws {
        let books = try Books()
        let account = try await books.account()
        var ids: [String] = []
        for _ in 0..<5 { ids.append(try await books.draft(account, 10).id.text) }
        var (found, token): ([String], String) = ([], "")
        repeat {
            let page = try await list(
                books,
                .init(accountID: account.text, pageSize: 2, pageToken: token)
            )
            found += page.invoices.map(\.invoiceID)
            token = page.nextPageToken
        } while !token.isEmpty
        #expect(found == ids.reversed())
        await expectRefusal(.invalidArgument, "BAD_ID", "account_id") {
            try await list(books, .init(accountID: "x"))
        }
        await expectRefusal(.notFound, "NOT_FOUND", "account_id") {
            try await list(books, .init(accountID: "acct_01J00000000000000000000000"))
        }
        for size: Int32 in [-1, 201, .max, .min] {
            await expectRefusal(.invalidArgument, "BAD_PAGE_SIZE", "page_size") {
                try await list(books, .init(accountID: account.text, pageSize: size))
            }
        }
        for token in PageTokenTests.forged {
            await expectRefusal(.invalidArgument, "BAD_PAGE_TOKEN", "page_token") {
                try await list(books, .init(accountID: account.text, pageToken: token))
            }
        }
    }
}
