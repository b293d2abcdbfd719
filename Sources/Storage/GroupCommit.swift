import GRDB

/// One transaction over many steps. Lives for one batch, on the writer's thread.
struct GroupCommit {
    /// The whole batch failed.
    struct Failure: Error {
        let error: StorageError
    }

    let database: Database

    init(_ database: Database) {
        self.database = database
    }

    /// Runs the steps, each in its savepoint, and commits.
    ///
    /// - Throws: `Failure` when the transaction as a whole did not hold.
    func run(_ batch: [WriteStep]) throws(Failure) {
        try execute("BEGIN IMMEDIATE")
        for step in batch { try run(step) }
        do {
            try database.cachedStatement(sql: "COMMIT").execute()
        } catch {
            try commitFailed(error)
        }
    }

    private func run(_ step: WriteStep) throws(Failure) {
        try savepoint("SAVEPOINT step")
        let error = step.run(database)
        // Out of disk, memory or luck, SQLite may have ended the whole transaction.
        guard database.isInsideTransaction else {
            throw Failure(error: error.flatMap { StorageError($0) } ?? .io("\(error as Any)"))
        }
        if error != nil { try savepoint("ROLLBACK TO step") }
        try savepoint("RELEASE step")
    }

    /// Savepoints are no concern of GRDB's, which knows the transaction around them.
    private func savepoint(_ sql: String) throws(Failure) {
        do {
            let statement = try PreparedStatement(sql, in: database)
            defer { statement.reset() }
            _ = try statement.step()
        } catch {
            rollBack()
            throw Failure(error: StorageError(error) ?? .io("\(error)"))
        }
    }

    private func execute(_ sql: String) throws(Failure) {
        do {
            try database.cachedStatement(sql: sql).execute()
        } catch {
            rollBack()
            throw Failure(error: StorageError(error) ?? .io("\(error)"))
        }
    }

    private func commitFailed(_ error: any Error) throws(Failure) {
        rollBack()
        let known = StorageError(error)
        if case .full(let text) = known {
            // The log had no room for the commit's frame, so there is none.
            throw Failure(error: .full(text))
        }
        throw Failure(error: .outcomeUnknown("\(known.map { "\($0)" } ?? "\(error)")"))
    }

    private func rollBack() {
        guard database.isInsideTransaction else { return }
        try? database.execute(sql: "ROLLBACK")
    }
}
