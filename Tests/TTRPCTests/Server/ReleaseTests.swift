import Foundation
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import TTRPC

@Suite("What connections leave behind")
struct ReleaseTests {
    /// A loop of a server that serves the echo, and never times out.
    private func loop(
        _ eventLoop: any EventLoop,
        turnBudget: TimeAmount = .milliseconds(3)
    ) -> ServerLoop {
        var router = Router()
        router.echo()
        var configuration = ServerConfiguration(host: "127.0.0.1", port: 0)
        configuration.turnBudget = turnBudget
        return ServerLoop(
            eventLoop,
            configuration: configuration,
            router: router,
            interceptors: [],
            authorizer: nil,
            load: ServerLoad(),
            logger: TestServer.logger
        )
    }

    @Test("A connection keeps the memory of its replies while it is used, and not for long")
    func memoryOfReplies() throws {
        let eventLoop = EmbeddedEventLoop()
        let loop = loop(eventLoop)
        let connection = ServerConnection(loop)
        let channel = EmbeddedChannel(handler: connection, loop: eventLoop)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let text = String(repeating: "x", count: 32_000)
        let frame = RawRequest(Probe.echo, payload: Probe.payload(text)).frame(1)
        try channel.writeInbound(ByteBuffer(bytes: frame.bytes))
        eventLoop.run()
        #expect(try channel.readOutbound(as: ByteBuffer.self) != nil)
        connection.closeIfStale(connection.lastActivity + .milliseconds(1))
        #expect(connection.out.storageCapacity > text.utf8.count)
        connection.closeIfStale(connection.lastActivity + .seconds(2))
        #expect(connection.out.storageCapacity == 0)
        #expect(channel.isActive)
        _ = try channel.finish()
        loop.stop()
    }

    @Test("A connection that has served calls and is closed is released")
    func connectionIsReleased() throws {
        let eventLoop = EmbeddedEventLoop()
        let loop = loop(eventLoop)
        weak var released: ServerConnection?
        try {
            let connection = ServerConnection(loop)
            released = connection
            let channel = EmbeddedChannel(handler: connection, loop: eventLoop)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            for streamID: UInt32 in [1, 3] {
                let request = RawRequest(
                    Probe.echo,
                    payload: Probe.payload("hello"),
                    timeoutNanoseconds: 1_000_000_000
                )
                let frame = RawFrame(
                    streamID: streamID,
                    kind: RawFrame.request,
                    data: request.bytes
                )
                try channel.writeInbound(ByteBuffer(bytes: frame.bytes))
                eventLoop.run()
                #expect(try channel.readOutbound(as: ByteBuffer.self) != nil)
            }
            _ = try channel.finish()
        }()
        loop.stop()
        eventLoop.run()
        #expect(released == nil)
    }

    @Test("A connection whose last bytes are no frame is released, and so is its server's loop")
    func violatingConnectionIsReleased() throws {
        let eventLoop = EmbeddedEventLoop()
        weak var released: ServerConnection?
        weak var releasedLoop: ServerLoop?
        try {
            let loop = loop(eventLoop)
            releasedLoop = loop
            let connection = ServerConnection(loop)
            released = connection
            let channel = EmbeddedChannel(handler: connection, loop: eventLoop)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            let refused = RawFrame(streamID: 1, kind: RawFrame.request, data: [0xFF])
            // A channel that is closed while it reads does not say that the read is complete.
            let bytes = refused.bytes + [0xFF] + [UInt8](repeating: 0, count: 9)
            channel.pipeline.fireChannelRead(ByteBuffer(bytes: bytes))
            #expect(!channel.isActive)
            loop.stop()
            _ = try? channel.finish(acceptAlreadyClosed: true)
        }()
        eventLoop.run()
        #expect(released == nil)
        #expect(releasedLoop == nil)
    }

    @Test(
        "A channel that tells the end of its input is not closed, nor written to, within that",
        arguments: [false, true]
    )
    func endOfInput(afterWholeBuffer: Bool) throws {
        let eventLoop = EmbeddedEventLoop()
        let loop = loop(eventLoop)
        let connection = ServerConnection(loop)
        let channel = EmbeddedChannel(handler: connection, loop: eventLoop)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        connection.write(RPCError(.internal, "It is to be sent."), 1)
        connection.streams.drain()
        // As a socket's channel does when it reads nothing but that, or whatever filled a buffer
        // before that.
        if afterWholeBuffer {
            let start = ByteBuffer(bytes: [0])
            let full = try #require(start.getSlice(at: 0, length: 1))
            channel.pipeline.fireChannelRead(full)
        }
        channel.pipeline.fireChannelReadComplete()
        #expect(channel.isActive)
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
        eventLoop.run()
        #expect(try channel.readOutbound(as: ByteBuffer.self) != nil)
        _ = try? channel.finish(acceptAlreadyClosed: true)
        loop.stop()
    }

    @Test("A connection that ends after its loop is released with the calls that wait for room")
    func parkedCallsAreReleased() throws {
        let eventLoop = EmbeddedEventLoop()
        weak var releasedLoop: ServerLoop?
        try {
            let loop = loop(eventLoop, turnBudget: .milliseconds(1))
            releasedLoop = loop
            let connection = ServerConnection(loop)
            let channel = EmbeddedChannel(handler: connection, loop: eventLoop)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            for streamID: UInt32 in [1, 3] {
                let frame = RawRequest(Probe.echo, payload: Probe.payload("hello")).frame(streamID)
                channel.pipeline.fireChannelRead(ByteBuffer(bytes: frame.bytes))
                // The other one comes when the turn is over.
                usleep(2000)
            }
            channel.isWritable = false
            channel.pipeline.fireChannelWritabilityChanged()
            eventLoop.advanceTime(by: .seconds(1))
            #expect(connection.parked.count > 0)
            loop.stop()
            _ = try? channel.finish()
            #expect(loop.admission.backlogCount == 0)
        }()
        eventLoop.run()
        #expect(releasedLoop == nil)
    }

    @Test("A loop of sockets that is stopped is released", arguments: [false, true])
    func loopWithBellIsReleased(isStoppedAtOnce: Bool) async throws {
        let eventLoop = TestServer.group.next()
        let (released, releasedExecutor) = try await eventLoop.submit {
            let loop = loop(eventLoop)
            if isStoppedAtOnce {
                loop.stop()
            } else {
                let bound = NIOLoopBound(loop, eventLoop: eventLoop)
                eventLoop.scheduleTask(in: .milliseconds(10)) { bound.value.stop() }
            }
            return (WeakReference(loop), WeakReference(loop.executor))
        }.get()
        try await eventually("the loop is released, and its executor, with the bell") {
            released.object == nil && releasedExecutor.object == nil
        }
    }

    @Test("A client whose server never answered its hello is released", .timeLimit(testBound))
    func silentServer() async throws {
        let listener = try await RawListener.listen()
        let eventLoop = TestServer.group.next()
        let port = listener.port
        let (released, call) = try await eventLoop.submit {
            var configuration = ClientConfiguration(host: "127.0.0.1", port: port)
            configuration.helloTimeout = .milliseconds(1)
            let core = ClientCore(
                eventLoop,
                configuration: configuration,
                logger: TestServer.logger
            )
            let call = PendingCall<Note>()
            core.send([RPCClient.Submission(call: call, deadline: nil) { _, _, _ in }])
            return (WeakReference(core), call)
        }.get()
        let peer = try await listener.accept()
        // The hello is overdue.
        try await Task.sleep(for: .milliseconds(100))
        await peer.close()
        await listener.close()
        let result = await call.wait()
        #expect(throws: RPCError.self) { try result.get() }
        try await eventually("the client is released") { released.object == nil }
    }

    @Test("A client whose server cannot be reached is released", .timeLimit(testBound))
    func unreachableClientIsReleased() async throws {
        let listener = try await RawListener.listen()
        let port = listener.port
        await listener.close()
        let eventLoop = TestServer.group.next()
        let (released, call) = try await eventLoop.submit {
            let core = ClientCore(
                eventLoop,
                configuration: ClientConfiguration(host: "127.0.0.1", port: port),
                logger: TestServer.logger
            )
            let call = PendingCall<Note>()
            core.send([RPCClient.Submission(call: call, deadline: nil) { _, _, _ in }])
            return (WeakReference(core), call)
        }.get()
        let result = await call.wait()
        #expect(throws: RPCError.self) { try result.get() }
        try await eventually("the client is released") { released.object == nil }
    }

    @Test("A client that is shut down is released, with its memory for replies")
    func clientIsReleased() async throws {
        let eventLoop = EmbeddedEventLoop()
        weak var released: ClientCore?
        do {
            let core = ClientCore(
                eventLoop,
                configuration: ClientConfiguration(host: "127.0.0.1", port: 1),
                logger: TestServer.logger
            )
            released = core
            try await core.shutdown().get()
            let call = PendingCall<Note>()
            core.send([
                RPCClient.Submission(call: call, deadline: .now() + .seconds(60)) { _, _, _ in }
            ])
            let result = await call.wait()
            #expect(throws: RPCError.self) { try result.get() }
        }
        eventLoop.run()
        #expect(released == nil)
    }
}

/// Tells from any thread whether an object is there.
private final class WeakReference: @unchecked Sendable {
    // Sendable: set once, and the object itself is not touched.
    private(set) weak var object: AnyObject?

    init(_ object: AnyObject) {
        self.object = object
    }
}
