import Foundation
import NIOCore
import NIOEmbedded
import TTRPC
import Testing

@Suite("When replies are sent")
struct FlushTests {
    @Test("replies to connections that are read in one turn leave at its end")
    func together() throws {
        let bench = try FlushBench()
        try bench.receive(bench.echo(1), on: 0)
        #expect(try bench.sent(on: 0) == nil)
        try bench.receive(bench.echo(1), on: 1)
        bench.eventLoop.run()
        for channel in 0..<2 { #expect(try bench.sent(on: channel) != nil) }
        try bench.close()
    }

    @Test("replies and messages do not wait for connections that are read for long")
    func notForLong() throws {
        let bench = try FlushBench()
        try bench.receive(RawRequest(Probe.talk).frame(3, flags: 0x06), on: 0)
        bench.eventLoop.run()
        for (round, frame) in [bench.echo(5), .message("hello", on: 3)].enumerated() {
            try bench.receive(frame, on: 0)
            #expect(try bench.sent(on: 0) == nil)
            // Longer than replies wait for those of other connections.
            usleep(1000)
            try bench.receive(bench.echo(UInt32(2 * round + 1)), on: 1)
            for channel in 0..<2 { #expect(try bench.sent(on: channel) != nil) }
            bench.eventLoop.run()
        }
        try bench.close()
    }
}

/// A server of one loop with two connections, in memory.
private struct FlushBench {
    let eventLoop = EmbeddedEventLoop()
    private let channels: [EmbeddedChannel]

    init() throws {
        var router = Router()
        router.echo()
        router.streams()
        var configuration = ServerConfiguration(host: "127.0.0.1", port: 0)
        // However slow this machine is, no call waits for the next turn.
        configuration.turnBudget = .hours(1)
        let handlers = ConnectionHandlers(
            configuration: configuration,
            router: router,
            eventLoop: eventLoop,
            logger: TestServer.logger
        )
        let eventLoop = eventLoop
        channels = try (0..<2).map { _ in
            let channel = EmbeddedChannel(handler: handlers.next(), loop: eventLoop)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            return channel
        }
    }

    func echo(_ streamID: UInt32) -> RawFrame {
        RawRequest(Probe.echo, payload: Probe.payload("hello")).frame(streamID)
    }

    func receive(_ frame: RawFrame, on channel: Int) throws {
        try channels[channel].writeInbound(ByteBuffer(bytes: frame.bytes))
    }

    func sent(on channel: Int) throws -> ByteBuffer? {
        try channels[channel].readOutbound()
    }

    func close() throws {
        for channel in channels { _ = try channel.finish() }
    }
}
