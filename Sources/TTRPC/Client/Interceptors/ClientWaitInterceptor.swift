/// Leaves the time until the answer is there out of what the call takes that it is made for: how
/// long another service needs says nothing about this one, whose limits would be found from it.
///
/// Unary calls only: a stream may end in no task of the call's.
package struct ClientWaitInterceptor: ClientInterceptor {
    package init() {}

    package var stage: CallStage { .limits }

    package func begin(
        _ method: MethodDescriptor,
        _ options: inout CallOptions
    ) throws(RPCError) {
        guard method.kind == .unary else { return }
        ServerContext.current?.absence?.begin()
    }

    package func end(
        _ method: MethodDescriptor,
        _ options: CallOptions,
        error: RPCError?,
        durationNanoseconds: Int64
    ) {
        guard method.kind == .unary else { return }
        ServerContext.current?.absence?.end()
    }
}
