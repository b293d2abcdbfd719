package import NIOCore
package import ProtobufC

/// How one call is made.
package struct CallOptions: Sendable {
    /// How long the caller waits, carried to the server; nil waits for ever.
    package var timeout: TimeAmount?
    /// When the caller stops waiting, whatever `timeout` says; nil leaves it to that.
    package var deadline: NIODeadline?
    /// What goes beside the request.
    package var metadata: Metadata
    /// Whether a call made while another is served ends with that one's deadline at the latest.
    package var inheritsDeadline = true
    /// When a caller that can repeat calls may repeat this one.
    package var repeats = Repeats.asDeclared

    /// When a call may be made once more.
    package enum Repeats: Sendable {
        /// When nothing was begun, or the method is declared idempotent.
        case asDeclared
        /// When nothing was begun. Whoever calls asks what became of it instead.
        case ifNothingBegan
    }

    package init(
        timeout: TimeAmount? = nil,
        metadata: Metadata = Metadata(),
        inheritsDeadline: Bool = true,
        repeats: Repeats = .asDeclared
    ) {
        self.timeout = timeout
        self.metadata = metadata
        self.inheritsDeadline = inheritsDeadline
        self.repeats = repeats
    }

    /// The earlier of the deadline and the end of the time-out, which begins now; and no time-out
    /// beside it any more.
    package mutating func fixDeadline() {
        guard let timeout else { return }
        let end = NIODeadline.now() + timeout
        deadline = deadline.map { min($0, end) } ?? end
        self.timeout = nil
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
    ///   - onEnd: called once when a call that was opened has ended, with what it failed with. On
    ///     an event loop: it must not block.
    /// - Throws: `RPCError` with origin `.notSent`: the call was not begun.
    func open<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request?,
        options: CallOptions,
        onEnd: (@Sendable (RPCError?) -> Void)?
    ) async throws(RPCError) -> RPCStream<Request, Reply>
}

extension RPCCaller {
    /// Opens a call whose requests, replies or both are streams, as `open` with `onEnd` does.
    ///
    /// - Throws: `RPCError` with origin `.notSent`: the call was not begun.
    package func open<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request?,
        options: CallOptions
    ) async throws(RPCError) -> RPCStream<Request, Reply> {
        try await open(method, request, options: options, onEnd: nil)
    }

    /// For callers that make unary calls alone.
    ///
    /// - Throws: UNIMPLEMENTED, always.
    package func open<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request?,
        options: CallOptions,
        onEnd: (@Sendable (RPCError?) -> Void)?
    ) async throws(RPCError) -> RPCStream<Request, Reply> {
        throw RPCError(
            .unimplemented,
            "This caller opens no streams.",
            reason: "STREAMING",
            origin: .notSent
        )
    }
}
