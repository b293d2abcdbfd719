import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import ProtobufC
import TTRPC

/// Feeds bytes to a connection of a server that serves hello, the health check and a stream of both
/// sides, in two pieces, and reads its answers: whole frames of the kinds that servers send, none
/// beyond ttRPC before a hello was answered. When the connection is gone, no handler is left.
///
/// The input's first byte says where the pieces part.
final class ConnectionFuzz {
    /// One for all inputs: making a server is dear. Inputs are run one at a time, on one thread.
    nonisolated(unsafe) static let shared = ConnectionFuzz()

    private let eventLoop = EmbeddedEventLoop()
    private let handlers: ConnectionHandlers
    private let running = NIOLockedValueBox(0)
    /// The encoding of what the server says of itself.
    private let hello: [UInt8]

    private init() {
        var router = Router()
        router.register(HealthService(services: ["fuzz.v1.Fuzz"]))
        Self.serveTalk(&router, running)
        var configuration = ServerConfiguration(host: "127.0.0.1", port: 0)
        configuration.maxRequestFrameBytes = 4096
        configuration.maxStreamsPerConnection = 8
        configuration.streamWindowBytes = FuzzFixture.windowBytes
        configuration.maxHeldStreamBytes = FuzzFixture.heldBytes
        handlers = ConnectionHandlers(
            configuration: configuration,
            router: router,
            eventLoop: eventLoop,
            logger: FuzzFixture.logger
        )
        hello = Self.encoded(
            RPCV1.HelloReply(
                features: [.ping, .cancel, .window],
                streamWindowBytes: UInt32(FuzzFixture.windowBytes)
            )
        )
    }

    /// Each message is written back as often as its text has bytes: a long one soon fills the
    /// client's window, and waits while others arrive.
    private static func serveTalk(_ router: inout Router, _ running: NIOLockedValueBox<Int>) {
        router.register(
            FuzzFixture.talk,
            bidirectional: {
                (
                    messages: RPCMessages<FuzzMessage>,
                    writer: RPCWriter<FuzzMessage>,
                    _: ServerContext
                ) async throws(RPCError) -> Void in
                running.withLockedValue { $0 += 1 }
                defer { running.withLockedValue { $0 -= 1 } }
                while let message = try await messages.next() {
                    for _ in 0..<min(message.service.utf8.count, 64) {
                        try await writer.write(message)
                    }
                }
            }
        )
    }

    private static func encoded(_ message: some WireMessage) -> [UInt8] {
        var buffer = ByteBuffer()
        do throws(WireError) {
            try message.encode(into: &buffer, in: Arena(capacity: 4096)) { _, _ in }
        } catch {
            preconditionFailure("a message of ours: \(error)")
        }
        return Array(buffer.readableBytesView)
    }

    func run(_ input: [UInt8]) {
        guard let first = input.first else { return }
        let bytes = Array(input.dropFirst())
        let channel = EmbeddedChannel(handler: handlers.next(), loop: eventLoop)
        channel.connect(to: FuzzFixture.address, promise: nil)
        let cut = min(Int(first), bytes.count)
        for piece in [bytes[..<cut], bytes[cut...]] where channel.isActive && !piece.isEmpty {
            _ = try? channel.writeInbound(ByteBuffer(bytes: piece))
            eventLoop.run()
        }
        checkAnswers(of: channel)
        _ = try? channel.finish(acceptAlreadyClosed: true)
        eventLoop.run()
        precondition(running.withLockedValue { $0 } == 0, "a handler outlives its connection")
    }

    private func checkAnswers(of channel: EmbeddedChannel) {
        var isAgreed = false
        for frame in FuzzFixture.sent(on: channel) {
            switch frame.header.kind {
            case FrameHeader.Kind.response:
                if frame.data.suffix(hello.count) == hello[...] { isAgreed = true }
            case FrameHeader.Kind.data:
                break
            case ExtensionKind.ping, ExtensionKind.pong, ExtensionKind.drain,
                ExtensionKind.window:
                precondition(isAgreed, "a frame beyond ttRPC to a client that said no hello")
            default:
                preconditionFailure("servers send no frames of kind \(frame.header.kind)")
            }
        }
    }
}
