import Ledger
import Payments

@testable import Billing

extension Books {
    /// A payment that nobody could find out about in time.
    func inReview(
        _ account: AccountID,
        _ amount: Int64 = 1000,
        save: Bool = false
    ) async throws -> PaymentRecord {
        let payment = try await reserve(account, amount, save: save)
        _ = try await store.replyLost(payment.id)
        return try await store.horizonPassed(payment.id).payment
    }

    /// A payment that ended one way, and proof that it ended another.
    ///
    /// - Returns: the payment, and the exception's key.
    func contradicted(
        _ account: AccountID,
        _ amount: Int64 = 1000,
        ended: OperationState,
        proof: OperationState
    ) async throws -> (payment: PaymentRecord, key: ReviewKey) {
        let payment = try await reserve(account, amount)
        try await settle(payment, ended, version: 2)
        return (payment, try await contradict(payment, proof, version: 3))
    }

    /// Proof that a payment ended otherwise.
    @discardableResult
    func contradict(
        _ payment: PaymentRecord,
        _ proof: OperationState,
        version: Int64
    ) async throws -> ReviewKey {
        let settled = try await settle(payment, proof, version: version)
        guard settled.action == .openException else { throw NotNew() }
        return ReviewKey(payment: payment.id, gatewayVersion: version)
    }

    /// One operator's word.
    @discardableResult
    func vote(
        _ key: ReviewKey,
        _ decision: ReviewDecision,
        by name: String,
        caller: String? = nil
    ) async throws -> ReviewItem {
        try await store.decide(
            key,
            decision,
            by: ReviewOperator(name: name, caller: caller),
            note: "as \(name) found out"
        )
    }

    /// Two operators agree.
    @discardableResult
    func decide(_ key: ReviewKey, _ decision: ReviewDecision) async throws -> ReviewItem {
        try await vote(key, decision, by: "ann")
        return try await vote(key, decision, by: "bob")
    }

    func openItems() async throws -> [ReviewKey] {
        try await store.openReviewItems(after: nil, limit: 1000).map(\.key)
    }

    /// The account's history, oldest first: the type, the amount and the balance after it.
    func historyRows(_ account: AccountID) async throws -> [String] {
        let filter = HistoryFilter(
            account: account,
            types: [],
            start: 0,
            end: .max,
            before: nil,
            limit: 1000
        )
        return try await store.history(filter).transactions.reversed().map {
            "\($0.type) \($0.amount) \($0.balanceAfter) \($0.status)"
        }
    }

    /// Kind and postings of the ledger's entries under a payment's key.
    func booked(_ payment: PaymentRecord) async throws -> [String] {
        try await entries().filter { $0.reference == payment.attempt.text }.map { entry in
            let postings = entry.postings.map { "\($0.account.rawValue) \($0.minorUnits)" }
            return ([entry.kind.rawValue] + postings).joined(separator: " ")
        }
    }
}

extension ReviewKey {
    /// A payment in review.
    init(_ payment: PaymentRecord) {
        self.init(payment: payment.id, gatewayVersion: 0)
    }
}
