import NIOCore
import TTRPC
import Testing

/// What a client may rely on when it is refused for want of room.
private func expectOverload(
    _ response: RawResponse,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(response.error?.code == .resourceExhausted, sourceLocation: sourceLocation)
    #expect(response.error?.reason == "OVERLOAD", sourceLocation: sourceLocation)
    #expect(
        (response.error?.retryAfterMilliseconds ?? 0) > 0,
        sourceLocation: sourceLocation
    )
}

@Suite("Refusals for want of room", .timeLimit(testBound))
struct LimitRefusalTests {
    private static let check = MethodDescriptor(
        service: "grpc.health.v1.Health",
        method: "Check",
        scope: "",
        idempotent: true,
        maxRequestBytes: 0
    )
    private static let recover = MethodDescriptor(
        service: "test.v1.Recovery",
        method: "Recover",
        scope: "",
        idempotent: true,
        maxRequestBytes: 0
    )

    @Test("a call more than the whole server may have is refused at once, on every connection")
    func callsInService() async throws {
        let gate = Gate()
        try await withServer(
            { $0.maxCallsInService = 2 },
            routes: { router in
                router.echo()
                router.hold(gate)
            }
        ) { server in
            let first = try await server.peer()
            let second = try await server.peer()
            try await first.send(RawRequest(Probe.hold).frame(1))
            try await second.send(RawRequest(Probe.hold).frame(1))
            try await eventually("two calls run") { gate.entered == 2 }
            for peer in [first, second, try await server.peer()] {
                expectOverload(try await peer.call(RawRequest(Probe.echo), 3))
            }
            let statistics = server.server.statistics
            #expect(statistics.callsInService == 2)
            #expect(statistics.refused[.callsInService] == 3)
            gate.open()
            _ = try await first.nextResponse(1)
            _ = try await second.nextResponse(1)
            #expect(try await first.call(RawRequest(Probe.echo), 5).status == nil)
            #expect(server.server.statistics.callsInService == 0)
            await first.close()
            await second.close()
        }
    }

    /// How a caller leaves a handler behind.
    enum Leaving: CaseIterable, Sendable {
        case deadline
        case cancel
        case loss
    }

    @Test(
        "a handler that does not mind that nobody waits keeps its place until it ends",
        arguments: Leaving.allCases
    )
    func stubborn(_ leaving: Leaving) async throws {
        let gate = Gate()
        try await withServer(
            { $0.maxCallsInService = 1 },
            routes: { router in
                router.echo()
                router.text(Probe.hold) { (text, _) async throws(RPCError) in
                    // A task of its own does not know that the call was cancelled.
                    await Task { await gate.pass() }.value
                    return text
                }
            }
        ) { server in
            let peer = try await server.peer()
            try await peer.hello(RawHello([RawHello.cancel]))
            let timeout: Int64? = leaving == .deadline ? 10_000_000 : nil
            try await peer.send(RawRequest(Probe.hold, timeoutNanoseconds: timeout).frame(3))
            try await eventually("the handler runs") { gate.entered == 1 }
            switch leaving {
            case .deadline:
                #expect(try await peer.nextResponse(3).error?.code == .deadlineExceeded)
            case .cancel:
                try await peer.send(RawFrame.cancel(3))
                try await peer.send(RawFrame.ping(1))
                #expect(try await peer.nextFrame() == .pong(1))
            case .loss:
                try await peer.reset()
                try await eventually("it is lost") { server.server.statistics.connections == 0 }
            }
            let other = try await server.peer()
            expectOverload(try await other.call(RawRequest(Probe.echo), 1))
            #expect(server.server.statistics.callsInService == 1)
            gate.open()
            try await eventually("the place is free") {
                server.server.statistics.callsInService == 0
            }
            #expect(try await other.call(RawRequest(Probe.echo), 3).status == nil)
            await peer.close()
            await other.close()
        }
    }

    @Test("streams have a limit of their own, and take no place from calls")
    func streamsInService() async throws {
        try await withServer(
            {
                $0.maxStreamsInService = 2
                $0.maxCallsInService = 1
            },
            routes: { router in
                router.echo()
                router.streams()
            }
        ) { server in
            let first = try await server.peer()
            let second = try await server.peer()
            try await first.send(RawRequest(Probe.talk).frame(1, flags: 0x06))
            try await second.send(RawRequest(Probe.talk).frame(1, flags: 0x06))
            try await eventually("two streams are open") {
                server.server.statistics.streamsInService == 2
            }
            for peer in [first, second] {
                try await peer.send(RawRequest(Probe.talk).frame(3, flags: 0x06))
                expectOverload(try await peer.nextResponse(3))
                #expect(try await peer.call(RawRequest(Probe.echo), 5).status == nil)
            }
            #expect(server.server.statistics.refused[.streamsInService] == 2)
            try await first.sendEnd(of: 1)
            #expect(try await first.nextFrame() == .end(1))
            try await first.send(RawRequest(Probe.talk).frame(7, flags: 0x06))
            try await first.send("on", on: 7)
            #expect(try await first.nextFrame() == .message("on", on: 7))
            await first.close()
            await second.close()
            try await eventually("no stream is open") {
                server.server.statistics.streamsInService == 0
            }
        }
    }

    @Test("health checks are always answered, and what puts things right has a reserve")
    func reserve() async throws {
        let gate = Gate()
        try await withServer(
            {
                $0.maxCallsInService = 1
                $0.controlServices = ["test.v1.Recovery"]
                $0.controlReserve = 2
            },
            routes: { router in
                router.echo()
                router.hold(gate)
                router.text(Self.check) { (text, _) async throws(RPCError) in text }
                router.text(Self.recover) { (text, _) async throws(RPCError) in
                    await gate.pass()
                    return text
                }
            }
        ) { server in
            let peer = try await server.peer()
            try await peer.send(RawRequest(Probe.hold).frame(1))
            try await peer.send(RawRequest(Self.recover).frame(3))
            try await peer.send(RawRequest(Self.recover).frame(5))
            try await eventually("three calls run") { gate.entered == 3 }
            expectOverload(try await peer.call(RawRequest(Probe.echo), 7))
            expectOverload(try await peer.call(RawRequest(Self.recover), 9))
            let health = RawRequest(Self.check, payload: Probe.payload("well"))
            #expect(try await peer.call(health, 11).payload == Probe.payload("well"))
            gate.open()
            await peer.close()
        }
    }

    @Test("the adaptive limit of a method refuses that method and no other")
    func concurrency() async throws {
        let gate = Gate()
        try await withServer(
            {
                $0.concurrency.minimum = 1
                $0.concurrency.initial = 2
                $0.concurrency.maximum = 2
            },
            routes: { router in
                router.echo()
                router.hold(gate)
            }
        ) { server in
            let peer = try await server.peer()
            for streamID in [1, 3] as [UInt32] {
                try await peer.send(RawRequest(Probe.hold).frame(streamID))
            }
            try await eventually("two calls run") { gate.entered == 2 }
            expectOverload(try await peer.call(RawRequest(Probe.hold), 5))
            #expect(try await peer.call(RawRequest(Probe.echo), 7).status == nil)
            #expect(server.server.statistics.refused[.concurrency] == 1)
            gate.open()
            await peer.close()
        }
    }

    @Test("without the adaptive limit only the fixed ones refuse")
    func notAdaptive() async throws {
        let gate = Gate()
        try await withServer(
            {
                $0.isConcurrencyAdaptive = false
                $0.concurrency.minimum = 1
                $0.concurrency.initial = 1
                $0.concurrency.maximum = 1
            },
            routes: { $0.hold(gate) }
        ) { server in
            let peer = try await server.peer()
            for streamID in [1, 3, 5] as [UInt32] {
                try await peer.send(RawRequest(Probe.hold).frame(streamID))
            }
            try await eventually("three calls run") { gate.entered == 3 }
            gate.open()
            for _ in 0..<3 { #expect(try await peer.nextFrame().kind == RawFrame.response) }
            await peer.close()
        }
    }

    @Test("an address has its own number of connections; others are not touched by it")
    func connectionsPerPeer() async throws {
        try await withServer({
            $0.maxConnectionsPerPeer = 2
            $0.refusingTime = .hours(1)
        }) { server in
            let first = try await server.peer()
            let second = try await server.peer()
            // Each is let in by its own loop: what was made first may be counted last.
            for peer in [first, second] {
                #expect(try await peer.call(RawRequest(Probe.echo), 1).status == nil)
            }
            let third = try await server.peer()
            expectOverload(try await third.call(RawRequest(Probe.echo), 1))
            await third.close()
            let neighbour = try await RawPeer.connect(to: server.address, from: "127.0.0.2")
            #expect(try await neighbour.call(RawRequest(Probe.echo), 1).status == nil)
            #expect(try await first.call(RawRequest(Probe.echo), 3).status == nil)
            #expect(server.server.statistics.connections == 3)
            #expect(server.server.statistics.refused[.connectionsPerPeer] == 1)
            await first.close()
            let next = try await eventually("room for a connection") { () -> RawPeer? in
                let peer = try await server.peer()
                if try await peer.call(RawRequest(Probe.echo), 1).status == nil { return peer }
                await peer.close()
                return nil
            }
            for peer in [second, neighbour, next] { await peer.close() }
            try await eventually("nothing is open") { server.server.statistics.connections == 0 }
        }
    }
}
