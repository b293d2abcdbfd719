import GRPCCore
import GRPCNIOTransportHTTP2Posix

/// Measures how fast the server streams, as StreamBenchmark measures Remit's: each kind, on one
/// connection. Prints lines for table.awk.
struct StreamLoad {
    private enum Kind: String, CaseIterable {
        case fromServer = "server →"
        case fromClient = "→ server"
        case both = "→ server →"
    }

    /// The length of a payload, and how many messages a stream carries in a measurement.
    private static let sizes = [(bytes: 100, messages: 20_000), (bytes: 4096, messages: 5000)]
    private static let streams = [1, 8]

    private let client: GRPCClient<HTTP2ClientTransport.Posix>

    static func run(rounds: Int, host: String, port: Int) async throws {
        let transport = try HTTP2ClientTransport.Posix.http2NIOPosix(
            target: .ipv4(address: host, port: port),
            transportSecurity: .plaintext
        )
        try await withGRPCClient(transport: transport) { client in
            let load = StreamLoad(client: client)
            for kind in Kind.allCases { _ = try await load.measure(kind, 1, 100, 1000) }
            for _ in 0..<rounds {
                for size in sizes {
                    for kind in Kind.allCases {
                        for count in streams {
                            let rate = try await load.measure(
                                kind,
                                count,
                                size.bytes,
                                size.messages
                            )
                            print("\(kind.rawValue) ×\(count), \(size.bytes) B\tgrpc\t\(rate)")
                        }
                    }
                }
            }
        }
    }

    /// Messages a second over all streams. Those that come back count once.
    private func measure(
        _ kind: Kind,
        _ streams: Int,
        _ bytes: Int,
        _ messages: Int
    ) async throws -> Int64 {
        let payload = [UInt8](repeating: 0x78, count: bytes)
        let begin = ContinuousClock.now
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<streams {
                group.addTask {
                    switch kind {
                    case .fromServer: try await expand(payload, messages)
                    case .fromClient: try await collect(payload, messages)
                    case .both: try await exchange(payload, messages)
                    }
                }
            }
            for try await arrived in group {
                precondition(arrived == messages, "\(arrived) of \(messages) messages arrived")
            }
        }
        let took = (ContinuousClock.now - begin).components
        let nanoseconds = took.seconds * 1_000_000_000 + took.attoseconds / 1_000_000_000
        return Int64(streams * messages) * 1_000_000_000 / nanoseconds
    }

    private func expand(_ payload: [UInt8], _ messages: Int) async throws -> Int {
        try await client.serverStreaming(
            request: ClientRequest(message: EchoService.bytes(messages) + payload),
            descriptor: EchoService.expand,
            serializer: Bytes(),
            deserializer: Bytes(),
            options: .defaults
        ) { response in
            var arrived = 0
            for try await _ in response.messages { arrived += 1 }
            return arrived
        }
    }

    private func collect(_ payload: [UInt8], _ messages: Int) async throws -> Int {
        try await client.clientStreaming(
            request: StreamingClientRequest { writer in
                for _ in 0..<messages { try await writer.write(payload) }
            },
            descriptor: EchoService.collect,
            serializer: Bytes(),
            deserializer: Bytes(),
            options: .defaults
        ) { response in EchoService.number(try response.message) }
    }

    private func exchange(_ payload: [UInt8], _ messages: Int) async throws -> Int {
        try await client.bidirectionalStreaming(
            request: StreamingClientRequest { writer in
                for _ in 0..<messages { try await writer.write(payload) }
            },
            descriptor: EchoService.echoStream,
            serializer: Bytes(),
            deserializer: Bytes(),
            options: .defaults
        ) { response in
            var arrived = 0
            for try await _ in response.messages { arrived += 1 }
            return arrived
        }
    }
}
