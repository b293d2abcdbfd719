import GRDB
import Payments
import ServiceKit

@testable import Billing

extension Auditor {
    /// What operators decided about a payment, and what the gateway proved against them.
    struct ReviewLine {
        /// SUCCEEDED or FAILED: what became of it in review; nil while that is open, or when it
        /// was never theirs.
        var verdict: ReviewDecision?
        /// What contradicts how it ended.
        var proofs: [Int] = []
        /// CREDIT, REVERSE or DISMISS: what became of the contradiction.
        var decision: ReviewDecision?
    }

    static func reviews(_ database: Database) throws -> [PaymentID: ReviewLine] {
        var found: [PaymentID: ReviewLine] = [:]
        for row in try database.rows(
            """
            SELECT payment, gateway_state FROM payment_exceptions
            ORDER BY payment, gateway_version LIMIT 10000
            """
        ) {
            found[try row[0], default: ReviewLine()].proofs.append(try row[1])
        }
        for row in try database.rows(
            """
            SELECT payment, gateway_version = 0, decision FROM review_decisions
            WHERE confirmed_at IS NOT NULL ORDER BY payment, gateway_version LIMIT 10000
            """
        ) {
            let (payment, isVerdict): (PaymentID, Bool) = try (row[0], row[1])
            let decision = ReviewDecision(rawValue: try row[2])
            if isVerdict {
                found[payment, default: ReviewLine()].verdict = decision
            } else {
                found[payment, default: ReviewLine()].decision = decision
            }
        }
        return found
    }

    /// Whether a payment's money is in billing's books, as it ended and was decided since.
    private static func isBooked(_ payment: PaymentLine, _ review: ReviewLine) -> Bool {
        switch review.decision {
        case .credit: true
        case .reverse: false
        case .dismiss, .succeeded, .failed, nil: payment.state == .succeeded
        }
    }

    /// A payment that operators decided is as they decided it. When the gateway proves something
    /// else, that is one exception, and it is decided; otherwise there is none.
    func checkReviews(
        _ payments: [PaymentLine],
        _ operations: [AttemptID: OperationLine],
        _ reviews: [PaymentID: ReviewLine]
    ) {
        if !world.hasOperators, reviews.values.contains(where: { $0.verdict != nil }) {
            fail("payments are decided by operators, and there are none")
        }
        for payment in payments {
            guard let review = reviews[payment.id] else { continue }
            guard let verdict = review.verdict else {
                fail("\(payment.id) was contradicted, and no operator had decided it")
                continue
            }
            if payment.state != (verdict == .succeeded ? .succeeded : .failed) {
                fail("\(payment.id) was decided \(verdict.name), and is \(payment.state.name)")
            }
            checkException(payment, review, operations[payment.attempt])
        }
    }

    private func checkException(
        _ payment: PaymentLine,
        _ review: ReviewLine,
        _ operation: OperationLine?
    ) {
        let proven = operation.map { PaymentStateMachine.outcome(of: $0.state) }
        let isContradicted = proven.map { $0.isTerminal && $0 != payment.state } ?? false
        let expected = isContradicted ? [operation?.state.rawValue ?? 0] : []
        if review.proofs != expected {
            fail("\(payment.id) has the exceptions \(review.proofs), and not \(expected)")
        }
        let (isTaken, wasBooked) = (proven == .succeeded, payment.state == .succeeded)
        let fits: Bool =
            switch review.decision {
            case nil: !isContradicted
            case .credit: isContradicted && isTaken && !wasBooked
            case .reverse: isContradicted && !isTaken && wasBooked
            case .dismiss: isContradicted
            case .succeeded, .failed: false
            }
        if !fits {
            let decision = review.decision?.name ?? "nothing"
            fail("\(decision) was decided about an exception of \(payment.id), which does not fit")
        }
    }

    /// Where billing's books may differ from those of the gateway and the bank, and by how much:
    /// what operators decided and nothing has proven, and what they dismissed.
    static func decidedDifferences(
        _ payments: [PaymentLine],
        _ operations: [AttemptID: OperationLine],
        _ reviews: [PaymentID: ReviewLine]
    ) -> [String: (billing: Int64, gateway: Int64)] {
        var found: [String: (billing: Int64, gateway: Int64)] = [:]
        for payment in payments {
            guard let review = reviews[payment.id], review.verdict != nil else { continue }
            let proven = operations[payment.attempt].map {
                PaymentStateMachine.outcome(of: $0.state)
            }
            let (isBooked, isTaken) = (Self.isBooked(payment, review), proven == .succeeded)
            guard isBooked != isTaken else { continue }
            found[payment.attempt.text] = (
                isBooked ? payment.amount : 0, isTaken ? payment.amount : 0
            )
        }
        return found
    }

    /// Two operators decided each item, once, and it is what they were told.
    func checkDecisions(_ database: Database) throws {
        let alone = try database.number(
            """
            SELECT COUNT(*) FROM review_decisions WHERE confirmed_at IS NOT NULL
                AND (confirmer IS NULL OR confirmer = proposer)
            """
        )
        if alone != 0 { fail("\(alone) items were decided by one operator") }
        for (key, decision) in world.answers.decided {
            let row = try database.row(
                """
                SELECT decision FROM review_decisions
                WHERE payment = ? AND gateway_version = ? AND confirmed_at IS NOT NULL
                """,
                key.payment,
                key.gatewayVersion
            )
            let found: Int? = try row?[0]
            if found != decision.rawValue {
                fail("\(key.payment) was decided \(decision.name), and that is not there")
            }
        }
        for (type, count) in [
            ("payment.review", "reviews"),
            ("payment.exception_opened", "payment_exceptions"),
            ("payment.credited", "review_decisions WHERE confirmed_at > 0 AND decision = 3"),
            ("payment.reversed", "review_decisions WHERE confirmed_at > 0 AND decision = 4"),
            ("payment.reversed", "reversals"),
            (
                "payment.exception_dismissed",
                "review_decisions WHERE confirmed_at > 0 AND decision = 5"
            ),
        ] {
            let events = try database.number("SELECT COUNT(*) FROM events WHERE type = ?", type)
            let rows = try database.number("SELECT COUNT(*) FROM \(count)")
            if events != rows { fail("\(events) events are \(type), and there are \(rows)") }
        }
    }

    /// Counts what came before operators.
    func tally(_ reviews: [PaymentID: ReviewLine]) throws {
        world.tally.reviews = Int(try billing { try $0.number("SELECT COUNT(*) FROM reviews") })
        for review in reviews.values {
            world.tally.exceptions += review.proofs.count
            for decision in [review.verdict, review.decision] {
                guard let decision else { continue }
                world.tally.decisions[decision.name, default: 0] += 1
            }
        }
    }
}
