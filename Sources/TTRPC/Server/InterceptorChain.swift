/// The interceptors of a server, each linked to the next.
///
/// Every call passes through them twice. Links that never change can be followed without retaining
/// what they lead to; the elements of an array cannot, and counting them costs more than most
/// interceptors do.
final class InterceptorChain: Sendable {
    private let first: any ServerInterceptor
    private let rest: InterceptorChain?

    /// - Parameter interceptors: in the order in which they look at a call; nil is made of none.
    init?(_ interceptors: [any ServerInterceptor]) {
        guard let first = interceptors.first else { return nil }
        self.first = first
        rest = InterceptorChain(Array(interceptors.dropFirst()))
    }

    /// Shows them a call that is about to be begun; the first that throws refuses it.
    func begin(_ context: inout ServerContext) throws(RPCError) {
        try first.begin(&context)
        try rest?.begin(&context)
    }

    /// Shows them a call that was answered.
    func end(
        _ context: ServerContext,
        error: RPCError?,
        replyBytes: Int,
        durationNanoseconds: Int64
    ) {
        first.end(
            context,
            error: error,
            replyBytes: replyBytes,
            durationNanoseconds: durationNanoseconds
        )
        rest?.end(
            context,
            error: error,
            replyBytes: replyBytes,
            durationNanoseconds: durationNanoseconds
        )
    }
}
