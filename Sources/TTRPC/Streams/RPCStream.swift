package import ProtobufC

/// A call on its way whose requests, replies or both are streams.
///
/// When this and its parts are dropped before the end, the call is given up.
package struct RPCStream<Request: WireMessage, Reply: WireMessage>: Sendable {
    /// Sends requests.
    package let requests: RPCWriter<Request>
    /// Receives replies.
    package let replies: RPCMessages<Reply>
    private let onFinish: @Sendable () -> Void
    private let onCancel: @Sendable () -> Void

    /// - Parameters:
    ///   - requests: sends requests.
    ///   - replies: receives replies.
    ///   - onFinish: no more requests will be sent.
    ///   - onCancel: nobody waits any more.
    package init(
        requests: RPCWriter<Request>,
        replies: RPCMessages<Reply>,
        onFinish: @escaping @Sendable () -> Void,
        onCancel: @escaping @Sendable () -> Void
    ) {
        self.requests = requests
        self.replies = replies
        self.onFinish = onFinish
        self.onCancel = onCancel
    }

    /// Says that no more requests will be sent; replies may still come.
    package func finish() {
        onFinish()
    }

    /// Gives the call up. Readers and writers get CANCELLED.
    package func cancel() {
        onCancel()
    }

    /// Finishes the requests and waits for the one reply to them.
    ///
    /// - Throws: `RPCError`, what the call failed with.
    package func reply() async throws(RPCError) -> Reply {
        finish()
        guard let reply = try await replies.next() else {
            throw RPCError(.internal, "The call ended without a reply.", origin: .lost)
        }
        return reply
    }
}
