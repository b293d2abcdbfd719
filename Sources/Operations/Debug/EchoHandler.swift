package import RemitAPI
package import TTRPC

/// `remit.debug.v1.EchoService`: measures the RPC layer alone.
package struct EchoHandler: DebugV1.EchoServiceHandler {
    package init() {}

    package func echo(
        _ request: DebugV1.EchoMessage,
        context: ServerContext
    ) async throws(RPCError) -> DebugV1.EchoMessage {
        request
    }
}
