package import ProtobufC

/// Sends messages on a stream.
package struct RPCWriter<Message: WireMessage>: Sendable {
    private let send: @Sendable (Message) async throws(RPCError) -> Void

    /// - Parameter send: takes each message: for handlers that are called in process.
    package init(_ send: @escaping @Sendable (Message) async throws(RPCError) -> Void) {
        self.send = send
    }

    init(_ queue: OutboundQueue<Message>, lease: StreamLease? = nil) {
        send = { (message) async throws(RPCError) in
            defer { withExtendedLifetime(lease) {} }
            try await queue.write(message)
        }
    }

    /// Sends a message. Waits while the other end, or the connection, is slower than the writer.
    ///
    /// Messages of one task arrive in their order. That a message was taken does not say that the
    /// other end has it: its answer does.
    ///
    /// - Throws: `RPCError`, what the stream has ended with meanwhile: the other end's error,
    ///   DEADLINE_EXCEEDED, CANCELLED, UNAVAILABLE; FAILED_PRECONDITION when it ended well.
    package func write(_ message: Message) async throws(RPCError) {
        try await send(message)
    }
}
