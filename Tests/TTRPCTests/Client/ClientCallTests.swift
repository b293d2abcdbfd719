import NIOCore
import TTRPC
import Testing

@Suite("Client: calls", .timeLimit(testBound))
struct ClientCallTests {
    /// A client, and the test as its server.
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

    @Test("requests go out as frames on odd ids that rise, and replies are matched by id")
    func frames() async throws {
        try await withScript { client, listener in
            async let first = client.text(Probe.echo, "one", timeout: nil)
            let peer = try await listener.accept()
            let frame = try await peer.nextFrame()
            let expected = RawRequest(Probe.echo, payload: Probe.payload("one"))
            #expect(frame.streamID == 1)
            #expect(frame.kind == RawFrame.request)
            #expect(try RawRequest(decoding: frame.data) == expected)
            async let second = client.text(Probe.echo, "two", timeout: nil)
            let next = try await peer.nextFrame()
            #expect(next.streamID == 3)
            // Answered the other way round.
            try await peer.send(RawResponse.success(3, payload: Probe.payload("second")))
            #expect(try await second == "second")
            try await peer.send(RawResponse.success(1, payload: Probe.payload("first")))
            #expect(try await first == "first")
        }
    }

    @Test("a time-out and metadata travel with the request")
    func beside() async throws {
        try await withScript { client, listener in
            async let reply = client.text(
                Probe.echo,
                "",
                timeout: .hours(1),
                metadata: Metadata([("b", "1"), ("A", "2")])
            )
            let peer = try await listener.accept()
            let request = try RawRequest(decoding: try await peer.nextFrame().data)
            let timeout = try #require(request.timeoutNanoseconds)
            #expect(timeout > 0 && timeout <= TimeAmount.hours(1).nanoseconds)
            #expect(request.metadata == [["b", "1"], ["a", "2"]])
            try await peer.send(RawResponse.success(1, payload: []))
            #expect(try await reply == "")
        }
    }

    @Test("a status is the call's error, with origin peer")
    func status() async throws {
        try await withScript { client, listener in
            async let error = client.failure(Probe.echo)
            let peer = try await listener.accept()
            _ = try await peer.nextFrame()
            try await peer.send(RawResponse.failure(1, code: 14, message: "later"))
            #expect(await error == RPCError(.unavailable, "later", origin: .peer))
        }
    }

    @Test("a status of zero is a success, and an unknown code is UNKNOWN")
    func oddStatus() async throws {
        try await withScript { client, listener in
            async let reply = client.text(Probe.echo, "")
            let peer = try await listener.accept()
            _ = try await peer.nextFrame()
            let data = HandWriter.write { writer in
                writer.message(1) { $0.text(2, "fine") }
                writer.data(2, Probe.payload("x"))
            }
            try await peer.send(RawFrame(streamID: 1, kind: RawFrame.response, data: data))
            #expect(try await reply == "x")
            async let error = client.failure(Probe.echo)
            _ = try await peer.nextFrame()
            try await peer.send(RawResponse.failure(3, code: 99, message: "odd"))
            #expect(await error == RPCError(.unknown, "odd", origin: .peer))
        }
    }

    @Test("frames that answer nothing are ignored")
    func ignored() async throws {
        try await withScript { client, listener in
            async let reply = client.text(Probe.echo, "")
            let peer = try await listener.accept()
            _ = try await peer.nextFrame()
            try await peer.send(RawResponse.success(99, payload: Probe.payload("no")))
            try await peer.send(RawResponse.success(0, payload: Probe.payload("no")))
            try await peer.send(RawFrame(streamID: 0, kind: 0x7F, data: [1, 2, 3]))
            try await peer.send(RawFrame(streamID: 101, kind: 0x7F))
            try await peer.send(RawFrame(streamID: 2, kind: RawFrame.data, flags: 0x05))
            for byte in RawResponse.success(1, payload: Probe.payload("yes")).bytes {
                try await peer.send([byte])
            }
            #expect(try await reply == "yes")
        }
    }

    @Test("a deadline that passes is DEADLINE_EXCEEDED with an outcome that is not known")
    func deadline() async throws {
        try await withScript { client, listener in
            async let before = client.text(Probe.echo, "")
            let peer = try await listener.accept()
            _ = try await peer.nextFrame()
            try await peer.send(RawResponse.success(1, payload: []))
            #expect(try await before == "")
            // The connection is there: what is called now is sent.
            async let error = client.failure(Probe.echo, timeout: .milliseconds(50))
            let frame = try await peer.nextFrame()
            let failure = try #require(await error)
            #expect(failure.code == .deadlineExceeded)
            #expect(failure.origin == .lost)
            // A reply that comes too late is dropped, and the next call gets its own.
            try await peer.send(RawResponse.success(frame.streamID, payload: Probe.payload("late")))
            async let reply = client.text(Probe.echo, "")
            let next = try await peer.nextFrame()
            try await peer.send(RawResponse.success(next.streamID, payload: Probe.payload("own")))
            #expect(try await reply == "own")
        }
    }

    @Test("a caller that is cancelled is told at once, and a late reply is dropped")
    func cancellation() async throws {
        try await withScript { client, listener in
            let task = Task { await client.failure(Probe.echo, timeout: nil) }
            let peer = try await listener.accept()
            let frame = try await peer.nextFrame()
            task.cancel()
            let error = try #require(await task.value)
            #expect(error.code == .cancelled)
            #expect(error.origin == .lost)
            try await peer.send(RawResponse.success(frame.streamID, payload: Probe.payload("late")))
            async let reply = client.text(Probe.echo, "")
            let next = try await peer.nextFrame()
            try await peer.send(RawResponse.success(next.streamID, payload: Probe.payload("own")))
            #expect(try await reply == "own")
        }
    }

    @Test("a caller that was cancelled before it called is told, and others are not")
    func cancelledBefore() async throws {
        try await withServer { server in
            try await withClient(port: server.port) { client in
                _ = try await client.text(Probe.echo, "x")
                let task = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return await client.failure(Probe.echo, timeout: nil)
                }
                // The answer may be quicker.
                if let error = await task.value { #expect(error.code == .cancelled) }
                #expect(try await client.text(Probe.echo, "y") == "y")
            }
        }
    }

    @Test("more calls than may wait are refused before anything is sent")
    func outstanding() async throws {
        try await withScript({ $0.maxOutstanding = 1 }) { client, listener in
            async let reply = client.text(Probe.echo, "one")
            let peer = try await listener.accept()
            _ = try await peer.nextFrame()
            let error = try #require(await client.failure(Probe.echo, "two"))
            #expect(error.code == .resourceExhausted)
            #expect(error.reason == "OVERLOAD")
            #expect(error.origin == .notSent)
            try await peer.send(RawResponse.success(1, payload: Probe.payload("x")))
            #expect(try await reply == "x")
            async let next = client.text(Probe.echo, "three")
            let frame = try await peer.nextFrame()
            let request = try RawRequest(decoding: frame.data)
            #expect(request.payload == Probe.payload("three"))
            try await peer.send(RawResponse.success(frame.streamID, payload: []))
            #expect(try await next == "")
        }
    }

    @Test("a request with a text that cannot be sent is refused before anything is sent")
    func unencodable() async throws {
        try await withServer { server in
            try await withClient(port: server.port) { client in
                let error = try #require(await client.failure(Probe.echo, "a\0b"))
                #expect(error.code == .invalidArgument)
                #expect(error.reason == "BAD_TEXT")
                #expect(error.field == "service")
                #expect(error.origin == .notSent)
                #expect(try await client.text(Probe.echo, "fine") == "fine")
            }
        }
    }

    @Test("a request longer than a frame can be is refused, and costs no other call its answer")
    func longRequest() async throws {
        let gate = Gate()
        try await withServer(routes: { router in
            router.echo()
            router.hold(gate)
        }) { server in
            try await withClient(port: server.port) { client in
                async let other = client.text(Probe.hold, "other")
                try await eventually("the other call runs") { gate.entered == 1 }
                let text = String(repeating: "x", count: 17 << 20)
                let error = try #require(await client.failure(Probe.echo, text))
                #expect(error.code == .resourceExhausted)
                #expect(error.origin == .notSent)
                gate.open()
                #expect(try await other == "other")
            }
        }
    }
}
