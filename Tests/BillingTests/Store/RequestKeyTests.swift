import Foundation
import Payments
import ServiceKit
import Testing

@testable import Billing

@Suite("Request ids")
struct RequestKeyTests {
    /// A request that differs from the first in one thing that matters.
    enum Difference: String, CaseIterable, Sendable {
        case amount, currency, method, account
    }

    @Test("A repeat is answered with the first payment, whatever has become of it")
    func repeatsAnswerTheFirst() async throws {
        let books = try Books()
        let account = try await books.account()
        let request = books.request(account, 500)
        let payment = try await books.reserve(request)
        for state in [OperationState.pending, .approved] {
            try await books.settle(payment, state, version: state == .pending ? 1 : 2)
            let before = try await books.dump()
            guard case .existing(let view) = try await books.store.reserve(request, card: .visa)
            else {
                Issue.record("a second payment was made")
                return
            }
            #expect(view.payment.id == payment.id)
            #expect(view.payment.state == PaymentStateMachine.outcome(of: state))
            #expect(try await books.dump() == before)
        }
    }

    @Test("Token, email and the wish to save are not what a request id stands for")
    func tokenIsNoPartOfTheBody() async throws {
        let books = try Books()
        let account = try await books.account()
        let first = books.request(account, 500)
        let payment = try await books.reserve(first)
        let second = books.request(
            account,
            500,
            key: first.key,
            token: books.newToken(),
            email: "other@example.com",
            save: true,
            balanceVersion: 77,
            acceptsCredit: true
        )
        #expect(try await books.store.payment(of: second)?.payment.id == payment.id)
    }

    @Test("The same id for something else is refused", arguments: Difference.allCases)
    func otherBodiesAreRefused(difference: Difference) async throws {
        let books = try Books()
        let account = try await books.account()
        let method = try await books.savedMethod(account)
        let first = books.request(account, 500)
        _ = try await books.reserve(first)
        let other =
            switch difference {
            case .amount: books.request(account, 501, key: first.key)
            case .currency: books.request(account, 500, currency: .USD, key: first.key)
            case .method: books.request(account, 500, saved: method, key: first.key)
            case .account: books.request(try await books.account(), 500, key: first.key)
            }
        let before = try await books.dump()
        await #expect(throws: BillingError.keyReused) {
            try await books.store.reserve(other, card: .visa)
        }
        await #expect(throws: BillingError.keyReused) {
            try await books.store.payment(of: other)
        }
        #expect(try await books.dump() == before)
    }

    @Test("Two saved methods are two bodies")
    func savedMethodsDiffer() async throws {
        let books = try Books()
        let account = try await books.account()
        let methods = [try await books.savedMethod(account), try await books.savedMethod(account)]
        let first = books.request(account, 500, saved: methods[0])
        _ = try await books.reserve(first)
        await #expect(throws: BillingError.keyReused) {
            let other = books.request(account, 500, saved: methods[1], key: first.key)
            return try await books.store.reserve(other, card: nil)
        }
    }

    @Test("The id is looked at before account, currency, method and the live payment")
    func keyComesFirst() async throws {
        let books = try Books()
        let account = try await books.account()
        let method = try await books.savedMethod(account)
        let request = books.request(account, 500, saved: method)
        let payment = try await books.reserve(request)
        // Each of these would refuse a new request.
        _ = try await books.store.deleteMethod(method, of: account)
        guard case .existing(let view) = try await books.store.reserve(request, card: nil) else {
            Issue.record("a second payment was made")
            return
        }
        #expect(view.payment.id == payment.id)
        // The same id with a body that is wrong in every way is a reused id, nothing else.
        let wrong = books.request(
            AccountID(ULID(high: 5, low: 5)),
            500,
            currency: .JPY,
            key: request.key
        )
        await #expect(throws: BillingError.keyReused) {
            try await books.store.reserve(wrong, card: .visa)
        }
    }

    @Test("An id that created something else pays for nothing")
    func idsOfOtherKinds() async throws {
        let books = try Books()
        let account = try await books.account()
        let key = books.newKey()
        _ = try await books.draft(account, 100, key: key)
        await #expect(throws: BillingError.keyReused) {
            try await books.store.reserve(books.request(account, 100, key: key), card: .visa)
        }
        #expect(try await books.store.read { try $0.payment(of: key) } == nil)
    }

    @Test("A refusal stores nothing and leaves the id free")
    func refusalsUseUpNoKey() async throws {
        let books = try Books()
        let account = try await books.account()
        let stranger = try await books.account()
        let method = try await books.savedMethod(account)
        let deleted = try await books.savedMethod(account)
        _ = try await books.store.deleteMethod(deleted, of: account)
        let busy = try await books.account()
        let live = try await books.reserve(busy)
        let stale = try await books.account()
        try await books.invoice(stale, 400)
        let key = books.newKey()
        let refused: [(PaymentRequest, BillingError)] = [
            (books.request(AccountID(ULID(high: 5, low: 5)), 1, key: key), .accountNotFound),
            (
                books.request(account, 1, currency: .USD, key: key),
                .currencyMismatch(account: .CAD)
            ),
            (books.request(stranger, 1, saved: method, key: key), .methodNotFound),
            (
                books.request(account, 1, saved: PaymentMethodID(ULID(high: 5, low: 5)), key: key),
                .methodNotFound
            ),
            (books.request(account, 1, saved: deleted, key: key), .methodDeleted),
            (books.request(busy, 1, key: key), .paymentInProgress(live.id)),
            (books.request(stale, 401, key: key, balanceVersion: 1), .versionConflict),
        ]
        let before = try await books.dump()
        for (request, error) in refused {
            await #expect(throws: error) {
                try await books.store.reserve(request, card: .visa)
            }
            #expect(try await books.dump() == before)
        }
        let payment = try await books.reserve(books.request(account, 1, key: key))
        #expect(payment.requestKey == key)
    }

    @Test("A page that is out of date pays no more than is outstanding, unless credit is wanted")
    func stalePages() async throws {
        let books = try Books()
        let account = try await books.account()
        try await books.invoice(account, 1000)
        let version = try await books.balance(account).version
        try await books.paid(account, 600)
        await #expect(throws: BillingError.versionConflict) {
            let request = books.request(account, 1000, balanceVersion: version)
            return try await books.store.reserve(request, card: .visa)
        }
        // What is still outstanding may be paid from the old page.
        let part = try await books.reserve(books.request(account, 400, balanceVersion: version))
        try await books.settle(part, .declined)
        let current = try await books.balance(account).version
        let whole = try await books.reserve(books.request(account, 1000, balanceVersion: current))
        try await books.settle(whole, .declined)
        let wanted = books.request(account, 1000, balanceVersion: version, acceptsCredit: true)
        #expect(try await books.reserve(wanted).state == .submitting)
    }

    @Test("Each creating call answers a repeat with what the first has made")
    func otherCreatingCalls() async throws {
        let books = try Books()
        let key = books.newKey()
        let create = { @Sendable (key: RequestKey, name: String) in
            try await books.store.createAccount(
                key,
                displayName: name,
                currency: .CAD,
                address: Books.address
            )
        }
        let account = try await create(key, "A")
        #expect(try await create(key, "A").id == account.id)
        await #expect(throws: BillingError.keyReused) { try await create(key, "B") }
        let draftKey = books.newKey()
        let draft = try await books.draft(account.id, 100, key: draftKey)
        #expect(try await books.draft(account.id, 100, key: draftKey).id == draft.id)
        await #expect(throws: BillingError.keyReused) {
            try await books.draft(account.id, 101, key: draftKey)
        }
        await #expect(throws: BillingError.keyReused) {
            try await books.draft(account.id, 100, key: key)
        }
        #expect(try await books.count("accounts") == 1)
        #expect(try await books.count("invoices") == 1)
        #expect(try await books.count("request_keys") == 2)
    }

    @Test("A line of an invoice is not the same body as a tax with the same words")
    func invoiceBodiesKeepLinesAndTaxesApart() {
        let account = AccountID(ULID(high: 1, low: 1))
        let line = InvoiceLineRecord(
            description: "GST",
            quantity: 5,
            unitPrice: 100,
            amount: 500,
            periodStart: nil,
            periodEnd: nil,
            isRecurring: false
        )
        let tax = InvoiceTaxRecord(name: "GST", rateMicros: 5, amount: 100)
        let invoice = { (lines: [InvoiceLineRecord], taxes: [InvoiceTaxRecord]) in
            BillingStore.NewInvoice(
                account: account,
                currency: .CAD,
                lines: lines,
                taxes: taxes,
                dueAt: nil,
                total: 600,
                tax: 100
            )
        }
        #expect(invoice([line, line], []).bodyHash != invoice([line], [tax]).bodyHash)
    }

    @Test("A field's end is part of the hash")
    func bodyHashKeepsFieldsApart() {
        #expect(BodyHash.of("ab", "c") != BodyHash.of("a", "bc"))
        #expect(BodyHash.of("a", "") != BodyHash.of("a"))
        #expect(BodyHash.of("a", "b") == BodyHash.of(["a", "b"]))
        #expect(BodyHash.of("a").count == 16)
    }
}
