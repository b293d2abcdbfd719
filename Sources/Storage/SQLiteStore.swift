package import GRDB
package import Logging
import NIOConcurrencyHelpers

/// A SQLite database with one writer that commits in groups, and readers beside it.
///
/// Writes are steps. All that wait become one transaction, each in a savepoint of its own; it is
/// committed once, and only then is anyone answered. What gathers while one commit is being synced
/// is the next: there is no waiting window.
package final class SQLiteStore: Sendable {
    private struct Queue {
        var steps: [WriteStep] = []
        var isRunning = false
        var isClosed = false
        /// Set when a commit failed with an unknown outcome.
        var failure: StorageError?
        var closing: [CheckedContinuation<Void, Never>] = []
    }

    /// How much was written so far.
    package struct Statistics: Equatable, Sendable {
        package var commits = 0
        package var steps = 0
    }

    /// Runs work somewhere, soon.
    package typealias Worker = @Sendable (_ work: @escaping @Sendable () -> Void) -> Void

    /// Told of a commit whose outcome is unknown, on the writer's thread, before anyone is answered.
    package typealias FailureHook = @Sendable (StorageError) -> Void

    private let pool: any DatabaseWriter
    private let options: StoreOptions
    private let logger: Logger
    private let path: String
    private let onFailure: FailureHook
    private let startWriter: Worker
    /// Of a store in memory, which has no reader but its writer; nil of one on disk.
    private let startReader: Worker?
    private let queue = NIOLockedValueBox(Queue())
    private let counts = NIOLockedValueBox(Statistics())

    private init(
        pool: DatabasePool,
        path: String,
        options: StoreOptions,
        onFailure: @escaping FailureHook,
        logger: Logger
    ) {
        self.pool = pool
        self.onFailure = onFailure
        self.path = path
        self.options = options
        self.logger = logger
        let writer = WriterThread(name: "store-writer")
        startWriter = { work in writer.run(work) }
        startReader = nil
    }

    /// A store over a database in memory, for simulations: the same groups and the same steps,
    /// each commit on a thread of the caller's choice.
    ///
    /// - Parameters:
    ///   - memory: what the stores before this one have committed.
    ///   - options: limits.
    ///   - worker: runs one commit, or one reading, at a time, after it has returned.
    ///   - logger: for what goes wrong.
    package init(
        _ memory: MemoryDatabase,
        options: StoreOptions = StoreOptions(),
        worker: @escaping Worker,
        logger: Logger
    ) {
        pool = memory.queue
        path = ":memory:"
        onFailure = { _ in }
        self.options = options
        self.logger = logger
        startWriter = worker
        startReader = worker
    }

    /// Opens a database, makes it if it is not there, and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - path: of the file; SQLite keeps two more beside it.
    ///   - migrations: all that ever were, in order.
    ///   - options: limits.
    ///   - onFailure: told when a commit failed with an unknown outcome; this store takes no more
    ///     writes then. A service ends its process here: see `Storage`.
    ///   - logger: for what goes wrong.
    /// - Throws: `StorageError.schemaTooNew`, `.synchronousNotFull`, `.corrupt`, `.cannotOpen`,
    ///   `.io`, `.full`.
    package static func open(
        path: String,
        migrations: [SchemaMigration],
        options: StoreOptions = StoreOptions(),
        onFailure: @escaping FailureHook = { _ in },
        logger: Logger
    ) throws(StorageError) -> SQLiteStore {
        do {
            var configuration = Configuration()
            configuration.maximumReaderCount = options.maxReaders
            let secureDelete = options.secureDelete
            configuration.prepareDatabase { database in
                // The writer alone moves the log into the database: Debian's SQLite 3.40.1 can
                // damage a log that two connections check-point at once.
                try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
                try database.execute(sql: "PRAGMA foreign_keys = ON")
                // What a step's savepoint keeps of a page would else go through a file of its own
                // as soon as a batch has touched sixteen pages.
                try database.execute(sql: "PRAGMA temp_store = MEMORY")
                // Said either way: Debian's SQLite has it on unless it is told otherwise.
                try database.execute(sql: "PRAGMA secure_delete = \(secureDelete ? "ON" : "OFF")")
            }
            let pool = try DatabasePool(path: path, configuration: configuration)
            // GRDB sets synchronous to NORMAL after prepareDatabase, and a power cut would then
            // lose what was acknowledged: set it again, and believe only what is read back.
            try pool.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try database.execute(
                    sql: "PRAGMA wal_autocheckpoint = \(options.checkpointFrames)"
                )
                let found = try Int.fetchOne(database, sql: "PRAGMA synchronous") ?? -1
                guard found == 2 else { throw StorageError.synchronousNotFull(found) }
            }
            try SchemaMigration.migrate(migrations, pool, path: path)
            return SQLiteStore(
                pool: pool,
                path: path,
                options: options,
                onFailure: onFailure,
                logger: logger
            )
        } catch let error as StorageError {
            throw error
        } catch {
            throw StorageError(error) ?? .cannotOpen("\(path): \(error)")
        }
    }

    /// Runs a step and commits it together with all that wait.
    ///
    /// - Parameter step: one atomic change. It runs on the writer's thread, never in the caller's
    ///   task; when it throws, what it did is rolled back and nothing else is.
    /// - Returns: what the step returned, once its commit is durable.
    /// - Throws: what the step threw; or `StorageError` in the cases `.outcomeUnknown`, `.full`,
    ///   `.io`, `.corrupt`, `.overloaded`, `.closed`.
    package func write<Value: Sendable>(
        _ step: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await enqueue(step, nil)
    }

    /// As `write`, but for a caller who may go: a step that has not begun when the caller's task is
    /// cancelled (its deadline passed, its connection was lost) is dropped. Never for a step that
    /// carries on something begun before.
    ///
    /// - Throws: also `StorageError.abandoned`: nothing was written.
    package func writeUnlessAbandoned<Value: Sendable>(
        _ step: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        let abandonment = Abandonment()
        return try await withTaskCancellationHandler {
            try await enqueue(step, abandonment)
        } onCancel: {
            abandonment.abandon()
        }
    }

    private func enqueue<Value: Sendable>(
        _ step: @escaping @Sendable (Database) throws -> Value,
        _ abandonment: Abandonment?
    ) async throws -> Value {
        try await withUnsafeThrowingContinuation { continuation in
            let step = TypedWriteStep(step, continuation, abandonment)
            let refusal: StorageError? = queue.withLockedValue { queue in
                if let failure = queue.failure { return failure }
                if queue.isClosed { return .closed }
                if queue.steps.count >= options.maxQueued {
                    return .overloaded(limit: options.maxQueued)
                }
                queue.steps.append(step)
                if !queue.isRunning {
                    queue.isRunning = true
                    startWriter { self.runQueue() }
                }
                return nil
            }
            if let refusal { continuation.resume(throwing: refusal) }
        }
    }

    /// Reads from a snapshot that sees everything committed before.
    ///
    /// - Throws: what `body` threw, or `StorageError`; `.abandoned` when the caller's task was
    ///   cancelled.
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        guard let startReader else {
            do {
                return try await pool.read(body)
            } catch {
                throw StorageError(error) ?? error
            }
        }
        return try await withUnsafeThrowingContinuation { continuation in
            startReader { continuation.resume(with: Result { try self.readInMemory(body) }) }
        }
    }

    private func readInMemory<Value>(_ body: (Database) throws -> Value) throws -> Value {
        if let failure = queue.withLockedValue({ $0.failure }) { throw failure }
        do {
            return try pool.unsafeRead(body)
        } catch {
            throw StorageError(error) ?? error
        }
    }

    /// Plays the end of a simulated process: nothing is committed or read through this store any
    /// more, and what waits fails.
    package func abandon() {
        precondition(startReader != nil, "a store on disk is closed")
        queue.withLockedValue { $0.failure = .closed }
    }

    /// Finishes what waits, then closes the files.
    package func close() async {
        await withCheckedContinuation { continuation in
            let isIdle = queue.withLockedValue { queue in
                queue.isClosed = true
                if queue.isRunning { queue.closing.append(continuation) }
                return !queue.isRunning
            }
            if isIdle { continuation.resume() }
        }
        // What is in memory outlives its stores.
        guard startReader == nil else { return }
        do {
            // GRDB closes the writer before the readers, and a reader empties no log: without this
            // what was deleted would stay in it.
            if !(try await emptyLog()) {
                logger.info("a reader kept a log from being emptied", metadata: ["path": "\(path)"])
            }
            try pool.close()
        } catch {
            logger.warning("closing a store failed", metadata: ["error": "\(error)"])
        }
    }

    /// Copies the database as it is now into a new file.
    ///
    /// - Parameter target: a path where nothing is yet.
    /// - Throws: `StorageError`.
    package func backup(to target: String) async throws {
        do {
            try await pool.writeWithoutTransaction { database in
                try database.execute(sql: "VACUUM INTO ?", arguments: [target])
            }
        } catch {
            throw StorageError(error) ?? .cannotOpen("\(target): \(error)")
        }
    }

    /// Moves the whole write-ahead log into the database and empties it, so that nothing deleted
    /// stands in it any more. For stores that write little: it waits for a sync.
    ///
    /// - Returns: false when a reader was in the way, and the log is as it was.
    /// - Throws: `StorageError`.
    package func emptyLog() async throws -> Bool {
        guard startReader == nil else { return true }
        do {
            return try await pool.writeWithoutTransaction { database in
                try Int.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)") == 0
            }
        } catch {
            throw StorageError(error) ?? error
        }
    }

    /// How much was written since the store was opened.
    package var statistics: Statistics { counts.withLockedValue { $0 } }

    // MARK: The writer

    private func runQueue() {
        while true {
            let (batch, waiting) = queue.withLockedValue { queue in
                guard !queue.steps.isEmpty else {
                    queue.isRunning = false
                    let waiting = queue.closing
                    queue.closing = []
                    return ([WriteStep](), waiting)
                }
                if queue.steps.count <= options.maxBatch {
                    let batch = queue.steps
                    queue.steps = []
                    return (batch, [])
                }
                let batch = Array(queue.steps[..<options.maxBatch])
                queue.steps.removeFirst(options.maxBatch)
                return (batch, [])
            }
            guard !batch.isEmpty else {
                for continuation in waiting { continuation.resume() }
                return
            }
            commit(batch)
            options.answering {
                for step in batch { step.answer() }
            }
        }
    }

    private func commit(_ batch: [WriteStep]) {
        if let failure = queue.withLockedValue({ $0.failure }) {
            for step in batch { step.fail(failure) }
            return
        }
        // Looked at once: a caller who goes from here on does not stop the step.
        let batch = batch.filter { step in
            guard step.isAbandoned else { return true }
            step.fail(StorageError.abandoned)
            return false
        }
        guard !batch.isEmpty else { return }
        do {
            try pool.writeWithoutTransaction { try Self.run(batch, $0) }
            counts.withLockedValue {
                $0.commits += 1
                $0.steps += batch.count
            }
        } catch let failure as GroupCommit.Failure {
            if case .outcomeUnknown = failure.error {
                queue.withLockedValue { $0.failure = failure.error }
                logger.critical(
                    "a commit failed with an unknown outcome: no more writes until a restart",
                    metadata: ["path": "\(path)", "error": "\(failure.error)"]
                )
                onFailure(failure.error)
            }
            for step in batch { step.fail(failure.error) }
        } catch {
            for step in batch { step.fail(StorageError(error) ?? error) }
        }
    }

    private static func run(_ batch: [WriteStep], _ database: Database) throws {
        try GroupCommit(database).run(batch)
    }
}
