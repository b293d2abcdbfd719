import NIOCore
import ProtobufC
import TTRPC

/// Gives every call without a deadline one, so that no test waits for ever.
struct PatientCaller: RPCCaller {
    /// How long a call may take at the most.
    static let maxWait = TimeAmount.seconds(60 * Int64(patienceFactor))

    let client: RPCClient

    func call<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request,
        options: CallOptions
    ) async throws(RPCError) -> Reply {
        var options = options
        options.timeout = options.timeout ?? Self.maxWait
        return try await client.call(method, request, options: options)
    }

    func open<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request?,
        options: CallOptions,
        onEnd: (@Sendable (RPCError?) -> Void)?
    ) async throws(RPCError) -> RPCStream<Request, Reply> {
        var options = options
        options.timeout = options.timeout ?? Self.maxWait
        return try await client.open(method, request, options: options, onEnd: onEnd)
    }
}
