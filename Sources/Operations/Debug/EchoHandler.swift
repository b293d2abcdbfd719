package import RemitAPI
package import TTRPC

/// `remit.debug.v1.EchoService`: measures the RPC layer alone.
package struct EchoHandler: DebugV1.EchoServiceHandler {
    /// The longest stream that `Expand` answers with, in messages.
    package static let maxExpandCount: UInt32 = 1_000_000

    package init() {}

    package func echo(
        _ request: DebugV1.EchoMessage,
        context: ServerContext
    ) async throws(RPCError) -> DebugV1.EchoMessage {
        request
    }

    package func echoStream(
        _ requests: RPCMessages<DebugV1.EchoMessage>,
        responses: RPCWriter<DebugV1.EchoMessage>,
        context: ServerContext
    ) async throws(RPCError) {
        while let request = try await requests.next() {
            try await responses.write(request)
        }
    }

    package func expand(
        _ request: DebugV1.ExpandRequest,
        responses: RPCWriter<DebugV1.EchoMessage>,
        context: ServerContext
    ) async throws(RPCError) {
        guard request.count <= Self.maxExpandCount else {
            throw RPCError(
                .invalidArgument,
                "At most \(Self.maxExpandCount) messages can be asked for.",
                reason: "BAD_COUNT",
                field: "count"
            )
        }
        let message = DebugV1.EchoMessage(payload: request.payload)
        for _ in 0..<request.count { try await responses.write(message) }
        if let code = RPCCode(rawValue: request.failCode), code != .ok {
            throw RPCError(code, "The stream fails, as it was asked to.")
        }
    }

    package func collect(
        _ requests: RPCMessages<DebugV1.EchoMessage>,
        context: ServerContext
    ) async throws(RPCError) -> DebugV1.CollectReply {
        var reply = DebugV1.CollectReply()
        while let request = try await requests.next() {
            reply.messages += 1
            reply.bytes += UInt64(request.payload.count)
        }
        return reply
    }
}
