package import NIOCore

/// What a handler may know about the call it serves.
package struct ServerContext: Sendable {
    /// The method called.
    package let method: MethodDescriptor
    /// What came beside the request.
    package let metadata: Metadata
    /// When the caller stops waiting; nil when it waits for ever.
    package let deadline: NIODeadline?
    /// The other end: "127.0.0.1:54321".
    package let peer: String
    /// Who the other end is, as its certificate says; nil when it showed none.
    package let identity: PeerIdentity?
    /// Whom the call was granted to; nil where nothing is granted: without an authorizer, and for
    /// methods that everyone may call.
    package internal(set) var caller: Caller?

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

    /// The caller's name for this request, for logs.
    package var requestID: String? { metadata["request-id"] }

    /// What is left until the deadline, zero or more; nil without one.
    package var timeRemaining: TimeAmount? {
        deadline.map { max(.zero, $0 - .now()) }
    }
}
