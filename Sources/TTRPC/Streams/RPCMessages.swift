package import ProtobufC

/// The messages that the other end of a stream sends, in their order.
///
/// One task reads at a time. Reading is what lets the other end send: a reader that stops makes it
/// wait. At a client, dropping this, and the writer, gives the call up.
package struct RPCMessages<Message: WireMessage>: AsyncSequence, Sendable {
    package typealias Element = Message
    package typealias Failure = RPCError

    private let queue: InboundQueue<Message>
    private let lease: StreamLease?

    init(_ queue: InboundQueue<Message>, lease: StreamLease? = nil) {
        self.queue = queue
        self.lease = lease
    }

    /// Messages that are here already: for handlers that are called in process.
    package init(_ messages: [Message]) {
        self.init(InboundQueue(nil))
        for message in messages { queue.push(message, cost: 0) }
        queue.finish(nil)
    }

    /// The next message; nil after the last.
    ///
    /// - Throws: `RPCError`: what the other end ended the stream with; DEADLINE_EXCEEDED,
    ///   CANCELLED or UNAVAILABLE when there was no end. Messages that had come before are given
    ///   first, except after a deadline or a cancellation.
    package func next() async throws(RPCError) -> Message? {
        try await queue.next()
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(messages: self)
    }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let messages: RPCMessages

        package mutating func next() async throws(RPCError) -> Message? {
            try await messages.next()
        }

        package mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(RPCError) -> Message? {
            try await messages.next()
        }
    }
}

/// Gives a call up when the last part of it is dropped.
final class StreamLease: Sendable {
    private let onDrop: @Sendable () -> Void

    init(_ onDrop: @escaping @Sendable () -> Void) {
        self.onDrop = onDrop
    }

    deinit {
        onDrop()
    }
}
