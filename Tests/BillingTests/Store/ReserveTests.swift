import GRDB
import Payments
import ServiceKit
import Testing

@testable import Billing

@Suite("Committing the intent to pay")
struct ReserveTests {
    static let liveStates = PaymentState.allCases.filter(\.isLive)
    static let endedStates = PaymentState.allCases.filter(\.isTerminal)

    @Test("The intent is stored as SUBMITTING, with its card masked and no outcome")
    func storesTheIntent() async throws {
        let books = try Books()
        let account = try await books.account()
        let request = books.request(account, 1250, email: "payer@example.com", save: true)
        let payment = try await books.reserve(request)
        let stored = try await books.payment(payment.id)
        #expect(stored.state == .submitting)
        #expect(stored.amount == Money(minorUnits: 1250, currency: .CAD))
        #expect(stored.requestKey == request.key)
        #expect(stored.card.description == "Visa ending in 4242")
        #expect(stored.billingEmail == "payer@example.com")
        #expect(stored.savesCard && stored.method == nil)
        #expect(stored.gatewayVersion == 0 && stored.settledAt == nil)
        #expect(stored.attempt.ulid == stored.id.ulid)
        #expect(try await books.store.read { try $0.payment(of: request.key) } == payment.id)
    }

    @Test("Without an email of its own, a new card gets that of the top user")
    func defaultsToTheTopUsersEmail() async throws {
        let books = try Books()
        let account = try await books.account()
        #expect(try await books.reserve(account, 100).billingEmail == "")
        let other = try await books.account()
        let first = try await books.invite(other, email: "first@example.com")
        let second = try await books.invite(other, email: "second@example.com")
        _ = try await books.store.reorderUsers(other, [second.id, first.id])
        #expect(try await books.reserve(other, 100).billingEmail == "second@example.com")
    }

    @Test("R8: a live payment of the account refuses another", arguments: liveStates)
    func refusesASecondPayment(state: PaymentState) async throws {
        let books = try Books()
        let account = try await books.account()
        var live = try await books.reserve(account)
        live.state = state
        let moved = live
        try await books.store.write { try $0.update(moved) }
        await #expect(throws: BillingError.paymentInProgress(live.id)) {
            try await books.reserve(account)
        }
        let other = try await books.account()
        #expect(try await books.reserve(other).state == .submitting)
    }

    @Test(
        "R8: the schema refuses a second live payment when no check is made",
        arguments: liveStates
    )
    func constraintHoldsWithoutTheCheck(state: PaymentState) async throws {
        let books = try Books()
        let account = try await books.account()
        var live = try await books.reserve(account)
        live.state = state
        let moved = live
        try await books.store.write { try $0.update(moved) }
        let elsewhere = try await books.reserve(try await books.account())
        for second in liveStatesOf(elsewhere, movedTo: account) {
            let error = await #expect(throws: DatabaseError.self) {
                try await books.store.write { try $0.insert(second) }
            }
            #expect(error?.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE)
        }
        #expect(try await books.count("payments") == 2)
    }

    @Test("R8: an ended payment comes to life again in the way of none", arguments: liveStates)
    func constraintHoldsForUpdates(state: PaymentState) async throws {
        let books = try Books()
        let account = try await books.account()
        var ended = try await books.reserve(account)
        try await books.settle(ended, .declined)
        _ = try await books.reserve(account)
        ended.state = state
        let revived = ended
        await #expect(throws: DatabaseError.self) {
            try await books.store.write { try $0.update(revived) }
        }
        #expect(try await books.payment(ended.id).state == .declined)
    }

    @Test("An ended payment lets the account pay again", arguments: endedStates)
    func endedPaymentsDoNotBlock(state: PaymentState) async throws {
        let books = try Books()
        let account = try await books.account()
        var ended = try await books.reserve(account)
        ended.state = state
        let moved = ended
        try await books.store.write { try $0.update(moved) }
        #expect(try await books.reserve(account).id != ended.id)
    }

    private func liveStatesOf(
        _ payment: PaymentRecord,
        movedTo account: AccountID
    ) -> [PaymentRecord] {
        Self.liveStates.enumerated().map { index, state in
            PaymentRecord(
                id: PaymentID(ULID(high: 9, low: UInt64(index))),
                account: account,
                requestKey: RequestKey(ULID(high: 9, low: UInt64(index))),
                state: state,
                amount: payment.amount,
                token: payment.token,
                savesCard: false,
                billingAddress: payment.billingAddress,
                billingEmail: "",
                card: payment.card,
                createdAt: payment.createdAt
            )
        }
    }

    @Test("Of many at once one is stored, and the others hear which")
    func manyAtOnceStoreOne() async throws {
        let books = try Books()
        let account = try await books.account()
        let outcomes = await withTaskGroup(of: Result<PaymentID, any Error>.self) { group in
            for _ in 0..<32 {
                group.addTask {
                    do {
                        return .success(try await books.reserve(account).id)
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let stored = outcomes.compactMap { try? $0.get() }
        let refusals = outcomes.compactMap { outcome -> BillingError? in
            guard case .failure(let error) = outcome else { return nil }
            return error as? BillingError
        }
        let winner = try #require(stored.first)
        #expect(stored.count == 1)
        #expect(refusals == Array(repeating: .paymentInProgress(winner), count: 31))
        #expect(try await books.count("payments") == 1)
    }
}
