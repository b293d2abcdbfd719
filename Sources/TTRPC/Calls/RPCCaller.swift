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

/// Makes unary calls. Generated clients work over any of these.
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
}
