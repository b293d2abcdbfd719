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

    package init(
        method: MethodDescriptor,
        metadata: Metadata = Metadata(),
        deadline: NIODeadline? = nil,
        peer: String = ""
    ) {
        self.method = method
        self.metadata = metadata
        self.deadline = deadline
        self.peer = peer
    }

    /// The caller's name for this request, for logs.
    package var requestID: String? { metadata["request-id"] }

    /// What is left until the deadline, zero or more; nil without one.
    package var timeRemaining: TimeAmount? {
        deadline.map { max(.zero, $0 - .now()) }
    }
}
