import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import TTRPC

/// Feeds bytes in two pieces to a client's connection that has said hello, made a call and opened a
/// stream of both sides, and reads what it sends: whole frames of the kinds that clients send. When
/// the connection is gone, the stream has ended.
///
/// The input's first byte says where the pieces part; the second, what the caller gives up between
/// them: 1 the call, 2 the stream, 3 both.
enum ClientFuzz {
    private static let configuration: ClientConfiguration = {
        var configuration = ClientConfiguration(host: "127.0.0.1", port: 0)
        configuration.maxReplyBytes = 4096
        configuration.replyArenaBytes = 1 << 20
        configuration.streamWindowBytes = FuzzFixture.windowBytes
        configuration.maxHeldStreamBytes = FuzzFixture.heldBytes
        return configuration
    }()

    static func run(_ input: [UInt8]) {
        guard input.count >= 2 else { return }
        let bytes = Array(input.dropFirst(2))
        let eventLoop = EmbeddedEventLoop()
        let ends = NIOLockedValueBox(0)
        let client = ClientInMemory<FuzzMessage>(
            configuration,
            streamMethod: FuzzFixture.talk,
            eventLoop: eventLoop,
            logger: FuzzFixture.logger,
            onStreamEnd: { ends.withLockedValue { $0 += 1 } }
        )
        let channel = EmbeddedChannel(handler: client.handler, loop: eventLoop)
        channel.connect(to: FuzzFixture.address, promise: nil)
        client.begin(GRPCHealthV1.Health.check, FuzzMessage(service: "fuzz"))
        eventLoop.run()
        let cut = min(Int(input[0]), bytes.count)
        feed(bytes[..<cut], channel)
        if input[1] & 1 != 0 { client.giveUpCall() }
        if input[1] & 2 != 0 { client.giveUpStream() }
        eventLoop.run()
        feed(bytes[cut...], channel)
        checkSent(on: channel)
        _ = try? channel.finish(acceptAlreadyClosed: true)
        eventLoop.run()
        precondition(ends.withLockedValue { $0 } == 1, "a stream ends once")
    }

    private static func feed(_ piece: ArraySlice<UInt8>, _ channel: EmbeddedChannel) {
        guard channel.isActive, !piece.isEmpty else { return }
        _ = try? channel.writeInbound(ByteBuffer(bytes: piece))
        channel.embeddedEventLoop.run()
    }

    private static func checkSent(on channel: EmbeddedChannel) {
        for (index, frame) in FuzzFixture.sent(on: channel).enumerated() {
            switch frame.header.kind {
            case FrameHeader.Kind.request, FrameHeader.Kind.data:
                break
            case ExtensionKind.ping, ExtensionKind.pong, ExtensionKind.cancel,
                ExtensionKind.window:
                precondition(index >= 3, "a frame beyond ttRPC before the calls")
            default:
                preconditionFailure("clients send no frames of kind \(frame.header.kind)")
            }
        }
    }
}
