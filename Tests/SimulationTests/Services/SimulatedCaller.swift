import NIOCore
import ProtobufC

@testable import TTRPC

/// Billing's calls to the gateway, as bytes over the simulated network.
struct SimulatedCaller: RPCCaller {
    let life: Incarnation

    func call<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request,
        options: CallOptions
    ) async throws(RPCError) -> Reply {
        let bytes = try Self.bytes(request)
        let name = method.fullName
        let milliseconds = options.timeout.map { Int($0.nanoseconds / 1_000_000) } ?? 60_000
        let result = await life.world.network.send(
            from: life,
            to: life.world.gateway,
            timeoutMilliseconds: milliseconds,
            Self.label(name)
        ) { server in
            await server.answer(name, bytes)
        }
        switch result {
        case .success(.success(let reply)):
            return try Self.message(reply)
        case .success(.failure(let error)): throw error
        case .failure(.notSent):
            throw RPCError(.unavailable, "The gateway is not there.", origin: .notSent)
        case .failure(.lost):
            throw RPCError(.deadlineExceeded, "The reply did not come.", origin: .lost)
        }
    }

    func open<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request?,
        options: CallOptions,
        onEnd: (@Sendable (RPCError?) -> Void)?
    ) async throws(RPCError) -> RPCStream<Request, Reply> {
        guard let request else { preconditionFailure("no method streams its requests here") }
        let bytes = try Self.bytes(request)
        let name = method.fullName
        let queue = InboundQueue<Reply>(nil)
        let stream = life.world.network.stream(
            from: life,
            to: life.world.gateway,
            "Stream",
            { server, write in await server.stream(name, bytes, write) },
            { part in
                do {
                    guard let bytes = try part.get() else { return queue.finish(nil) }
                    queue.push(try Self.message(bytes), cost: 0)
                } catch {
                    queue.finish(error as? RPCError)
                }
            }
        )
        let id = life.await { stream.lose() }
        let lease = StreamLease { [life] in
            life.awaited(id)
            stream.cut()
        }
        return RPCStream(
            requests: RPCWriter { (_) async throws(RPCError) in
                throw RPCError(.failedPrecondition, "The method takes one request.")
            },
            replies: RPCMessages(queue, lease: lease),
            onFinish: {},
            onCancel: { stream.cut() }
        )
    }

    private static func bytes(_ request: some WireMessage) throws(RPCError) -> [UInt8] {
        do throws(WireError) {
            return try request.serialized()
        } catch {
            throw RPCError(.internal, "The request cannot be written.", origin: .notSent)
        }
    }

    private static func message<Reply: WireMessage>(_ bytes: [UInt8]) throws(RPCError) -> Reply {
        do throws(WireError) {
            return try Reply(serialized: bytes)
        } catch {
            throw RPCError(.internal, "The reply cannot be read.", origin: .lost)
        }
    }

    private static func label(_ name: String) -> StaticString {
        switch name.split(separator: "/").last {
        case "GetCard": "GetCard"
        case "Delete": "Delete"
        case "Sale": "Sale"
        case "GetOperation": "GetOperation"
        case "Fence": "Fence"
        default: "List"
        }
    }
}
