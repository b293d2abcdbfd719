/// Which sides of a method send a stream of messages.
package enum MethodKind: Sendable, Equatable, CaseIterable {
    /// One message each way.
    case unary
    /// One request, a stream of replies.
    case serverStream
    /// A stream of requests, one reply.
    case clientStream
    /// A stream each way.
    case bidirectional

    /// Whether the client may send more than one message.
    package var streamsRequests: Bool {
        switch self {
        case .clientStream, .bidirectional: true
        case .unary, .serverStream: false
        }
    }

    /// Whether the server may send more than one message.
    package var streamsReplies: Bool {
        switch self {
        case .serverStream, .bidirectional: true
        case .unary, .clientStream: false
        }
    }
}
