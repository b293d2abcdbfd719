import Payments
import ServiceKit
import Testing

@testable import Billing

/// One payment of three cannot be looked at: the other two do not wait for it, and it is taken up
/// again when it can.
@Suite("Recovery beside a damaged payment")
struct DamagedPaymentTests {
    private let gateway = ScriptedGateway()

    /// Three payments that are SUBMITTING, in the order of their accounts.
    private func three(_ books: Books) async throws -> [PaymentRecord] {
        var accounts: [AccountID] = []
        for _ in 0..<3 { accounts.append(try await books.account()) }
        var payments: [PaymentRecord] = []
        for account in accounts.sorted() { payments.append(try await books.reserve(account)) }
        return payments
    }

    private func setCurrency(
        _ currency: String,
        of payment: PaymentRecord,
        _ books: Books
    ) async throws {
        try await books.store.write { tables in
            try tables.database.run(
                "UPDATE payments SET currency = ? WHERE id = ?",
                currency,
                payment.id
            )
        }
    }

    private func states(
        _ books: Books,
        _ payments: some Sequence<PaymentRecord>
    ) async throws -> [PaymentState] {
        var states: [PaymentState] = []
        for payment in payments { states.append(try await books.payment(payment.id).state) }
        return states
    }

    @Test("Payments beside one that cannot be read are found out about", arguments: [1, 2, 500])
    func damaged(batch: Int) async throws {
        let books = try Books()
        let fixture = PaymentFixture(books, gateway) { $0.maxRecoveryBatch = batch }
        let payments = try await three(books)
        try await setCurrency("none", of: payments[0], books)
        try await fixture.recovery.afterRestart()
        #expect(try await states(books, payments.dropFirst()) == [.unknown, .unknown])
        await fixture.recovery.resolveUnknown()
        #expect(try await states(books, payments.dropFirst()) == [.failed, .failed])
        try await setCurrency("CAD", of: payments[0], books)
        for _ in 0..<2 { await fixture.recovery.resolveUnknown() }
        #expect(try await states(books, payments) == [.failed, .failed, .failed])
    }

    @Test("Payments beside one whose step fails are found out about")
    func failing() async throws {
        let books = try Books()
        let fixture = PaymentFixture(books, gateway)
        let payments = try await three(books)
        let id = payments[0].id.bytes.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        try await books.fail("UPDATE ON payments WHEN OLD.id = x'\(id)'")
        await fixture.recovery.resolveUnknown()
        #expect(try await states(books, payments) == [.submitting, .unknown, .unknown])
        try await books.heal()
        for _ in 0..<2 { await fixture.recovery.resolveUnknown() }
        #expect(try await states(books, payments) == [.failed, .failed, .failed])
    }
}
