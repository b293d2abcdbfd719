import NIOCore
import TTRPC
import Testing

@Suite("Streams at the server, frame by frame", .timeLimit(testBound))
struct ServerStreamTests {
    private func withPeer(
        _ configure: (inout ServerConfiguration) -> Void = { _ in },
        routes: (inout Router) -> Void = { $0.streams() },
        _ body: (RawPeer) async throws -> Void
    ) async throws {
        try await withServer(
            configure,
            routes: { router in
                router.echo()
                routes(&router)
            }
        ) { server in
            let peer = try await server.peer()
            try await body(peer)
            await peer.close()
        }
    }

    /// That the connection goes on: nothing else has come, and a call is answered.
    private func expectServing(_ peer: RawPeer, _ streamID: UInt32) async throws {
        let reply = try await peer.call(
            RawRequest(Probe.echo, payload: Probe.payload("on")),
            streamID
        )
        #expect(reply.payload == Probe.payload("on"))
    }

    @Test(
        "a stream of replies ends with an empty frame of flags 0x05",
        arguments: [0, 0x01, 0x81] as [UInt8]
    )
    func serverStream(flags: UInt8) async throws {
        try await withPeer { peer in
            let request = RawRequest(Probe.spell, payload: Probe.payload("abc"))
            try await peer.send(request.frame(1, flags: flags))
            for letter in ["a", "b", "c"] {
                #expect(try await peer.nextFrame() == .message(letter, on: 1))
            }
            let end = try await peer.nextFrame()
            #expect(end.bytes == [0, 0, 0, 0, 0, 0, 0, 1, 3, 5])
            // No replies at all are an end alone.
            try await peer.send(RawRequest(Probe.spell).frame(3, flags: flags))
            #expect(try await peer.nextFrame() == .end(3))
            try await expectServing(peer, 5)
        }
    }

    @Test(
        "a stream of requests is opened as Go does and as Rust does, and answered by a response",
        arguments: [0x02, 0x06] as [UInt8]
    )
    func clientStream(flags: UInt8) async throws {
        try await withPeer { peer in
            try await peer.send(RawRequest(Probe.join).frame(1, flags: flags))
            for letter in ["a", "b"] { try await peer.send(letter, on: 1) }
            // An empty message is one; a frame that says that it has none is not.
            try await peer.send(RawFrame(streamID: 1, kind: RawFrame.data))
            try await peer.send(RawFrame(streamID: 1, kind: RawFrame.data, flags: 0x04))
            try await peer.send("c", on: 1)
            try await peer.sendEnd(of: 1)
            #expect(try await peer.nextResponse(1).payload == Probe.payload("abc"))
            try await expectServing(peer, 3)
        }
    }

    @Test("a payload beside an open stream's request is the first message, unless it says no")
    func firstMessage() async throws {
        try await withPeer { peer in
            let request = RawRequest(Probe.join, payload: Probe.payload("first"))
            try await peer.send(request.frame(1, flags: 0x02))
            try await peer.send(" last", on: 1, flags: 0x01)
            #expect(try await peer.nextResponse(1).payload == Probe.payload("first last"))
            try await peer.send(request.frame(3, flags: 0x06))
            try await peer.sendEnd(of: 3)
            #expect(try await peer.nextResponse(3).payload == [])
            // Without a flag there is one message, or none.
            #expect(try await peer.call(request, 5).payload == Probe.payload("first"))
            #expect(try await peer.call(RawRequest(Probe.join), 7).payload == [])
        }
    }

    @Test("both sides stream at once, and replies go on after the requests' end")
    func bidirectional() async throws {
        try await withPeer { peer in
            try await peer.send(RawRequest(Probe.talk).frame(1, flags: 0x02))
            for word in ["one", "two"] {
                try await peer.send(word, on: 1)
                #expect(try await peer.nextFrame() == .message(word, on: 1))
            }
            try await expectServing(peer, 3)
            try await peer.send("three", on: 1)
            try await peer.sendEnd(of: 1)
            #expect(try await peer.nextFrame() == .message("three", on: 1))
            #expect(try await peer.nextFrame() == .end(1))
        }
    }

    @Test("an error in a stream is a response, after what was written before")
    func error() async throws {
        try await withPeer(
            routes: { router in
                router.serverStream { (_, writer, _) async throws(RPCError) in
                    try await writer.write(Note(service: "a"))
                    throw RPCError(.aborted, "enough", reason: "ENOUGH")
                }
                router.clientStream { (notes, _) async throws(RPCError) in
                    _ = try await notes.next()
                    throw RPCError(.aborted, "enough")
                }
            }
        ) { peer in
            try await peer.send(RawRequest(Probe.spell).frame(1, flags: 0x01))
            #expect(try await peer.nextFrame() == .message("a", on: 1))
            let error = try #require(try await peer.nextResponse(1).error)
            #expect(error == RPCError(.aborted, "enough", reason: "ENOUGH"))
            try await peer.send(RawRequest(Probe.join).frame(3, flags: 0x02))
            try await peer.send("a", on: 3)
            #expect(try await peer.nextResponse(3).error?.code == .aborted)
            // What the peer sent before it knew is dropped.
            try await peer.send("b", on: 3)
            try await peer.sendEnd(of: 3)
            try await expectServing(peer, 5)
        }
    }

    @Test("a handler that ends while requests still come ends the stream")
    func earlyEnd() async throws {
        try await withPeer(
            routes: { router in
                router.bidirectional { (notes, writer, _) async throws(RPCError) in
                    if let note = try await notes.next() { try await writer.write(note) }
                }
            }
        ) { peer in
            try await peer.send(RawRequest(Probe.talk).frame(1, flags: 0x02))
            try await peer.send("one", on: 1)
            #expect(try await peer.nextFrame() == .message("one", on: 1))
            #expect(try await peer.nextFrame() == .end(1))
            try await peer.send("two", on: 1)
            try await peer.sendEnd(of: 1)
            try await expectServing(peer, 3)
        }
    }

    /// What a peer may not send on an open stream, and how that is told.
    private static let violations: [(String, RawFrame, RPCCode, String)] = [
        (
            "data that says it has none",
            RawFrame(streamID: 1, kind: 3, flags: 0x05, data: [1]), .invalidArgument,
            "STREAM_VIOLATION"
        ),
        (
            "what is no message", RawFrame(streamID: 1, kind: 3, data: [0xFF]), .invalidArgument,
            "MALFORMED_MESSAGE"
        ),
        (
            "text that is not UTF-8", RawFrame(streamID: 1, kind: 3, data: [0x0A, 1, 0xFF]),
            .invalidArgument, "BAD_TEXT"
        ),
        (
            "a message longer than the method takes",
            .message(String(repeating: "x", count: 100), on: 1), .resourceExhausted,
            "MESSAGE_TOO_LARGE"
        ),
        (
            "a frame longer than the limit",
            .message(String(repeating: "x", count: 3000), on: 1), .resourceExhausted,
            "MESSAGE_TOO_LARGE"
        ),
    ]

    @Test("what a peer may not send ends its stream alone", arguments: 0..<5)
    func violation(index: Int) async throws {
        let (_, frame, code, reason) = Self.violations[index]
        let ended = Counter()
        let short = Probe.stream("Short", .clientStream, maxRequestBytes: 64)
        try await withPeer(
            { $0.maxRequestFrameBytes = 2000 },
            routes: { router in
                router.clientStream(short) { (notes, _) async throws(RPCError) in
                    defer { ended.add() }
                    return try await notes.joined()
                }
            }
        ) { peer in
            try await peer.send(RawRequest(short).frame(1, flags: 0x02))
            try await peer.send("ok", on: 1)
            try await peer.send(frame)
            let error = try #require(try await peer.nextResponse(1).error)
            #expect(error.code == code)
            #expect(error.reason == reason)
            try await eventually("the handler is told") { ended.value == 1 }
            try await expectServing(peer, 3)
        }
    }

    @Test("data after a peer's own end ends its stream")
    func dataAfterEnd() async throws {
        let gate = Gate()
        try await withPeer(
            routes: { router in
                router.clientStream { (notes, _) async throws(RPCError) in
                    let text = try await notes.joined()
                    await gate.pass()
                    return text
                }
            }
        ) { peer in
            try await peer.send(RawRequest(Probe.join).frame(1, flags: 0x02))
            try await peer.sendEnd(of: 1)
            try await eventually("the handler has read all") { gate.entered == 1 }
            try await peer.send("late", on: 1)
            #expect(try await peer.nextResponse(1).error?.reason == "STREAM_VIOLATION")
            try await eventually("the handler is cancelled") { gate.cancelled == 1 }
            try await expectServing(peer, 3)
        }
    }

    @Test("a deadline holds for the whole stream: one answer, and the handler is cancelled")
    func deadline() async throws {
        let failures = Counter()
        try await withPeer(
            routes: { router in
                router.bidirectional { (notes, writer, _) async throws(RPCError) in
                    do throws(RPCError) {
                        while let note = try await notes.next() { try await writer.write(note) }
                    } catch {
                        if error.code == .deadlineExceeded { failures.add() }
                        throw error
                    }
                }
            }
        ) { peer in
            // Time enough for one message to come back first on a slow machine.
            let request = RawRequest(Probe.talk, timeoutNanoseconds: 2_000_000_000)
            try await peer.send(request.frame(1, flags: 0x02))
            try await peer.send("one", on: 1)
            #expect(try await peer.nextFrame() == .message("one", on: 1))
            #expect(try await peer.nextResponse(1).error?.code == .deadlineExceeded)
            try await eventually("the handler is told") { failures.value == 1 }
            try await peer.send("two", on: 1)
            try await expectServing(peer, 3)
        }
    }

    @Test("a peer that is gone cancels the handlers of its streams")
    func gone() async throws {
        let codes = Counter()
        try await withServer(routes: { router in
            router.clientStream { (notes, _) async throws(RPCError) in
                do throws(RPCError) {
                    return try await notes.joined()
                } catch {
                    if error.code == .cancelled { codes.add() }
                    throw error
                }
            }
        }) { server in
            // One that closes altogether, one that only sends no more.
            for halfCloses in [false, true] {
                let peer = try await server.peer()
                try await peer.send(RawRequest(Probe.join).frame(1, flags: 0x02))
                try await peer.send("one", on: 1)
                if halfCloses {
                    try await peer.halfClose()
                    #expect(try await peer.nextResponse(1).error?.code == .cancelled)
                    try await peer.end()
                } else {
                    await peer.close()
                }
            }
            try await eventually("both handlers are told") { codes.value == 2 }
        }
    }

    @Test("a peer that half-closes after its last message still gets its answer")
    func halfClose() async throws {
        try await withPeer { peer in
            try await peer.send(RawRequest(Probe.join).frame(1, flags: 0x02))
            try await peer.send("one", on: 1)
            try await peer.sendEnd(of: 1)
            try await peer.halfClose()
            #expect(try await peer.nextResponse(1).payload == Probe.payload("one"))
            try await peer.end()
        }
    }

    @Test("a draining server finishes the streams that are open")
    func drain() async throws {
        try await withServer(
            { $0.drainTimeout = .seconds(waitSeconds) },
            routes: { $0.streams() }
        ) { server in
            let peer = try await server.peer()
            try await peer.send(RawRequest(Probe.talk).frame(1, flags: 0x02))
            try await peer.send("one", on: 1)
            #expect(try await peer.nextFrame() == .message("one", on: 1))
            async let shutdown: Void = server.server.shutdown()
            let _: Bool = try await eventually("the server refuses") {
                server.server.boundAddress == nil ? true : nil
            }
            try await peer.send("two", on: 1)
            #expect(try await peer.nextFrame() == .message("two", on: 1))
            try await peer.sendEnd(of: 1)
            #expect(try await peer.nextFrame() == .end(1))
            try await peer.end()
            await shutdown
        }
    }
}
