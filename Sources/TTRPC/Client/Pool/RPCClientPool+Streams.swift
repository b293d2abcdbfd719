package import ProtobufC

extension RPCClientPool {
    /// Opens a stream on one of the connections, which is held until the stream has ended.
    ///
    /// It is not opened twice: what was sent and read on it cannot be told apart from outside. Who
    /// reads a stream that can go on opens another where it has come to.
    ///
    /// - Throws: `RPCError` with origin `.notSent`: the call was not begun.
    package func open<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request?,
        options: CallOptions,
        onEnd: (@Sendable (RPCError?) -> Void)?
    ) async throws(RPCError) -> RPCStream<Request, Reply> {
        var options = options
        options.fixDeadline()
        let lease = try await acquire(isFirst: true, deadline: options.deadline)
        do throws(RPCError) {
            return try await lease.client.open(method, request, options: options) { error in
                self.release(lease, error)
                onEnd?(error)
            }
        } catch {
            release(lease, error)
            throw error
        }
    }
}
