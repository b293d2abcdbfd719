import GRDB
import Logging
import Payments
import ServiceKit
import Storage

/// The embedded bank: deterministic by the card's number, with a synced book of its own.
final class SandboxBank: BankLink {
    /// How a line of the book stands.
    enum ChargeState: Int, Sendable {
        case pending = 1
        case approved = 2
        case declined = 3
        case reversed = 4
    }

    /// A line of the book.
    struct Charge: Sendable {
        let sequence: Int64
        let reference: AttemptID
        let operation: OperationID
        let state: ChargeState
        let amount: Money
        let responseCode: String
        let createdAt: Int64
    }

    private let store: SQLiteStore
    private let clock: BusinessClock

    init(path: String, clock: BusinessClock, logger: Logger) throws(StorageError) {
        self.clock = clock
        store = try SQLiteStore.open(
            path: path,
            migrations: SandboxBookMigrations.all,
            logger: logger
        )
    }

    func close() async {
        await store.close()
    }

    func refusal(of number: CardNumber) -> String? {
        switch SandboxScenario.lookup(number) {
        case .scenario: nil
        case .unavailable: "What this sandbox card stands for is not available."
        case .notSandbox: "This gateway takes sandbox cards only; use one of the listed numbers."
        }
    }

    func charge(_ request: BankRequest) async throws(BankSilence) -> BankAnswer {
        guard case .scenario(let scenario) = SandboxScenario.lookup(request.number) else {
            throw BankSilence(reason: "not a sandbox card")
        }
        let line = NewCharge(request, scenario, now: clock.milliseconds)
        let isReversed = try await step { database in
            let reversed = try database.number(
                "SELECT COUNT(*) FROM reversals WHERE reference = ?",
                request.reference
            )
            try line.insert(database, isReversed: reversed > 0)
            return reversed > 0
        }
        // A caller that gives up must not shorten the bank's time: the delay is the bank's own.
        if case .delayed(let milliseconds) = scenario.timing {
            await Task { try? await Task.sleep(for: .milliseconds(milliseconds)) }.value
        }
        // The reversal came first: the charge is in the book, without money.
        guard !isReversed else { throw BankSilence(reason: "reversed before it arrived") }
        return line.answer
    }

    func inquire(_ reference: AttemptID) async throws(BankSilence) -> BankInquiry {
        let row = try await step { database in
            try database.row(
                """
                SELECT state, response_code, decline_code, approval_code, avs_result, cvc_result
                FROM charges WHERE reference = ? AND state != 4 ORDER BY sequence LIMIT 1
                """,
                reference
            ).map { row in
                (state: row[0] as Int, decision: Self.decision(row, from: 1))
            }
        }
        guard let row else { return .noCharge }
        return row.state == ChargeState.pending.rawValue ? .pending : .decided(row.decision)
    }

    func reverse(_ reference: AttemptID) async throws(BankSilence) {
        let now = clock.milliseconds
        try await step { database in
            try database.run(
                "INSERT OR IGNORE INTO reversals (reference, created_at) VALUES (?, ?)",
                reference,
                now
            )
            // A decline moved no money; everything else is undone.
            try database.run(
                """
                UPDATE charges SET state = 4, decides_at = NULL, advice_due = 0
                WHERE reference = ? AND state IN (1, 2)
                """,
                reference
            )
        }
    }

    func advices(limit: Int) async throws(BankSilence) -> [BankAdvice] {
        let now = clock.milliseconds
        let isDue = try await read { database in
            try database.number(
                """
                SELECT EXISTS (SELECT 1 FROM charges WHERE state = 1 AND decides_at <= ?)
                    OR EXISTS (SELECT 1 FROM charges WHERE advice_due = 1)
                """,
                now
            ) != 0
        }
        guard isDue else { return [] }
        return try await step { database in
            let due = try database.rows(
                """
                SELECT sequence FROM charges
                WHERE state = 1 AND decides_at <= ? ORDER BY decides_at LIMIT ?
                """,
                now,
                limit
            )
            for row in due { try Self.decide(database, sequence: row[0]) }
            return try database.rows(
                """
                SELECT sequence, reference, response_code, decline_code, approval_code,
                    avs_result, cvc_result
                FROM charges WHERE advice_due = 1 ORDER BY sequence LIMIT ?
                """,
                limit
            ).map { row in
                BankAdvice(
                    sequence: row[0],
                    reference: row[1],
                    decision: Self.decision(row, from: 2)
                )
            }
        }
    }

    func acknowledge(_ sequences: [Int64]) async throws(BankSilence) {
        guard !sequences.isEmpty else { return }
        try await step { database in
            for sequence in sequences {
                try database.run("UPDATE charges SET advice_due = 0 WHERE sequence = ?", sequence)
            }
        }
    }

    // MARK: The sandbox's own controls

    /// Decides a pending charge now.
    ///
    /// - Parameters:
    ///   - reference: of the charge.
    ///   - responseCode: what to decide; nil for what the card's script says.
    /// - Returns: false when nothing under the reference is pending.
    func resolve(
        _ reference: AttemptID,
        _ responseCode: ResponseCode?
    ) async throws(BankSilence) -> Bool {
        try await step { database in
            let row = try database.row(
                "SELECT sequence FROM charges WHERE reference = ? AND state = 1 LIMIT 1",
                reference
            )
            guard let sequence: Int64 = row?[0] else { return false }
            if let responseCode {
                try database.run(
                    "UPDATE charges SET response_code = ?, decline_code = NULL WHERE sequence = ?",
                    responseCode.text,
                    sequence
                )
            }
            try Self.decide(database, sequence: sequence)
            return true
        }
    }

    /// The book, oldest first, and the number of its newest line.
    func charges(
        after: Int64,
        limit: Int
    ) async throws(BankSilence) -> (charges: [Charge], headSequence: Int64) {
        try await read { database in
            let rows = try database.rows(
                """
                SELECT sequence, reference, operation, state, minor_units, currency,
                    response_code, created_at
                FROM charges WHERE sequence > ? ORDER BY sequence LIMIT ?
                """,
                after,
                limit
            )
            let charges = try rows.map { row in
                let number: Int = row[3]
                guard let state = ChargeState(rawValue: number) else {
                    throw StorageError.corrupt("state \(number) in the bank's book")
                }
                return Charge(
                    sequence: row[0],
                    reference: row[1],
                    operation: row[2],
                    state: state,
                    amount: Money(minorUnits: row[4], currency: row[5]),
                    responseCode: state == .pending ? "" : row[6],
                    createdAt: row[7]
                )
            }
            return (charges, try database.number("SELECT MAX(sequence) FROM charges"))
        }
    }

    /// Moves a pending charge to what its response code says. The script's code is in the row.
    private static func decide(_ database: Database, sequence: Int64) throws {
        let approval = approvalCode(sequence)
        try database.run(
            """
            UPDATE charges SET
                state = CASE WHEN response_code = '00' THEN 2 ELSE 3 END,
                approval_code = CASE WHEN response_code = '00' THEN ? ELSE '' END,
                decides_at = NULL,
                advice_due = 1
            WHERE sequence = ?
            """,
            approval,
            sequence
        )
    }

    /// Six digits made of the line's number.
    static func approvalCode(_ sequence: Int64) -> String {
        let digits = String(sequence % 1_000_000)
        return String(repeating: "0", count: 6 - digits.utf8.count) + digits
    }

    private static func decision(_ row: Row, from first: Int) -> BankDecision {
        let code: String = row[first]
        let decline: String? = row[first + 1]
        guard let responseCode = ResponseCode(code) else {
            preconditionFailure("the book holds a response code that was not checked")
        }
        return BankDecision(
            responseCode: responseCode,
            declineCode: decline.flatMap { DeclineCode(rawValue: $0) },
            approvalCode: row[first + 2],
            avsResult: row[first + 3],
            cvcResult: row[first + 4]
        )
    }

    private func step<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(BankSilence) -> Value {
        do {
            return try await store.write(body)
        } catch {
            throw BankSilence(reason: "\(error)")
        }
    }

    private func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(BankSilence) -> Value {
        do {
            return try await store.read(body)
        } catch {
            throw BankSilence(reason: "\(error)")
        }
    }
}
