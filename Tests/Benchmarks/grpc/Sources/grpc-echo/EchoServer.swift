import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc

/// A grpc-swift server with an echo, for comparison. It serves until it is killed.
///
///     grpc-echo PORT
@main
struct EchoServer {
    static func main() async throws {
        guard CommandLine.arguments.count == 2, let port = Int(CommandLine.arguments[1]) else {
            fatalError("usage: grpc-echo PORT")
        }
        let server = GRPCServer(
            transport: .http2NIOPosix(
                address: .ipv4(host: "127.0.0.1", port: port),
                transportSecurity: .plaintext,
                eventLoopGroup: .singletonMultiThreadedEventLoopGroup
            ),
            services: [EchoService()]
        )
        async let served: Void = server.serve()
        if let address = try await server.listeningAddress { print("ready", address) }
        // Into a file, print waits for more.
        fflush(nil)
        try await served
    }
}

/// Bytes as they are: no message is decoded, which is the least that this library can do.
private struct Bytes: MessageSerializer, MessageDeserializer {
    func serialize<Target: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Target {
        Target(message)
    }

    func deserialize<Source: GRPCContiguousBytes>(_ bytes: Source) throws -> [UInt8] {
        bytes.withUnsafeBytes { Array($0) }
    }
}

private struct EchoService: RegistrableRPCService {
    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        router.registerHandler(
            forMethod: MethodDescriptor(fullyQualifiedService: "echo.Echo", method: "Echo"),
            deserializer: Bytes(),
            serializer: Bytes()
        ) { request, _ in
            // A unary call, as generated services serve it.
            let single = try await ServerRequest(stream: request)
            return StreamingServerResponse(single: ServerResponse(message: single.message))
        }
    }
}
