import GRDB
package import Logging
package import Storage
import TTRPC

/// A store of its own whose steps change one row: what a call of the debug service waits for when
/// it is to cost a group commit.
package struct CommitProbe: Sendable {
    private static let fileName = "debug-commits.sqlite"

    private let store: SQLiteStore

    /// - Parameters:
    ///   - folder: of the data; the file in it may be deleted at any time that nothing runs.
    ///   - logger: for what goes wrong.
    /// - Throws: `StorageError`.
    package init(folder: String, logger: Logger) throws(StorageError) {
        let migration = SchemaMigration("1 commits") { database in
            try database.execute(
                sql: """
                    CREATE TABLE commits (id INTEGER PRIMARY KEY, count INTEGER NOT NULL);
                    INSERT INTO commits (id, count) VALUES (1, 0);
                    """
            )
        }
        store = try SQLiteStore.open(
            path: folder + "/" + Self.fileName,
            migrations: [migration],
            options: .ofService,
            logger: logger
        )
    }

    /// Returns when a step is durable.
    ///
    /// - Throws: `RPCError`.
    package func commit() async throws {
        do {
            try await store.write { database in
                try database.run("UPDATE commits SET count = count + 1 WHERE id = 1")
            }
        } catch let error as StorageError {
            throw RPCError(error)
        }
    }

    package func close() async {
        await store.close()
    }
}
