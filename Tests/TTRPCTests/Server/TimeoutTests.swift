import NIOCore
import TTRPC
import Testing

@Suite("Connections that go quiet", .timeLimit(testBound))
struct TimeoutTests {
    @Test("a connection stuck inside a frame is closed", arguments: [1, 9, 10, 15])
    func stuckFrame(count: Int) async throws {
        try await withServer({ $0.frameTimeout = .milliseconds(50) }) { server in
            let peer = try await server.peer()
            let idle = try await server.peer()
            let frame = RawRequest(Probe.echo, payload: Probe.payload("x")).frame(1).bytes
            try await peer.send(Array(frame.prefix(count)))
            try await peer.end()
            #expect(!idle.isClosed)
            await idle.close()
            #expect(try await server.answersOthers())
        }
    }

    @Test("a connection that never sends all of a frame that is too long is closed")
    func stuckOversized() async throws {
        // Time enough for the answer to be sent.
        try await withServer({ $0.frameTimeout = .seconds(1) }) { server in
            let peer = try await server.peer()
            try await peer.send(RawFrame.header(length: 1_000_000, streamID: 1, kind: 1))
            #expect(try await peer.nextResponse(1).error?.code == .resourceExhausted)
            try await peer.end()
        }
    }

    @Test("the frame time-out is each frame's own, not that of a busy connection")
    func busyConnection() async throws {
        let timeout = TimeAmount.seconds(3)
        try await withServer({ $0.frameTimeout = timeout }) { server in
            let _: Bool = try await eventually("a run that the machine does not hold up") {
                try await keepBusy(server, frameTimeout: timeout) ? true : nil
            }
        }
    }

    /// Sends frames for twice the time-out so that each read ends inside a frame, and each frame
    /// is whole long before its time-out.
    ///
    /// - Returns: false when this process was held up for so long that it proves nothing.
    /// - Throws: when the server closes the connection.
    private func keepBusy(_ server: TestServer, frameTimeout: TimeAmount) async throws -> Bool {
        func frame(_ streamID: UInt32) -> [UInt8] {
            RawRequest(Probe.echo, payload: Probe.payload("x")).frame(streamID).bytes
        }
        let peer = try await server.peer()
        var streamID: UInt32 = 1
        try await peer.send(Array(frame(1).prefix(12)))
        var begun = NIODeadline.now()
        let end = begun + frameTimeout * 2
        while begun < end {
            let before = begun
            begun = .now()
            guard begun - before < frameTimeout - .milliseconds(500) else {
                await peer.close()
                return false
            }
            let next = frame(streamID + 2)
            do {
                try await peer.send(Array(frame(streamID).dropFirst(12) + next.prefix(12)))
                #expect(try await peer.nextResponse(streamID).payload == Probe.payload("x"))
            } catch {
                // The server counts from the frame before.
                guard .now() - before < frameTimeout - .milliseconds(500) else { return false }
                throw error
            }
            streamID += 2
            try await Task.sleep(for: .milliseconds(20))
        }
        await peer.close()
        return true
    }

    /// A connection with a call in service, which was not idle for too long before it.
    private func busyPeer(_ server: TestServer, _ gate: Gate) async throws -> RawPeer {
        try await eventually("the call is in service") {
            let peer = try await server.peer()
            let request = RawRequest(Probe.hold, payload: Probe.payload("x"))
            try? await peer.send(request.frame(1))
            try await eventually("the call, or the end") { gate.entered > 0 || peer.isClosed }
            return gate.entered > 0 ? peer : nil
        }
    }

    @Test("a silent connection is closed, and one with a call in service is not")
    func idle() async throws {
        let gate = Gate()
        try await withServer(
            { $0.idleTimeout = .milliseconds(100) },
            routes: { $0.hold(gate) }
        ) { server in
            let busy = try await busyPeer(server, gate)
            let silent = try await server.peer()
            try await silent.end()
            #expect(!busy.isClosed)
            gate.open()
            #expect(try await busy.nextResponse(1).payload == Probe.payload("x"))
            // Now it is silent too.
            try await busy.end()
        }
    }

    @Test("each of many silent connections is closed, though not all are looked at at once")
    func manyIdle() async throws {
        try await withServer({ $0.idleTimeout = .milliseconds(100) }) { server in
            var peers = [try await server.peer()]
            for _ in 1..<150 { peers.append(try await server.peer()) }
            for peer in peers { try await peer.end() }
        }
    }

    @Test("the idle time begins when the last call is answered, not when it arrived")
    func idleAfterLongCall() async throws {
        let idleTimeout = TimeAmount.milliseconds(600)
        let gate = Gate()
        try await withServer(
            { $0.idleTimeout = idleTimeout },
            routes: { $0.hold(gate) }
        ) { server in
            let peer = try await busyPeer(server, gate)
            let silent = try await server.peer()
            // By then the call has taken longer than the idle time-out.
            try await silent.end()
            let answered = NIODeadline.now()
            gate.open()
            #expect(try await peer.nextResponse(1).status == nil)
            try await peer.end()
            // Never sooner, however slow the machine is.
            let closed = try #require(peer.closedAt)
            #expect(closed - answered >= idleTimeout)
        }
    }

    @Test("a peer that is told of the end has an idle time more to take what it was sent")
    func idleWithUnreadReply() async throws {
        let handled = Counter()
        // More than the kernel takes for a peer that does not read.
        let text = String(repeating: "x", count: 2 << 20)
        // Half of it is how late this test may be.
        let idleTimeout = frameBound * 3
        try await withServer(
            {
                $0.idleTimeout = idleTimeout
                $0.stallTimeout = .hours(1)
                $0.socketSettings.unacknowledged = .hours(1)
            },
            routes: { router in
                router.text(Probe.echo) { (_, _) async throws(RPCError) in
                    handled.add()
                    return text
                }
            }
        ) { server in
            let peer = try await RawPeer.connect(
                to: server.address,
                reads: false,
                receiveBufferBytes: 65_536
            )
            try await peer.send(RawRequest(Probe.echo).frame(1).bytes)
            try await eventually("the call is answered") { handled.value == 1 }
            // Told of the end after one idle time, closed whatever it has taken after two.
            try await Task.sleep(for: .nanoseconds(idleTimeout.nanoseconds * 3 / 2))
            try await peer.startReading()
            #expect(try await peer.nextResponse(1).payload == Probe.payload(text))
            try await peer.end()
        }
    }
}
