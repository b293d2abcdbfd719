import Foundation
import Logging
import NIOCore
import NIOPosix
import RemitAPI
import TTRPC

/// Measures how fast a server streams: the echo service's three kinds, on one connection. Prints
/// lines for table.awk: what, by whom, messages a second.
///
///     StreamBenchmark ROUNDS HOST PORT
@main
struct StreamBenchmark {
    private enum Kind: String, CaseIterable {
        case fromServer = "server →"
        case fromClient = "→ server"
        case both = "→ server →"
    }

    /// The length of a payload, and how many messages a stream carries in a measurement.
    private static let sizes = [(bytes: 100, messages: 20_000), (bytes: 4096, messages: 5000)]
    private static let streams = [1, 8]

    private let echo: DebugV1.EchoServiceClient
    private let options = CallOptions(timeout: .seconds(60))

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let rounds = Int(arguments[1]), let port = Int(arguments[3])
        else { fatalError("usage: StreamBenchmark ROUNDS HOST PORT") }
        let client = await RPCClient(
            configuration: ClientConfiguration(host: arguments[2], port: port),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "benchmark", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        let benchmark = StreamBenchmark(echo: DebugV1.EchoServiceClient(client))
        // The first messages open the windows.
        for kind in Kind.allCases { _ = try await benchmark.measure(kind, 1, 100, 1000) }
        for _ in 0..<rounds {
            for size in sizes {
                for kind in Kind.allCases {
                    for count in streams {
                        let rate = try await benchmark.measure(
                            kind,
                            count,
                            size.bytes,
                            size.messages
                        )
                        print("\(kind.rawValue) ×\(count), \(size.bytes) B\tremit\t\(rate)")
                    }
                }
            }
        }
        await client.shutdown()
    }

    private init(echo: DebugV1.EchoServiceClient) {
        self.echo = echo
    }

    /// Messages a second over all streams. Those that come back count once.
    private func measure(
        _ kind: Kind,
        _ streams: Int,
        _ bytes: Int,
        _ messages: Int
    ) async throws -> Int64 {
        let message = DebugV1.EchoMessage(payload: [UInt8](repeating: 0x78, count: bytes))
        let begin = ContinuousClock.now
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<streams {
                group.addTask {
                    switch kind {
                    case .fromServer: try await expand(message, messages)
                    case .fromClient: try await collect(message, messages)
                    case .both: try await exchange(message, messages)
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

    private func expand(_ message: DebugV1.EchoMessage, _ messages: Int) async throws -> Int {
        let request = DebugV1.ExpandRequest(payload: message.payload, count: UInt32(messages))
        let replies = try await echo.expand(request, options: options)
        var arrived = 0
        while try await replies.next() != nil { arrived += 1 }
        return arrived
    }

    private func collect(_ message: DebugV1.EchoMessage, _ messages: Int) async throws -> Int {
        let stream = try await echo.collect(options: options)
        for _ in 0..<messages { try await stream.requests.write(message) }
        return Int(try await stream.reply().messages)
    }

    private func exchange(_ message: DebugV1.EchoMessage, _ messages: Int) async throws -> Int {
        let stream = try await echo.echoStream(options: options)
        async let sent: Void = {
            for _ in 0..<messages { try await stream.requests.write(message) }
            stream.finish()
        }()
        var arrived = 0
        while try await stream.replies.next() != nil { arrived += 1 }
        try await sent
        return arrived
    }
}
