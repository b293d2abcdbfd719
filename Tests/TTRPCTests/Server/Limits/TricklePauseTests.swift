import Foundation
import NIOCore
import TTRPC
import Testing

@Suite("A frame that comes in crumbs")
struct TricklePauseTests {
    /// While a connection rests, and when it does no more and is still watched.
    private static let within = TimeAmount.milliseconds(1999)
    private static let after = TimeAmount.milliseconds(2)
    private static let grace = TimeAmount.milliseconds(5)

    /// Pieces of a frame that are read one by one; whether there is a pause after each.
    struct Pieces: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var sizes: [Int]
        var pauses: [Bool]
        var grace = TricklePauseTests.grace
        var frameTimeout = TimeAmount.seconds(10)
    }

    private static let cases = [
        Pieces(testDescription: "two crumbs", sizes: [10, 1], pauses: [false, true]),
        Pieces(testDescription: "less than a header", sizes: [1, 1], pauses: [false, true]),
        Pieces(testDescription: "the largest crumb", sizes: [10, 255], pauses: [false, true]),
        Pieces(testDescription: "more than a crumb", sizes: [10, 256], pauses: [false, false]),
        Pieces(
            testDescription: "before the grace is over",
            sizes: [10, 1, 1],
            pauses: [false, false, false],
            grace: .hours(1)
        ),
        Pieces(
            testDescription: "when the frame's time is up",
            sizes: [10, 1, 1],
            pauses: [false, false, false],
            frameTimeout: .zero
        ),
    ]

    @Test("is read less often", arguments: cases)
    func pieces(_ pieces: Pieces) throws {
        let bench = try bench(connections: 2) {
            $0.trickleGrace = pieces.grace
            $0.frameTimeout = pieces.frameTimeout
        }
        let frame = request(1)
        var position = 0
        for (size, pauses) in zip(pieces.sizes, pieces.pauses) {
            graceEnds()
            try bench.receive(frame[position..<position + size], on: 0)
            position += size
            #expect(bench.isRead(0) == !pauses, "after \(position) bytes")
        }
        #expect(bench.isRead(1), "the other one sends nothing")
        try bench.close()
    }

    @Test("is read again after a while, and answered when it is whole")
    func again() throws {
        let bench = try bench(connections: 1)
        for streamID: UInt32 in [1, 3] {
            let frame = request(streamID)
            try bench.receive(frame[..<10], on: 0)
            for position in 10..<13 {
                graceEnds()
                try bench.receive(frame[position...position], on: 0)
                bench.pass(Self.within)
                #expect(!bench.isRead(0))
                bench.pass(Self.after)
                #expect(bench.isRead(0))
            }
            bench.pass(Self.grace)
            #expect(!bench.isRead(0), "nothing has come since")
            bench.pass(Self.within + Self.after)
            #expect(bench.isRead(0))
            try bench.receive(frame[13...], on: 0)
            bench.run()
            #expect(bench.isRead(0))
            #expect(try bench.answeredStreams(on: 0) == [streamID])
        }
        try bench.close()
    }

    @Test("begins anew with each frame: who sends whole ones is read on")
    func progress() throws {
        let bench = try bench(connections: 1)
        var bytes = bench.echo(1).bytes[...]
        for streamID: UInt32 in [3, 5, 7] {
            // The end of one, and the beginning of the next.
            bytes += bench.echo(streamID).bytes
            graceEnds()
            try bench.receive(bytes.prefix(bytes.count - 20), on: 0)
            bytes = bytes.suffix(20)
            #expect(bench.isRead(0))
        }
        graceEnds()
        try bench.receive(bytes.prefix(1), on: 0)
        #expect(!bench.isRead(0))
        bench.run()
        #expect(try bench.answeredStreams(on: 0) == [1, 3, 5])
        try bench.close()
    }

    @Test("is read less often too when it is skipped, because it is too long")
    func oversized() throws {
        let bench = try bench(connections: 1)
        try bench.receive(RawFrame.header(length: 1_000_000, streamID: 1, kind: 1), on: 0)
        graceEnds()
        #expect(bench.isRead(0))
        try bench.receive([0], on: 0)
        #expect(!bench.isRead(0))
        try bench.close()
    }

    @Test("is read on when all that came at once is more than a crumb")
    func together() throws {
        let bench = try bench(connections: 1)
        let frame = request(1)
        try bench.receive(frame[..<10], on: 0)
        graceEnds()
        bench.receive(together: [frame[10..<250], frame[250..<270]], on: 0)
        #expect(bench.isRead(0))
        bench.receive(together: [frame[270..<271], frame[271..<272]], on: 0)
        #expect(!bench.isRead(0))
        try bench.close()
    }

    @Test("is read on where only a few are unfinished")
    func few() throws {
        let bench = try bench(connections: 3) { $0.trickleCrowd = 2 }
        for channel in 0..<2 { try crumbs(bench, on: channel, rests: false) }
        try crumbs(bench, on: 2)
        // One of the three comes to its end.
        try bench.receive(request(1)[11...], on: 0)
        try bench.receive(request(1)[11..<12], on: 1)
        #expect(bench.isRead(1))
        try bench.close()
    }

    @Test("is read before it is given up")
    func timesUp() throws {
        let bench = try bench(connections: 2) {
            $0.frameTimeout = .milliseconds(500)
            $0.sweepInterval = .seconds(1)
        }
        for channel in 0..<2 { try crumbs(bench, on: channel) }
        usleep(510_000)
        bench.pass(.seconds(1))
        #expect(bench.readChannels == 2)
        try bench.receive(request(1)[11...], on: 0)
        try bench.receive(request(1)[11..<12], on: 1)
        #expect(bench.readChannels == 2)
        bench.run()
        #expect(try bench.answeredStreams(on: 0) == [1])
        #expect(bench.openChannels == 2)
        bench.pass(.milliseconds(10))
        #expect(bench.openChannels == 1, "and not only with the next look")
        try bench.close()
    }

    @Test("is not read when the peer does not take its replies either")
    func full() throws {
        let bench = try bench(connections: 1)
        try crumbs(bench, on: 0)
        bench.setWritable(false, on: 0)
        bench.pass(Self.within + Self.after)
        #expect(!bench.isRead(0))
        bench.setWritable(true, on: 0)
        #expect(bench.isRead(0))
        try bench.close()
    }

    @Test("is read less often without a crumb when it is a connection's first, and stops")
    func first() throws {
        let bench = try bench(connections: 4) { $0.trickleGrace = .milliseconds(500) }
        try bench.receive(request(1)[..<400], on: 0)
        // That of the second comes to its end in time.
        try bench.receive(request(1)[..<400], on: 1)
        bench.pass(.milliseconds(400))
        try bench.receive(request(1)[400...], on: 1)
        // This one is not the first.
        try bench.receive(request(1) + request(3)[..<400], on: 2)
        // This one goes on.
        for range in [0..<400, 400..<401] { try bench.receive(request(1)[range], on: 3) }
        bench.pass(.milliseconds(100))
        #expect(!bench.isRead(0))
        bench.pass(.milliseconds(500))
        for channel in 1..<4 { #expect(bench.isRead(channel)) }
        bench.pass(.milliseconds(1499))
        #expect(!bench.isRead(0))
        bench.pass(.milliseconds(1))
        #expect(bench.isRead(0))
        bench.pass(.milliseconds(500))
        #expect(!bench.isRead(0), "nothing has come since")
        try bench.close()
    }

    @Test("is read again together with a few others, and not with all")
    func paced() throws {
        let bench = try bench(connections: 10)
        for channel in 0..<10 { try crumbs(bench, on: channel) }
        #expect(bench.readChannels == 0)
        bench.pass(.seconds(2))
        #expect(bench.isRead(0), "the first is the first")
        for count in [2, 4, 6, 8, 10] {
            #expect(bench.readChannels == count)
            bench.pass(.milliseconds(1))
        }
        try bench.close()
    }

    @Test("is given up a few at a time when it takes too long")
    func ends() throws {
        let bench = try bench(connections: 10) {
            $0.frameTimeout = .zero
            $0.sweepInterval = .seconds(1)
        }
        for channel in 0..<10 { try bench.receive(request(1)[..<10], on: channel) }
        bench.pass(.seconds(1))
        for count in [8, 6, 4, 2, 0] {
            #expect(bench.openChannels == count)
            bench.pass(.milliseconds(1))
        }
        try bench.close()
    }

    @Test(
        "over a socket is answered when it is whole, also when that and the end come in a pause",
        .timeLimit(testBound),
        arguments: [false, true]
    )
    func socket(halfCloses: Bool) async throws {
        try await withServer({
            $0.trickleGrace = Self.grace
            $0.trickleCrowd = 0
            $0.frameTimeout = .minutes(5)
        }) { server in
            let peer = try await server.peer()
            let frame = request(1)
            try await peer.send(Array(frame[..<10]))
            // It is read, and the connection rests.
            try await Task.sleep(for: .milliseconds(500))
            try await peer.send(Array(frame[10...]))
            if halfCloses { try await peer.halfClose() }
            #expect(try await peer.nextResponse(1).error == nil)
            if halfCloses { try await peer.end() }
            await peer.close()
        }
    }

    private func bench(
        connections: Int,
        _ configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> MemoryServer {
        try MemoryServer(
            connections: connections,
            configure: {
                $0.trickleGrace = Self.grace
                $0.trickleCrowd = 0
                configure(&$0)
            }
        )
    }

    /// A frame of some 1,000 bytes.
    private func request(_ streamID: UInt32) -> [UInt8] {
        let payload = Probe.payload(String(repeating: "x", count: 1000))
        return RawRequest(Probe.echo, payload: payload).frame(streamID).bytes
    }

    /// Eleven bytes of a request, in two reads.
    private func crumbs(_ bench: MemoryServer, on channel: Int, rests: Bool = true) throws {
        let frame = request(1)
        try bench.receive(frame[..<10], on: channel)
        graceEnds()
        try bench.receive(frame[10..<11], on: channel)
        #expect(bench.isRead(channel) == !rests)
    }

    /// By the clock of the machine, which says how old a frame is.
    private func graceEnds() {
        usleep(6000)
    }
}
