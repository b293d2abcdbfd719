/// Gives a call a `request-id`: that of the call it is made for, else a new one.
package struct ClientRequestIDInterceptor: ClientInterceptor {
    private let source: RandomIDSource

    package init(source: RandomIDSource = RandomIDSource()) {
        self.source = source
    }

    package var stage: CallStage { .requestID }

    package func begin(
        _ method: MethodDescriptor,
        _ options: inout CallOptions
    ) throws(RPCError) {
        guard options.metadata["request-id"] == nil else { return }
        let id = ServerContext.current?.requestID ?? Self.made(source)
        options.metadata.append("request-id", id)
    }

    private static func made(_ source: RandomIDSource) -> String {
        HexText.text(source.next()) + HexText.text(source.next())
    }
}
