import Foundation
import GRDB
import NIOConcurrencyHelpers

/// Reads the services' databases beside them, without writing.
final class StoreReader: Sendable {
    /// Every row of every table of every database, as text.
    ///
    /// No table is left out: none is written by calls that only read.
    struct Snapshot: Equatable {
        fileprivate var tables: [String: [String]] = [:]

        var rowCount: Int { tables.values.reduce(0) { $0 + $1.count } }

        /// The tables that differ, with the rows that came and went.
        func differences(to other: Snapshot) -> [String] {
            Set(tables.keys).union(other.tables.keys).sorted().compactMap { name in
                let (before, after) = (tables[name] ?? [], other.tables[name] ?? [])
                guard before != after else { return nil }
                let gone = Set(before).subtracting(after).count
                let new = Set(after).subtracting(before).count
                return "\(name): \(gone) rows gone, \(new) new"
            }
        }
    }

    /// A database's rows, and its version when they were read.
    private struct Known {
        var version: Int64
        var tables: [String: [String]]
    }

    private let databases: [(name: String, queue: DatabaseQueue)]
    private let known = NIOLockedValueBox<[String: Known]>([:])

    /// - Parameter folders: of the services.
    init(_ folders: [String]) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        databases = try folders.flatMap { folder in
            try FileManager.default.contentsOfDirectory(atPath: folder)
                .filter { $0.hasSuffix(".sqlite") }.sorted().map { name in
                    let path = folder + "/" + name
                    return (name, try DatabaseQueue(path: path, configuration: configuration))
                }
        }
    }

    var databaseNames: [String] { databases.map(\.name) }

    func snapshot() throws -> Snapshot {
        var snapshot = Snapshot()
        for (name, queue) in databases {
            let before = known.withLockedValue { $0[name] }
            let now = try queue.read { try Self.rows($0, before) }
            known.withLockedValue { $0[name] = now }
            for (table, rows) in now.tables { snapshot.tables[name + "." + table] = rows }
        }
        return snapshot
    }

    /// - Source: SQLite, "PRAGMA data_version": it stays the same while nobody else commits.
    private static func rows(_ database: Database, _ before: Known?) throws -> Known {
        let version = try Int64.fetchOne(database, sql: "PRAGMA data_version") ?? 0
        if let before, before.version == version { return before }
        let tables = try String.fetchAll(
            database,
            sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        )
        var known = Known(version: version, tables: [:])
        for table in tables {
            known.tables[table] = try Row.fetchAll(
                database,
                sql: "SELECT * FROM \"\(table)\""
            ).map { row in row.databaseValues.map { Self.text($0) }.joined(separator: "|") }
        }
        return known
    }

    private static func text(_ value: DatabaseValue) -> String {
        switch value.storage {
        case .null: "-"
        case .int64(let number): "\(number)"
        case .double(let number): "\(number)"
        case .string(let text): "'\(text)'"
        case .blob(let data): data.base64EncodedString()
        }
    }

    /// One number out of one database.
    private func number(_ name: String, _ sql: String) throws -> Int64 {
        guard let queue = databases.first(where: { $0.name == name })?.queue else { return 0 }
        return try queue.read { try Int64.fetchOne($0, sql: sql) ?? 0 }
    }

    /// Whether nothing is left for the services to do on their own: billing has applied every
    /// event, and no key of a card waits for its destruction.
    func isQuiet() throws -> Bool {
        let head = try number("gateway.sqlite", "SELECT MAX(sequence) FROM events")
        let cursor = try number("billing.sqlite", "SELECT cursor FROM gateway_feed")
        let keys = try number("gateway.sqlite", "SELECT COUNT(*) FROM key_destructions")
        let methods = try number(
            "billing.sqlite",
            "SELECT COUNT(*) FROM payment_methods WHERE state = 2 AND is_deleted_at_gateway = 0"
        )
        return head == cursor && keys == 0 && methods == 0
    }
}
