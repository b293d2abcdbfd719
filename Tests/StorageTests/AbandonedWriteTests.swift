import GRDB
import Storage
import Testing

@Suite("Writes that nobody waits for", .timeLimit(.minutes(1)))
struct AbandonedWriteTests {
    private func insert(_ body: String) -> @Sendable (Database) throws -> Void {
        { database in
            try database.execute(sql: "INSERT INTO rows (body) VALUES (?)", arguments: [body])
        }
    }

    @Test("a step that waits when its caller goes is dropped; what must be carried on is not")
    func dropped() async throws {
        let folder = try TemporaryFolder()
        let store = try StoreFixture.open(folder.file("a.sqlite"))
        let gate = WriterGate()
        let holder = Task { try await store.write { _ in gate.pass() } }
        await gate.reached()
        let (insertA, insertB, insertC) = (insert("a"), insert("b"), insert("c"))
        let gone = Task { try await store.writeUnlessAbandoned(insertA) }
        let carriedOn = Task { try await store.write(insertB) }
        let patient = Task { try await store.writeUnlessAbandoned(insertC) }
        gone.cancel()
        carriedOn.cancel()
        gate.open()
        try await holder.value
        await #expect(throws: StorageError.abandoned) { try await gone.value }
        try await carriedOn.value
        try await patient.value
        #expect(try await store.bodies().sorted() == ["b", "c"])
        await store.close()
    }

    @Test("a step of a caller who went before it was handed in is dropped")
    func before() async throws {
        let folder = try TemporaryFolder()
        let store = try StoreFixture.open(folder.file("a.sqlite"))
        let step = insert("a")
        let gone = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await store.writeUnlessAbandoned(step)
        }
        await #expect(throws: StorageError.abandoned) { try await gone.value }
        #expect(try await store.bodies().isEmpty)
        await store.close()
    }

    @Test("a read of a caller who went is given up, by the same name")
    func read() async throws {
        let folder = try TemporaryFolder()
        let store = try StoreFixture.open(folder.file("a.sqlite"))
        let gone = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await store.bodies()
        }
        await #expect(throws: StorageError.abandoned) { try await gone.value }
        await store.close()
    }

    @Test("a step that has begun is finished, and its caller told so, although it has gone")
    func begun() async throws {
        let folder = try TemporaryFolder()
        let store = try StoreFixture.open(folder.file("a.sqlite"))
        let gate = WriterGate()
        let caller = Task {
            try await store.writeUnlessAbandoned { database in
                gate.pass()
                try database.execute(sql: "INSERT INTO rows (body) VALUES ('a')")
            }
        }
        await gate.reached()
        caller.cancel()
        gate.open()
        try await caller.value
        #expect(try await store.bodies() == ["a"])
        await store.close()
    }
}
