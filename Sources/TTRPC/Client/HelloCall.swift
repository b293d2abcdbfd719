import NIOCore
import ProtobufC

/// The client's question what its server can do beyond ttRPC.
///
/// Whatever goes wrong with it makes the server a plain one: no call waits for it, and none fails
/// with it. After its time-out the server is taken for a plain one until an answer comes.
final class HelloCall: AnyPendingCall, @unchecked Sendable {
    // Sendable: see the superclass; `onAnswer` is called on the event loop only.
    private let onAnswer: (PeerHello) -> Void

    /// - Parameter onAnswer: called on the event loop; twice when an answer comes late.
    init(_ onAnswer: @escaping (PeerHello) -> Void) {
        self.onAnswer = onAnswer
    }

    /// What our client says.
    static func request(_ configuration: ClientConfiguration) -> RPCV1.HelloRequest {
        RPCV1.HelloRequest(
            features: ConnectionFeatures.ofClient.wire,
            streamWindowBytes: UInt32(clamping: configuration.streamWindowBytes)
        )
    }

    override func complete(_ payload: UnsafeRawBufferPointer, arena: Arena) {
        let reply = try? RPCV1.HelloReply.decode(payload, in: arena)
        let said = reply.flatMap {
            PeerHello($0.features, streamWindowBytes: $0.streamWindowBytes)
        }
        onAnswer(said ?? .plain)
    }

    override func fail(_ error: RPCError) {
        onAnswer(.plain)
    }
}
