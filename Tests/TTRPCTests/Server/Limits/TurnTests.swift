import NIOConcurrencyHelpers
import NIOCore
import TTRPC
import Testing

@Suite("Turns of a loop", .timeLimit(testBound))
struct TurnTests {
    /// Keeps its loop busy for longer than any turn, then answers.
    private static let busy = Probe.method("Busy")

    private static func routes(_ router: inout Router, _ begun: NIOLockedValueBox<[String]>) {
        router.text(Probe.echo) { (text, _) async throws(RPCError) in
            begun.withLockedValue { $0.append(text) }
            return text
        }
        router.text(busy) { (text, _) async throws(RPCError) in
            let end = NIODeadline.now() + .milliseconds(20)
            while NIODeadline.now() < end {}
            return text
        }
    }

    private func burst(_ requests: [RawRequest]) -> [UInt8] {
        requests.enumerated().flatMap { $0.element.frame(UInt32(2 * $0.offset + 1)).bytes }
    }

    @Test("what arrives when a turn is spent waits, and keeps its order and its payload")
    func order() async throws {
        let begun = NIOLockedValueBox<[String]>([])
        try await withServer(routes: { Self.routes(&$0, begun) }) { server in
            let peer = try await server.peer()
            let names = (1...50).map { "call \($0)" }
            var requests = [RawRequest(Self.busy)]
            requests += names.map { RawRequest(Probe.echo, payload: Probe.payload($0)) }
            try await peer.send(burst(requests))
            for index in requests.indices {
                let response = try await peer.nextResponse(UInt32(2 * index + 1))
                #expect(response.status == nil)
                if index > 0 { #expect(response.payload == Probe.payload(names[index - 1])) }
            }
            #expect(begun.withLockedValue { $0 } == names)
            #expect(server.server.statistics.callsInService == 0)
            #expect(server.server.statistics.bufferedBytes == 0)
            await peer.close()
        }
    }

    @Test("a call whose deadline passes while it waits is answered, and its handler never runs")
    func expired() async throws {
        let begun = NIOLockedValueBox<[String]>([])
        try await withServer(routes: { Self.routes(&$0, begun) }) { server in
            let peer = try await server.peer()
            let late = RawRequest(
                Probe.echo,
                payload: Probe.payload("late"),
                timeoutNanoseconds: 5_000_000
            )
            let patient = RawRequest(Probe.echo, payload: Probe.payload("patient"))
            // The first spends the turn, the second spends the next one while the third waits.
            let busy = RawRequest(Self.busy)
            try await peer.send(burst([busy, busy, late, patient]))
            // The late one may be answered between two turns.
            var responses: [UInt32: RawResponse] = [:]
            for _ in 0..<4 {
                let frame = try await peer.nextFrame()
                responses[frame.streamID] = try RawResponse(decoding: frame.data)
            }
            for streamID in [1, 3, 7] as [UInt32] {
                let response = try #require(responses[streamID])
                #expect(response.status == nil)
            }
            #expect(responses[5]?.error?.code == .deadlineExceeded)
            #expect(responses[7]?.payload == Probe.payload("patient"))
            #expect(begun.withLockedValue { $0 } == ["patient"])
            #expect(server.server.statistics.refused[.abandoned] == 1)
            #expect(server.server.statistics.callsInService == 0)
            await peer.close()
        }
    }

    @Test("calls that wait are forgotten with their connection")
    func lost() async throws {
        let begun = NIOLockedValueBox<[String]>([])
        try await withServer(routes: { Self.routes(&$0, begun) }) { server in
            let peer = try await server.peer()
            try await eventually("it is accepted") { server.server.statistics.connections == 1 }
            // Ten turns' worth of work: the connection is gone before the last of it is begun.
            var requests = Array(repeating: RawRequest(Self.busy), count: 10)
            requests.append(RawRequest(Probe.echo, payload: Probe.payload("last")))
            try await peer.send(burst(requests))
            await peer.close()
            try await eventually("nothing is left of it") {
                let statistics = server.server.statistics
                return statistics.connections == 0 && statistics.callsInService == 0
                    && statistics.bufferedBytes == 0
            }
            #expect(begun.withLockedValue { $0.isEmpty })
            #expect(try await server.answersOthers())
        }
    }

    @Test("a health check does not wait behind the work that waits")
    func health() async throws {
        let begun = NIOLockedValueBox<[String]>([])
        let check = MethodDescriptor(
            service: "grpc.health.v1.Health",
            method: "Check",
            scope: "",
            idempotent: true,
            maxRequestBytes: 0
        )
        try await withServer(routes: { router in
            Self.routes(&router, begun)
            router.text(check) { (text, _) async throws(RPCError) in text }
        }) { server in
            let peer = try await server.peer()
            let work = [
                RawRequest(Self.busy), RawRequest(Self.busy), RawRequest(Probe.echo),
                RawRequest(check),
            ]
            try await peer.send(burst(work))
            // The first was begun in place; of the rest the check comes before the two that wait.
            var order: [UInt32] = []
            for _ in work { order.append(try await peer.nextFrame().streamID) }
            #expect(order == [1, 7, 3, 5])
            await peer.close()
        }
    }

    @Test("a server that drains finishes what waits")
    func drain() async throws {
        let begun = NIOLockedValueBox<[String]>([])
        try await withServer(
            { $0.drainTimeout = .seconds(waitSeconds) },
            routes: { Self.routes(&$0, begun) }
        ) { server in
            let peer = try await server.peer()
            let requests = [RawRequest(Self.busy), RawRequest(Self.busy), RawRequest(Probe.echo)]
            try await peer.send(burst(requests))
            #expect(try await peer.nextResponse(1).status == nil)
            async let stopped: Void = server.server.shutdown()
            #expect(try await peer.nextResponse(3).status == nil)
            #expect(try await peer.nextResponse(5).status == nil)
            await stopped
        }
    }

    @Test("a burst above a connection's share of memory is refused, not kept")
    func tooMuchToKeep() async throws {
        let begun = NIOLockedValueBox<[String]>([])
        try await withServer(
            { $0.maxBufferedBytesPerConnection = 8 << 10 },
            routes: { Self.routes(&$0, begun) }
        ) { server in
            let peer = try await server.peer()
            let text = String(repeating: "x", count: 1000)
            var requests = [RawRequest(Self.busy)]
            requests += (0..<80).map { _ in
                RawRequest(Probe.echo, payload: Probe.payload(text))
            }
            try await peer.send(burst(requests))
            var refused = 0
            for _ in requests {
                let response = try RawResponse(decoding: try await peer.nextFrame().data)
                if response.error?.reason == "OVERLOAD" { refused += 1 }
            }
            #expect(refused > 0)
            #expect(server.server.statistics.refused[.bufferedBytes] == refused)
            #expect(server.server.statistics.bufferedBytes == 0)
            await peer.close()
        }
    }
}
