import Crypto
import Foundation
import GRDB
import Logging
import Payments
import ServiceKit
import Storage

/// The gateway's database. Each method is one atomic step; none spans a transaction.
final class GatewayStore: Sendable {
    let sqlite: SQLiteStore
    let ids: IDFactory
    let clock: BusinessClock
    /// The store's own name: another epoch is another store, or a restored one.
    let epoch: String
    /// Bumped after each commit; closed when streams must end.
    let changes = ChangeSignal()

    private init(sqlite: SQLiteStore, ids: IDFactory, clock: BusinessClock, epoch: String) {
        self.sqlite = sqlite
        self.ids = ids
        self.clock = clock
        self.epoch = epoch
    }

    /// Opens the database, and makes epoch and keys in a new one.
    ///
    /// - Parameters:
    ///   - path: of the database.
    ///   - keyEncryptionKey: opens the other keys.
    ///   - clock: of business.
    ///   - onFailure: told of a commit whose outcome is unknown.
    ///   - logger: for what goes wrong.
    /// - Throws: `StorageError`, `GatewayError.vaultDamaged`.
    static func open(
        path: String,
        keyEncryptionKey: SymmetricKey,
        clock: BusinessClock,
        onFailure: @escaping SQLiteStore.FailureHook = { _ in },
        logger: Logger
    ) async throws -> (store: GatewayStore, keyRing: KeyRing) {
        var options = StoreOptions.ofService
        options.secureDelete = true
        let sqlite = try SQLiteStore.open(
            path: path,
            migrations: GatewayMigrations.all,
            options: options,
            onFailure: onFailure,
            logger: logger
        )
        return try await open(sqlite, keyEncryptionKey: keyEncryptionKey, clock: clock)
    }

    /// Makes epoch and keys in a new database.
    ///
    /// - Parameters:
    ///   - sqlite: has the schema of `GatewayMigrations`.
    ///   - keyEncryptionKey: opens the other keys.
    ///   - clock: of business.
    ///   - random: for identifiers and the epoch.
    /// - Throws: `StorageError`, `GatewayError.vaultDamaged`.
    static func open(
        _ sqlite: SQLiteStore,
        keyEncryptionKey: SymmetricKey,
        clock: BusinessClock,
        random: RandomSource = .system
    ) async throws -> (store: GatewayStore, keyRing: KeyRing) {
        let epoch: String = try await sqlite.write { database in
            if let row = try database.row("SELECT epoch FROM store") { return try row[0] }
            var random = random
            let epoch = ULID(
                high: UInt64.random(in: .min ... .max, using: &random),
                low: UInt64.random(in: .min ... .max, using: &random)
            ).text
            try database.run("INSERT INTO store (epoch) VALUES (?)", epoch)
            try database.run(
                "INSERT INTO data_keys (id, wrapped_key) VALUES (1, ?)",
                try KeyRing.wrapNewKey(.dataKey, keyID: 1, with: keyEncryptionKey)
            )
            try database.run(
                "INSERT INTO fingerprint_key (wrapped_key) VALUES (?)",
                try KeyRing.wrapNewKey(.fingerprintKey, keyID: 0, with: keyEncryptionKey)
            )
            return epoch
        }
        let (dataKeys, fingerprint) = try await sqlite.read { database in
            var keys: [Int64: Data] = [:]
            for row in try database.rows("SELECT id, wrapped_key FROM data_keys LIMIT 10000") {
                keys[try row[0]] = try row[1]
            }
            let row = try database.row("SELECT wrapped_key FROM fingerprint_key")
            guard let row else { throw GatewayError.vaultDamaged }
            return try (keys, row[0] as Data)
        }
        let keyRing = try KeyRing(
            wrapped: dataKeys,
            fingerprint: fingerprint,
            keyEncryptionKey: keyEncryptionKey
        )
        let ids = IDFactory(clock: clock, random: random)
        return (GatewayStore(sqlite: sqlite, ids: ids, clock: clock, epoch: epoch), keyRing)
    }

    func close() async {
        await sqlite.close()
    }

    /// The number of a tenant, which is made when it is new.
    func tenant(_ name: String) async throws -> Int64 {
        try await sqlite.write { database in
            if let row = try database.row("SELECT id FROM tenants WHERE name = ?", name) {
                return try row[0]
            }
            try database.run("INSERT INTO tenants (name) VALUES (?)", name)
            return database.lastInsertedRowID
        }
    }

    /// Reads from a snapshot.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (GatewayTables) throws -> Value
    ) async throws -> Value {
        try await sqlite.read { try body(GatewayTables(database: $0)) }
    }

    /// Writes one step.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (GatewayTables) throws -> Value
    ) async throws -> Value {
        let value = try await sqlite.write { try body(GatewayTables(database: $0)) }
        changes.bump()
        return value
    }

    /// Keeps a new card.
    func insert(_ card: StoredCard) async throws {
        try await write { try $0.insert(card) }
    }

    /// Ends a card; its number goes at once when no operation needs it.
    ///
    /// - Throws: `GatewayError.tokenNotFound`.
    func deleteCard(_ token: TokenID, tenant: Int64) async throws -> StoredCard {
        try await write { tables in
            guard var card = try tables.card(token), card.tenant == tenant else {
                throw GatewayError.tokenNotFound
            }
            // Operations on a retained card are not counted one by one: its number stays anyway.
            if card.state == .retained { try tables.countLiveOperations(on: token) }
            card.state = .deleted
            try tables.setState(.deleted, of: token)
            try tables.destroyNumberIfUnneeded(token)
            return card
        }
    }

    /// Ends the numbers of single-use tokens whose time has passed unused.
    func endExpiredTokens(limit: Int) async throws {
        let now = clock.milliseconds
        let expired: [TokenID] = try await sqlite.read { database in
            try database.rows(
                """
                SELECT token FROM cards
                WHERE state = 1 AND expires_at < ? AND sealed_number IS NOT NULL
                ORDER BY expires_at LIMIT ?
                """,
                now,
                limit
            ).map { try $0[0] }
        }
        guard !expired.isEmpty else { return }
        try await write { tables in
            for token in expired { try tables.endExpired(token) }
        }
    }

    /// Cards whose keys are to be destroyed.
    func keyDestructions(limit: Int) async throws -> [TokenID] {
        try await sqlite.read { database in
            try database.rows("SELECT token FROM key_destructions LIMIT ?", limit)
                .map { try $0[0] }
        }
    }

    /// Their keys are destroyed.
    func keysDestroyed(_ tokens: [TokenID]) async throws {
        try await sqlite.write { database in
            for token in tokens {
                try database.run("DELETE FROM key_destructions WHERE token = ?", token)
            }
        }
    }
}
