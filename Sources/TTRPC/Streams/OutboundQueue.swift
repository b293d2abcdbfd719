import NIOConcurrencyHelpers
import NIOCore

/// Messages on their way from whoever writes them to the connection. A writer waits when
/// `maxMessages` are here: the peer, or the connection, is slower than it.
final class OutboundQueue<Message: Sendable>: Sendable {
    private typealias Waiter = UnsafeContinuation<Void, Never>

    private enum End {
        /// The messages that are here are still sent, then this.
        case finished(RPCError?)
        /// Nothing is sent any more.
        case failed(RPCError)
    }

    private struct State {
        var messages = CircularBuffer<Message>()
        var waiters: [Waiter] = []
        var end: End?
        /// The connection was told that something is here.
        var isAnnounced = false
    }

    /// What the connection finds.
    enum Taken {
        case message(Message)
        /// Something waits that may not be sent now.
        case blocked
        /// Nothing is here.
        case empty
        /// All was sent, and no more comes; with what it ends.
        case finished(RPCError?)
    }

    private enum Offer {
        case taken(announce: Bool)
        case full
        case refused(RPCError)
    }

    private let state = NIOLockedValueBox(State())
    private let link: StreamLink
    private let maxMessages: Int

    init(_ link: StreamLink, maxMessages: Int) {
        self.link = link
        self.maxMessages = maxMessages
    }

    /// Hands a message over, and waits while too many are here.
    ///
    /// - Throws: `RPCError`, what the stream ended with; CANCELLED when the task was cancelled
    ///   while it waited, after which the stream cannot be written any more.
    func write(_ message: Message) async throws(RPCError) {
        while true {
            switch offer(message) {
            case .taken(let announce):
                if announce { link.hasMessages() }
                return
            case .refused(let error):
                throw error
            case .full:
                await room()
            }
        }
    }

    private func offer(_ message: Message) -> Offer {
        state.withLockedValue { state in
            switch state.end {
            case .failed(let error)?, .finished(let error?)?:
                return .refused(error)
            case .finished(nil)?:
                return .refused(RPCError(.failedPrecondition, "The stream is finished."))
            case nil:
                break
            }
            guard state.messages.count < maxMessages else { return .full }
            state.messages.append(message)
            defer { state.isAnnounced = true }
            return .taken(announce: !state.isAnnounced)
        }
    }

    /// Waits until there is room, or the stream has ended.
    private func room() async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: Waiter) in
                let isFull = state.withLockedValue { state in
                    let isFull =
                        state.end == nil
                        && state.messages.count >= maxMessages
                    if isFull { state.waiters.append(continuation) }
                    return isFull
                }
                if !isFull { continuation.resume() }
            }
        } onCancel: {
            fail(RPCError(.cancelled, "The writer gave up.", origin: .lost))
            link.writerGaveUp()
        }
    }

    /// No more is written; what is here is still sent. Without effect when it had ended before.
    ///
    /// - Parameter error: what the stream ends with; nil for success.
    /// - Returns: what it had failed with before; nil when what is here will be sent.
    @discardableResult
    func finish(_ error: RPCError? = nil) -> RPCError? {
        let (waiters, announce, failure) = state.withLockedValue {
            state -> ([Waiter], Bool, RPCError?) in
            if case .failed(let error) = state.end { return ([], false, error) }
            guard state.end == nil else { return ([], false, nil) }
            state.end = .finished(error)
            defer {
                state.isAnnounced = true
                state.waiters = []
            }
            return (state.waiters, !state.isAnnounced, nil)
        }
        for waiter in waiters { waiter.resume() }
        if announce { link.hasMessages() }
        return failure
    }

    /// Nothing is sent any more: whoever writes gets the error.
    func fail(_ error: RPCError) {
        let waiters = state.withLockedValue { state -> [Waiter] in
            if case .failed = state.end { return [] }
            state.end = .failed(error)
            state.messages.removeAll()
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// What is to be sent next. On the connection's event loop.
    ///
    /// - Parameter mayTake: whether a message may be sent now.
    func take(_ mayTake: Bool) -> Taken {
        let (taken, waiters) = state.withLockedValue { state -> (Taken, [Waiter]) in
            if case .failed = state.end { return (.empty, []) }
            if state.messages.isEmpty {
                if case .finished(let error) = state.end { return (.finished(error), []) }
                state.isAnnounced = false
                return (.empty, [])
            }
            guard mayTake else { return (.blocked, []) }
            let message = state.messages.removeFirst()
            // Woken when half is free, so that a writer is not woken for each message.
            guard state.messages.count <= maxMessages / 2 else {
                return (.message(message), [])
            }
            defer { state.waiters = [] }
            return (.message(message), state.waiters)
        }
        for waiter in waiters { waiter.resume() }
        return taken
    }
}
