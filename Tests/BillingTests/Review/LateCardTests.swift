import Payments
import Testing

@testable import Billing

/// The gateway keeps a card in the step that approves. Whatever the payment has come to here by
/// then, billing has a method for it, so that the card can be ended.
@Suite("Cards that are proven to be kept after a payment has ended")
struct LateCardTests {
    private let gateway = ScriptedGateway()

    /// The tokens that the gateway is asked to end.
    private func ended(_ books: Books) async throws -> [TokenID] {
        let before = gateway.calls.count
        await PaymentFixture(books, gateway).recovery.deleteCards()
        return gateway.calls.dropFirst(before).compactMap { call in
            guard case .deleteCard(let token) = call else { return nil }
            return token
        }
    }

    @Test(
        "Decided as SUCCEEDED, the card is attached once the gateway proves that it kept it",
        arguments: [OperationState.approved, .captured]
    )
    func decidedSucceeded(proof: OperationState) async throws {
        let books = try Books()
        let account = try await books.account()
        let payment = try await books.inReview(account, save: true)
        try await books.decide(ReviewKey(payment), .succeeded)
        let settled = try await books.settle(payment, proof, version: 7, saving: .saved)
        #expect(settled.action == .ignore)
        #expect(settled.view.payment.saving == .saved)
        let methods = try await books.store.read { try $0.methods(of: account) }
        #expect(methods.map(\.token) == [payment.token])
        #expect(methods.map(\.id) == [settled.view.payment.method])
        // A saved card like any other: it can be charged, and then deleted.
        let method = try #require(methods.first)
        let next = try await books.reserve(books.request(account, 100, saved: method.id))
        #expect(next.token == payment.token)
        #expect(try await ended(books) == [])
        _ = try await books.store.deleteMethod(method.id, of: account)
        #expect(try await ended(books) == [payment.token])
        try await books.expectSound()
    }

    @Test("Decided as FAILED, the card that the gateway kept is ended, and never offered")
    func decidedFailed() async throws {
        let books = try Books()
        let account = try await books.account()
        let payment = try await books.inReview(account, save: true)
        try await books.decide(ReviewKey(payment), .failed)
        let settled = try await books.settle(payment, .approved, version: 7, saving: .saved)
        #expect(settled.action == .openException)
        #expect(settled.view.payment.saving == .refusedNotApproved)
        #expect(try await books.store.read { try $0.methods(of: account) }.isEmpty)
        let method = try #require(settled.view.payment.method)
        await #expect(throws: BillingError.methodDeleted) {
            try await books.reserve(books.request(account, 100, saved: method))
        }
        #expect(try await ended(books) == [payment.token])
        #expect(try await ended(books) == [])
        // Later decisions and proofs change nothing about that.
        let key = ReviewKey(payment: payment.id, gatewayVersion: 7)
        try await books.decide(key, .credit)
        try await books.settle(payment, .captured, version: 8, saving: .saved)
        #expect(try await books.count("payment_methods") == 1)
        #expect(try await ended(books) == [])
        try await books.expectSound()
    }

    @Test(
        "A payment that ended without money by proof, and is approved after all, leaves no card",
        arguments: [OperationState.declined, .fenced, .voided]
    )
    func contradicted(ended state: OperationState) async throws {
        let books = try Books()
        let payment = try await books.reserve(try await books.account(), save: true)
        try await books.settle(payment, state, version: 2)
        #expect(try await books.count("payment_methods") == 0)
        for version: Int64 in 3...4 {
            try await books.settle(payment, .approved, version: version, saving: .saved)
        }
        #expect(try await books.count("payment_methods") == 1)
        #expect(try await ended(books) == [payment.token])
    }

    @Test("A card that was kept for a payment that then did not succeed is ended")
    func keptAndVoided() async throws {
        let books = try Books()
        let payment = try await books.reserve(try await books.account(), save: true)
        let settled = try await books.settle(payment, .voided, version: 3, saving: .saved)
        #expect(settled.view.payment.saving == .refusedNotApproved)
        #expect(try await ended(books) == [payment.token])
    }

    @Test(
        "A card that the gateway did not keep gets no method, and the payment says why",
        arguments: [CardSaving.refusedPostalCode, .none]
    )
    func notKept(saving: CardSaving) async throws {
        let books = try Books()
        let account = try await books.account()
        let payment = try await books.inReview(account, save: true)
        try await books.decide(ReviewKey(payment), .succeeded)
        try await books.settle(payment, .approved, version: 7, saving: saving)
        #expect(try await books.payment(payment.id).saving == saving)
        #expect(try await books.count("payment_methods") == 0)
    }

    @Test("A proof that was applied before attaches no second method")
    func once() async throws {
        let books = try Books()
        let account = try await books.account()
        let payment = try await books.reserve(account, save: true)
        let settled = try await books.settle(payment, .approved, saving: .saved)
        let method = try #require(settled.view.payment.method)
        _ = try await books.store.deleteMethod(method, of: account)
        #expect(try await ended(books) == [payment.token])
        try await books.settle(payment, .approved, version: 2, saving: .saved)
        try await books.settle(payment, .captured, version: 3, saving: .saved)
        #expect(try await books.count("payment_methods") == 1)
        #expect(try await ended(books) == [])
    }
}
