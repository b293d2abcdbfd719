import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc

enum EchoServer {
    /// Serves until the process is killed. Prints where.
    ///
    /// - Parameter port: 0 lets the system choose.
    static func serve(port: Int) async throws {
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
struct Bytes: MessageSerializer, MessageDeserializer {
    func serialize<Target: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Target {
        Target(message)
    }

    func deserialize<Source: GRPCContiguousBytes>(_ bytes: Source) throws -> [UInt8] {
        bytes.withUnsafeBytes { Array($0) }
    }
}

/// An echo, and a stream of each kind.
struct EchoService: RegistrableRPCService {
    static let echo = method("Echo")
    /// A number and a payload: so many payloads come back.
    static let expand = method("Expand")
    /// The reply is how many messages came.
    static let collect = method("Collect")
    static let echoStream = method("EchoStream")

    private static func method(_ name: String) -> MethodDescriptor {
        MethodDescriptor(fullyQualifiedService: "echo.Echo", method: name)
    }

    /// A number as four bytes, the highest first.
    static func bytes(_ number: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }

    static func number(_ bytes: some Sequence<UInt8>) -> Int {
        bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    }

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        func register(
            _ method: MethodDescriptor,
            _ body:
                @escaping @Sendable (StreamingServerRequest<[UInt8]>) async throws
                -> StreamingServerResponse<[UInt8]>
        ) {
            router.registerHandler(
                forMethod: method,
                deserializer: Bytes(),
                serializer: Bytes()
            ) { request, _ in try await body(request) }
        }
        register(Self.echo) { request in
            // A unary call, as generated services serve it.
            let single = try await ServerRequest(stream: request)
            return StreamingServerResponse(single: ServerResponse(message: single.message))
        }
        register(Self.expand) { request in
            let single = try await ServerRequest(stream: request)
            let payload = Array(single.message.dropFirst(4))
            let count = Self.number(single.message)
            return StreamingServerResponse { writer in
                for _ in 0..<count { try await writer.write(payload) }
                return [:]
            }
        }
        register(Self.collect) { request in
            var count = 0
            for try await _ in request.messages { count += 1 }
            return StreamingServerResponse(single: ServerResponse(message: Self.bytes(count)))
        }
        register(Self.echoStream) { request in
            StreamingServerResponse { writer in
                for try await message in request.messages { try await writer.write(message) }
                return [:]
            }
        }
    }
}
