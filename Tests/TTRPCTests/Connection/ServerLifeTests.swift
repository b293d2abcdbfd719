import NIOCore
import TTRPC
import Testing

@Suite("The connection's life at the server", .timeLimit(testBound))
struct ServerLifeTests {
    private static let all = RawHello([
        RawHello.ping, RawHello.cancel, RawHello.drain, RawHello.window,
    ])

    private func withPeer(
        _ configure: (inout ServerConfiguration) -> Void = { _ in },
        interceptors: [any ServerInterceptor] = [],
        routes: (inout Router) -> Void = { $0.streams() },
        hello: RawHello? = ServerLifeTests.all,
        _ body: (TestServer, RawPeer) async throws -> Void
    ) async throws {
        try await withServer(
            configure,
            interceptors: interceptors,
            routes: { router in
                router.echo()
                routes(&router)
            }
        ) { server in
            let peer = try await server.peer()
            if let hello { try await peer.hello(hello) }
            try await body(server, peer)
            await peer.close()
        }
    }

    @Test("hello is answered with what the server can do, and no interceptor sees it")
    func hello() async throws {
        let seen = SeenCalls()
        try await withPeer(
            { $0.streamWindowBytes = 70_000 },
            interceptors: [seen],
            hello: nil
        ) { _, peer in
            let answer = try await peer.hello(Self.all)
            #expect(
                answer
                    == RawHello(
                        [RawHello.ping, RawHello.cancel, RawHello.window],
                        windowBytes: 70_000
                    )
            )
            #expect(seen.begun.value == 0)
        }
    }

    @Test("hello that is late, has too small a window or cannot be read is refused")
    func badHello() async throws {
        try await withPeer(hello: nil) { server, peer in
            let request = RawRequest(RawHello.method, payload: Self.all.bytes)
            _ = try await peer.call(RawRequest(Probe.echo), 1)
            #expect(try await peer.call(request, 3).error?.reason == "HELLO_LATE")
            for (payload, reason) in [
                (RawHello([RawHello.window], windowBytes: 65_535).bytes, "BAD_WINDOW"),
                ([0xFF], "MALFORMED_MESSAGE"),
            ] as [([UInt8], String)] {
                let other = try await server.peer()
                let bad = RawRequest(RawHello.method, payload: payload)
                #expect(try await other.call(bad, 1).error?.reason == reason)
                // It stays a plain connection.
                try await other.send(RawFrame.ping(1))
                #expect(try await other.call(RawRequest(Probe.echo), 3).status == nil)
                await other.close()
            }
        }
    }

    @Test("without hello a client is sent nothing beyond ttRPC, and its frames are dropped")
    func plain() async throws {
        let gate = Gate()
        try await withPeer(
            {
                $0.pingInterval = .milliseconds(20)
                $0.pingTimeout = .milliseconds(20)
                $0.drainTimeout = .seconds(waitSeconds)
            },
            routes: { $0.hold(gate) },
            hello: nil
        ) { server, peer in
            try await peer.send(RawRequest(Probe.hold, payload: Probe.payload("x")).frame(1))
            try await eventually("the handler runs") { gate.entered == 1 }
            for frame in [.ping(1), .cancel(1), .window(1, 1), .drain(1)] as [RawFrame] {
                try await peer.send(frame)
            }
            for number in 0..<20 {
                let id = UInt32(3 + 2 * number)
                #expect(try await peer.call(RawRequest(Probe.echo), id).status == nil)
                try await Task.sleep(for: .milliseconds(5))
            }
            async let shutdown: Void = server.server.shutdown()
            try await eventually("the server drains") { server.server.boundAddress == nil }
            gate.open()
            #expect(try await peer.nextResponse(1).payload == Probe.payload("x"))
            try await peer.end()
            await shutdown
        }
    }

    @Test("a ping is answered with its number")
    func ping() async throws {
        try await withPeer { _, peer in
            try await peer.send(RawFrame.ping(7))
            #expect(try await peer.nextFrame() == .pong(7))
        }
    }

    @Test("a silent client with a call in service is asked, and again after it has answered")
    func pings() async throws {
        let gate = Gate()
        try await withPeer(
            {
                $0.pingInterval = .milliseconds(50)
                $0.pingTimeout = .hours(1)
            },
            routes: { $0.hold(gate) }
        ) { _, peer in
            try await peer.send(RawRequest(Probe.hold).frame(3))
            for number in [1, 2] as [UInt8] {
                #expect(try await peer.nextFrame() == .ping(number))
                try await peer.send(RawFrame.pong(number))
            }
            gate.open()
            await peer.close()
        }
    }

    @Test("a silent client with a call in service is asked, and hung up on when it stays silent")
    func pingTimeout() async throws {
        let gate = Gate()
        try await withPeer(
            {
                $0.pingInterval = .milliseconds(50)
                $0.pingTimeout = .milliseconds(200)
            },
            routes: { $0.hold(gate) }
        ) { _, peer in
            try await peer.send(RawRequest(Probe.hold).frame(3))
            #expect(try await peer.nextFrame() == .ping(1))
            try await peer.end()
            try await eventually("the handler is cancelled") { gate.cancelled == 1 }
        }
    }

    @Test("a cancelled call is not answered, and its handler is told")
    func cancel() async throws {
        let gate = Gate()
        let seen = SeenCalls()
        try await withPeer(
            interceptors: [seen],
            routes: { router in
                router.hold(gate)
                router.streams()
            }
        ) { _, peer in
            try await peer.send(RawRequest(Probe.hold).frame(3))
            try await eventually("the handler runs") { gate.entered == 1 }
            try await peer.send(RawFrame.cancel(3))
            try await eventually("the handler is cancelled") { gate.cancelled == 1 }
            try await peer.send(RawRequest(Probe.talk).frame(5, flags: 0x02))
            try await peer.send("one", on: 5)
            #expect(try await peer.nextFrame() == .message("one", on: 5))
            try await peer.send(RawFrame.cancel(5))
            // One that is answered, and one that never was, are dropped.
            try await peer.send(RawFrame.cancel(5))
            try await peer.send(RawFrame.cancel(99))
            #expect(try await peer.call(RawRequest(Probe.echo), 7).status == nil)
            try await eventually("all have ended") { seen.ended.value == 3 }
        }
    }

    @Test("a handler that does not mind its cancellation keeps its place until it ends")
    func stubborn() async throws {
        let gate = Gate()
        try await withPeer(
            { $0.maxStreamsPerConnection = 1 },
            routes: { router in
                router.text(Probe.hold) { (text, _) async throws(RPCError) in
                    await Task { await gate.pass() }.value
                    return text
                }
            }
        ) { _, peer in
            try await peer.send(RawRequest(Probe.hold).frame(3))
            try await eventually("the handler runs") { gate.entered == 1 }
            try await peer.send(RawFrame.cancel(3))
            #expect(try await peer.call(RawRequest(Probe.echo), 5).error?.reason == "OVERLOAD")
            gate.open()
            var streamID: UInt32 = 7
            let _: Bool = try await eventually("the place is free") {
                defer { streamID += 2 }
                return try await peer.call(RawRequest(Probe.echo), streamID).status == nil
                    ? true : nil
            }
        }
    }

    @Test("a drain is announced with the last stream that was accepted, then calls are refused")
    func drain() async throws {
        let gate = Gate()
        try await withPeer(
            { $0.drainTimeout = .seconds(waitSeconds) },
            routes: { $0.hold(gate) }
        ) { server, peer in
            try await peer.send(RawRequest(Probe.hold, payload: Probe.payload("x")).frame(3))
            try await eventually("the handler runs") { gate.entered == 1 }
            async let shutdown: Void = server.server.shutdown()
            #expect(try await peer.nextFrame() == .drain(3))
            #expect(try await peer.call(RawRequest(Probe.echo), 5).error?.reason == "DRAINING")
            gate.open()
            #expect(try await peer.nextResponse(3).payload == Probe.payload("x"))
            try await peer.end()
            await shutdown
        }
    }

    @Test("the end of a silent connection is announced, so that a call that crosses it is not lost")
    func idle() async throws {
        try await withServer({ $0.idleTimeout = .milliseconds(200) }) { server in
            let peer = try await eventually("hello before the connection is idle") {
                let peer = try await server.peer()
                return (try? await peer.hello(Self.all)) == nil ? nil : peer
            }
            #expect(try await peer.nextFrame() == .drain(1))
            try await peer.end()
        }
    }

    @Test("the server stops at the client's window, and goes on when it is told more")
    func sendWindow() async throws {
        let text = String(repeating: "x", count: 32_000)
        try await withPeer(
            routes: { router in
                router.serverStream { (_, writer, _) async throws(RPCError) in
                    for number in 0..<5 {
                        try await writer.write(Note(service: "\(number)" + text))
                    }
                }
            }
        ) { _, peer in
            try await peer.send(RawRequest(Probe.spell).frame(3, flags: 0x01))
            // 65,536 bytes: two messages, and a third while something is left.
            for number in 0..<3 {
                let frame = try await peer.nextFrame()
                #expect(frame == .message("\(number)" + text, on: 3))
            }
            // Nothing more comes: the next frame is another call's answer.
            #expect(try await peer.call(RawRequest(Probe.echo), 5).status == nil)
            let cost = UInt64(Probe.payload("0" + text).count + 64)
            try await peer.send(RawFrame.window(3, 3 * cost))
            #expect(try await peer.call(RawRequest(Probe.echo), 7).status == nil)
            try await peer.send(RawFrame.window(3, 3 * cost + 1))
            #expect(try await peer.nextFrame() == .message("3" + text, on: 3))
            #expect(try await peer.call(RawRequest(Probe.echo), 9).status == nil)
            try await peer.send(RawFrame.window(3, .max))
            #expect(try await peer.nextFrame() == .message("4" + text, on: 3))
            #expect(try await peer.nextFrame() == .end(3))
        }
    }

    @Test("the client is told more as its messages are read, and ended when it sends more")
    func receiveWindow() async throws {
        let gate = Gate()
        let text = String(repeating: "x", count: 30_000)
        try await withPeer(
            { $0.streamWindowBytes = 65_536 },
            routes: { router in
                router.clientStream { (notes, _) async throws(RPCError) in
                    _ = try await notes.next()
                    _ = try await notes.next()
                    await gate.pass()
                    return try await notes.joined()
                }
            }
        ) { _, peer in
            let cost = UInt64(Probe.payload(text).count + 64)
            try await peer.send(RawRequest(Probe.join).frame(3, flags: 0x02))
            try await peer.send(text, on: 3)
            try await peer.send(text, on: 3)
            #expect(try await peer.nextFrame() == .window(3, 65_536 + 2 * cost))
            // Three more pass the total, and the fourth is one too many.
            for _ in 0..<3 { try await peer.send(text, on: 3) }
            #expect(try await peer.call(RawRequest(Probe.echo), 5).status == nil)
            try await peer.send(text, on: 3)
            #expect(try await peer.nextResponse(3).error?.reason == "WINDOW_EXCEEDED")
            #expect(try await peer.call(RawRequest(Probe.echo), 7).status == nil)
        }
    }

    @Test("a frame beyond ttRPC that is not as it must be ends its connection", arguments: 0..<3)
    func malformed(index: Int) async throws {
        let frames = [
            RawFrame(streamID: 0, kind: 0x10, data: [1]),
            RawFrame(streamID: 0, kind: 0x12),
            RawFrame(streamID: 3, kind: 0x14, data: [1, 2, 3, 4]),
        ]
        try await withPeer { server, peer in
            try await peer.send(frames[index].bytes + RawRequest(Probe.echo).frame(3).bytes)
            try await peer.end()
            #expect(try await server.answersOthers())
        }
    }
}
