/// Leaves the time until the answer is there out of what the call takes that it is made for: how
/// long another service needs says nothing about this one. The first of the interceptors.
package struct ClientWaitInterceptor: ClientInterceptor {
    package init() {}

    package func begin(
        _ method: MethodDescriptor,
        _ options: inout CallOptions
    ) throws(RPCError) {
        ServerContext.current?.absence?.begin()
    }

    package func end(
        _ method: MethodDescriptor,
        _ options: CallOptions,
        error: RPCError?,
        durationNanoseconds: Int64
    ) {
        ServerContext.current?.absence?.end()
    }
}
