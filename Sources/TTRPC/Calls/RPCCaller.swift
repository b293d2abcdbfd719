package import NIOCore
package import ProtobufC

/// How one call is made.
package struct CallOptions: Sendable {
    /// How long the caller waits, carried to the server; nil waits for ever.
    package var timeout: TimeAmount?
    /// What goes beside the request.
    package var metadata: Metadata

    package init(timeout: TimeAmount? = nil, metadata: Metadata = Metadata()) {
        self.timeout = timeout
        self.metadata = metadata
    }
}

/// Makes calls. Generated clients work over any of these.
package protocol RPCCaller: Sendable {
    /// Sends a request and waits for its reply.
    ///
    /// - Throws: `RPCError`. Its `origin` tells what a failure proves: `.peer` is an answer,
    ///   `.notSent` means that nothing left, `.lost` leaves the outcome unknown.
    func call<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request,
        options: CallOptions
    ) async throws(RPCError) -> Reply

    /// Opens a call whose requests, replies or both are streams.
    ///
    /// What the call fails with after this comes to whoever reads and writes.
    ///
    /// - Parameters:
    ///   - method: one that streams.
    ///   - request: the one request of a method that streams replies alone; nil for others.
    ///   - options: the time-out holds for the whole call.
    /// - Throws: `RPCError` with origin `.notSent`: the call was not begun.
    func open<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request?,
        options: CallOptions
    ) async throws(RPCError) -> RPCStream<Request, Reply>
}

extension RPCCaller {
    /// For callers that make unary calls alone.
    ///
    /// - Throws: UNIMPLEMENTED, always.
    package func open<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request?,
        options: CallOptions
    ) async throws(RPCError) -> RPCStream<Request, Reply> {
        throw RPCError(
            .unimplemented,
            "This caller opens no streams.",
            reason: "STREAMING",
            origin: .notSent
        )
    }
}
