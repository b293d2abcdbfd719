import NIOConcurrencyHelpers
import NIOCore
import TTRPC
import Testing

@Suite("Limits", .timeLimit(testBound))
struct LimitTests {
    @Test("one connection more than the limit is refused, and there is room again after a close")
    func connections() async throws {
        try await withServer({
            $0.maxConnections = 2
            $0.refusingTime = .hours(1)
        }) { server in
            let echo = RawRequest(Probe.echo)
            let first = try await server.peer()
            let second = try await server.peer()
            #expect(try await first.call(echo, 1).status == nil)
            #expect(try await second.call(echo, 1).status == nil)
            for _ in 0..<3 {
                let third = try await server.peer()
                #expect(try await third.call(echo, 1).error?.reason == "OVERLOAD")
                await third.close()
            }
            #expect(try await first.call(echo, 3).status == nil)
            #expect(try await second.call(echo, 3).status == nil)
            await first.close()
            // The server learns of the close in its own time.
            let fourth = try await eventually("room for a connection") { () -> RawPeer? in
                let peer = try await server.peer()
                if try await peer.call(echo, 1).status == nil { return peer }
                await peer.close()
                return nil
            }
            #expect(try await fourth.call(echo, 3).status == nil)
            await fourth.close()
            await second.close()
        }
    }

    @Test("one call more than a connection may have is refused, on that connection alone")
    func streams() async throws {
        let gate = Gate()
        try await withServer(
            { $0.maxStreamsPerConnection = 3 },
            routes: { router in
                router.echo()
                router.hold(gate)
            }
        ) { server in
            let peer = try await server.peer()
            for streamID in [1, 3, 5] as [UInt32] {
                try await peer.send(RawRequest(Probe.hold).frame(streamID))
            }
            try await eventually("three calls run") { gate.entered == 3 }
            let refused = try await peer.call(RawRequest(Probe.echo), 7)
            #expect(refused.error?.code == .resourceExhausted)
            #expect(refused.error?.reason == "OVERLOAD")
            #expect(refused.error?.retryAfterMilliseconds != nil)
            #expect(try await server.answersOthers())
            gate.open()
            for _ in 0..<3 { _ = try await peer.nextFrame() }
            #expect(try await peer.call(RawRequest(Probe.echo), 9).status == nil)
            await peer.close()
        }
    }

    @Test("who may not call is told so where there is no room either, and takes none")
    func strangers() async throws {
        struct Nobody: ServerAuthorizer {
            func authorize(_ context: inout ServerContext) throws(RPCError) {
                if context.metadata["who"] == nil {
                    throw RPCError(.unauthenticated, "Who?", reason: "CREDENTIAL_MISSING")
                }
            }
        }
        let gate = Gate()
        try await withServer(
            { $0.maxCallsInService = 1 },
            authorizer: Nobody(),
            routes: { $0.hold(gate) }
        ) { server in
            var known = RawRequest(Probe.hold)
            known.metadata = [["who", "a"]]
            let peer = try await server.peer()
            let stranger = try await peer.call(RawRequest(Probe.hold), 1)
            #expect(stranger.error?.reason == "CREDENTIAL_MISSING")
            try await peer.send(known.frame(3))
            try await eventually("the call runs") { gate.entered == 1 }
            #expect(try await peer.call(known, 5).error?.reason == "OVERLOAD")
            let other = try await peer.call(RawRequest(Probe.hold), 7)
            #expect(other.error?.reason == "CREDENTIAL_MISSING")
            gate.open()
            await peer.close()
        }
    }

    @Test("a reply longer than the limit is RESOURCE_EXHAUSTED", arguments: [1001, 20 << 20])
    func reply(count: Int) async throws {
        let text = NIOLockedValueBox(String(repeating: "x", count: count))
        try await withServer(
            { $0.maxReplyBytes = 1000 },
            routes: { router in
                router.echo()
                router.text(Probe.method("Large")) { (_, _) async throws(RPCError) in
                    text.withLockedValue { $0 }
                }
            }
        ) { server in
            let peer = try await server.peer()
            let response = try await peer.call(RawRequest(Probe.method("Large")), 1)
            #expect(response.payload == nil)
            #expect(response.error?.code == .resourceExhausted)
            #expect(response.error?.reason == "MESSAGE_TOO_LARGE")
            // What comes next is judged by itself, not by what was too long.
            let malformed = try await peer.call(RawRequest(Probe.echo, payload: [0x0A]), 3)
            #expect(malformed.error?.reason == "MALFORMED_MESSAGE")
            let next = try await peer.call(RawRequest(Probe.echo, payload: Probe.payload("n")), 5)
            #expect(next.payload == Probe.payload("n"))
            await peer.close()
        }
    }

    @Test("a reply that was too long for its encoder does not colour the next request's answer")
    func afterLargeReply() async throws {
        let gate = Gate()
        try await withServer(routes: { router in
            router.echo()
            router.text(Probe.hold) { (_, _) async throws(RPCError) in
                await gate.pass()
                return String(repeating: "x", count: 20 << 20)
            }
        }) { server in
            let peer = try await server.peer()
            try await peer.send(RawRequest(Probe.hold).frame(1))
            try await eventually("the handler waits") { gate.entered == 1 }
            gate.open()
            #expect(try await peer.nextResponse(1).error != nil)
            // Truncated: that it is malformed is the sender's to know.
            try await peer.send(RawFrame(streamID: 3, kind: RawFrame.request, data: [0x0A, 9]))
            #expect(try await peer.nextResponse(3).error?.reason == "MALFORMED_MESSAGE")
            await peer.close()
        }
    }

    @Test("a reply with a text that cannot be sent is INTERNAL, and the next call works")
    func unencodableReply() async throws {
        try await withServer(routes: { router in
            router.echo()
            router.text(Probe.method("Bad")) { (_, _) async throws(RPCError) in "a\0b" }
        }) { server in
            let peer = try await server.peer()
            let response = try await peer.call(RawRequest(Probe.method("Bad")), 1)
            #expect(response.error?.code == .internal)
            #expect(try await peer.call(RawRequest(Probe.echo), 3).status == nil)
            await peer.close()
        }
    }

    @Test("an error with a text that cannot be sent ends its call, not its connection")
    func unencodableError() async throws {
        try await withServer(routes: { router in
            router.echo()
            router.text(Probe.fail) { (_, _) async throws(RPCError) in
                throw RPCError(.notFound, "a\0b")
            }
        }) { server in
            let peer = try await server.peer()
            #expect(try await peer.call(RawRequest(Probe.fail), 1).error != nil)
            #expect(try await peer.call(RawRequest(Probe.echo), 3).status == nil)
            await peer.close()
        }
    }
}
