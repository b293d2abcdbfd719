import Foundation
import GRDB
import Storage
import Testing

@Suite("SQLiteStore")
struct SQLiteStoreTests {
    @Test("The writer syncs every commit, and check-points at the frames that were asked for")
    func writerSettings() async throws {
        let folder = try TemporaryFolder()
        var options = StoreOptions()
        options.checkpointFrames = 123
        let store = try StoreFixture.open(folder.file("a.db"), options: options)
        let found = try await store.write { database in
            try ["synchronous", "wal_autocheckpoint", "foreign_keys"].map {
                try Int.fetchOne(database, sql: "PRAGMA \($0)")
            }
        }
        #expect(found == [2, 123, 1])
        let mode = try await store.write { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
        #expect(mode == "wal")
        await store.close()
    }

    @Test("Readers never check-point, and cannot write")
    func readerSettings() async throws {
        let folder = try TemporaryFolder()
        let store = try StoreFixture.open(folder.file("a.db"))
        let frames = try await store.read {
            try Int.fetchOne($0, sql: "PRAGMA wal_autocheckpoint")
        }
        #expect(frames == 0)
        await #expect(throws: (any Error).self) {
            try await store.read { try $0.execute(sql: "INSERT INTO rows (body) VALUES ('x')") }
        }
        #expect(try await store.bodies() == [])
        await store.close()
    }

    @Test("Deleted rows are overwritten when that is asked for", arguments: [false, true])
    func secureDelete(isOn: Bool) async throws {
        let folder = try TemporaryFolder()
        var options = StoreOptions()
        options.secureDelete = isOn
        let store = try StoreFixture.open(folder.file("a.db"), options: options)
        let secret = "4c7f0a-not-to-be-found"
        try await store.insert(secret)
        try await store.write { try $0.execute(sql: "DELETE FROM rows") }
        let found = try await store.write { try Int.fetchOne($0, sql: "PRAGMA secure_delete") }
        #expect(found == (isOn ? 1 : 0))
        await store.close()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("a.db")))
        if isOn { #expect(bytes.range(of: Data(secret.utf8)) == nil) }
    }

    @Test("What was written is there when the store is opened again")
    func reopening() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        let first = try StoreFixture.open(path)
        try await first.insert("kept")
        await first.close()
        let second = try StoreFixture.open(path)
        #expect(try await second.bodies() == ["kept"])
        await second.close()
    }

    @Test("A reader sees what was acknowledged before")
    func readYourWrites() async throws {
        let folder = try TemporaryFolder()
        let store = try StoreFixture.open(folder.file("a.db"))
        for number in 0..<50 {
            try await store.insert("\(number)")
            #expect(try await store.bodies().count == number + 1)
        }
        await store.close()
    }

    @Test("Closing finishes what waits, and refuses what comes later")
    func closing() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        var options = StoreOptions()
        options.maxQueued = 20
        let store = try StoreFixture.open(path, options: options)
        let gate = WriterGate()
        async let held: Void = store.write { _ in gate.pass() }
        await gate.reached()
        // Twenty wait, and the refusal of one more tells that they do.
        let results = await withTaskGroup(of: StorageError?.self) { group in
            for number in 0...20 {
                group.addTask {
                    do {
                        try await store.insert("\(number)")
                        return nil
                    } catch {
                        return error as? StorageError
                    }
                }
            }
            let refused = await group.next() ?? nil
            group.addTask {
                await store.close()
                return nil
            }
            gate.open()
            var results = [refused]
            for await result in group { results.append(result) }
            return results
        }
        try await held
        #expect(results.compactMap { $0 } == [.overloaded(limit: 20)])
        await #expect(throws: StorageError.closed) { try await store.insert("late") }
        await store.close()
        let again = try StoreFixture.open(path)
        #expect(try await again.bodies().count == 20)
        await again.close()
    }

    @Test("A backup is the whole database as it is, and is opened like any other")
    func backup() async throws {
        let folder = try TemporaryFolder()
        let store = try StoreFixture.open(folder.file("a.db"))
        for number in 0..<200 { try await store.insert("row \(number)") }
        try await store.backup(to: folder.file("b.db"))
        try await store.insert("after the backup")
        let copy = try StoreFixture.open(folder.file("b.db"))
        #expect(try await copy.bodies() == (0..<200).map { "row \($0)" })
        await copy.close()
        await #expect(throws: StorageError.self) {
            try await store.backup(to: folder.file("b.db"))
        }
        await #expect(throws: StorageError.self) {
            try await store.backup(to: folder.file("missing/b.db"))
        }
        #expect(try await store.bodies().count == 201)
        await store.close()
    }

    @Test("A read after closing says that the store is closed")
    func readingClosed() async throws {
        let folder = try TemporaryFolder()
        let store = try StoreFixture.open(folder.file("a.db"))
        await store.close()
        await #expect(throws: StorageError.closed) { try await store.bodies() }
    }
}
