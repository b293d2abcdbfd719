import NIOCore
import TTRPC
import Testing

@Suite("Ends of connections and of the server", .timeLimit(testBound))
struct DrainTests {
    @Test("what runs when the peer half-closes is finished and sent, and then the end")
    func halfClose() async throws {
        let gate = Gate()
        try await withServer(routes: { router in
            router.echo()
            router.hold(gate)
        }) { server in
            let peer = try await server.peer()
            let frames = [1, 3].map {
                RawRequest(Probe.hold, payload: Probe.payload("\($0)")).frame($0)
            }
            try await peer.send(frames.flatMap(\.bytes))
            try await eventually("both run") { gate.entered == 2 }
            try await peer.halfClose()
            #expect(try await server.answersOthers())
            #expect(gate.cancelled == 0)
            gate.open()
            var replies: [UInt32: [UInt8]] = [:]
            for _ in 0..<2 {
                let frame = try await peer.nextFrame()
                replies[frame.streamID] = try RawResponse(decoding: frame.data).payload
            }
            #expect(replies == [1: Probe.payload("1"), 3: Probe.payload("3")])
            try await peer.end()
        }
    }

    @Test("what comes right before a half-close is answered")
    func requestThenHalfClose() async throws {
        try await withServer { server in
            let peer = try await server.peer()
            try await peer.send(RawRequest(Probe.echo, payload: Probe.payload("x")).frame(1))
            try await peer.halfClose()
            #expect(try await peer.nextResponse(1).payload == Probe.payload("x"))
            try await peer.end()
        }
    }

    @Test("requests that came before a half-close are answered, however slowly replies are read")
    func pipelineThenHalfClose() async throws {
        let handled = Counter()
        let large = Probe.method("Large")
        let reply = String(repeating: "x", count: 64 << 10)
        try await withServer(routes: { router in
            router.text(large) { (_, _) async throws(RPCError) in
                handled.add()
                return reply
            }
        }) { server in
            let peer = try await RawPeer.connect(
                to: server.address,
                reads: false,
                receiveBufferBytes: 65_536
            )
            // 12 MB of replies: more than the kernel keeps.
            let streamIDs = (0..<200).map { UInt32(2 * $0 + 1) }
            try await peer.send(streamIDs.flatMap { RawRequest(large).frame($0).bytes })
            try await peer.halfClose()
            #expect(try await settled { handled.value } < streamIDs.count)
            try await peer.startReading()
            for streamID in streamIDs {
                let response = try await peer.nextResponse(streamID)
                #expect(response.payload?.count == reply.utf8.count + 4)
            }
            try await peer.end()
        }
    }

    @Test("a silent connection that half-closes is closed")
    func silentHalfClose() async throws {
        try await withServer { server in
            let peer = try await server.peer()
            try await peer.halfClose()
            try await peer.end()
        }
    }

    @Test("a large reply after a half-close comes whole, however slowly it is read")
    func largeReplyAfterHalfClose() async throws {
        let gate = Gate()
        let reply = String(repeating: "x", count: 12 << 20)
        try await withServer(
            { $0.maxReplyBytes = 16 << 20 },
            routes: { router in
                router.text(Probe.hold) { (_, _) async throws(RPCError) in
                    await gate.pass()
                    return reply
                }
            }
        ) { server in
            let peer = try await RawPeer.connect(
                to: server.address,
                reads: false,
                receiveBufferBytes: 65_536
            )
            try await peer.send(RawRequest(Probe.hold).frame(1))
            try await eventually("the handler runs") { gate.entered == 1 }
            try await peer.halfClose()
            gate.open()
            try await eventually("the handler is done") { gate.left == 1 }
            try await peer.startReading()
            #expect(try await peer.nextResponse(1).payload?.count == reply.utf8.count + 5)
            try await peer.end()
        }
    }

    @Test("on shutdown a running call is finished, new ones are refused, then all is closed")
    func drain() async throws {
        let gate = Gate()
        try await withServer(
            { $0.drainTimeout = .seconds(waitSeconds) },
            routes: { router in
                router.echo()
                router.hold(gate)
            }
        ) { server in
            let busy = try await server.peer()
            let idle = try await server.peer()
            #expect(try await idle.call(RawRequest(Probe.echo), 1).status == nil)
            let held = RawRequest(Probe.hold, payload: Probe.payload("x"))
            try await busy.send(held.frame(1))
            try await eventually("the call runs") { gate.entered == 1 }
            async let shutdown: Void = server.server.shutdown()
            // An idle connection is closed, by then or before the busy one hears of it.
            try await idle.end()
            var streamID: UInt32 = 1
            let refused = try await eventually("a refusal") {
                streamID += 2
                let response = try await busy.call(RawRequest(Probe.echo), streamID)
                return response.error == nil ? nil : response
            }
            #expect(refused.error?.code == .unavailable)
            #expect(refused.error?.reason == "DRAINING")
            #expect(refused.error?.retryAfterMilliseconds != nil)
            await #expect(throws: (any Error).self) { try await server.peer() }
            #expect(server.server.boundAddress == nil)
            #expect(gate.cancelled == 0)
            gate.open()
            #expect(try await busy.nextResponse(1).payload == Probe.payload("x"))
            try await busy.end()
            await shutdown
            #expect(gate.left == 1)
        }
    }

    @Test("a large reply that is on its way when the server drains comes whole")
    func largeReplyWhileDraining() async throws {
        let gate = Gate()
        let reply = String(repeating: "x", count: 12 << 20)
        try await withServer(
            {
                $0.drainTimeout = .seconds(waitSeconds)
                $0.maxReplyBytes = 16 << 20
            },
            routes: { router in
                router.echo()
                router.text(Probe.hold) { (_, _) async throws(RPCError) in
                    await gate.pass()
                    return reply
                }
            }
        ) { server in
            let peer = try await RawPeer.connect(
                to: server.address,
                reads: false,
                receiveBufferBytes: 65_536
            )
            let idle = try await server.peer()
            #expect(try await idle.call(RawRequest(Probe.echo), 1).status == nil)
            try await peer.send(RawRequest(Probe.hold).frame(1))
            try await eventually("the call runs") { gate.entered == 1 }
            async let shutdown: Void = server.server.shutdown()
            try await idle.end()
            gate.open()
            try await eventually("the handler is done") { gate.left == 1 }
            try await peer.startReading()
            #expect(try await peer.nextResponse(1).payload?.count == reply.utf8.count + 5)
            try await peer.end()
            await shutdown
        }
    }

    @Test("what a shutdown is told of first, once, ends the streams that would hold it up")
    func onDrain() async throws {
        let (gate, told) = (Gate(), Counter())
        try await withServer(
            { $0.drainTimeout = .seconds(waitSeconds) },
            routes: { router in
                router.serverStream { (_, writer, _) async throws(RPCError) in
                    try await writer.write(Note(service: "first"))
                    await gate.pass()
                    throw .draining
                }
            },
            onDrain: {
                told.add()
                gate.open()
            }
        ) { server in
            try await withClient(port: server.port) { client in
                let replies = try await client.spell("x")
                #expect(try await replies.next()?.service == "first")
                #expect(told.value == 0)
                await server.server.shutdown()
                let error = await #expect(throws: RPCError.self) { try await replies.next() }
                #expect(error?.reason == "DRAINING" && error?.origin == .peer)
                #expect(gate.cancelled == 0)
                await server.server.shutdown()
                #expect(told.value == 1)
            }
        }
    }

    @Test("a call that does not end is cut off and cancelled after the drain time-out")
    func drainTimeout() async throws {
        let gate = Gate()
        try await withServer(
            { $0.drainTimeout = .milliseconds(50) },
            routes: { $0.hold(gate) }
        ) { server in
            let peer = try await server.peer()
            try await peer.send(RawRequest(Probe.hold).frame(1))
            try await eventually("the call runs") { gate.entered == 1 }
            await server.server.shutdown()
            try await peer.end()
            try await eventually("the handler is cancelled") { gate.cancelled == 1 }
        }
    }

    @Test("a server can be shut down twice, and without a connection")
    func twice() async throws {
        try await withServer { server in
            await server.server.shutdown()
            await server.server.shutdown()
            #expect(server.server.boundAddress == nil)
        }
    }

    @Test("a port that is taken is an error, and the port's owner still serves")
    func portTaken() async throws {
        try await withServer { server in
            await #expect(throws: (any Error).self) {
                try await withServer(port: server.port) { _ in }
            }
            let serves = try await server.answersOthers()
            #expect(serves)
        }
    }
}
