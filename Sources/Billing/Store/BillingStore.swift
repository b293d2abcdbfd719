import Foundation
import GRDB
import Logging
import Payments
import ProtobufC
import RemitAPI
import ServiceKit
import Storage

/// Billing's database. Each method, here and in the extensions, is one atomic step.
final class BillingStore: Sendable {
    let sqlite: SQLiteStore
    let ids: IDFactory
    let clock: BusinessClock
    /// Bumped after each commit; closed when streams must end.
    let changes = ChangeSignal()

    /// - Parameters:
    ///   - path: of the database.
    ///   - clock: of business.
    ///   - onFailure: told of a commit whose outcome is unknown.
    ///   - logger: for what goes wrong.
    /// - Throws: as `SQLiteStore.open`.
    convenience init(
        path: String,
        clock: BusinessClock,
        onFailure: @escaping SQLiteStore.FailureHook = { _ in },
        logger: Logger
    ) throws(StorageError) {
        self.init(
            sqlite: try SQLiteStore.open(
                path: path,
                migrations: BillingMigrations.all,
                options: .ofService,
                onFailure: onFailure,
                logger: logger
            ),
            clock: clock
        )
    }

    /// - Parameters:
    ///   - sqlite: has the schema of `BillingMigrations`.
    ///   - clock: of business.
    ///   - random: for identifiers.
    init(sqlite: SQLiteStore, clock: BusinessClock, random: RandomSource = .system) {
        self.sqlite = sqlite
        self.clock = clock
        ids = IDFactory(clock: clock, random: random)
    }

    func close() async {
        await sqlite.close()
    }

    /// Reads from a snapshot.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (BillingTables) throws -> Value
    ) async throws -> Value {
        let (ids, now) = (ids, clock.milliseconds)
        return try await sqlite.read {
            try body(BillingTables(database: $0, ids: ids, now: now))
        }
    }

    /// Writes one step of a request that may be dropped while it waits: nothing was begun before.
    ///
    /// - Throws: also `StorageError.abandoned`.
    func writeUnlessAbandoned<Value: Sendable>(
        _ body: @escaping @Sendable (BillingTables) throws -> Value
    ) async throws -> Value {
        let (ids, now) = (ids, clock.milliseconds)
        let value = try await sqlite.writeUnlessAbandoned {
            try body(BillingTables(database: $0, ids: ids, now: now))
        }
        changes.bump()
        return value
    }

    /// Writes one step.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (BillingTables) throws -> Value
    ) async throws -> Value {
        let (ids, now) = (ids, clock.milliseconds)
        let value = try await sqlite.write {
            try body(BillingTables(database: $0, ids: ids, now: now))
        }
        changes.bump()
        return value
    }
}

/// Statements on billing's tables, within one transaction and at one moment.
struct BillingTables {
    let database: Database
    let ids: IDFactory
    /// Milliseconds since 1970-01-01T00:00:00Z.
    let now: Int64

    // MARK: Request keys

    /// What a request id stands for.
    enum KeyKind: Int, Sendable {
        case account = 1
        case user = 2
        case invoice = 3
        case payment = 4
    }

    /// What was created under a request id; nil for a new one.
    ///
    /// - Throws: `BillingError.keyReused` for another kind or another body.
    func subject<ID: EntityID>(
        of key: RequestKey,
        _ kind: KeyKind,
        bodyHash: Data,
        as type: ID.Type = ID.self
    ) throws -> ID? {
        guard let found = try keyRow(key) else { return nil }
        guard found.kind == kind.rawValue, found.bodyHash == bodyHash,
            let id = ID(bytes: Array(found.subject))
        else { throw BillingError.keyReused }
        return id
    }

    /// The payment of a request id, whatever its body; nil when there is none.
    func payment(of key: RequestKey) throws -> PaymentID? {
        guard let found = try keyRow(key), found.kind == KeyKind.payment.rawValue else {
            return nil
        }
        return PaymentID(bytes: Array(found.subject))
    }

    private func keyRow(
        _ key: RequestKey
    ) throws -> (kind: Int, bodyHash: Data, subject: Data)? {
        try database.row(
            "SELECT kind, body_hash, subject FROM request_keys WHERE key = ?",
            key
        ).map { try ($0[0], $0[1], $0[2]) }
    }

    /// Keeps a request id, for ever.
    func insert(
        _ key: RequestKey,
        _ kind: KeyKind,
        bodyHash: Data,
        subject: some EntityID
    ) throws {
        try database.run(
            "INSERT INTO request_keys (key, kind, body_hash, subject) VALUES (?, ?, ?, ?)",
            key,
            kind.rawValue,
            bodyHash,
            Data(subject.bytes)
        )
    }

    // MARK: Events and mail

    /// Writes an event into the feed.
    ///
    /// - Returns: its sequence number.
    @discardableResult
    func appendEvent(_ type: String, subject: String, account: AccountID) throws -> Int64 {
        try database.run(
            "INSERT INTO events (id, type, subject, account, created_at) VALUES (?, ?, ?, ?, ?)",
            ids.next(EventID.self),
            type,
            subject,
            account,
            now
        )
        return database.lastInsertedRowID
    }

    /// Puts mail about an event into the outbox, for every user of the account who wants it.
    func notify(_ account: AccountID, event: Int64, kind: String, subject: String) throws {
        try database.run(
            """
            INSERT INTO outbox (event, user, kind, subject, created_at)
            SELECT ?, id, ?, ?, ? FROM users WHERE account = ? AND notifications = 1
            """,
            event,
            kind,
            subject,
            now,
            account
        )
    }

    // MARK: History

    /// Appends a row to an account's history.
    ///
    /// - Returns: its sequence number within the account.
    func appendHistory(
        _ account: AccountID,
        _ type: HistoryType,
        subject: some EntityID,
        amount: Int64,
        balanceAfter: Int64
    ) throws -> Int64 {
        try database.number(
            """
            INSERT INTO history (account, sequence, type, subject, amount, balance_after,
                created_at)
            VALUES (?1, 1 + coalesce((SELECT MAX(sequence) FROM history WHERE account = ?1), 0),
                ?2, ?3, ?4, ?5, ?6)
            RETURNING sequence
            """,
            account,
            type.rawValue,
            Data(subject.bytes),
            amount,
            balanceAfter,
            now
        )
    }
}
