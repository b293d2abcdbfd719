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

    init(path: String, logger: Logger) throws(StorageError) {
        var options = StoreOptions()
        options.secureDelete = true
        store = try SQLiteStore.open(
            path: path,
            migrations: [
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
            ],
            options: options,
            logger: logger
        )
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
        try await store.read { database in
            try database.row(
                "SELECT wrapped_key, data_key_id FROM card_keys WHERE token = ?",
                token
            ).map { KeyRing.SealedCard(number: number, wrappedKey: $0[0], dataKeyID: $0[1]) }
        }
    }

    /// Destroys keys; those that are gone already are no matter.
    func destroy(_ tokens: [TokenID]) async throws {
        try await store.write { database in
            for token in tokens {
                try database.run("DELETE FROM card_keys WHERE token = ?", token)
            }
        }
    }

    func close() async {
        await store.close()
    }
}
