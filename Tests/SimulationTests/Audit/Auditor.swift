import Foundation
import GRDB
import Ledger
import Payments
import ServiceKit
import Storage

@testable import Billing
@testable import Gateway

/// Checks the books and every promise of the product after a history has come to rest.
struct Auditor {
    let world: World

    /// A payment as billing's books have it.
    struct PaymentLine {
        let id: PaymentID
        let account: AccountID
        let state: PaymentState
        let amount: Int64
        let credited: Int64

        var attempt: AttemptID { AttemptID(id.ulid) }
    }

    /// An operation as the gateway's books have it.
    struct OperationLine {
        let state: OperationState
        let amount: Int64
    }

    func audit() throws {
        let payments = try billing { try Self.payments($0) }
        let operations = try gateway { try Self.operations($0) }
        let charges = try bank { try Self.charges($0) }
        let reviews = try billing { try Self.reviews($0) }
        checkAnswers(payments)
        checkOutcomes(payments, operations, reviews)
        checkReviews(payments, operations, reviews)
        checkCharges(payments, operations, reviews, charges)
        try checkCalls()
        try checkPending(operations)
        let differences = Self.decidedDifferences(payments, operations, reviews)
        world.tally.differences = differences.count
        try checkThreeBooks(differences)
        try checkLedgers()
        try billing { try checkBalances($0) }
        try billing { try checkHistory($0) }
        try billing { try checkEvents($0) }
        try billing { try checkDecisions($0) }
        try billing { try checkMail($0) }
        try gateway { try checkFeed($0) }
        try checkCards()
        try tally(reviews)
        for operation in operations.values {
            world.endings[operation.state.name, default: 0] += 1
        }
        world.noteEnd(
            payments.map { "\($0.id.text)\($0.state.rawValue)/\($0.amount)" }.joined()
        )
    }

    func billing<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try world.databases.billing.inspect(body)
    }

    func gateway<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try world.databases.gateway.inspect(body)
    }

    func bank<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try world.databases.bank.inspect(body)
    }

    func fail(_ text: String) { world.fail(text) }

    // MARK: Payments

    private static func payments(_ database: Database) throws -> [PaymentLine] {
        try database.rows(
            "SELECT id, account, state, amount, credited FROM payments ORDER BY id LIMIT 10000"
        ).compactMap { row in
            let number: Int = try row[2]
            guard let state = PaymentState(rawValue: number) else { return nil }
            return try PaymentLine(
                id: row[0],
                account: row[1],
                state: state,
                amount: row[3],
                credited: row[4]
            )
        }
    }

    private static func operations(_ database: Database) throws -> [AttemptID: OperationLine] {
        let rows = try database.rows("SELECT key, state, minor_units FROM operations LIMIT 10000")
        var found: [AttemptID: OperationLine] = [:]
        for row in rows {
            let number: Int = try row[1]
            guard let state = OperationState(rawValue: number) else { continue }
            found[try row[0]] = OperationLine(state: state, amount: try row[2])
        }
        return found
    }

    /// Approved charges that stand, by their reference.
    private static func charges(_ database: Database) throws -> [AttemptID: [Int64]] {
        var found: [AttemptID: [Int64]] = [:]
        for row in try database.rows(
            "SELECT reference, minor_units FROM charges WHERE state = 2 LIMIT 10000"
        ) {
            found[try row[0], default: []].append(try row[1])
        }
        return found
    }

    /// Every payment that a customer was told of is there, with the outcome they were told.
    private func checkAnswers(_ payments: [PaymentLine]) {
        let found = Dictionary(uniqueKeysWithValues: payments.map { ($0.id, $0) })
        for told in world.answers.told {
            guard let payment = found[told.payment] else {
                fail("\(told.payment) was answered and is not there")
                continue
            }
            if let outcome = told.outcome, outcome != payment.state {
                fail("\(told.payment) was \(outcome.name), and is \(payment.state.name)")
            }
            if told.amount.minorUnits != payment.amount {
                fail("\(told.payment) has another amount than was answered")
            }
        }
    }

    /// A payment's outcome is what the gateway proves, unless operators decided it; FAILED needs a
    /// fence or NOT_SENT.
    private func checkOutcomes(
        _ payments: [PaymentLine],
        _ operations: [AttemptID: OperationLine],
        _ reviews: [PaymentID: ReviewLine]
    ) {
        for payment in payments {
            let isDecided = reviews[payment.id]?.verdict != nil
            guard let operation = operations[payment.attempt] else {
                if isDecided { continue }
                fail("\(payment.id) is \(payment.state.name), and the gateway has nothing")
                continue
            }
            let outcome = PaymentStateMachine.outcome(of: operation.state)
            if payment.state != outcome, !isDecided {
                fail(
                    "\(payment.id) is \(payment.state.name), and the gateway has "
                        + operation.state.name
                )
            }
            if operation.state != .fenced, operation.amount != payment.amount {
                fail("\(payment.id) has another amount at the gateway")
            }
        }
        let known = Set(payments.map(\.attempt))
        for attempt in operations.keys.sorted() where !known.contains(attempt) {
            fail("the gateway has \(attempt), and billing has no such payment")
        }
    }

    /// One standing charge for each payment that succeeded, and none for any other. What operators
    /// decided moves nothing at the bank: there it is as the gateway has it.
    private func checkCharges(
        _ payments: [PaymentLine],
        _ operations: [AttemptID: OperationLine],
        _ reviews: [PaymentID: ReviewLine],
        _ charges: [AttemptID: [Int64]]
    ) {
        for payment in payments {
            let proven = operations[payment.attempt].map {
                PaymentStateMachine.outcome(of: $0.state)
            }
            let isDecided = reviews[payment.id]?.verdict != nil
            let state = isDecided ? proven : payment.state
            let expected = state == .succeeded ? [payment.amount] : []
            let found = charges[payment.attempt] ?? []
            if found != expected {
                let name = state?.name ?? "not at the gateway"
                fail("\(payment.id) is \(name), and the bank charged \(found)")
            }
        }
        let known = Set(payments.map(\.attempt))
        for attempt in charges.keys.sorted() where !known.contains(attempt) {
            fail("the bank charged \(attempt), and billing has no such payment")
        }
    }

    /// The bank was asked once under each reference, whatever became of it: what is not in its
    /// hands yet counts, and so does what was declined or reversed.
    private func checkCalls() throws {
        let doubled = try bank { database in
            try database.rows(
                """
                SELECT reference, COUNT(*) FROM charges GROUP BY reference HAVING COUNT(*) > 1
                ORDER BY reference LIMIT 100
                """
            ).map { try (reference: $0[0] as AttemptID, lines: $0[1] as Int) }
        }
        for (reference, lines) in doubled {
            fail("the bank was asked \(lines) times about \(reference)")
        }
    }

    /// What is pending at the bank is pending at the gateway: money that may still move is not
    /// given up.
    private func checkPending(_ operations: [AttemptID: OperationLine]) throws {
        let pending = try bank { database in
            try database.rows(
                "SELECT reference FROM charges WHERE state = 1 ORDER BY reference LIMIT 10000"
            ).map { try $0[0] as AttemptID }
        }
        for attempt in pending where operations[attempt]?.state != .pending {
            let state = operations[attempt]?.state.name ?? "not there"
            fail("\(attempt) is pending at the bank, and \(state) at the gateway")
        }
    }

    // MARK: The books

    /// The three books agree, but for what operators decided against the gateway.
    ///
    /// - Parameter decided: how much billing's and the gateway's books have of each such payment.
    private func checkThreeBooks(
        _ decided: [String: (billing: Int64, gateway: Int64)]
    ) throws {
        let reconciliation = Reconciliation(
            billing: try billing { try Self.lines($0, .gatewayClearing, sign: 1) },
            gateway: try gateway { try Self.lines($0, .merchantPayable, sign: -1) },
            bank: try bank { database in
                try database.rows(
                    "SELECT reference, minor_units, currency FROM charges WHERE state = 2 LIMIT 10000"
                ).map { row in
                    try Reconciliation.BookLine(
                        reference: (row[0] as AttemptID).text,
                        minorUnits: row[1],
                        currency: row[2]
                    )
                }
            },
            inFlight: []
        )
        var missing = decided
        for difference in reconciliation.differences {
            if let books = missing.removeValue(forKey: difference.reference),
                books == (difference.billingMinorUnits, difference.gatewayMinorUnits),
                difference.bankMinorUnits == books.gateway
            {
                continue
            }
            fail(
                "\(difference.reference): billing \(difference.billingMinorUnits), gateway "
                    + "\(difference.gatewayMinorUnits), bank \(difference.bankMinorUnits)"
            )
        }
        for (reference, books) in missing.sorted(by: { $0.key < $1.key }) {
            fail(
                "\(reference): operators left \(books.billing) in billing's books and "
                    + "\(books.gateway) in the gateway's, and the books agree"
            )
        }
    }

    private static func lines(
        _ database: Database,
        _ account: LedgerAccount,
        sign: Int64
    ) throws -> [Reconciliation.BookLine] {
        try database.rows(
            """
            SELECT e.reference, p.minor_units, p.currency
            FROM ledger_postings p JOIN ledger_entries e ON e.sequence = p.sequence
            WHERE p.account = ? LIMIT 10000
            """,
            account.rawValue
        ).map { row in
            try Reconciliation.BookLine(
                reference: row[0],
                minorUnits: sign * (row[1] as Int64),
                currency: row[2]
            )
        }
    }

    private func checkLedgers() throws {
        for (name, database) in [
            ("billing", world.databases.billing), ("gateway", world.databases.gateway),
        ] {
            let (entries, balance) = try database.inspect { database in
                (
                    try LedgerTable.entries(database, after: 0, limit: 10_000).entries,
                    try LedgerTable.trialBalance(database).balance
                )
            }
            var verifier = ChainVerifier()
            for entry in entries {
                if let fault = verifier.verify(entry) {
                    fail("the chain of \(name): \(fault)")
                    break
                }
            }
            if !balance.isBalanced { fail("the trial balance of \(name) is not zero") }
        }
    }
}
