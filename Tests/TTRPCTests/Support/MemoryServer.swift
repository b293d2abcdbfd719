import NIOCore
import NIOEmbedded
import TTRPC
import Testing

/// A server of one loop with some connections, in memory.
struct MemoryServer {
    private let eventLoop = EmbeddedEventLoop()
    private let handlers: ConnectionHandlers
    private let channels: [EmbeddedChannel]
    private let switches: [WritabilitySwitch]

    /// - Parameters:
    ///   - connections: how many there are.
    ///   - routes: what it serves beside the echo and the streams.
    ///   - configure: changes its settings.
    init(
        connections: Int = 2,
        routes: (inout Router) -> Void = { _ in },
        configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws {
        var router = Router()
        router.echo()
        router.streams()
        routes(&router)
        var configuration = ServerConfiguration(host: "127.0.0.1", port: 0)
        // However slow this machine is, no call waits for the next turn.
        configuration.turnBudget = .hours(1)
        configure(&configuration)
        handlers = ConnectionHandlers(
            configuration: configuration,
            router: router,
            eventLoop: eventLoop,
            logger: TestServer.logger
        )
        let (eventLoop, handlers) = (eventLoop, handlers)
        let switches = (0..<connections).map { _ in WritabilitySwitch() }
        self.switches = switches
        channels = try switches.map { writability in
            let channel = EmbeddedChannel(
                handlers: [writability, handlers.next()],
                loop: eventLoop
            )
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            return channel
        }
    }

    func echo(_ streamID: UInt32) -> RawFrame {
        RawRequest(Probe.echo, payload: Probe.payload("hello")).frame(streamID)
    }

    /// Does what the loop has to do now.
    func run() {
        eventLoop.run()
    }

    /// Lets time pass for the loop's timers.
    func pass(_ time: TimeAmount) {
        eventLoop.advanceTime(by: time)
    }

    /// Whether a channel is to be read.
    func isRead(_ channel: Int) -> Bool {
        let values = channels[channel].options.compactMap { option, value in
            option is ChannelOptions.Types.AutoReadOption ? value as? Bool : nil
        }
        return values.last ?? true
    }

    func receive(_ frame: RawFrame, on channel: Int) throws {
        try receive(frame.bytes, on: channel)
    }

    /// What one read brings.
    func receive(_ bytes: some Sequence<UInt8>, on channel: Int) throws {
        try channels[channel].writeInbound(ByteBuffer(bytes: bytes))
    }

    /// What several reads bring before there is no more.
    func receive(together reads: [some Sequence<UInt8>], on channel: Int) {
        let pipeline = channels[channel].pipeline
        for bytes in reads { pipeline.fireChannelRead(ByteBuffer(bytes: bytes)) }
        pipeline.fireChannelReadComplete()
    }

    /// The peer is gone.
    func peerCloses(_ channel: Int) {
        channels[channel].close(promise: nil)
    }

    func isOpen(_ channel: Int) -> Bool { channels[channel].isActive }

    /// How many channels are not closed.
    var openChannels: Int { channels.count { $0.isActive } }

    /// How many channels are to be read.
    var readChannels: Int { channels.indices.count { isRead($0) } }

    func sent(on channel: Int) throws -> ByteBuffer? {
        try channels[channel].readOutbound()
    }

    /// The streams whose answers were sent since this was last asked, in order.
    func answeredStreams(on channel: Int) throws -> [UInt32] {
        var bytes: [UInt8] = []
        while let sent = try sent(on: channel) { bytes += Array(sent.readableBytesView) }
        var position = 0
        var streams: [UInt32] = []
        while let frame = RawFrame.take(bytes, from: &position) { streams.append(frame.streamID) }
        #expect(position == bytes.count, "whole frames")
        return streams
    }

    /// Whether the peer takes what it is sent.
    func setWritable(_ isWritable: Bool, on channel: Int) {
        channels[channel].isWritable = isWritable
        channels[channel].pipeline.fireChannelWritabilityChanged()
    }

    /// The peer takes what it is sent from the next flush on, and the connection is told inside it,
    /// as a socket's channel does.
    func becomeWritableWithNextFlush(on channel: Int) {
        switches[channel].isArmed = true
    }

    func close() throws {
        for channel in channels { _ = try channel.finish(acceptAlreadyClosed: true) }
    }
}

private final class WritabilitySwitch: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    var isArmed = false

    func flush(context: ChannelHandlerContext) {
        context.flush()
        guard isArmed, let channel = context.channel as? EmbeddedChannel else { return }
        isArmed = false
        channel.isWritable = true
        context.fireChannelWritabilityChanged()
    }
}
