import GRDB
import NIOConcurrencyHelpers
import Storage
import Testing

@Suite("SchemaMigration")
struct SchemaMigrationTests {
    private final class Count: Sendable {
        private let value = NIOLockedValueBox(0)

        func add() { value.withLockedValue { $0 += 1 } }
        var current: Int { value.withLockedValue { $0 } }
    }

    private static let second = SchemaMigration("0002 more") { database in
        try database.execute(sql: "CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT")
    }

    @Test("A schema written by a newer program is refused, and left as it was")
    func tooNew() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        let newer = try StoreFixture.open(path, migrations: [StoreFixture.table, Self.second])
        try await newer.insert("kept")
        await newer.close()
        #expect(throws: StorageError.schemaTooNew(path: path)) { try StoreFixture.open(path) }
        let again = try StoreFixture.open(path, migrations: [StoreFixture.table, Self.second])
        #expect(try await again.bodies() == ["kept"])
        await again.close()
    }

    @Test("An older schema is brought up to date, and what it held is kept")
    func older() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        let older = try StoreFixture.open(path)
        try await older.insert("kept")
        await older.close()
        let newer = try StoreFixture.open(path, migrations: [StoreFixture.table, Self.second])
        #expect(try await newer.bodies() == ["kept"])
        let tables = try await newer.read { try $0.tableExists("more") }
        #expect(tables)
        await newer.close()
    }

    @Test("A change is applied once, however often the store is opened")
    func once() async throws {
        let folder = try TemporaryFolder()
        let count = Count()
        let counting = SchemaMigration("0001 counting") { database in
            count.add()
            try database.execute(sql: "CREATE TABLE counting (id INTEGER PRIMARY KEY) STRICT")
        }
        for _ in 0..<3 {
            let store = try StoreFixture.open(folder.file("a.db"), migrations: [counting])
            await store.close()
        }
        #expect(count.current == 1)
    }

    @Test("A change that fails is undone, and the store is not opened")
    func failing() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        let failing = SchemaMigration("0002 failing") { database in
            try database.execute(sql: "CREATE TABLE half (id INTEGER PRIMARY KEY) STRICT")
            try database.execute(sql: "INSERT INTO nowhere VALUES (1)")
        }
        #expect(throws: StorageError.self) {
            try StoreFixture.open(path, migrations: [StoreFixture.table, failing])
        }
        let store = try StoreFixture.open(path)
        #expect(try await store.read { try !$0.tableExists("half") })
        await store.close()
    }
}
