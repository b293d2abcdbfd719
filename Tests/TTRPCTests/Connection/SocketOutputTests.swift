import Dispatch
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import TTRPC

@Suite("Sending without the pipeline", .timeLimit(testBound))
struct SocketOutputTests {
    @Test("nothing overtakes what waits in the channel")
    func order() async throws {
        let bench = try await SenderBench()
        try await bench.peer.stopReading()
        let _: Bool = try await eventually("the socket takes only part of a frame") {
            try await bench.sendNext(isFlushed: false).left > 0 ? true : nil
        }
        try await bench.peer.startReading()
        for number in 1..<bench.count {
            #expect(try await bench.peer.nextFrame().streamID == UInt32(number))
        }
        // The socket has room again, but the rest of the last frame is in the channel.
        let next = try await bench.sendNext(isFlushed: true)
        #expect(next.left == next.size)
        for number in [bench.count - 1, bench.count] {
            #expect(try await bench.peer.nextFrame().streamID == UInt32(number))
        }
        #expect(try await bench.sendNext().left == 0)
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

    @Test("the channel finds out at once that the peer has gone")
    func broken() async throws {
        let bench = try await SenderBench()
        #expect(try await bench.sendNext().left == 0)
        let isGone = DispatchSemaphore(value: 0)
        // The loop must not learn of it by itself.
        let late = bench.channel.eventLoop.submit {
            isGone.wait()
            let late = bench.sendNextOnLoop()
            return (late, bench.channel.isActive)
        }
        try await bench.peer.reset()
        isGone.signal()
        let (sent, isActive) = try await late.get()
        #expect(sent.left == sent.size)
        #expect(!isActive)
        try await bench.close()
    }

    @Test("a channel without a socket is not sent to")
    func noSocket() throws {
        let channel = EmbeddedChannel()
        #expect(SocketOutput(channel) == nil)
        _ = try channel.finish()
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
    let peer: RawPeer
    let channel: any Channel
    private let listener: RawListener
    /// Its own: a test may stop it without stopping the peer.
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let output: NIOLoopBoundBox<SocketOutput>
    private let sent = Counter()

    init() async throws {
        listener = try await RawListener.listen()
        channel = try await ClientBootstrap(group: group)
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

    /// Sends a frame, and gives the channel what is left of it.
    func sendNext(isFlushed: Bool = true) async throws -> (size: Int, left: Int) {
        try await channel.eventLoop.submit { self.sendNextOnLoop(isFlushed: isFlushed) }.get()
    }

    func sendNextOnLoop(isFlushed: Bool = true) -> (size: Int, left: Int) {
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
        if !isAll {
            channel.write(bytes, promise: nil)
            if isFlushed { channel.flush() }
        }
        return (size, bytes.readableBytes)
    }

    func close() async throws {
        try? await channel.close()
        await peer.close()
        await listener.close()
        try await group.shutdownGracefully()
    }
}
