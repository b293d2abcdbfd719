import Foundation
import GRDB
import NIOConcurrencyHelpers
import Storage
import Testing

@Suite("A store in trouble")
struct StoreFaultTests {
    private static let pages = 40

    /// Leaves the database no room but a few pages.
    private static func fill(_ store: SQLiteStore) async throws {
        try await store.write { database in
            let count = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            try database.execute(sql: "PRAGMA max_page_count = \(count + 4)")
        }
    }

    private static func makeRoom(_ store: SQLiteStore) async throws {
        try await store.write { try $0.execute(sql: "PRAGMA max_page_count = 100000") }
    }

    @Test("A full disk fails the write, and the next one works when there is room again")
    func full() async throws {
        let folder = try TemporaryFolder()
        let store = try StoreFixture.open(
            folder.file("a.db"),
            onFailure: { Issue.record("a full disk ends a service: \($0)") }
        )
        try await store.insert("before")
        try await Self.fill(store)
        let large = String(repeating: "x", count: 4096 * Self.pages)
        let error = await #expect(throws: StorageError.self) { try await store.insert(large) }
        guard case .full = error else {
            Issue.record("a full disk is \(String(describing: error))")
            return
        }
        #expect(try await store.bodies() == ["before"])
        try await store.insert("small")
        try await Self.makeRoom(store)
        try await store.insert(large)
        #expect(try await store.bodies() == ["before", "small", large])
        await store.close()
    }

    @Test("When the disk fills within a group, exactly what was acknowledged is there")
    func fullWithinGroup() async throws {
        let folder = try TemporaryFolder()
        var options = StoreOptions()
        options.maxQueued = 20
        let store = try StoreFixture.open(folder.file("a.db"), options: options)
        try await Self.fill(store)
        let results = try await store.runTogether(maxQueued: 20) { number, database in
            let body = "\(number) " + String(repeating: "x", count: number == 7 ? 500_000 : 1)
            try database.execute(sql: "INSERT INTO rows (body) VALUES (?)", arguments: [body])
        }
        #expect(results.count == 20)
        for case .some(let error) in results.values {
            guard case .full = error as? StorageError else {
                Issue.record("\(error)")
                continue
            }
        }
        let acknowledged = results.filter { $0.value == nil }.keys.sorted()
        let stored = try await store.bodies().compactMap { body in
            Int(body.prefix { $0 != " " })
        }
        #expect(stored.sorted() == acknowledged)
        try await Self.makeRoom(store)
        try await store.insert("room again")
        await store.close()
    }

    @Test("A database that may not be written is an I/O error, and nothing is there")
    func readOnly() async throws {
        let folder = try TemporaryFolder()
        let store = try StoreFixture.open(folder.file("a.db"))
        let error = await #expect(throws: StorageError.self) {
            try await store.write { database in
                try database.execute(sql: "PRAGMA query_only = ON")
                defer { try? database.execute(sql: "PRAGMA query_only = OFF") }
                try database.execute(sql: "INSERT INTO rows (body) VALUES ('x')")
            }
        }
        guard case .io = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try await store.bodies() == [])
        try await store.insert("writable again")
        await store.close()
    }

    @Test("A commit that fails leaves the outcome unknown: no more writes until it is opened anew")
    func outcomeUnknown() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        let deferred = SchemaMigration("0002 checked at the commit") { database in
            try database.execute(
                sql: """
                    CREATE TABLE children (
                        parent INTEGER REFERENCES rows (id) DEFERRABLE INITIALLY DEFERRED
                    )
                    """
            )
        }
        let failures = NIOLockedValueBox<[StorageError]>([])
        let store = try StoreFixture.open(
            path,
            migrations: [StoreFixture.table, deferred],
            onFailure: { error in failures.withLockedValue { $0.append(error) } }
        )
        try await store.insert("before")
        let errors = await [
            #expect(throws: StorageError.self) {
                try await store.write { database in
                    try database.execute(sql: "INSERT INTO children (parent) VALUES (999)")
                }
            },
            #expect(throws: StorageError.self) { try await store.insert("after") },
        ]
        for error in errors {
            guard case .outcomeUnknown = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(failures.withLockedValue { $0.map(Optional.some) } == [errors[0]], "told once")
        #expect(try await store.bodies() == ["before"])
        await store.close()
        let again = try StoreFixture.open(path, migrations: [StoreFixture.table, deferred])
        try await again.insert("after")
        #expect(try await again.bodies() == ["before", "after"])
        await again.close()
    }

    @Test("A file that is no database is refused as damaged")
    func notADatabase() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        try Data(repeating: 0x5A, count: 8192).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: StorageError.self) { try StoreFixture.open(path) }
        guard case .corrupt = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("A path in a folder that is not there cannot be opened")
    func missingFolder() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: StorageError.self) {
            try StoreFixture.open(folder.file("missing/a.db"))
        }
        guard case .cannotOpen = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
