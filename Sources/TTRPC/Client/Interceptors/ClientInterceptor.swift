/// Looks at every call of a client, before it is sent and after it has ended. Once a call, however
/// many attempts it takes.
package protocol ClientInterceptor: Sendable {
    /// When its turn is.
    var stage: CallStage { get }

    /// Before the call is sent. Runs in the caller's task and must not block.
    ///
    /// - Parameters:
    ///   - method: what is called.
    ///   - options: how; changes reach the interceptors that follow, and the call.
    /// - Throws: `RPCError` with origin `notSent`, which refuses the call.
    func begin(_ method: MethodDescriptor, _ options: inout CallOptions) throws(RPCError)

    /// After the call has ended, or was refused.
    ///
    /// - Parameters:
    ///   - method: what was called.
    ///   - options: how, as the interceptors left them.
    ///   - error: what it failed with; nil when it succeeded.
    ///   - durationNanoseconds: all attempts and the pauses between them.
    func end(
        _ method: MethodDescriptor,
        _ options: CallOptions,
        error: RPCError?,
        durationNanoseconds: Int64
    )
}

extension ClientInterceptor {
    package func end(
        _ method: MethodDescriptor,
        _ options: CallOptions,
        error: RPCError?,
        durationNanoseconds: Int64
    ) {}
}
