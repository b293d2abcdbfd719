import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import TTRPC

@Suite("Sending without the pipeline", .timeLimit(testBound))
struct SocketOutputTests {
    @Test("all arrives in order, whether the socket or the channel has taken it")
    func order() async throws {
        let bench = try await SenderBench()
        try await bench.peer.stopReading()
        try await bench.send(until: .partIsLeft)
        // Not even tried: it would be sent before what waits in the channel.
        try await bench.send(until: .allIsLeft)
        try await bench.peer.startReading()
        try await bench.send(until: .nothingIsLeft)
        let count = bench.count
        for number in 1...count {
            #expect(try await bench.peer.nextFrame().streamID == UInt32(number))
        }
        try await bench.close()
    }

    @Test("nothing is sent on a socket that is closed")
    func closed() async throws {
        let bench = try await SenderBench()
        #expect(try await bench.sendNext().left == 0)
        try await bench.channel.close()
        let late = try await bench.sendNext()
        #expect(late.left == late.size)
        try await bench.close()
    }

    @Test("a peer that has gone is for the channel to find out")
    func broken() async throws {
        let bench = try await SenderBench()
        #expect(try await bench.sendNext().left == 0)
        try await bench.peer.reset()
        try await bench.send(until: .allIsLeft)
        try await bench.channel.closeFuture.get()
        try await bench.close()
    }

    @Test("a channel without a socket is not sent to")
    func noSocket() {
        #expect(SocketOutput(EmbeddedChannel()) == nil)
    }

    @Test("memory is kept for what comes next, but not after something long")
    func memory() {
        var bytes = ByteBuffer(repeating: 1, count: ByteBuffer.maxReusedBytes)
        bytes.emptyForReuse()
        #expect(bytes.readableBytes == 0)
        #expect(bytes.storageCapacity == ByteBuffer.maxReusedBytes)
        bytes.writeRepeatingByte(1, count: ByteBuffer.maxReusedBytes + 1)
        bytes.emptyForReuse()
        #expect(bytes.storageCapacity == 0)
    }
}

/// A channel that sends numbered frames, and its peer.
private final class SenderBench: Sendable {
    enum Wanted {
        case allIsLeft
        case partIsLeft
        case nothingIsLeft
    }

    let peer: RawPeer
    let channel: any Channel
    private let listener: RawListener
    private let output: NIOLoopBoundBox<SocketOutput>
    private let sent = Counter()

    init() async throws {
        listener = try await RawListener.listen()
        channel = try await ClientBootstrap(group: TestServer.group)
            .connect(to: listener.address)
            .get()
        let channel = channel
        output = try await channel.eventLoop.submit {
            let output = try #require(SocketOutput(channel))
            return NIOLoopBoundBox(output, eventLoop: channel.eventLoop)
        }.get()
        peer = try await listener.accept()
    }

    /// Frames that were sent.
    var count: Int { sent.value }

    /// Sends a frame, and has the channel send what is left of it.
    func sendNext() async throws -> (size: Int, left: Int) {
        try await channel.eventLoop.submit { [self] in
            sent.add()
            let frame = RawFrame(
                streamID: UInt32(sent.value),
                kind: RawFrame.data,
                data: [UInt8](repeating: 7, count: 64 << 10)
            )
            var bytes = ByteBuffer(bytes: frame.bytes)
            let size = bytes.readableBytes
            let isAll = output.value.send(&bytes)
            #expect(isAll == (bytes.readableBytes == 0))
            if !isAll { channel.writeAndFlush(bytes, promise: nil) }
            return (size, bytes.readableBytes)
        }.get()
    }

    func send(until wanted: Wanted) async throws {
        let _: Bool = try await eventually("a frame after which \(wanted)") {
            let sent = try await self.sendNext()
            let found: Wanted =
                sent.left == 0 ? .nothingIsLeft : sent.left == sent.size ? .allIsLeft : .partIsLeft
            return found == wanted ? true : nil
        }
    }

    func close() async throws {
        try? await channel.close()
        await peer.close()
        await listener.close()
    }
}
