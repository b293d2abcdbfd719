package import TTRPC

/// Streams a numbered feed: what it has after a sequence number, then what is added to it.
///
/// Changes that follow each other closely are read together, so that a busy store is read no more
/// often than once in a pause for each stream.
package struct FeedStream: Sendable {
    /// Events of one message, at most.
    package static let maxEvents = 500

    /// What one reading came to.
    package struct Reading: Equatable, Sendable {
        /// The sequence number after which the next reading begins.
        package let lastSequence: Int64
        /// There may be more.
        package let isFull: Bool

        package init(lastSequence: Int64, isFull: Bool) {
            self.lastSequence = lastSequence
            self.isFull = isFull
        }
    }

    private let changes: ChangeSignal
    private let pause: Duration
    private let scheduler: WorkScheduler

    /// - Parameters:
    ///   - changes: bumped after each commit of the feed's store, closed when streams must end.
    ///   - coalescingMilliseconds: how long changes are gathered before they are read.
    ///   - scheduler: waits.
    package init(
        _ changes: ChangeSignal,
        coalescingMilliseconds: Int64,
        scheduler: WorkScheduler
    ) {
        self.changes = changes
        pause = .milliseconds(coalescingMilliseconds)
        self.scheduler = scheduler
    }

    /// Reads and sends until the caller is gone, or streams must end: it returns by an error only.
    ///
    /// - Parameters:
    ///   - after: the last sequence number that the caller has.
    ///   - send: reads at most `maxEvents` after a number and sends them. Without any it sends only
    ///     when it is told that it must: the first message.
    /// - Throws: `RPCError`: UNAVAILABLE (DRAINING) when streams must end, CANCELLED when the task
    ///   was cancelled, or what `send` threw.
    package func run(
        after: Int64,
        _ send: (_ after: Int64, _ mustSend: Bool) async throws(RPCError) -> Reading
    ) async throws(RPCError) {
        var cursor = after
        var isFirst = true
        while true {
            guard !changes.isClosed else { throw .draining }
            let seen = changes.version
            let reading = try await send(cursor, isFirst)
            cursor = reading.lastSequence
            isFirst = false
            if !reading.isFull { try await changes.nextChange(after: seen, pause, scheduler) }
        }
    }
}

extension ChangeSignal {
    /// Waits for a change, and then until those that follow it closely have come too.
    ///
    /// - Parameters:
    ///   - version: the last one that is known.
    ///   - pause: how long changes are gathered.
    ///   - scheduler: waits.
    /// - Throws: `RPCError`: UNAVAILABLE (DRAINING) when it is closed, CANCELLED when the task was
    ///   cancelled.
    package func nextChange(
        after version: UInt64,
        _ pause: Duration,
        _ scheduler: WorkScheduler
    ) async throws(RPCError) {
        switch await wait(after: version) {
        case .changed: await scheduler.sleep(for: pause)
        case .closed: throw .draining
        case .cancelled: throw RPCError(.cancelled, "The caller gave up.", origin: .lost)
        }
    }
}
