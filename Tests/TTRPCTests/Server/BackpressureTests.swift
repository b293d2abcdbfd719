import NIOCore
import Synchronization
import TTRPC
import Testing

@Suite("Peers that do not read", .timeLimit(testBound))
struct BackpressureTests {
    @Test("nothing more is read from a peer that does not read, and all goes on when it does")
    func stopsReading() async throws {
        let handled = Counter()
        let text = String(repeating: "x", count: 32_000)
        try await withServer(
            {
                $0.frameTimeout = .minutes(5)
                // However slow this machine is, no call waits for the next turn.
                $0.turnBudget = .hours(1)
            },
            routes: { router in
                router.text(Probe.echo) { (text, _) async throws(RPCError) in
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
            // 64 MB each way: more than the kernel keeps.
            let count = 2000
            let sent = Counter()
            for number in 0..<count {
                let frame = RawRequest(Probe.echo, payload: Probe.payload(text))
                    .frame(UInt32(2 * number + 1))
                peer.send(ByteBuffer(bytes: frame.bytes)) { sent.add() }
            }
            let stopped = try await settled { handled.value }
            // What the kernel holds for the peer, the out-buffer's limit and one burst.
            #expect(stopped * text.utf8.count < 12 << 20)
            #expect(sent.value < count)
            #expect(try await server.answersOthers())
            try await peer.startReading()
            for number in 0..<count {
                let response = try await peer.nextResponse(UInt32(2 * number + 1))
                #expect(response.payload?.count == text.utf8.count + 4)
            }
            #expect(handled.value == count + 1)
            await peer.close()
        }
    }

    @Test("small requests for large replies do not fill the memory in one burst")
    func burst() async throws {
        let handled = Counter()
        let reply = String(repeating: "x", count: 64 << 10)
        let large = Probe.method("Large")
        try await withServer(
            {
                $0.frameTimeout = .minutes(5)
                // Calls that wait for their turn count as well.
                $0.maxStreamsPerConnection = 2000
                $0.isConcurrencyAdaptive = false
            },
            routes: { router in
                router.echo()
                router.text(large) { (_, _) async throws(RPCError) in
                    handled.add()
                    return reply
                }
            }
        ) { server in
            let peer = try await RawPeer.connect(to: server.address, receiveBufferBytes: 65_536)
            let count = 2000
            var streamID: UInt32 = 1
            func requests(_ method: MethodDescriptor) -> [UInt8] {
                defer { streamID += UInt32(2 * count) }
                return (0..<count).flatMap { number in
                    RawRequest(method).frame(streamID + UInt32(2 * number)).bytes
                }
            }
            // The server learns that this connection's reads are large.
            for _ in 0..<5 {
                try await peer.send(requests(Probe.echo))
                for _ in 0..<count { _ = try await peer.nextFrame() }
            }
            try await peer.stopReading()
            let first = streamID
            try await peer.send(requests(large))
            let stopped = try await settled { handled.value }
            // The kernel takes some 4 MB, the out-buffer's limit is 256 KiB.
            #expect(stopped * reply.utf8.count <= 16 << 20)
            try await peer.startReading()
            for number in 0..<count {
                let response = try await peer.nextResponse(first + UInt32(2 * number))
                #expect(response.payload?.count == reply.utf8.count + 4)
            }
            await peer.close()
        }
    }

    @Test("little more than the high-water mark waits for a peer that does not read")
    func highWaterMark() async throws {
        let written = Counter()
        let text = String(repeating: "x", count: 64 << 10)
        let mark = 16 << 20
        try await withServer(
            {
                $0.outBufferHighWaterBytes = mark
                $0.maxBufferedBytes = 1 << 30
            },
            routes: { router in
                router.serverStream { (_, writer, _) async throws(RPCError) in
                    while true {
                        try await writer.write(Note(service: text))
                        written.add()
                    }
                }
            }
        ) { server in
            let peer = try await RawPeer.connect(
                to: server.address,
                reads: false,
                receiveBufferBytes: 65_536
            )
            try await peer.send(RawRequest(Probe.spell).frame(1, flags: 1))
            let stopped = try await settled { written.value }
            // And what the kernel takes.
            #expect(stopped * text.utf8.count < mark + (8 << 20))
            #expect(stopped * text.utf8.count > mark)
            await peer.close()
        }
    }

    @Test("a frame that the server itself leaves unread is not its sender's delay")
    func slowReader() async throws {
        let handled = Counter()
        let text = String(repeating: "x", count: 32_000)
        try await withServer(
            {
                $0.frameTimeout = frameBound
                // However slow this machine is, no call waits for the next turn.
                $0.turnBudget = .hours(1)
                // The others of this test take their time; none of it is the reader's.
                $0.stallTimeout = .hours(1)
                // The kernel counts a window that stays shut, too.
                $0.socketSettings.unacknowledged = .hours(1)
            },
            routes: { router in
                router.text(Probe.echo) { (text, _) async throws(RPCError) in
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
            let count = 1000
            for number in 0..<count {
                let frame = RawRequest(Probe.echo, payload: Probe.payload(text))
                    .frame(UInt32(2 * number + 1))
                peer.send(ByteBuffer(bytes: frame.bytes)) {}
            }
            _ = try await settled { handled.value }
            // Others who stop inside a frame, one after another, are closed for it meanwhile.
            for _ in 0..<2 {
                let other = try await server.peer()
                try await other.send(Array(RawRequest(Probe.echo).frame(1).bytes.prefix(12)))
                try await other.end()
            }
            #expect(handled.value < count)
            try await peer.startReading()
            for number in 0..<count {
                let response = try await peer.nextResponse(UInt32(2 * number + 1))
                #expect(response.payload?.count == text.utf8.count + 4)
            }
            await peer.close()
        }
    }

    @Test("a peer that goes away with its replies unread leaves nothing behind")
    func goesAway() async throws {
        let gate = Gate()
        try await withServer(routes: { router in
            router.echo()
            router.hold(gate)
        }) { server in
            let peer = try await RawPeer.connect(to: server.address, reads: false)
            let held = RawRequest(Probe.hold, payload: Probe.payload("x"))
            try await peer.send(held.frame(1).bytes + RawRequest(Probe.echo).frame(3).bytes)
            try await eventually("the handler runs") { gate.entered == 1 }
            await peer.close()
            try await eventually("the handler is cancelled") { gate.cancelled == 1 }
            #expect(try await server.answersOthers())
        }
    }
}
