package import GRDB

/// One numbered change of a schema. Changes are applied in order, each once, and never edited
/// after a release.
package struct SchemaMigration: Sendable {
    /// "0001 accounts and users": the number sorts, the words explain.
    package let name: String
    package let apply: @Sendable (Database) throws -> Void

    package init(_ name: String, apply: @escaping @Sendable (Database) throws -> Void) {
        self.name = name
        self.apply = apply
    }
}

extension SchemaMigration {
    /// Brings a database up to date.
    ///
    /// - Throws: `StorageError.schemaTooNew`, or what SQLite said.
    static func migrate(
        _ migrations: [SchemaMigration],
        _ writer: some DatabaseWriter,
        path: String
    ) throws {
        var migrator = DatabaseMigrator()
        for migration in migrations {
            migrator.registerMigration(migration.name) { try migration.apply($0) }
        }
        let known = migrator
        guard try writer.read({ try !known.hasBeenSuperseded($0) }) else {
            throw StorageError.schemaTooNew(path: path)
        }
        try migrator.migrate(writer)
    }
}
