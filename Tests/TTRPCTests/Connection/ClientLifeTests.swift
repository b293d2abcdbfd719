import NIOCore
import TTRPC
import Testing

@Suite("The connection's life at the client", .timeLimit(testBound))
struct ClientLifeTests {
    private static let all = RawHello([RawHello.ping, RawHello.cancel, RawHello.window])

    private func withScript(
        _ configure: (inout ClientConfiguration) -> Void = { _ in },
        _ body: (RPCClient, RawListener) async throws -> Void
    ) async throws {
        let listener = try await RawListener.listen()
        try await withClient(port: listener.port, hello: true, configure) { client in
            try await body(client, listener)
        }
        await listener.close()
    }

    /// That the client has seen what was sent before: a call goes there and back.
    private func roundTrip(_ client: RPCClient, _ peer: RawPeer) async throws {
        async let reply = client.text(Probe.echo, "")
        let frame = try await peer.nextFrame()
        #expect(frame.kind == RawFrame.request)
        try await peer.send(RawResponse.success(frame.streamID, payload: Probe.payload("on")))
        #expect(try await reply == "on")
    }

    @Test("hello is the first call, and no other waits for its answer")
    func hello() async throws {
        try await withScript({ $0.streamWindowBytes = 70_000 }) { client, listener in
            async let reply = client.text(Probe.echo, "x")
            let peer = try await listener.accept()
            let first = try RawRequest(decoding: try await peer.nextFrame().data)
            #expect(first.method == "Hello")
            #expect(
                try RawHello(decoding: first.payload)
                    == RawHello(
                        [RawHello.ping, RawHello.drain, RawHello.window],
                        windowBytes: 70_000
                    )
            )
            let frame = try await peer.nextFrame()
            #expect(frame.streamID == 3)
            try await peer.send(RawResponse.success(3, payload: Probe.payload("y")))
            #expect(try await reply == "y")
        }
    }

    @Test("a server that answers hello by an error, or nonsense, is a plain one", arguments: 0..<4)
    func plain(index: Int) async throws {
        let answers = [
            RawResponse.failure(1, code: 12, message: "what?"),
            RawResponse.success(1, payload: [0xFF]),
            RawResponse.success(1, payload: []),
            RawResponse.success(1, payload: RawHello([RawHello.window], windowBytes: 1).bytes),
        ]
        try await withScript { client, listener in
            let replies = try await client.spell("")
            let peer = try await listener.accept()
            _ = try await peer.nextFrame()
            let opening = try await peer.nextFrame()
            try await peer.send(answers[index])
            try await roundTrip(client, peer)
            // Nothing beyond ttRPC is sent, and what comes of it is dropped.
            let reader = Task { await replies.failure() }
            reader.cancel()
            #expect(await reader.value?.code == .cancelled)
            try await peer.send(RawFrame.ping(1))
            try await peer.send(RawFrame.drain(0))
            try await peer.send(RawFrame.window(opening.streamID, 1))
            try await roundTrip(client, peer)
        }
    }

    @Test("a ping is answered with its number")
    func ping() async throws {
        try await withScript { client, listener in
            async let failure = client.failure(Probe.echo, timeout: nil)
            let peer = try await listener.accept()
            try await peer.answerHello(Self.all)
            _ = try await peer.nextFrame()
            try await peer.send(RawFrame.ping(9))
            #expect(try await peer.nextFrame() == .pong(9))
            await peer.close()
            #expect(await failure?.origin == .lost)
        }
    }

    @Test("a silent server is asked while a call waits, and again after it has answered")
    func pings() async throws {
        try await withScript({
            $0.pingInterval = .milliseconds(50)
            $0.pingTimeout = .hours(1)
        }) { client, listener in
            async let failure = client.failure(Probe.echo, timeout: nil)
            let peer = try await listener.accept()
            try await peer.answerHello(Self.all)
            _ = try await peer.nextFrame()
            for number in [1, 2] as [UInt8] {
                #expect(try await peer.nextFrame() == .ping(number))
                try await peer.send(RawFrame.pong(number))
            }
            await peer.close()
            #expect(await failure?.origin == .lost)
        }
    }

    @Test("a silent server is asked while a call waits, and given up when it stays silent")
    func pingTimeout() async throws {
        try await withScript({
            $0.pingInterval = .milliseconds(50)
            $0.pingTimeout = .milliseconds(200)
        }) { client, listener in
            async let failure = client.failure(Probe.echo, timeout: nil)
            let peer = try await listener.accept()
            try await peer.answerHello(Self.all)
            _ = try await peer.nextFrame()
            #expect(try await peer.nextFrame() == .ping(1))
            let error = try #require(await failure)
            #expect(error.code == .unavailable)
            #expect(error.origin == .lost)
            try await peer.end()
        }
    }

    @Test("calls that are given up are cancelled at the server: by the caller, by a deadline")
    func cancel() async throws {
        try await withScript { client, listener in
            let caller = Task { await client.failure(Probe.echo, timeout: nil) }
            let peer = try await listener.accept()
            try await peer.answerHello(Self.all)
            #expect(try await peer.nextFrame().streamID == 3)
            try await roundTrip(client, peer)
            caller.cancel()
            #expect(await caller.value?.code == .cancelled)
            #expect(try await peer.nextFrame() == .cancel(3))
            let late = await client.failure(Probe.echo, timeout: .milliseconds(50))
            #expect(late?.code == .deadlineExceeded)
            #expect(try await peer.nextFrame().streamID == 7)
            #expect(try await peer.nextFrame() == .cancel(7))
            // A stream whose parts are dropped, and one that breaks the rules.
            var dropped: RPCMessages<Note>? = try await client.spell("")
            #expect(try await peer.nextFrame().streamID == 9)
            _ = dropped
            dropped = nil
            #expect(try await peer.nextFrame() == .cancel(9))
            let broken = try await client.spell("")
            #expect(try await peer.nextFrame().streamID == 11)
            try await peer.send(RawFrame(streamID: 11, kind: 3, data: [0xFF]))
            #expect(await broken.failure()?.origin == .lost)
            #expect(try await peer.nextFrame() == .cancel(11))
        }
    }

    @Test("a call that is given up before the server has answered hello is cancelled after")
    func earlyCancel() async throws {
        try await withScript { client, listener in
            let caller = Task { await client.failure(Probe.echo, timeout: nil) }
            let peer = try await listener.accept()
            let hello = try await peer.nextFrame()
            #expect(try await peer.nextFrame().streamID == 3)
            caller.cancel()
            #expect(await caller.value?.code == .cancelled)
            try await roundTrip(client, peer)
            try await peer.send(RawResponse.success(hello.streamID, payload: Self.all.bytes))
            #expect(try await peer.nextFrame() == .cancel(3))
        }
    }

    @Test("a server that drains finishes what it accepted; the rest goes elsewhere")
    func drain() async throws {
        try await withScript { client, listener in
            let accepted = Task { try await client.text(Probe.echo, "", timeout: nil) }
            let peer = try await listener.accept()
            try await peer.answerHello(Self.all)
            #expect(try await peer.nextFrame().streamID == 3)
            let refused = Task { await client.failure(Probe.echo, timeout: nil) }
            #expect(try await peer.nextFrame().streamID == 5)
            try await peer.send(RawFrame.drain(3))
            let error = try #require(await refused.value)
            #expect(error.code == .unavailable)
            #expect(error.reason == "DRAINING")
            #expect(error.origin == .notSent)
            // A later call dials another connection, while the first is still used.
            async let later = client.text(Probe.echo, "")
            let second = try await listener.accept()
            try await second.answerHello(Self.all)
            #expect(try await second.nextFrame().streamID == 3)
            try await second.send(RawResponse.success(3, payload: Probe.payload("second")))
            #expect(try await later == "second")
            try await peer.send(RawResponse.success(3, payload: Probe.payload("first")))
            #expect(try await accepted.value == "first")
            await peer.close()
            try await roundTrip(client, second)
        }
    }

    @Test("before the answer to hello a stream sends 64 KiB at most, then as the server says")
    func sendWindow() async throws {
        let text = String(repeating: "x", count: 32_000)
        try await withScript { client, listener in
            let call = try await client.talk(Probe.join)
            for _ in 0..<5 { try await call.requests.write(Note(service: text)) }
            call.finish()
            let peer = try await listener.accept()
            let hello = try await peer.nextFrame()
            #expect(try await peer.nextFrame().streamID == 3)
            for _ in 0..<3 { #expect(try await peer.nextFrame() == .message(text, on: 3)) }
            try await roundTrip(client, peer)
            let answer = RawHello([RawHello.window], windowBytes: 100_000)
            try await peer.send(RawResponse.success(hello.streamID, payload: answer.bytes))
            #expect(try await peer.nextFrame() == .message(text, on: 3))
            try await roundTrip(client, peer)
            try await peer.send(RawFrame.window(3, 200_000))
            #expect(try await peer.nextFrame() == .message(text, on: 3))
            #expect(try await peer.nextFrame() == .end(3))
            try await peer.send(RawResponse.success(3, payload: []))
            #expect(try await call.reply().service == "")
        }
    }

    @Test("the server is told more as messages are read, also those read before its hello")
    func receiveWindow() async throws {
        let text = String(repeating: "x", count: 40_000)
        try await withScript({ $0.streamWindowBytes = 65_536 }) { client, listener in
            let replies = try await client.spell("")
            let peer = try await listener.accept()
            let hello = try await peer.nextFrame()
            #expect(try await peer.nextFrame().streamID == 3)
            try await peer.send(text, on: 3)
            #expect(try await replies.next()?.service == text)
            let cost = UInt64(Probe.payload(text).count + 64)
            try await peer.send(RawResponse.success(hello.streamID, payload: Self.all.bytes))
            #expect(try await peer.nextFrame() == .window(3, 65_536 + cost))
            try await peer.send(text, on: 3)
            #expect(try await replies.next()?.service == text)
            #expect(try await peer.nextFrame() == .window(3, 65_536 + 2 * cost))
        }
    }

    @Test("an answer to hello that comes after its time-out counts all the same")
    func lateHello() async throws {
        let text = String(repeating: "x", count: 40_000)
        try await withScript({
            $0.helloTimeout = .milliseconds(50)
            $0.streamWindowBytes = 65_536
        }) { client, listener in
            let call = try await client.talk()
            for _ in 0..<3 { try await call.requests.write(Note(service: text)) }
            let peer = try await listener.accept()
            let hello = try await peer.nextFrame()
            #expect(try await peer.nextFrame().streamID == 3)
            // The third passes 64 KiB: the client waits for the answer no longer.
            for _ in 0..<3 { #expect(try await peer.nextFrame() == .message(text, on: 3)) }
            try await peer.send(text, on: 3)
            #expect(try await call.replies.next()?.service == text)
            let cost = UInt64(Probe.payload(text).count + 64)
            let answer = RawHello([RawHello.ping, RawHello.window], windowBytes: 150_000)
            try await peer.send(RawResponse.success(hello.streamID, payload: answer.bytes))
            // What the server counts is told to it, and so is that the client is there.
            #expect(try await peer.nextFrame() == .window(3, 65_536 + cost))
            try await peer.send(RawFrame.ping(9))
            #expect(try await peer.nextFrame() == .pong(9))
            // What the client has sent before counts for the server's window.
            for _ in 0..<2 { try await call.requests.write(Note(service: text)) }
            #expect(try await peer.nextFrame() == .message(text, on: 3))
            try await roundTrip(client, peer)
            try await peer.send(RawFrame.window(3, 200_000))
            #expect(try await peer.nextFrame() == .message(text, on: 3))
        }
    }

    @Test("a frame beyond ttRPC that is not as it must be ends its connection")
    func malformed() async throws {
        try await withScript { client, listener in
            async let failure = client.failure(Probe.echo, timeout: nil)
            let peer = try await listener.accept()
            try await peer.answerHello(Self.all)
            _ = try await peer.nextFrame()
            try await peer.send(RawFrame(streamID: 0, kind: 0x13, data: [1]))
            #expect(await failure?.origin == .lost)
            try await peer.end()
        }
    }
}
