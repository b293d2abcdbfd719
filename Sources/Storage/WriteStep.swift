import GRDB
import Synchronization

/// Whether anyone still waits for a step.
final class Abandonment: Sendable {
    private let flag = Atomic(false)

    var isAbandoned: Bool { flag.load(ordering: .relaxed) }

    func abandon() {
        flag.store(true, ordering: .relaxed)
    }
}

/// A step that waits for its commit.
class WriteStep: @unchecked Sendable {
    // Sendable: handed from the submitting task to the writer once, through a lock.

    /// Tells that nobody waits; nil for a step that is run all the same.
    private let abandonment: Abandonment?

    init(_ abandonment: Abandonment?) {
        self.abandonment = abandonment
    }

    /// Whether the step may be dropped, if it has not begun.
    var isAbandoned: Bool { abandonment?.isAbandoned ?? false }

    /// Runs the step and keeps what it returned or threw.
    ///
    /// - Returns: what it threw; nil when it succeeded.
    func run(_ database: Database) -> (any Error)? {
        preconditionFailure("abstract")
    }

    /// Replaces the outcome: the transaction did not hold.
    func fail(_ error: any Error) {
        preconditionFailure("abstract")
    }

    /// Tells the task that waits.
    func answer() {
        preconditionFailure("abstract")
    }
}

/// A step with a result.
final class TypedWriteStep<Value: Sendable>: WriteStep, @unchecked Sendable {
    // Sendable: see the superclass.
    private let body: @Sendable (Database) throws -> Value
    private let continuation: UnsafeContinuation<Value, any Error>
    private var result: Result<Value, any Error> = .failure(StorageError.closed)

    init(
        _ body: @escaping @Sendable (Database) throws -> Value,
        _ continuation: UnsafeContinuation<Value, any Error>,
        _ abandonment: Abandonment?
    ) {
        self.body = body
        self.continuation = continuation
        super.init(abandonment)
    }

    override func run(_ database: Database) -> (any Error)? {
        do {
            result = .success(try body(database))
            return nil
        } catch {
            result = .failure(StorageError(error) ?? error)
            return error
        }
    }

    override func fail(_ error: any Error) {
        result = .failure(error)
    }

    override func answer() {
        continuation.resume(with: result)
    }
}
