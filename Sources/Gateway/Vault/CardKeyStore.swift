import Foundation
import GRDB
import Logging
import Payments
import ServiceKit
import Storage

/// The wrapped keys of single cards, in a database of their own. A card is destroyed by
/// destroying its key.
final class CardKeyStore: Sendable {
    private let store: SQLiteStore

    static let migrations = [
        SchemaMigration("0001 card keys") { database in
            try database.execute(
                sql: """
                    CREATE TABLE card_keys (
                        token BLOB PRIMARY KEY,
                        data_key_id INTEGER NOT NULL,
                        wrapped_key BLOB NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    """
            )
        }
    ]

    /// - Parameters:
    ///   - path: of the database.
    ///   - onFailure: told of a commit whose outcome is unknown.
    ///   - logger: for what goes wrong.
    /// - Throws: as `SQLiteStore.open`.
    convenience init(
        path: String,
        onFailure: @escaping SQLiteStore.FailureHook = { _ in },
        logger: Logger
    ) throws(StorageError) {
        var options = StoreOptions.ofService
        options.secureDelete = true
        self.init(
            try SQLiteStore.open(
                path: path,
                migrations: Self.migrations,
                options: options,
                onFailure: onFailure,
                logger: logger
            )
        )
    }

    /// - Parameter store: has the schema of `migrations`.
    init(_ store: SQLiteStore) {
        self.store = store
    }

    /// Keeps a card's key; durable when this returns.
    func insert(_ card: KeyRing.SealedCard, token: TokenID) async throws {
        try await store.write { database in
            try database.run(
                "INSERT INTO card_keys (token, data_key_id, wrapped_key) VALUES (?, ?, ?)",
                token,
                card.dataKeyID,
                card.wrappedKey
            )
        }
    }

    /// A card's key beside its sealed number; nil when the key is destroyed.
    func sealedCard(_ token: TokenID, number: Data) async throws -> KeyRing.SealedCard? {
        // On the writer, together with all others that wait: a reader of GRDB's pool costs a sale
        // more than everything else that is done with the key.
        try await store.write { database in
            try database.row(
                "SELECT wrapped_key, data_key_id FROM card_keys WHERE token = ?",
                token
            ).map { try KeyRing.SealedCard(number: number, wrappedKey: $0[0], dataKeyID: $0[1]) }
        }
    }

    /// Destroys keys, in the log too; those that are gone already are no matter.
    ///
    /// - Throws: `StorageError`; `GatewayError.unexpected` when a reader kept the log from being
    ///   emptied. What was destroyed may be destroyed again.
    func destroy(_ tokens: [TokenID]) async throws {
        try await store.write { database in
            for token in tokens {
                try database.run("DELETE FROM card_keys WHERE token = ?", token)
            }
        }
        guard try await store.emptyLog() else {
            throw GatewayError.unexpected("the log of the card keys is being read")
        }
    }

    func close() async {
        await store.close()
    }
}
