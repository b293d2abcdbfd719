/// Looks at every call of a server, before its handler runs and after it has answered.
///
/// Hooks, not wrappers: a call passes through all of them without an allocation. Objects, since
/// each call refers to all of them.
package protocol ServerInterceptor: AnyObject, Sendable {
    /// When its turn is.
    var stage: CallStage { get }

    /// Before the request is decoded. Runs on the event loop and must not block.
    ///
    /// - Parameter context: the call; what is noted in it is seen by all that come after, the
    ///   handler and `end` included.
    /// - Throws: `RPCError`, which refuses the call.
    func begin(_ context: inout ServerContext) throws(RPCError)

    /// After the call was answered, or its deadline passed; also when it was refused, whoever
    /// refused it. Runs on the event loop.
    ///
    /// - Parameters:
    ///   - context: the call.
    ///   - error: what it was answered with; nil when it succeeded.
    ///   - replyBytes: of the answer's frame; 0 when there was none.
    ///   - durationNanoseconds: from the read that brought the request, or from when the loop was
    ///     done with the one before it in that read.
    func end(
        _ context: ServerContext,
        error: RPCError?,
        replyBytes: Int,
        durationNanoseconds: Int64
    )
}

extension ServerInterceptor {
    package var stage: CallStage { .accessLog }
}
