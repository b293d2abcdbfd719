import GRDB
import NIOConcurrencyHelpers
import Storage
import Testing

@Suite("Group commit")
struct GroupCommitTests {
    private struct Refusal: Error, Equatable {
        let number: Int
    }

    private static func insert(_ number: Int, _ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO rows (body) VALUES (?)",
            arguments: ["\(number)"]
        )
    }

    private static func store(
        _ folder: TemporaryFolder,
        maxQueued: Int,
        maxBatch: Int = 128
    ) throws -> SQLiteStore {
        var options = StoreOptions()
        options.maxQueued = maxQueued
        options.maxBatch = maxBatch
        return try StoreFixture.open(folder.file("a.db"), options: options)
    }

    @Test(
        "What waits shares commits, as many as the batch allows",
        arguments: [(100, 128, 1), (100, 100, 1), (100, 99, 2), (100, 10, 10), (7, 1, 7)]
    )
    func sharing(waiting: Int, maxBatch: Int, commits: Int) async throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(folder, maxQueued: waiting, maxBatch: maxBatch)
        let results = try await store.runTogether(maxQueued: waiting) { try Self.insert($0, $1) }
        #expect(results.values.allSatisfy { $0 == nil })
        #expect(results.count == waiting)
        // The step that held the writer was a commit of its own.
        #expect(store.statistics.commits == commits + 1)
        #expect(store.statistics.steps == waiting + 1)
        #expect(try await store.bodies().count == waiting)
        await store.close()
    }

    @Test("A step that throws is rolled back alone, and its caller gets what it threw")
    func throwingAlone() async throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(folder, maxQueued: 30)
        let results = try await store.runTogether(maxQueued: 30) { number, database in
            try Self.insert(number, database)
            if number.isMultiple(of: 3) { throw Refusal(number: number) }
        }
        #expect(results.count == 30)
        for (number, error) in results {
            let expected = number.isMultiple(of: 3) ? Refusal(number: number) : nil
            #expect(error as? Refusal == expected)
            #expect((error == nil) == (expected == nil))
        }
        let kept = results.filter { $0.value == nil }.keys.map { "\($0)" }
        #expect(Set(try await store.bodies()) == Set(kept))
        #expect(store.statistics.commits == 2)
        await store.close()
    }

    @Test("A broken constraint reaches its caller as it is, and the others commit")
    func constraint() async throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(folder, maxQueued: 10)
        try await store.insert("taken")
        let results = try await store.runTogether(maxQueued: 10) { number, database in
            try Self.insert(number, database)
            guard number.isMultiple(of: 2) else { return }
            try database.execute(sql: "INSERT INTO rows (body) VALUES ('taken')")
        }
        for (number, error) in results {
            let code = (error as? DatabaseError)?.extendedResultCode
            #expect(code == (number.isMultiple(of: 2) ? .SQLITE_CONSTRAINT_UNIQUE : nil))
        }
        let kept = results.keys.filter { !$0.isMultiple(of: 2) }.map { "\($0)" } + ["taken"]
        #expect(Set(try await store.bodies()) == Set(kept))
        await store.close()
    }

    @Test("A step sees what the steps before it in the same commit did, and not what was undone")
    func seeing() async throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(folder, maxQueued: 40)
        let results = try await store.runTogether(maxQueued: 40) { number, database in
            let next = try Int.fetchOne(database, sql: "SELECT count(*) FROM rows") ?? -1
            try database.execute(
                sql: "INSERT INTO rows (id, body) VALUES (?, ?)",
                arguments: [next + 1, "\(number)"]
            )
            if number.isMultiple(of: 4) { throw Refusal(number: number) }
        }
        let kept = results.values.filter { $0 == nil }.count
        // Numbers that are counted anew in each step have neither gaps nor doubles.
        let ids = try await store.read { try Int.fetchAll($0, sql: "SELECT id FROM rows") }
        #expect(ids.sorted() == Array(1...kept))
        await store.close()
    }

    @Test("A caller that was cancelled still gets the outcome of its step")
    func cancelled() async throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(folder, maxQueued: 10)
        let gate = WriterGate()
        let task = Task {
            try await store.write { database in
                gate.pass()
                try Self.insert(1, database)
                return "done"
            }
        }
        await gate.reached()
        task.cancel()
        gate.open()
        #expect(try await task.value == "done")
        #expect(try await store.bodies() == ["1"])
        await store.close()
    }

    @Test("One step more than may wait is refused, and nothing of it is written")
    func overload() async throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(folder, maxQueued: 3)
        let results = try await store.runTogether(maxQueued: 3) { try Self.insert($0, $1) }
        #expect(results.count == 3)
        #expect(try await store.bodies().count == 3)
        try await store.insert("room again")
        await store.close()
    }

    @Test("Many writers at once lose nothing")
    func manyWriters() async throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(folder, maxQueued: 8192)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<1_000 {
                group.addTask { try await store.insert("\(number)") }
            }
            try await group.waitForAll()
        }
        #expect(Set(try await store.bodies()) == Set((0..<1_000).map { "\($0)" }))
        #expect(store.statistics.steps == 1_000)
        #expect(store.statistics.commits <= 1_000)
        await store.close()
    }

    @Test("What a commit answers is answered in one go")
    func answering() async throws {
        let folder = try TemporaryFolder()
        let rounds = NIOLockedValueBox(0)
        var options = StoreOptions()
        options.maxQueued = 20
        options.answering = { answers in
            rounds.withLockedValue { $0 += 1 }
            answers()
        }
        let store = try StoreFixture.open(folder.file("a.db"), options: options)
        let results = try await store.runTogether(maxQueued: 20) { try Self.insert($0, $1) }
        #expect(results.count == 20)
        #expect(rounds.withLockedValue { $0 } == store.statistics.commits)
        #expect(store.statistics.commits == 2)
        await store.close()
    }
}
