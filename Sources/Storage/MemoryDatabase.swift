package import GRDB

/// A database in memory, for simulations. It outlives the stores over it, as a file outlives the
/// processes that open it: what a store has committed is there for the next.
package final class MemoryDatabase: Sendable {
    let queue: DatabaseQueue

    /// Makes the database and its schema.
    ///
    /// - Parameter migrations: all that ever were, in order.
    /// - Throws: `StorageError`.
    package init(migrations: [SchemaMigration]) throws(StorageError) {
        do {
            queue = try DatabaseQueue()
            try SchemaMigration.migrate(migrations, queue, path: ":memory:")
        } catch let error as StorageError {
            throw error
        } catch {
            throw StorageError(error) ?? .cannotOpen("memory: \(error)")
        }
    }

    /// Deletes every row, and keeps the schema with the statements compiled for it: to begin
    /// anew costs a hundredth of what a new database does.
    ///
    /// - Throws: what SQLite said.
    package func removeAllRows() throws {
        try queue.writeWithoutTransaction { database in
            let tables = try String.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT name FROM sqlite_master WHERE type = 'table'
                            AND name NOT LIKE 'sqlite_%' AND name <> 'grdb_migrations'
                        ORDER BY rowid DESC
                        """
                )
            )
            try database.inTransaction {
                // The newest table first: a row refers to older tables alone.
                for table in tables {
                    try database.cachedStatement(sql: "DELETE FROM \(table)").execute()
                }
                return .commit
            }
        }
    }

    /// Looks at what is committed, beside any store: for an auditor.
    ///
    /// - Throws: what `body` threw.
    package func inspect<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try queue.unsafeRead(body)
    }

    /// Changes what is committed behind the store's back: a test of the auditor plants a fault.
    ///
    /// - Throws: what `body` threw.
    package func tamper(_ body: (Database) throws -> Void) throws {
        try queue.writeWithoutTransaction(body)
    }
}
