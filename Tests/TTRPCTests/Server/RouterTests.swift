import TTRPC
import Testing

@Suite("Router", .timeLimit(testBound))
struct RouterTests {
    @Test("names the methods it serves, in order")
    func methods() {
        var router = Router()
        #expect(router.methods.isEmpty)
        router.text(Probe.hold) { (text, _) async throws(RPCError) in text }
        router.echo()
        router.register(HealthService(services: []))
        #expect(
            router.methods.map(\.fullName) == [
                "grpc.health.v1.Health/Check", "test.v1.Probe/Echo", "test.v1.Probe/Hold",
            ]
        )
    }

    @Test("brings each call to its own method")
    func routes() async throws {
        try await withServer(routes: { router in
            for name in ["A", "AA", "B"] {
                router.text(Probe.method(name)) { (text, context) async throws(RPCError) in
                    "\(name) \(context.method.method) \(text)"
                }
            }
        }) { server in
            try await withClient(port: server.port) { client in
                for name in ["A", "AA", "B"] {
                    let reply = try await client.text(Probe.method(name), "x")
                    #expect(reply == "\(name) \(name) x")
                }
            }
        }
    }

    @Test(
        "a service or a method that is not there is UNIMPLEMENTED, and says which",
        arguments: [
            ("other.v1.Probe", "Echo", "UNKNOWN_SERVICE"),
            ("", "", "UNKNOWN_SERVICE"),
            ("test.v1.Prob", "eEcho", "UNKNOWN_SERVICE"),
            ("test.v1.Probe/", "Echo", "UNKNOWN_SERVICE"),
            ("test.v1.Probe", "Nothing", "UNKNOWN_METHOD"),
            ("test.v1.Probe", "", "UNKNOWN_METHOD"),
            ("test.v1.Probe", "echo", "UNKNOWN_METHOD"),
        ]
    )
    func unknown(service: String, method: String, reason: String) async throws {
        try await withServer { server in
            let peer = try await server.peer()
            var request = RawRequest(Probe.echo, payload: Probe.payload("x"))
            request.service = service
            request.method = method
            let error = try #require(try await peer.call(request, 1).error)
            #expect(error.code == .unimplemented)
            #expect(error.reason == reason)
            let next = try await peer.call(RawRequest(Probe.echo, payload: Probe.payload("y")), 3)
            #expect(next.payload == Probe.payload("y"))
            await peer.close()
        }
    }

    @Test("a name with a NUL inside is not the name before it")
    func nulInName() async throws {
        try await withServer { server in
            let peer = try await server.peer()
            var request = RawRequest(Probe.echo, payload: Probe.payload("x"))
            request.service += "\0x"
            #expect(try await peer.call(request, 1).error?.code == .unimplemented)
            request = RawRequest(Probe.echo, payload: Probe.payload("x"))
            request.method += "\0"
            #expect(try await peer.call(request, 3).error?.code == .unimplemented)
            await peer.close()
        }
    }

    @Test("a name that is not UTF-8 is unknown, and its answer can be read")
    func badName() async throws {
        try await withServer { server in
            let peer = try await server.peer()
            let envelope = HandWriter.write { writer in
                writer.data(1, [0xFF, 0xFE])
                writer.data(2, [0xC0])
            }
            try await peer.send(RawFrame(streamID: 1, kind: RawFrame.request, data: envelope))
            let error = try #require(try await peer.nextResponse(1).error)
            #expect(error.code == .unimplemented || error.code == .invalidArgument)
            await peer.close()
        }
    }
}
