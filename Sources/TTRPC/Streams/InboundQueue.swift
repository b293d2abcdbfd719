import NIOConcurrencyHelpers
import NIOCore

/// Messages on their way from a connection to the one task that reads them.
///
/// The connection bounds what waits here: by the stream's window, or by not being read.
final class InboundQueue<Message: Sendable>: Sendable {
    private typealias Waiter = UnsafeContinuation<Result<Message?, RPCError>, Never>

    private struct State {
        var messages = CircularBuffer<(message: Message, cost: Int)>()
        var waiter: Waiter?
        /// What comes after the messages.
        var end: Result<Message?, RPCError>?
        /// Read, but the connection does not know it yet.
        var unreported = 0
    }

    private let state = NIOLockedValueBox(State())
    private let link: StreamLink?
    private let reportBytes: Int

    /// - Parameters:
    ///   - link: to the connection's end of the stream; nil for a queue that is filled by hand.
    ///   - reportBytes: how much is read before the connection is told.
    init(_ link: StreamLink?, reportBytes: Int = 1) {
        self.link = link
        self.reportBytes = reportBytes
    }

    /// Whether no more messages come.
    var hasEnded: Bool {
        state.withLockedValue { $0.end != nil }
    }

    /// Adds a message.
    func push(_ message: Message, cost: Int) {
        let (waiter, report) = state.withLockedValue { state -> (Waiter?, Int) in
            guard state.end == nil else { return (nil, 0) }
            guard let waiter = state.waiter else {
                state.messages.append((message, cost))
                return (nil, 0)
            }
            state.waiter = nil
            return (waiter, self.read(cost, &state))
        }
        waiter?.resume(returning: .success(message))
        if report > 0 { link?.consumed(report) }
    }

    /// No more messages come; those that are here are still read, then the end or the error.
    func finish(_ error: RPCError?) {
        end(error.map { .failure($0) } ?? .success(nil), dropping: false)
    }

    /// Nothing is read any more: whoever reads gets the error at once.
    func fail(_ error: RPCError) {
        end(.failure(error), dropping: true)
    }

    private func end(_ end: Result<Message?, RPCError>, dropping: Bool) {
        let waiter = state.withLockedValue { state -> Waiter? in
            if dropping {
                guard state.end == nil || !state.messages.isEmpty else { return nil }
                state.messages.removeAll()
                state.end = end
            } else {
                guard state.end == nil else { return nil }
                state.end = end
            }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: end)
    }

    /// The next message; nil after the last.
    ///
    /// One task reads at a time: two at once are a bug of ours.
    ///
    /// - Throws: `RPCError`, what the stream failed with; CANCELLED when the task was cancelled
    ///   while it waited, after which the stream cannot be read any more.
    func next() async throws(RPCError) -> Message? {
        if let ready = takeReady() { return try ready.get() }
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: Waiter) in
                if let ready = takeReady(orWait: continuation) {
                    continuation.resume(returning: ready)
                }
            }
        } onCancel: {
            fail(RPCError(.cancelled, "The reader gave up.", origin: .lost))
            link?.readerGaveUp()
        }
        return try result.get()
    }

    private func takeReady(orWait waiter: Waiter? = nil) -> Result<Message?, RPCError>? {
        let (ready, report) = state.withLockedValue { state in
            if let first = state.messages.popFirst() {
                let report = read(first.cost, &state)
                return (Result<Message?, RPCError>.success(first.message) as Result?, report)
            }
            if let end = state.end { return (end, 0) }
            precondition(waiter == nil || state.waiter == nil, "two tasks read one stream")
            if let waiter { state.waiter = waiter }
            return (nil, 0)
        }
        if report > 0 { link?.consumed(report) }
        return ready
    }

    /// Counts what was read.
    ///
    /// - Returns: what to tell the connection, in bytes; 0 for nothing yet.
    private func read(_ cost: Int, _ state: inout State) -> Int {
        state.unreported += cost
        guard state.unreported >= reportBytes else { return 0 }
        defer { state.unreported = 0 }
        return state.unreported
    }
}
