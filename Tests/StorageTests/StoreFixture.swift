import Dispatch
import Foundation
import GRDB
import Logging
import Storage

/// A folder of its own for one test, gone when the test is.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let name = "remit-storage-\(UUID().uuidString)"
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String { path + "/" + name }
}

/// Keeps the writer's thread inside one step until it is opened.
final class WriterGate: Sendable {
    private let entered = DispatchSemaphore(value: 0)
    private let opened = DispatchSemaphore(value: 0)

    /// On the writer's thread.
    func pass() {
        entered.signal()
        opened.wait()
    }

    /// Waits, off every task's thread, until the step runs.
    func reached() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                self.entered.wait()
                continuation.resume()
            }
        }
    }

    func open() {
        opened.signal()
    }
}

enum StoreFixture {
    static let table = SchemaMigration("0001 rows") { database in
        try database.execute(
            sql: "CREATE TABLE rows (id INTEGER PRIMARY KEY, body TEXT NOT NULL UNIQUE) STRICT"
        )
    }

    static let logger = Logger(label: "storage-tests") { _ in SwiftLogNoOpLogHandler() }

    static func open(
        _ path: String,
        migrations: [SchemaMigration] = [table],
        options: StoreOptions = StoreOptions(),
        onFailure: @escaping SQLiteStore.FailureHook = { _ in }
    ) throws(StorageError) -> SQLiteStore {
        try SQLiteStore.open(
            path: path,
            migrations: migrations,
            options: options,
            onFailure: onFailure,
            logger: logger
        )
    }
}

extension SQLiteStore {
    func insert(_ body: String) async throws {
        try await write { database in
            try database.execute(sql: "INSERT INTO rows (body) VALUES (?)", arguments: [body])
        }
    }

    /// The bodies of all rows, in the order of their insertion.
    func bodies() async throws -> [String] {
        try await read { try String.fetchAll($0, sql: "SELECT body FROM rows ORDER BY id") }
    }

    /// Runs `count` steps that all wait while the writer is held, so that how they are grouped is
    /// certain: no more than `maxQueued` of this store can wait, and the first refusal tells that
    /// as many do.
    ///
    /// - Parameters:
    ///   - maxQueued: as this store was opened with.
    ///   - step: runs `maxQueued` times, with the numbers of those that were accepted.
    /// - Returns: what became of each accepted step, by its number.
    func runTogether(
        maxQueued: Int,
        _ step: @escaping @Sendable (Int, Database) throws -> Void
    ) async throws -> [Int: (any Error)?] {
        let gate = WriterGate()
        async let held: Void = write { _ in gate.pass() }
        await gate.reached()
        let results = await withTaskGroup(of: (Int, (any Error)?).self) { group in
            for number in 0...maxQueued {
                group.addTask {
                    do {
                        try await self.write { try step(number, $0) }
                        return (number, nil)
                    } catch {
                        return (number, error)
                    }
                }
            }
            var results: [Int: (any Error)?] = [:]
            // The one that found no room is answered while the writer is still held.
            let refused = await group.next()
            if refused?.1 as? StorageError != .overloaded(limit: maxQueued) {
                results[-1] = StorageError.io("\(maxQueued) steps did not fill the queue")
            }
            gate.open()
            for await (number, error) in group { results[number] = .some(error) }
            return results
        }
        try await held
        return results
    }
}
