package import RemitAPI
package import TTRPC

/// `remit.debug.v1.ProbeService`: shows a client what the RPC layer makes of its calls.
package struct ProbeHandler: DebugV1.ProbeServiceHandler {
    /// The longest that a call may be made to take, in milliseconds.
    package static let maxMilliseconds: UInt32 = 60_000

    package init() {}

    package func inspect(
        _ request: DebugV1.InspectRequest,
        context: ServerContext
    ) async throws(RPCError) -> DebugV1.InspectReply {
        DebugV1.InspectReply(
            values: context.metadata.pairs.filter { $0.key == request.key }.map(\.value),
            hasDeadline: context.deadline != nil
        )
    }

    package func fail(
        _ request: GoogleRPC.Status,
        context: ServerContext
    ) async throws(RPCError) -> DebugV1.InspectReply {
        guard let code = RPCCode(rawValue: request.code), code != .ok else {
            throw RPCError(
                .invalidArgument,
                "\(request.code) is not the code of an error.",
                reason: "BAD_ENUM",
                field: "code"
            )
        }
        throw RPCError(request)
    }

    package func sleep(
        _ request: DebugV1.SleepMessage,
        context: ServerContext
    ) async throws(RPCError) -> DebugV1.SleepMessage {
        guard request.milliseconds <= Self.maxMilliseconds else {
            throw RPCError(
                .invalidArgument,
                "A call may take \(Self.maxMilliseconds) ms at most.",
                reason: "BAD_TIME",
                field: "milliseconds"
            )
        }
        do {
            try await Task.sleep(for: .milliseconds(Int(request.milliseconds)))
        } catch {
            throw RPCError(.cancelled, "The caller is gone.")
        }
        return request
    }
}
