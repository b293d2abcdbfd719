import Logging
import NIOCore
import NIOEmbedded
import ProtobufC
import TTRPC

/// Feeds bytes to a connection of a server that serves the health check, in two pieces, and reads
/// its answers: each is a response frame, to an odd or an even stream id that the bytes named.
///
/// The input's first byte says where the pieces part.
final class ConnectionFuzz {
    /// One for all inputs: making a server is dear. Inputs are run one at a time, on one thread.
    nonisolated(unsafe) static let shared = ConnectionFuzz()

    private let eventLoop = EmbeddedEventLoop()
    private let handlers: ConnectionHandlers

    private init() {
        var router = Router()
        router.register(HealthService(services: ["fuzz.v1.Fuzz"]))
        var configuration = ServerConfiguration(host: "127.0.0.1", port: 0)
        configuration.maxRequestFrameBytes = 4096
        configuration.maxStreamsPerConnection = 8
        handlers = ConnectionHandlers(
            configuration: configuration,
            router: router,
            eventLoop: eventLoop,
            logger: Logger(label: "fuzz", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }

    func run(_ input: [UInt8]) {
        guard let first = input.first else { return }
        let bytes = Array(input.dropFirst())
        let channel = EmbeddedChannel(handler: handlers.next(), loop: eventLoop)
        channel.connect(to: Self.address, promise: nil)
        let cut = min(Int(first), bytes.count)
        for piece in [bytes[..<cut], bytes[cut...]] where channel.isActive && !piece.isEmpty {
            _ = try? channel.writeInbound(ByteBuffer(bytes: piece))
        }
        eventLoop.run()
        checkAnswers(of: channel)
        _ = try? channel.finish(acceptAlreadyClosed: true)
        eventLoop.run()
    }

    private static let address: SocketAddress = {
        guard let address = try? SocketAddress(ipAddress: "127.0.0.1", port: 1) else {
            preconditionFailure("an address of this machine")
        }
        return address
    }()

    private func checkAnswers(of channel: EmbeddedChannel) {
        var answers: [UInt8] = []
        while let buffer = try? channel.readOutbound(as: ByteBuffer.self) {
            answers += Array(buffer.readableBytesView)
        }
        var reader = FrameReader(maxFrameBytes: 64 << 10)
        var position = 0
        while true {
            switch answers.withUnsafeBytes({ reader.next($0, &position) }) {
            case .frame(let header, _):
                precondition(header.kind == FrameHeader.Kind.response, "an answer is a response")
            case .needMore:
                precondition(position == answers.count, "answers are whole frames")
                return
            case .oversized, .violation:
                preconditionFailure("answers are frames")
            }
        }
    }
}
