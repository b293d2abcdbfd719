import NIOCore
import TTRPC
import Testing

@Suite("Bytes that a server keeps", .timeLimit(testBound))
struct BufferedBytesTests {
    /// A request whose frame has about `count` bytes.
    private func request(_ count: Int) -> RawRequest {
        RawRequest(Probe.echo, payload: Probe.payload(String(repeating: "x", count: count)))
    }

    @Test("an unfinished frame above a connection's share is refused while it arrives, and skipped")
    func perConnection() async throws {
        try await withServer({ $0.maxBufferedBytesPerConnection = 4096 }) { server in
            let peer = try await server.peer()
            let bytes = request(20_000).frame(1).bytes
            try await peer.send(Array(bytes[..<10_000]))
            let error = try #require(try await peer.nextResponse(1).error)
            #expect(error.code == .resourceExhausted)
            #expect(error.reason == "OVERLOAD")
            #expect(error.retryAfterMilliseconds != nil)
            #expect(server.server.statistics.bufferedBytes == 0)
            #expect(server.server.statistics.refused[.bufferedBytes] == 1)
            // The rest of it is nothing, and the connection goes on behind it.
            try await peer.send(Array(bytes[10_000...]))
            let next = try await peer.call(request(100), 3)
            #expect(next.status == nil)
            await peer.close()
        }
    }

    @Test("when all connections together keep too much, the one that wants more is refused")
    func overAll() async throws {
        try await withServer({ $0.maxBufferedBytes = 64 << 10 }) { server in
            let bytes = request(30_000).frame(1).bytes
            var peers: [RawPeer] = []
            for _ in 0..<2 {
                let peer = try await server.peer()
                try await peer.send(Array(bytes[..<20_000]))
                peers.append(peer)
            }
            try await eventually("both are kept") {
                server.server.statistics.bufferedBytes >= 40_000
            }
            let third = try await server.peer()
            try await third.send(Array(bytes[..<29_000]))
            // Whoever crosses the limit with its next bytes is refused; the others finish.
            let error = try #require(try await third.nextResponse(1).error)
            #expect(error.reason == "OVERLOAD")
            for peer in peers {
                try await peer.send(Array(bytes[20_000...]))
                #expect(try await peer.nextResponse(1).status == nil)
            }
            try await eventually("nothing is kept") {
                server.server.statistics.bufferedBytes == 0
            }
            for peer in peers + [third] { await peer.close() }
        }
    }

    @Test("what a connection had kept is given back when it is lost inside a frame")
    func givenBack() async throws {
        try await withServer { server in
            let peer = try await server.peer()
            try await peer.send(Array(request(30_000).frame(1).bytes[..<20_000]))
            try await eventually("it is kept") {
                server.server.statistics.bufferedBytes >= 20_000
            }
            await peer.close()
            try await eventually("nothing is kept") {
                server.server.statistics.bufferedBytes == 0
            }
        }
    }

    @Test("the beginning of a frame does not hold the buffer it was read into")
    func compact() async throws {
        try await withServer { server in
            let peer = try await server.peer()
            try await peer.send(Array(request(30_000).frame(1).bytes[..<20]))
            try await eventually("it is kept") { server.server.statistics.bufferedBytes > 0 }
            #expect(server.server.statistics.bufferedBytes <= 512)
            await peer.close()
        }
    }

    /// What a message of a stream counts in these tests, in bytes; its text is shorter.
    private static let cost = 1200
    private static let text = String(repeating: "x", count: cost - 64 - 3)

    /// Serves a method whose handler reads nothing before `gate` is open.
    private func routes(_ router: inout Router, _ gate: Gate) {
        router.echo()
        router.clientStream { (notes, _) async throws(RPCError) in
            await gate.pass()
            return try await notes.joined()
        }
        router.bidirectional { (notes, writer, _) async throws(RPCError) in
            while let note = try await notes.next() { try await writer.write(note) }
        }
    }

    @Test("unread messages of streams count, and the stream that wants more than there is ends")
    func streamMessages() async throws {
        let gate = Gate()
        try await withServer(
            { $0.maxBufferedBytes = 11 * Self.cost - 1 },
            routes: { routes(&$0, gate) }
        ) { server in
            let (first, second) = (try await server.peer(), try await server.peer())
            var kept = 0
            for peer in [first, second] {
                try await peer.send(RawRequest(Probe.join).frame(1, flags: 0x06))
                for _ in 0..<5 {
                    kept += Self.cost
                    try await peer.send(Self.text, on: 1)
                    try await eventually("it is kept") {
                        server.server.statistics.bufferedBytes == kept
                    }
                }
            }
            try await second.send(Self.text, on: 1)
            let error = try #require(try await second.nextResponse(1).error)
            #expect(error.code == .resourceExhausted)
            #expect(error.reason == "OVERLOAD")
            #expect(error.retryAfterMilliseconds != nil)
            #expect(server.server.statistics.refused[.bufferedBytes] == 1)
            #expect(server.server.statistics.bufferedBytes == 5 * Self.cost)
            #expect(try await second.call(RawRequest(Probe.echo), 3).status == nil)
            // The other stream goes on, and its messages count until they are read.
            gate.open()
            try await first.sendEnd(of: 1)
            let all = String(repeating: Self.text, count: 5)
            #expect(try await first.nextResponse(1).payload == Probe.payload(all))
            #expect(server.server.statistics.bufferedBytes == 0)
            await first.close()
            await second.close()
        }
    }

    @Test("messages that are read as they come take nothing of the server's memory")
    func readMessages() async throws {
        try await withServer(
            { $0.maxBufferedBytes = 2 * Self.cost },
            routes: { routes(&$0, Gate()) }
        ) { server in
            let peer = try await server.peer()
            try await peer.send(RawRequest(Probe.talk).frame(1, flags: 0x06))
            for _ in 0..<20 {
                try await peer.send(Self.text, on: 1)
                #expect(try await peer.nextFrame() == .message(Self.text, on: 1))
                #expect(server.server.statistics.bufferedBytes == 0)
            }
            await peer.close()
        }
    }

    @Test("unread messages are given back when their connection is lost")
    func lostMessages() async throws {
        let gate = Gate()
        try await withServer(routes: { routes(&$0, gate) }) { server in
            let peer = try await server.peer()
            try await peer.send(RawRequest(Probe.join).frame(1, flags: 0x06))
            for _ in 0..<5 { try await peer.send(Self.text, on: 1) }
            try await eventually("they are kept") {
                server.server.statistics.bufferedBytes == 5 * Self.cost
            }
            try await peer.reset()
            try await eventually("nothing is kept") {
                server.server.statistics.bufferedBytes == 0
            }
            #expect(try await server.answersOthers())
            #expect(server.server.statistics.bufferedBytes == 0)
        }
    }

    @Test("a peer that leaves more replies unread than it may is closed")
    func unsent() async throws {
        let count = 1_000_000
        try await withServer(
            { $0.maxUnsentBytes = $0.outBufferLowWaterBytes },
            routes: { router in
                router.echo()
                router.text(Probe.method("Large")) { (_, _) async throws(RPCError) in
                    String(repeating: "x", count: count)
                }
            }
        ) { server in
            let peer = try await RawPeer.connect(
                to: server.address,
                reads: false,
                receiveBufferBytes: 4096
            )
            // No reply is made while so much waits, so the last one passes the limit.
            var bytes: [UInt8] = []
            for call in 0..<100 as Range<UInt32> {
                bytes += RawRequest(Probe.method("Large")).frame(2 * call + 1).bytes
            }
            try await peer.send(bytes)
            // Before it is accepted there is no connection either.
            try await eventually("the connection is refused more room") {
                server.server.statistics.refused[.bufferedBytes] == 1
            }
            try await eventually("the connection is closed") {
                server.server.statistics.connections == 0
            }
            #expect(server.server.statistics.bufferedBytes == 0)
            #expect(try await server.answersOthers())
            await peer.close()
        }
    }

    @Test("a peer that reads nothing for the stall time-out is closed")
    func stalled() async throws {
        let count = 4_000_000
        try await withServer(
            { $0.stallTimeout = .milliseconds(50) },
            routes: { router in
                router.echo()
                router.text(Probe.method("Large")) { (_, _) async throws(RPCError) in
                    String(repeating: "x", count: count)
                }
            }
        ) { server in
            let peer = try await RawPeer.connect(
                to: server.address,
                reads: false,
                receiveBufferBytes: 4096
            )
            try await eventually("it is accepted") { server.server.statistics.connections == 1 }
            // At once: it may be closed as soon as the first is answered.
            try await peer.send(
                [1, 3, 5].flatMap { RawRequest(Probe.method("Large")).frame($0).bytes }
            )
            try await eventually("the connection is closed") {
                server.server.statistics.connections == 0
            }
            #expect(try await server.answersOthers())
            await peer.close()
        }
    }
}
