import GRDB
import Ledger
import Payments
import Testing

@testable import Billing

@Suite("Settling is one step")
struct SettleAtomicityTests {
    /// Every statement that settling a payment needs.
    static let statements = [
        "UPDATE ON payments", "UPDATE ON invoices", "INSERT ON allocations", "UPDATE ON balances",
        "INSERT ON ledger_entries", "INSERT ON ledger_postings", "INSERT ON history",
        "INSERT ON credits", "INSERT ON payment_methods", "INSERT ON events", "INSERT ON outbox",
    ]

    /// An account with two invoices and a user, and a payment of more than is owed that saves its
    /// card: settling it touches everything.
    private func everything(_ books: Books) async throws -> PaymentRecord {
        let account = try await books.account()
        try await books.invite(account)
        try await books.invoice(account, 300)
        try await books.invoice(account, 400)
        return try await books.reserve(account, 1000, save: true)
    }

    @Test("When one part fails, nothing is left of the others", arguments: statements)
    func allOrNothing(statement: String) async throws {
        let books = try Books()
        let payment = try await everything(books)
        let before = try await books.dump()
        try await books.fail(statement)
        await #expect(throws: DatabaseError.self) {
            try await books.settle(payment, .approved, saving: .saved)
        }
        #expect(try await books.dump() == before)
        try await books.heal()
        let settled = try await books.settle(payment, .approved, saving: .saved)
        #expect(settled.action == .settle(.succeeded))
        #expect(settled.view.payment.credited == 300)
        try await books.expectSound()
    }

    @Test("Together they are state, allocations, ledger, credit, card, history, event and mail")
    func everyPartIsThere() async throws {
        let books = try Books()
        let payment = try await everything(books)
        let settled = try await books.settle(payment, .approved, saving: .saved)
        let allocated = settled.view.allocations.map(\.allocation.amount)
        #expect(allocated == [300, 400])
        #expect(settled.view.allocations.map(\.invoiceNumber) == ["INV00000001", "INV00000002"])
        let balance = try await books.balance(payment.account)
        #expect(balance.outstanding == 0 && balance.credit == 300)
        let entry = try #require(try await books.entries().last)
        #expect(entry.kind == .paymentSettled && entry.reference == payment.attempt.text)
        #expect(
            entry.postings.map(\.account) == [
                .gatewayClearing, .accountsReceivable, .customerCredit,
            ]
        )
        #expect(entry.postings.map(\.minorUnits) == [1000, -700, -300])
        #expect(try await books.store.read { try $0.methods(of: payment.account).count } == 1)
        let types = try await books.store.read { tables in
            try String.fetchAll(
                tables.database,
                sql: "SELECT type FROM events ORDER BY sequence DESC LIMIT 2"
            )
        }
        #expect(types == ["payment.succeeded", "payment_method.attached"])
        let history = try await books.store.read { tables in
            try tables.historyRows(
                HistoryFilter(
                    account: payment.account,
                    types: [],
                    start: 0,
                    end: .max,
                    before: nil,
                    limit: 2
                )
            ).map { ($0.type, $0.amount, $0.balanceAfter) }
        }
        #expect(history.map(\.0).prefix(2) == [.credit, .payment])
        #expect(history.map(\.1).prefix(2) == [-300, -1000])
        #expect(history.map(\.2).prefix(2) == [-300, -300])
    }

    @Test(
        "When posting fails in one part, nothing is left of the others",
        arguments: [
            "UPDATE ON invoices", "INSERT ON allocations", "UPDATE ON balances",
            "UPDATE ON credits",
            "INSERT ON ledger_entries", "INSERT ON history", "INSERT ON events", "INSERT ON outbox",
        ]
    )
    func postingIsAllOrNothing(statement: String) async throws {
        let books = try Books()
        let account = try await books.account()
        try await books.invite(account)
        try await books.paid(account, 100)
        let draft = try await books.draft(account, 250, tax: 30)
        let before = try await books.dump()
        try await books.fail(statement)
        await #expect(throws: DatabaseError.self) { try await books.store.post(draft.id) }
        #expect(try await books.dump() == before)
        try await books.heal()
        #expect(try await books.store.post(draft.id).invoice.due == 150)
        try await books.expectSound()
    }

    @Test("A failure beside it in the same commit takes nothing along")
    func neighboursAreUntouched() async throws {
        let books = try Books()
        let doomed = try await everything(books)
        let others = try await withThrowingTaskGroup(of: PaymentRecord.self) { group in
            for _ in 0..<8 {
                group.addTask { try await books.reserve(try await books.account()) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        // Only a payment that leaves credit over touches this table.
        try await books.fail("INSERT ON credits WHEN NEW.amount = 300")
        await withTaskGroup { group in
            for payment in others + [doomed] {
                group.addTask {
                    _ = try? await books.settle(payment, .approved, saving: .saved)
                }
            }
        }
        for payment in others {
            #expect(try await books.payment(payment.id).state == .succeeded)
        }
        #expect(try await books.payment(doomed.id).state == .submitting)
        try await books.expectSound()
    }

    @Test("A sum that does not fit is refused whole")
    func overflowIsRefused() async throws {
        let books = try Books()
        let payment = try await books.reserve(try await books.account())
        try await books.store.write {
            try $0.database.execute(sql: "UPDATE balances SET credit = \(Int64.max)")
        }
        let before = try await books.dump()
        await #expect(throws: MoneyError.overflow) { try await books.settle(payment, .approved) }
        #expect(try await books.dump() == before)
    }
}
