package import NIOCore

/// What a handler may know about the call it serves.
package struct ServerContext: Sendable {
    /// The method called.
    package let method: MethodDescriptor
    /// What came beside the request.
    package let metadata: Metadata
    /// When the caller stops waiting; nil when it waits for ever.
    package private(set) var deadline: NIODeadline?
    /// The other end: "127.0.0.1:54321".
    package let peer: String
    /// Who the other end is, as its certificate says; nil when it showed none.
    package let identity: PeerIdentity?
    /// Who calls; nil where nothing is granted: without an authorizer, and for methods that everyone
    /// may call. A handler is reached only by a caller that was granted the call.
    package var caller: Caller?
    /// The name of this request that was made here, because the caller gave none; nil when it did.
    package var mintedRequestID: UInt64?
    /// The trace that the call belongs to; nil for none.
    package var trace: CallTrace?
    /// Bytes of the request's message.
    package var requestBytes = 0
    /// Bytes of the answer's frame; 0 before there is one.
    package var replyBytes = 0

    package init(
        method: MethodDescriptor,
        metadata: Metadata = Metadata(),
        deadline: NIODeadline? = nil,
        peer: String = "",
        identity: PeerIdentity? = nil,
        caller: Caller? = nil
    ) {
        self.method = method
        self.metadata = metadata
        self.deadline = deadline
        self.peer = peer
        self.identity = identity
        self.caller = caller
    }

    /// The call that the current task serves, or works for; nil when there is none.
    ///
    /// Bound where a handler starts, since a task that is started from an event loop has no
    /// task-locals of its own. Tasks that a handler starts inherit it.
    @TaskLocal package static var current: ServerContext?

    /// Runs `body` for the current call but not under its deadline: what is done must be finished
    /// even when the caller does not wait for it any more.
    package static func withoutDeadline<Result>(_ body: () async -> Result) async -> Result {
        guard var own = current else { return await body() }
        own.deadline = nil
        return await $current.withValue(own) { await body() }
    }

    /// The name of this request, for logs: the one that was made here, else the caller's.
    package var requestID: String? {
        mintedRequestID.map { HexText.text($0) } ?? metadata["request-id"]
    }

    /// What is left until the deadline, zero or more; nil without one.
    package var timeRemaining: TimeAmount? {
        deadline.map { max(.zero, $0 - .now()) }
    }
}
