package import TTRPC

/// Gives a name to each request whose caller gave none, or one that cannot stand in a log.
package final class RequestIDInterceptor: ServerInterceptor {
    /// Longer names of callers are not taken.
    package static let maxLength = 100

    private let source: RandomIDSource

    /// - Parameter source: of the names.
    package init(source: RandomIDSource = RandomIDSource()) {
        self.source = source
    }

    package var stage: CallStage { .requestID }

    package func begin(_ context: inout ServerContext) throws(RPCError) {
        if let given = context.metadata["request-id"], Self.canBeTaken(given) { return }
        context.mintedRequestID = source.next()
    }

    package func end(
        _ context: ServerContext,
        error: RPCError?,
        replyBytes: Int,
        durationNanoseconds: Int64
    ) {}

    /// Visible ASCII, which is one line in any log.
    private static func canBeTaken(_ name: String) -> Bool {
        let bytes = name.utf8
        return (1...maxLength).contains(bytes.count)
            && bytes.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
