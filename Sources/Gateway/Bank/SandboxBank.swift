import GRDB
import Logging
import Payments
import ServiceKit
import Storage
import TTRPC

/// The embedded bank: deterministic by the card's number, with a synced book of its own.
final class SandboxBank: BankLink {
    /// How a line of the book stands.
    enum ChargeState: Int, Sendable {
        /// Not in the bank's hands yet; no part of its book.
        case underWay = 0
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
    private let timeout: Duration
    private let scheduler: WorkScheduler
    private let endProcess: @Sendable () async -> Void

    /// - Parameters:
    ///   - path: of the book.
    ///   - clock: when pending charges are decided.
    ///   - timeoutMilliseconds: how long a reply is waited for.
    ///   - endProcess: plays the fault of a process that ends before the reply is there.
    ///   - onFailure: told of a commit to the book whose outcome is unknown.
    ///   - logger: for the book.
    convenience init(
        path: String,
        clock: BusinessClock,
        timeoutMilliseconds: Int64,
        endProcess: @escaping @Sendable () async -> Void,
        onFailure: @escaping SQLiteStore.FailureHook = { _ in },
        logger: Logger
    ) throws(StorageError) {
        self.init(
            try SQLiteStore.open(
                path: path,
                migrations: SandboxBookMigrations.all,
                options: .ofService,
                onFailure: onFailure,
                logger: logger
            ),
            clock: clock,
            timeoutMilliseconds: timeoutMilliseconds,
            endProcess: endProcess
        )
    }

    /// - Parameters:
    ///   - store: the book, with the schema of `SandboxBookMigrations`.
    ///   - clock: when pending charges are decided.
    ///   - timeoutMilliseconds: how long a reply is waited for.
    ///   - endProcess: plays the fault of a process that ends before the reply is there.
    ///   - scheduler: for the time that the bank takes.
    init(
        _ store: SQLiteStore,
        clock: BusinessClock,
        timeoutMilliseconds: Int64,
        endProcess: @escaping @Sendable () async -> Void,
        scheduler: WorkScheduler = .system
    ) {
        self.store = store
        self.clock = clock
        self.endProcess = endProcess
        self.scheduler = scheduler
        timeout = .milliseconds(timeoutMilliseconds)
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
        if scenario.fault == .droppedBefore {
            throw BankSilence(reason: "the connection was dropped")
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
        // The reversal came first: the charge is in the book, without money.
        guard !isReversed else { throw BankSilence(reason: "reversed before it arrived") }
        if scenario.fault == .processExit { await endProcess() }
        try await wait(for: scenario)
        return try SandboxReplyFrame.answer(in: line.frames, to: request.reference)
    }

    /// The bank takes its time, and the gateway waits no longer than its time-out.
    private func wait(for scenario: SandboxScenario) async throws(BankSilence) {
        var delay = Duration.zero
        if case .delayed(let milliseconds) = scenario.timing {
            delay = .milliseconds(milliseconds)
        }
        switch scenario.fault {
        case .none, .droppedBefore, .processExit, .replyTwice, .replyTruncated: break
        case .replyLost, .linkTimeout, .lateDecision: delay = timeout
        }
        // A caller that gives up must not shorten the bank's time: the delay is the bank's own.
        let pause = min(delay, timeout)
        if pause > .zero {
            await ServerContext.elsewhere {
                await scheduler.spawn { [scheduler] in await scheduler.sleep(for: pause) }.value
            }
        }
        guard delay < timeout else { throw BankSilence(reason: "no reply within \(timeout)") }
    }

    func inquire(_ reference: AttemptID) async throws(BankSilence) -> BankInquiry {
        let row = try await step { database in
            try database.row(
                """
                SELECT state, response_code, decline_code, approval_code, avs_result, cvc_result,
                    fault
                FROM charges WHERE reference = ? AND state IN (1, 2, 3)
                ORDER BY sequence LIMIT 1
                """,
                reference
            ).map { row in
                let (state, fault): (Int, Int) = try (row[0], row[6])
                return (state: state, decision: try Self.decision(row, from: 1), fault: fault)
            }
        }
        guard let row else { return .noCharge }
        guard row.fault != SandboxScenario.Fault.linkTimeout.rawValue else {
            throw BankSilence(reason: "no reply to an inquiry")
        }
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
            // What was under way arrives now, too late.
            let late = try database.rows(
                "SELECT sequence FROM charges WHERE reference = ? AND state = 0 LIMIT 10",
                reference
            )
            for row in late { try Self.decide(database, sequence: row[0]) }
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
                try BankAdvice(
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
            guard let sequence: Int64 = try row?[0] else { return false }
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
                FROM charges WHERE sequence > ? AND state != 0 ORDER BY sequence LIMIT ?
                """,
                after,
                limit
            )
            let charges = try rows.map { row in
                let number: Int = try row[3]
                guard let state = ChargeState(rawValue: number) else {
                    throw StorageError.undecodable("state \(number) in the bank's book")
                }
                return try Charge(
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
                state = CASE WHEN response_code IN ('00', '10') THEN 2 ELSE 3 END,
                approval_code = CASE WHEN response_code IN ('00', '10') THEN ? ELSE '' END,
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

    private static func decision(_ row: StoredRow, from first: Int) throws -> BankDecision {
        let code: String = try row[first]
        let decline: String? = try row[first + 1]
        guard let responseCode = ResponseCode(code) else {
            preconditionFailure("the book holds a response code that was not checked")
        }
        return try BankDecision(
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
