import NIOCore
import TTRPC
import Testing

@Suite("Connections past the limits", .timeLimit(testBound))
struct RefusingConnectionTests {
    /// What a client's call must fail with: nothing was begun, and when to come back.
    private func expectRefusal(
        _ error: RPCError?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(error?.code == .resourceExhausted, sourceLocation: sourceLocation)
        #expect(error?.reason == "OVERLOAD", sourceLocation: sourceLocation)
        #expect(error?.origin == .peer, sourceLocation: sourceLocation)
        #expect((error?.retryAfterMilliseconds ?? 0) > 0, sourceLocation: sourceLocation)
    }

    /// A connection with a call answered.
    private func served(_ server: TestServer) async throws -> RawPeer {
        let peer = try await server.peer()
        #expect(try await peer.call(RawRequest(Probe.echo), 1).status == nil)
        return peer
    }

    @Test("a client past the limit learns that nothing was begun, and when to come back")
    func client() async throws {
        try await withServer(
            {
                $0.maxConnections = 1
                $0.refusingTime = .hours(1)
            },
            routes: { router in
                router.echo()
                router.streams()
            }
        ) { server in
            let first = try await served(server)
            for hello in [false, true] {
                try await withClient(port: server.port, hello: hello) { client in
                    for _ in 0..<3 { expectRefusal(await client.failure(Probe.echo)) }
                    expectRefusal(await (try client.spell("")).failure())
                }
            }
            #expect(server.server.statistics.connections == 1)
            #expect(server.server.statistics.refused[.connections] == 2)
            await first.close()
        }
    }

    @Test("the same by TLS, where the refusal follows the handshake")
    func tls() async throws {
        try await withTLSServer(configure: {
            $0.maxConnections = 1
            $0.refusingTime = .hours(1)
        }) { server in
            let files = try server.certificates.issue("client")
            try await server.withClient(files) { client in
                _ = try await client.text(Probe.echo, "")
                expectRefusal(try await server.failure(files))
            }
        }
    }

    @Test("its end is announced with the last call that was refused, so that none is lost")
    func announced() async throws {
        try await withServer({
            $0.maxConnections = 0
            $0.refusingTime = .milliseconds(200)
        }) { server in
            let peer = try await eventually("a refusal before the end") { () -> RawPeer? in
                let peer = try await server.peer()
                guard (try? await peer.hello(RawHello([RawHello.drain]))) != nil,
                    let response = try? await peer.call(RawRequest(Probe.echo), 3)
                else { return nil }
                #expect(response.error?.reason == "OVERLOAD")
                return peer
            }
            #expect(try await peer.nextFrame() == .drain(3))
            try await peer.end()
        }
    }

    @Test("only so many are told why; more are closed without a word")
    func maximum() async throws {
        try await withServer({
            $0.maxConnections = 1
            $0.maxRefusingConnections = 1
            $0.refusingTime = .hours(1)
        }) { server in
            let first = try await served(server)
            let second = try await server.peer()
            for streamID: UInt32 in [1, 3] {
                let response = try await second.call(RawRequest(Probe.echo), streamID)
                #expect(response.error?.reason == "OVERLOAD")
                try await server.peer().end()
            }
            #expect(server.server.statistics.refused[.connections] == 3)
            // Its place is free again when it is gone.
            await second.close()
            let _: Bool = try await eventually("another is told") {
                let peer = try await server.peer()
                let response = try? await peer.call(RawRequest(Probe.echo), 1)
                await peer.close()
                return response?.error?.reason == "OVERLOAD" ? true : nil
            }
            await first.close()
        }
    }

    @Test("one that does not read its refusals is closed all the same")
    func unread() async throws {
        try await withServer({
            $0.maxConnections = 0
            $0.maxRefusingConnections = 1
            $0.refusingTime = .milliseconds(200)
        }) { server in
            let deaf = try await RawPeer.connect(
                to: server.address,
                reads: false,
                receiveBufferBytes: 4096
            )
            // Refusals of more bytes than the kernel keeps.
            let requests = (0..<40_000).flatMap { number in
                RawRequest(Probe.echo).frame(UInt32(2 * number + 1)).bytes
            }
            deaf.send(ByteBuffer(bytes: requests)) {}
            let _: Bool = try await eventually("its place is free") {
                let peer = try await server.peer()
                let response = try? await peer.call(RawRequest(Probe.echo), 1)
                await peer.close()
                return response?.error?.reason == "OVERLOAD" ? true : nil
            }
            await deaf.close()
        }
    }
}
