import GRDB
import Payments
import ServiceKit
import Storage

extension BillingTables {
    // MARK: Items

    /// A payment came into review.
    func openReview(_ payment: PaymentID) throws {
        try database.run(
            "INSERT OR IGNORE INTO reviews (payment, opened_at) VALUES (?, ?)",
            payment,
            now
        )
    }

    private func reviewItem(_ row: StoredRow) throws -> ReviewItem {
        let stateNumber: Int? = try row[2]
        let state = stateNumber.flatMap { OperationState(rawValue: $0) }
        guard (state == nil) == (stateNumber == nil) else {
            throw StorageError.undecodable("an exception's state")
        }
        let key = try ReviewKey(payment: row[0], gatewayVersion: row[1])
        let votes = try votes(on: key)
        return try ReviewItem(
            payment: try payment(key.payment),
            key: key,
            gatewayState: state,
            openedAt: row[3],
            proposal: votes?.proposal,
            confirmation: votes?.confirmation
        )
    }

    /// An item, decided or not; nil when the payment was never in review, or has no such exception.
    func reviewItem(_ key: ReviewKey) throws -> ReviewItem? {
        let row =
            key.gatewayVersion == 0
            ? try database.row(
                "SELECT payment, 0, NULL, opened_at FROM reviews WHERE payment = ?",
                key.payment
            )
            : try database.row(
                """
                SELECT payment, gateway_version, gateway_state, created_at
                FROM payment_exceptions WHERE payment = ? AND gateway_version = ?
                """,
                key.payment,
                key.gatewayVersion
            )
        return try row.map { try reviewItem($0) }
    }

    /// Items that wait for a decision, by payment and version, after one.
    func openReviewItems(after key: ReviewKey?, limit: Int) throws -> [ReviewItem] {
        let payment = key?.payment ?? PaymentID(ULID(high: 0, low: 0))
        let reviews = try database.rows(
            """
            SELECT p.id, 0, NULL, r.opened_at FROM payments p JOIN reviews r ON r.payment = p.id
            WHERE p.state = 5 AND p.id > ? ORDER BY p.id LIMIT ?
            """,
            payment,
            limit
        )
        let exceptions = try database.rows(
            """
            SELECT e.payment, e.gateway_version, e.gateway_state, e.created_at
            FROM payment_exceptions e
            WHERE (e.payment, e.gateway_version) > (?, ?) AND \(Self.isUndecided)
            ORDER BY e.payment, e.gateway_version LIMIT ?
            """,
            payment,
            key?.gatewayVersion ?? -1,
            limit
        )
        // A payment in review has not ended and so has no exception: none is in both.
        let items = try (reviews + exceptions).map { try reviewItem($0) }
        return Array(items.sorted { Self.isBefore($0.key, $1.key) }.prefix(limit))
    }

    private static func isBefore(_ left: ReviewKey, _ right: ReviewKey) -> Bool {
        left.payment == right.payment
            ? left.gatewayVersion < right.gatewayVersion : left.payment < right.payment
    }

    private static let isUndecided = """
        NOT EXISTS (SELECT 1 FROM review_decisions d WHERE d.payment = e.payment
            AND d.gateway_version = e.gateway_version AND d.confirmed_at IS NOT NULL)
        """

    // MARK: Votes

    private func votes(
        on key: ReviewKey
    ) throws -> (proposal: ReviewVote, confirmation: ReviewVote?)? {
        let row = try database.row(
            """
            SELECT decision, proposer, proposing_caller, proposal_note, proposed_at, confirmer,
                confirming_caller, confirmation_note, confirmed_at
            FROM review_decisions WHERE payment = ? AND gateway_version = ?
            """,
            key.payment,
            key.gatewayVersion
        )
        guard let row else { return nil }
        let number: Int = try row[0]
        guard let decision = ReviewDecision(rawValue: number) else {
            throw StorageError.undecodable("a decision \(number)")
        }
        let proposal = try ReviewVote(
            voter: ReviewOperator(name: row[1], caller: row[2]),
            decision: decision,
            note: row[3],
            createdAt: row[4]
        )
        guard let confirmer: String = try row[5], let note: String = try row[7],
            let at: Int64 = try row[8]
        else { return (proposal, nil) }
        return (
            proposal,
            try ReviewVote(
                voter: ReviewOperator(name: confirmer, caller: row[6]),
                decision: decision,
                note: note,
                createdAt: at
            )
        )
    }

    /// Keeps the first operator's word, in the place of that operator's earlier one.
    func propose(_ vote: ReviewVote, on key: ReviewKey) throws {
        try database.run(
            """
            INSERT OR REPLACE INTO review_decisions (payment, gateway_version, decision, proposer,
                proposing_caller, proposal_note, proposed_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            key.payment,
            key.gatewayVersion,
            vote.decision.rawValue,
            vote.voter.name,
            vote.voter.caller,
            vote.note,
            vote.createdAt
        )
    }

    /// Keeps the second operator's word, in the step that carries the decision out.
    func confirm(_ vote: ReviewVote, on key: ReviewKey) throws {
        try database.run(
            """
            UPDATE review_decisions SET confirmer = ?, confirming_caller = ?,
                confirmation_note = ?, confirmed_at = ?,
                event = (SELECT MAX(sequence) FROM events)
            WHERE payment = ? AND gateway_version = ?
            """,
            vote.voter.name,
            vote.voter.caller,
            vote.note,
            vote.createdAt,
            key.payment,
            key.gatewayVersion
        )
    }

    // MARK: Where the money is

    /// How a payment stands after what operators decided about its exceptions: what the gateway
    /// proved in the last one that moved money, else the payment's own state.
    func standing(of payment: PaymentRecord) throws -> PaymentState {
        guard payment.state.isTerminal else { return payment.state }
        let row = try database.row(
            """
            SELECT e.gateway_state FROM review_decisions d JOIN payment_exceptions e
                ON e.payment = d.payment AND e.gateway_version = d.gateway_version
            WHERE d.payment = ? AND d.confirmed_at IS NOT NULL AND d.decision IN (?, ?)
            ORDER BY d.event DESC LIMIT 1
            """,
            payment.id,
            ReviewDecision.credit.rawValue,
            ReviewDecision.reverse.rawValue
        )
        guard let row else { return payment.state }
        let number: Int = try row[0]
        guard let proven = OperationState(rawValue: number) else {
            throw StorageError.undecodable("an exception's state")
        }
        return PaymentStateMachine.outcome(of: proven)
    }

    /// What a proof is compared with. Nothing is read for a proof that is no news.
    func standing(
        of payment: PaymentRecord,
        against proof: OperationProof
    ) throws -> PaymentState {
        proof.version > payment.gatewayVersion ? try standing(of: payment) : payment.state
    }

    /// What the gateway proved in a payment's newest exception; nil when it has none.
    func newestException(of payment: PaymentID) throws -> OperationState? {
        try database.row(
            """
            SELECT gateway_state FROM payment_exceptions
            WHERE payment = ? ORDER BY gateway_version DESC LIMIT 1
            """,
            payment
        ).flatMap { try OperationState(rawValue: $0[0]) }
    }

    // MARK: Parked events and counts

    /// Parked events in their order, after one.
    func parkedEvents(after sequence: Int64, limit: Int) throws -> [ParkedEventRecord] {
        try database.rows(
            """
            SELECT sequence, gateway_key, reason, created_at FROM parked_events
            WHERE sequence > ? ORDER BY sequence LIMIT ?
            """,
            sequence,
            limit
        ).map { row in
            try ParkedEventRecord(
                sequence: row[0],
                gatewayKey: row[1],
                reason: row[2],
                createdAt: row[3]
            )
        }
    }

    func billingStatus() throws -> BillingStatus {
        // No more rows than a payment has states.
        let live = try database.rows(
            """
            SELECT state, COUNT(*), MIN(created_at) FROM payments INDEXED BY payments_live
            WHERE state IN (1, 2, 3, 4, 5) GROUP BY state ORDER BY state LIMIT 5
            """
        )
        return BillingStatus(
            gateway: try gatewayFeed(),
            live: try live.map { row in
                let number: Int = try row[0]
                guard let state = PaymentState(rawValue: number) else {
                    throw StorageError.undecodable("a payment's state")
                }
                return try (state, row[1], row[2])
            },
            openExceptions: try database.number(
                "SELECT COUNT(*) FROM payment_exceptions e WHERE \(Self.isUndecided)"
            ),
            parkedEvents: try database.number("SELECT COUNT(*) FROM parked_events")
        )
    }
}
