import NIOCore
import NIOEmbedded
import TTRPC
import Testing

@Suite("When replies are sent")
struct FlushTests {
    @Test("replies to connections that are read in one turn leave at its end")
    func together() throws {
        let eventLoop = EmbeddedEventLoop()
        var router = Router()
        router.echo()
        let handlers = ConnectionHandlers(
            configuration: ServerConfiguration(host: "127.0.0.1", port: 0),
            router: router,
            eventLoop: eventLoop,
            logger: TestServer.logger
        )
        let channels = try (0..<2).map { _ in
            let channel = EmbeddedChannel(handler: handlers.next(), loop: eventLoop)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            return channel
        }
        let frame = RawRequest(Probe.echo, payload: Probe.payload("hello")).frame(1)
        try channels[0].writeInbound(ByteBuffer(bytes: frame.bytes))
        #expect(try channels[0].readOutbound(as: ByteBuffer.self) == nil)
        try channels[1].writeInbound(ByteBuffer(bytes: frame.bytes))
        eventLoop.run()
        for channel in channels {
            #expect(try channel.readOutbound(as: ByteBuffer.self) != nil)
            _ = try channel.finish()
        }
    }
}
