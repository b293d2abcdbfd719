import NIOCore
import ProtobufC
import TTRPC

/// Billing's calls to the gateway, as bytes over the simulated network.
struct SimulatedCaller: RPCCaller {
    let life: Incarnation

    func call<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request,
        options: CallOptions
    ) async throws(RPCError) -> Reply {
        let bytes: [UInt8]
        do throws(WireError) {
            bytes = try request.serialized()
        } catch {
            throw RPCError(.internal, "The request cannot be written.", origin: .notSent)
        }
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
            do throws(WireError) {
                return try Reply(serialized: reply)
            } catch {
                throw RPCError(.internal, "The reply cannot be read.", origin: .lost)
            }
        case .success(.failure(let error)): throw error
        case .failure(.notSent):
            throw RPCError(.unavailable, "The gateway is not there.", origin: .notSent)
        case .failure(.lost):
            throw RPCError(.deadlineExceeded, "The reply did not come.", origin: .lost)
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
