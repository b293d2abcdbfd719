import NIOCore
import TTRPC
import Testing

@Suite("Streams at the client, frame by frame", .timeLimit(testBound))
struct ClientStreamTests {
    private func withScript(
        _ configure: (inout ClientConfiguration) -> Void = { _ in },
        _ body: (RPCClient, RawListener) async throws -> Void
    ) async throws {
        let listener = try await RawListener.listen()
        try await withClient(port: listener.port, configure) { client in
            try await body(client, listener)
        }
        await listener.close()
    }

    @Test("a stream of replies is asked for with flags 0x01 and read to its end")
    func serverStream() async throws {
        try await withScript { client, listener in
            let replies = try await client.spell("ab", timeout: nil)
            let peer = try await listener.accept()
            let request = RawRequest(Probe.spell, payload: Probe.payload("ab"))
            #expect(try await peer.nextFrame() == request.frame(1, flags: 0x01))
            try await peer.send("a", on: 1)
            #expect(try await replies.next()?.service == "a")
            try await peer.send("b", on: 1)
            try await peer.sendEnd(of: 1)
            #expect(try await replies.next()?.service == "b")
            #expect(try await replies.next() == nil)
            #expect(try await replies.next() == nil)
        }
    }

    @Test("the last reply may bring the end, or come as a response; an empty response is an end")
    func ends() async throws {
        try await withScript { client, listener in
            let first = try await client.spell("")
            let second = try await client.spell("")
            let third = try await client.spell("")
            let peer = try await listener.accept()
            for _ in 0..<3 { _ = try await peer.nextFrame() }
            try await peer.send("a", on: 1, flags: 0x01)
            try await peer.send(RawResponse.success(3, payload: Probe.payload("b")))
            try await peer.send(RawResponse.success(5, payload: []))
            #expect(try await first.joined() == "a")
            #expect(try await second.joined() == "b")
            #expect(try await third.joined() == "")
        }
    }

    @Test("a stream of requests is opened with flags 0x06 and ends with a frame of its own")
    func clientStream() async throws {
        try await withScript { client, listener in
            let call = try await client.talk(Probe.join, timeout: nil)
            try await call.requests.write(Note(service: "a"))
            try await call.requests.write(Note(service: ""))
            async let reply = call.reply()
            let peer = try await listener.accept()
            let opening = try await peer.nextFrame()
            #expect(opening.kind == RawFrame.request)
            #expect(opening.flags == 0x06)
            // The envelope has no payload: Go and Rust servers wait for data.
            #expect(try HandReader.fields(opening.data).map(\.number) == [1, 2])
            #expect(try await peer.nextFrame() == .message("a", on: 1))
            // A message with nothing set has no bytes, and is a message all the same.
            let empty = RawFrame(streamID: 1, kind: RawFrame.data, data: [])
            #expect(try await peer.nextFrame() == empty)
            let end = try await peer.nextFrame()
            #expect(end.bytes == [0, 0, 0, 0, 0, 0, 0, 1, 3, 5])
            try await peer.send(RawResponse.success(1, payload: Probe.payload("done")))
            #expect(try await reply.service == "done")
            #expect(await call.requests.failure("more")?.code == .failedPrecondition)
        }
    }

    @Test("both sides stream at once, and replies go on after the requests' end")
    func bidirectional() async throws {
        try await withScript { client, listener in
            let call = try await client.talk()
            try await call.requests.write(Note(service: "1"))
            let peer = try await listener.accept()
            _ = try await peer.nextFrame()
            #expect(try await peer.nextFrame() == .message("1", on: 1))
            try await peer.send("one", on: 1)
            #expect(try await call.replies.next()?.service == "one")
            call.finish()
            #expect(try await peer.nextFrame() == .end(1))
            try await peer.send("two", on: 1)
            try await peer.sendEnd(of: 1)
            #expect(try await call.replies.next()?.service == "two")
            #expect(try await call.replies.next() == nil)
        }
    }

    @Test("an error in a stream comes after the messages before it, to reader and writer")
    func error() async throws {
        try await withScript { client, listener in
            let call = try await client.talk()
            let peer = try await listener.accept()
            _ = try await peer.nextFrame()
            try await peer.send("a", on: 1)
            try await peer.send(RawResponse.failure(1, code: 10, message: "enough"))
            let error = RPCError(.aborted, "enough")
            let writing = try await eventually("the writer is told") {
                await call.requests.failure("x")
            }
            #expect(writing == error)
            #expect(try await call.replies.next()?.service == "a")
            #expect(await call.replies.failure() == error)
            #expect(await call.replies.failure() == error)
        }
    }

    @Test("a server that ends first ends the requests too")
    func serverEndsFirst() async throws {
        try await withScript { client, listener in
            let call = try await client.talk()
            let peer = try await listener.accept()
            _ = try await peer.nextFrame()
            try await peer.sendEnd(of: 1)
            #expect(try await call.replies.next() == nil)
            let error = try await eventually("the writer is told") {
                await call.requests.failure("x")
            }
            #expect(error.code == .failedPrecondition)
            #expect(error.reason == "STREAM_ENDED")
        }
    }

    /// What a server may not send.
    private static let violations: [RawFrame] = [
        RawFrame(streamID: 1, kind: 3, flags: 0x05, data: [1]),
        RawFrame(streamID: 1, kind: 3, data: [0xFF]),
        RawFrame(streamID: 1, kind: 2, data: [0xFF]),
        RawResponse.success(1, payload: [0xFF]),
        .message(String(repeating: "x", count: 3000), on: 1),
    ]

    @Test("what a server may not send ends its stream with an unknown outcome", arguments: 0..<5)
    func violation(index: Int) async throws {
        try await withScript({ $0.maxReplyBytes = 2000 }) { client, listener in
            let replies = try await client.spell("")
            let peer = try await listener.accept()
            _ = try await peer.nextFrame()
            try await peer.send(Self.violations[index])
            let error = try #require(await replies.failure())
            #expect(error.origin == .lost)
            // Others are not touched.
            async let reply = client.text(Probe.echo, "")
            let frame = try await peer.nextFrame()
            try await peer.send(RawResponse.success(frame.streamID, payload: Probe.payload("on")))
            #expect(try await reply == "on")
        }
    }

    @Test("data where one reply is due ends the call")
    func dataForOneReply() async throws {
        try await withScript { client, listener in
            let call = try await client.talk(Probe.join)
            let peer = try await listener.accept()
            _ = try await peer.nextFrame()
            try await peer.send("a", on: 1)
            let error = try #require(await call.replies.failure())
            #expect(error.code == .internal)
            #expect(error.reason == "STREAM_VIOLATION")
        }
    }

    @Test("a lost connection fails streams after the messages that had come")
    func lost() async throws {
        try await withScript { client, listener in
            let call = try await client.talk(timeout: nil)
            let peer = try await listener.accept()
            _ = try await peer.nextFrame()
            try await peer.send("a", on: 1)
            await peer.close()
            #expect(try await call.replies.next()?.service == "a")
            let error = try #require(await call.replies.failure())
            #expect(error.reason == "CONNECTION_LOST")
            #expect(error.origin == .lost)
        }
    }

    @Test("a stream that cannot be opened has sent nothing")
    func unreachable() async throws {
        let listener = try await RawListener.listen()
        await listener.close()
        try await withClient(port: listener.port) { client in
            let error = try #require(await client.spell("").failure())
            #expect(error.code == .unavailable)
            #expect(error.origin == .notSent)
        }
    }

    @Test("a deadline holds for the whole stream, and what had come is dropped")
    func deadline() async throws {
        try await withScript { client, listener in
            // Time enough for the opening to be sent.
            let call = try await client.talk(timeout: .seconds(2))
            let peer = try await listener.accept()
            let opening = try RawRequest(decoding: try await peer.nextFrame().data)
            #expect(try #require(opening.timeoutNanoseconds) <= 2_000_000_000)
            let error = try #require(await call.replies.failure())
            #expect(error.code == .deadlineExceeded)
            #expect(error.origin == .lost)
            #expect(await call.requests.failure("x")?.code == .deadlineExceeded)
        }
    }

    @Test("a reader that is cancelled gives the call up, and late frames are dropped")
    func cancellation() async throws {
        try await withScript { client, listener in
            let replies = try await client.spell("")
            let reader = Task { await replies.failure() }
            let peer = try await listener.accept()
            let opening = try await peer.nextFrame()
            reader.cancel()
            #expect(await reader.value?.code == .cancelled)
            try await peer.send("late", on: opening.streamID)
            async let reply = client.text(Probe.echo, "")
            let frame = try await peer.nextFrame()
            try await peer.send(RawResponse.success(frame.streamID, payload: Probe.payload("on")))
            #expect(try await reply == "on")
            #expect(await replies.failure()?.code == .cancelled)
        }
    }

    @Test("a reader that is cancelled leaves its place to others, whoever keeps the stream")
    func cancelledPlace() async throws {
        try await withScript({ $0.maxOutstanding = 1 }) { client, listener in
            let replies = try await client.spell("", timeout: nil)
            let reader = Task { await replies.failure() }
            let peer = try await listener.accept()
            _ = try await peer.nextFrame()
            reader.cancel()
            #expect(await reader.value?.code == .cancelled)
            async let reply = eventually("a place") { try? await client.text(Probe.echo, "") }
            let frame = try await peer.nextFrame()
            try await peer.send(RawResponse.success(frame.streamID, payload: Probe.payload("on")))
            #expect(try await reply == "on")
            withExtendedLifetime(replies) {}
        }
    }

    @Test("streams count among the calls that wait, until they end or are dropped")
    func outstanding() async throws {
        try await withScript({ $0.maxOutstanding = 1 }) { client, listener in
            var replies: RPCMessages<Note>? = try await client.spell("")
            let peer = try await listener.accept()
            _ = try await peer.nextFrame()
            #expect(await client.failure(Probe.echo)?.reason == "OVERLOAD")
            await #expect(throws: RPCError.self) { _ = try await client.spell("") }
            try await peer.sendEnd(of: 1)
            #expect(try await replies?.next() == nil)
            // A place is free when the stream has ended, and when nobody holds it any more.
            replies = try await eventually("a place") { try? await client.spell("") }
            _ = try await peer.nextFrame()
            replies = nil
            replies = try await eventually("a place") { try? await client.spell("") }
            #expect(replies != nil)
        }
    }
}
