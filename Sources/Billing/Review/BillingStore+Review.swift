import Payments
import ServiceKit

extension BillingStore {
    /// Items that wait for a decision, in a stable order, after one.
    func openReviewItems(after key: ReviewKey?, limit: Int) async throws -> [ReviewItem] {
        try await read { try $0.openReviewItems(after: key, limit: limit) }
    }

    /// Parked events in their order, after one.
    func parkedEvents(after sequence: Int64, limit: Int) async throws -> [ParkedEventRecord] {
        try await read { try $0.parkedEvents(after: sequence, limit: limit) }
    }

    func billingStatus() async throws -> BillingStatus {
        try await read { try $0.billingStatus() }
    }

    /// Takes an operator's word about an item: the first one proposes, and a second operator's
    /// carries it out, in one step with all that follows from it.
    ///
    /// - Parameters:
    ///   - key: the item.
    ///   - decision: one that an item of this kind may have.
    ///   - voter: who says so.
    ///   - note: why.
    /// - Returns: the item after it. A decided one is as it was decided.
    /// - Throws: `BillingError` in the cases `paymentNotFound`, `exceptionNotFound`, `notInReview`,
    ///   `oneOperator`, `decisionDiffers`, `decisionDoesNotFit`, `amountOutOfRange`;
    ///   `StorageError`.
    func decide(
        _ key: ReviewKey,
        _ decision: ReviewDecision,
        by voter: ReviewOperator,
        note: String
    ) async throws -> ReviewItem {
        try await write { tables in
            let item = try Self.item(key, tables)
            guard item.confirmation == nil else { return item }
            try Self.checkFit(decision, item, tables)
            let vote = ReviewVote(
                voter: voter,
                decision: decision,
                note: note,
                createdAt: tables.now
            )
            guard let proposal = item.proposal else {
                try tables.propose(vote, on: key)
                return try Self.item(key, tables)
            }
            switch voter.relation(toProposalOf: proposal.voter) {
            case .own:
                guard proposal.decision != decision else { return item }
                try tables.propose(vote, on: key)
            case .proven:
                try tables.propose(vote, on: key)
            case .unclear:
                throw BillingError.oneOperator
            case .another:
                guard proposal.decision == decision else {
                    throw BillingError.decisionDiffers(proposed: proposal.decision)
                }
                try Self.carryOut(decision, item, tables)
                try tables.confirm(vote, on: key)
            }
            return try Self.item(key, tables)
        }
    }

    private static func item(_ key: ReviewKey, _ tables: BillingTables) throws -> ReviewItem {
        let payment = try tables.payment(key.payment)
        guard let item = try tables.reviewItem(key) else {
            throw key.gatewayVersion == 0
                ? BillingError.notInReview(payment.state) : BillingError.exceptionNotFound
        }
        return item
    }

    private static func checkFit(
        _ decision: ReviewDecision,
        _ item: ReviewItem,
        _ tables: BillingTables
    ) throws {
        switch decision {
        case .succeeded, .failed:
            guard item.payment.state == .review else {
                throw BillingError.notInReview(item.payment.state)
            }
        case .credit, .reverse:
            let takes = decision == .credit
            let isBooked = try tables.standing(of: item.payment) == .succeeded
            guard isBooked != takes else {
                throw BillingError.decisionDoesNotFit(
                    isBooked
                        ? "The payment's money is in the books already."
                        : "The payment's money is not in the books."
                )
            }
            // What was proven first may have been overtaken by what was proven later.
            let newest = try tables.newestException(of: item.payment.id)
            for proof in [item.gatewayState, newest] {
                let took = proof.map { PaymentStateMachine.outcome(of: $0) } == .succeeded
                guard took == takes else {
                    throw BillingError.decisionDoesNotFit(
                        took ? "The gateway took the money." : "The gateway did not take the money."
                    )
                }
            }
        case .dismiss: break
        }
    }

    private static func carryOut(
        _ decision: ReviewDecision,
        _ item: ReviewItem,
        _ tables: BillingTables
    ) throws {
        var payment = item.payment
        switch decision {
        case .succeeded: try settle(&payment, .succeeded, tables)
        case .failed: try settle(&payment, .failed, tables)
        case .credit: try credit(payment, tables)
        case .reverse: try reverse(&payment, tables)
        case .dismiss:
            try tables.appendEvent(
                "payment.exception_dismissed",
                subject: payment.id.text,
                account: payment.account
            )
        }
    }

    /// Why a payment failed that operators decided about.
    static let decidedReason = "DECIDED_BY_OPERATORS"

    private static func settle(
        _ payment: inout PaymentRecord,
        _ verdict: PaymentStateMachine.Verdict,
        _ tables: BillingTables
    ) throws {
        var machine = PaymentStateMachine(payment.state, version: payment.gatewayVersion)
        guard case .settle(let state) = machine.event(.decided(verdict)) else {
            throw BillingError.notInReview(payment.state)
        }
        payment.state = state
        payment.settledAt = tables.now
        payment.failureReason = state == .failed ? decidedReason : ""
        // Nothing is known of the card: it is saved when the gateway proves that it kept it.
        try finish(&payment, saving: .none, tables)
    }
}
