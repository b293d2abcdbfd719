import TTRPC
import Testing

@Suite("Frames that should not come", .timeLimit(testBound))
struct HostileFrameTests {
    /// Sees that the connection still serves.
    private func expectServing(_ peer: RawPeer, _ streamID: UInt32) async throws {
        let request = RawRequest(Probe.echo, payload: Probe.payload("next"))
        #expect(try await peer.call(request, streamID).payload == Probe.payload("next"))
    }

    @Test("a frame that is too long is skipped, answered, and the next call works")
    func oversized() async throws {
        try await withServer({ $0.maxRequestFrameBytes = 1000 }) { server in
            let peer = try await server.peer()
            for (index, length) in [1001, 5000, 300_000].enumerated() {
                let streamID = UInt32(4 * index + 1)
                // The data looks like frames: none of it may be taken for one.
                let inside = RawRequest(Probe.echo).frame(streamID + 2).bytes
                let data = (0..<length).map { inside[$0 % inside.count] }
                try await peer.send(
                    RawFrame(streamID: streamID, kind: RawFrame.request, data: data)
                )
                let error = try #require(try await peer.nextResponse(streamID).error)
                #expect(error.code == .resourceExhausted)
                #expect(error.reason == "MESSAGE_TOO_LARGE")
                try await expectServing(peer, streamID + 2)
            }
            await peer.close()
        }
    }

    @Test("a frame that is too long is answered before its data is there")
    func oversizedAtOnce() async throws {
        try await withServer { server in
            let peer = try await server.peer()
            try await peer.send(RawFrame.header(length: 0xFF_FFFF, streamID: 1, kind: 1))
            #expect(try await peer.nextResponse(1).error?.reason == "MESSAGE_TOO_LARGE")
            await peer.close()
            #expect(try await server.answersOthers())
        }
    }

    @Test("a frame of just the longest length is served")
    func atTheLimit() async throws {
        let request = RawRequest(
            Probe.echo,
            payload: Probe.payload(String(repeating: "x", count: 900))
        )
        try await withServer({ $0.maxRequestFrameBytes = request.bytes.count }) { server in
            let peer = try await server.peer()
            #expect(try await peer.call(request, 1).payload == request.payload)
            await peer.close()
        }
    }

    @Test("a method's own limit is kept, to the byte")
    func methodLimit() async throws {
        let small = Probe.method("Small", maxRequestBytes: 100)
        try await withServer(routes: { router in
            router.echo()
            router.text(small) { (text, _) async throws(RPCError) in text }
        }) { server in
            let peer = try await server.peer()
            let fits = Probe.payload(String(repeating: "x", count: 98))
            #expect(try await peer.call(RawRequest(small, payload: fits), 1).payload == fits)
            let over = Probe.payload(String(repeating: "x", count: 99))
            let error = try #require(try await peer.call(RawRequest(small, payload: over), 3).error)
            #expect(error.code == .resourceExhausted)
            #expect(error.reason == "MESSAGE_TOO_LARGE")
            try await expectServing(peer, 5)
            #expect(try await peer.call(RawRequest(Probe.echo, payload: over), 7).payload == over)
            await peer.close()
        }
    }

    @Test(
        "garbage closes its connection, and only that one",
        arguments: [
            [1], [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3], Array("GET / HTTP/1.1\r\n\r\n".utf8),
            [0x80, 0, 0, 0, 0, 0, 0, 1, 1, 0],
        ] as [[UInt8]]
    )
    func garbage(bytes: [UInt8]) async throws {
        try await withServer { server in
            let other = try await server.peer()
            try await expectServing(other, 1)
            let peer = try await server.peer()
            try await expectServing(peer, 1)
            try await peer.send(bytes)
            try await peer.end()
            try await expectServing(other, 3)
            await other.close()
            #expect(try await server.answersOthers())
        }
    }

    @Test("random bytes harm nobody else", arguments: 1...10)
    func randomBytes(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        var bytes = (0..<4000).map { _ in UInt8.random(in: 0...255, using: &random) }
        // Half of them begin as a frame would.
        if seed % 2 == 0 {
            bytes = RawFrame.header(length: 500, streamID: 1, kind: 1) + bytes
        }
        try await withServer { server in
            let other = try await server.peer()
            let peer = try await server.peer()
            try await peer.send(bytes)
            try await peer.end()
            try await expectServing(other, 1)
            await other.close()
        }
    }

    @Test("a call that came in the same read as what is no frame is stopped, with no other read")
    func callBeforeViolation() async throws {
        let gate = Gate()
        try await withServer(routes: { router in
            router.text(Probe.hold) { (text, _) async throws(RPCError) in
                // It goes on after the read in any case.
                await Task.yield()
                await gate.pass()
                return text
            }
        }) { server in
            let peer = try await server.peer()
            let held = RawRequest(Probe.hold, payload: Probe.payload("x")).frame(1)
            try await peer.send(held.bytes + [0xFF] + [UInt8](repeating: 0, count: 9))
            try await peer.end()
            try await eventually("the handler has ended") { gate.left == 1 }
            #expect(gate.cancelled == 1)
        }
    }

    @Test(
        "frames of types that are not known are ignored",
        arguments: [0, 4, 0x10, 0x7F, 0xFF] as [UInt8]
    )
    func unknownType(kind: UInt8) async throws {
        try await withServer { server in
            let peer = try await server.peer()
            try await peer.send(RawFrame(streamID: 1, kind: kind, data: [1, 2, 3]))
            try await peer.send(RawFrame(streamID: 3, kind: kind, flags: 0xFF))
            // The ids are not used up by what was ignored.
            try await expectServing(peer, 1)
            try await expectServing(peer, 3)
            await peer.close()
        }
    }

    @Test("a response from a client is ignored")
    func response() async throws {
        try await withServer { server in
            let peer = try await server.peer()
            try await peer.send(RawResponse.success(1, payload: [1, 2, 3]))
            try await expectServing(peer, 1)
            await peer.close()
        }
    }

    @Test("a data frame for no stream is ignored")
    func data() async throws {
        let gate = Gate()
        try await withServer(routes: { router in
            router.echo()
            router.hold(gate)
        }) { server in
            let peer = try await server.peer()
            try await peer.send(RawFrame(streamID: 1, kind: RawFrame.data, data: [1]))
            try await peer.send(RawFrame(streamID: 9, kind: RawFrame.data, flags: 0x05))
            try await expectServing(peer, 1)
            // Nor does it harm when its stream was a call's, long done.
            try await peer.send(RawFrame(streamID: 1, kind: RawFrame.data, flags: 0x05))
            try await expectServing(peer, 3)
            await peer.close()
        }
    }

    @Test(
        "an even stream id is refused, and the connection goes on",
        arguments: [0, 2, 0xFFFF_FFFE] as [UInt32]
    )
    func evenStream(streamID: UInt32) async throws {
        try await withServer { server in
            let peer = try await server.peer()
            let error = try #require(try await peer.call(RawRequest(Probe.echo), streamID).error)
            #expect(error.code == .invalidArgument)
            #expect(error.reason == "BAD_STREAM_ID")
            try await expectServing(peer, 1)
            await peer.close()
        }
    }

    @Test("a stream id that falls or comes again is refused, and the connection goes on")
    func fallingStream() async throws {
        try await withServer { server in
            let peer = try await server.peer()
            try await expectServing(peer, 5)
            for streamID in [5, 3, 1] as [UInt32] {
                let response = try await peer.call(RawRequest(Probe.echo), streamID)
                #expect(response.error?.code == .invalidArgument)
                #expect(response.error?.reason == "BAD_STREAM_ID")
            }
            try await expectServing(peer, 7)
            await peer.close()
        }
    }

    @Test(
        "a stream opened for a method that takes one message is refused",
        arguments: [0x02, 0x06] as [UInt8]
    )
    func openStream(flags: UInt8) async throws {
        try await withServer { server in
            let peer = try await server.peer()
            let request = RawRequest(Probe.echo, payload: Probe.payload("x"))
            try await peer.send(request.frame(1, flags: flags))
            #expect(try await peer.nextResponse(1).error != nil)
            // What the peer had sent before it knew is dropped.
            try await peer.send(RawFrame(streamID: 1, kind: RawFrame.data, data: [0x0A, 0]))
            try await peer.send(RawFrame(streamID: 1, kind: RawFrame.data, flags: 0x05))
            try await expectServing(peer, 3)
            await peer.close()
        }
    }

    @Test("an oversized frame that is no request is skipped without an answer")
    func oversizedData() async throws {
        try await withServer({ $0.maxRequestFrameBytes = 1000 }) { server in
            let peer = try await server.peer()
            let data = [UInt8](repeating: 0, count: 2000)
            try await peer.send(RawFrame(streamID: 1, kind: RawFrame.data, data: data))
            try await peer.send(RawFrame(streamID: 1, kind: 0x7E, data: data))
            try await expectServing(peer, 1)
            await peer.close()
        }
    }
}
