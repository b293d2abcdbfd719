/// Gives a call the bearer token of whoever makes it, unless the call brings one.
package struct ClientCredentialInterceptor: ClientInterceptor {
    private let authorization: String?

    /// - Parameter bearerToken: nil adds nothing.
    package init(bearerToken: String?) {
        authorization = bearerToken.map { "Bearer " + $0 }
    }

    package var stage: CallStage { .identity }

    package func begin(
        _ method: MethodDescriptor,
        _ options: inout CallOptions
    ) throws(RPCError) {
        guard let authorization, options.metadata["authorization"] == nil else { return }
        options.metadata.append("authorization", authorization)
    }
}
