import NIOConcurrencyHelpers
import NIOCore
import TTRPC
import Testing

/// Keeps what it sees of calls, and refuses those with a certain key beside them.
private final class Spy: ServerInterceptor {
    let seen = NIOLockedValueBox<[String]>([])

    func begin(_ context: inout ServerContext) throws(RPCError) {
        seen.withLockedValue { $0.append("begin \(context.method.method)") }
        if context.metadata["refuse"] != nil {
            throw RPCError(.permissionDenied, "Not you.", reason: "NO_SCOPE")
        }
    }

    func end(
        _ context: ServerContext,
        error: RPCError?,
        replyBytes: Int,
        durationNanoseconds: Int64
    ) {
        let what = error.map { "\($0.code.name)" } ?? "OK"
        let time = durationNanoseconds >= 0 ? "" : " in negative time"
        seen.withLockedValue { $0.append("end \(context.method.method) \(what)\(time)") }
    }
}

@Suite("Unary calls", .timeLimit(testBound))
struct UnaryCallTests {
    @Test("a call is answered with its reply", arguments: ["", "x", "é漢🙂"])
    func unary(text: String) async throws {
        try await withServer { server in
            try await withClient(port: server.port) { client in
                let reply = try await client.text(Probe.echo, text)
                #expect(reply == text)
            }
        }
    }

    @Test("a reply of exactly the longest frame's size comes whole")
    func longText() async throws {
        try await withServer { server in
            try await withClient(port: server.port) { client in
                let text = String(repeating: "x", count: 60_000)
                let reply = try await client.text(Probe.echo, text)
                #expect(reply == text)
            }
        }
    }

    @Test("of 1,000 calls at once on one connection each gets its own reply")
    func many() async throws {
        let gate = Gate()
        let peers = NIOLockedValueBox<Set<String>>([])
        try await withServer(routes: { router in
            router.text(Probe.hold) { (text, context) async throws(RPCError) in
                _ = peers.withLockedValue { $0.insert(context.peer) }
                await gate.pass()
                return "reply to \(text)"
            }
        }) { server in
            try await withClient(port: server.port) { client in
                try await withThrowingTaskGroup(of: (Int, String).self) { group in
                    for number in 0..<1000 {
                        group.addTask {
                            (number, try await client.text(Probe.hold, "\(number)"))
                        }
                    }
                    // All are in service before the first is answered.
                    try await eventually("1,000 calls in service") { gate.entered == 1000 }
                    gate.open()
                    var count = 0
                    for try await (number, reply) in group {
                        #expect(reply == "reply to \(number)")
                        count += 1
                    }
                    #expect(count == 1000)
                }
            }
        }
        #expect(peers.withLockedValue { $0.count } == 1)
    }

    @Test("a success carries no status, and is a response frame on the call's stream")
    func noStatus() async throws {
        try await withServer { server in
            let peer = try await server.peer()
            let request = RawRequest(Probe.echo, payload: Probe.payload("hi"))
            try await peer.send(request.frame(7))
            let frame = try await peer.nextFrame()
            #expect(frame == RawResponse.success(7, payload: Probe.payload("hi")))
            await peer.close()
        }
    }

    @Test("many requests in one segment, and one request in many, are all answered")
    func segments() async throws {
        try await withServer({ $0.frameTimeout = .minutes(5) }) { server in
            let peer = try await server.peer()
            let frames = (0..<100).map { number in
                RawRequest(Probe.echo, payload: Probe.payload("\(number)"))
                    .frame(UInt32(2 * number + 1))
            }
            try await peer.send(frames.flatMap(\.bytes))
            for number in 0..<100 {
                let response = try await peer.nextResponse(UInt32(2 * number + 1))
                #expect(response.payload == Probe.payload("\(number)"))
            }
            let request = RawRequest(Probe.echo, payload: Probe.payload("slow")).frame(201)
            for byte in request.bytes { try await peer.send([byte]) }
            #expect(try await peer.nextResponse(201).payload == Probe.payload("slow"))
            await peer.close()
        }
    }

    @Test("metadata arrives in its order, keys in lower case, repeated keys kept")
    func metadata() async throws {
        let seen = NIOLockedValueBox<[Metadata]>([])
        try await withServer(routes: { router in
            router.text(Probe.echo) { (text, context) async throws(RPCError) in
                seen.withLockedValue { $0.append(context.metadata) }
                return text
            }
        }) { server in
            let metadata = Metadata([("z", "1"), ("Traceparent", "é"), ("z", "2"), ("a", "")])
            try await withClient(port: server.port) { client in
                _ = try await client.text(Probe.echo, "x", metadata: metadata)
            }
            let peer = try await server.peer()
            var request = RawRequest(Probe.echo)
            request.metadata = [["Z", "1"], ["traceparent", "é"], ["z", "2"], ["A"]]
            #expect(try await peer.call(request, 1).status == nil)
            await peer.close()
            #expect(seen.withLockedValue { $0 } == [metadata, metadata])
        }
    }

    @Test("what a handler throws reaches the caller with reason, field and delay")
    func handlerThrows() async throws {
        let error = RPCError(
            .failedPrecondition,
            "There is a payment in progress.",
            reason: "PAYMENT_IN_PROGRESS",
            field: "account_id",
            retryAfterMilliseconds: 1500
        )
        try await withServer(routes: { router in
            router.echo()
            router.text(Probe.fail) { (_, _) async throws(RPCError) in throw error }
            router.text(Probe.method("FailLater")) { (_, _) async throws(RPCError) in
                await Task.yield()
                throw error
            }
        }) { server in
            try await withClient(port: server.port) { client in
                #expect(await client.failure(Probe.fail) == error)
                #expect(await client.failure(Probe.method("FailLater")) == error)
                let next = try await client.text(Probe.echo, "next")
                #expect(next == "next")
            }
        }
    }

    @Test("a failure carries a status and no payload")
    func failureFrame() async throws {
        try await withServer(routes: { router in
            router.text(Probe.fail) { (_, _) async throws(RPCError) in
                throw RPCError(.notFound, "no")
            }
        }) { server in
            let peer = try await server.peer()
            try await peer.send(RawRequest(Probe.fail).frame(1))
            let expected = RawResponse.failure(1, code: 5, message: "no")
            #expect(try await peer.nextFrame() == expected)
            await peer.close()
        }
    }

    @Test("a handler knows its method, its peer and its deadline")
    func context() async throws {
        let seen = NIOLockedValueBox<[ServerContext]>([])
        try await withServer(routes: { router in
            router.text(Probe.echo) { (text, context) async throws(RPCError) in
                seen.withLockedValue { $0.append(context) }
                return text
            }
        }) { server in
            try await withClient(port: server.port) { client in
                _ = try await client.text(Probe.echo, "", timeout: .minutes(10))
                _ = try await client.text(Probe.echo, "", timeout: nil)
            }
        }
        let contexts = seen.withLockedValue { $0 }
        try #require(contexts.count == 2)
        #expect(contexts[0].method === contexts[1].method)
        #expect(contexts[0].method.fullName == Probe.echo.fullName)
        #expect(contexts[0].peer.hasPrefix("127.0.0.1:"))
        #expect(contexts[0].deadline.map { $0 <= .now() + .minutes(10) } == true)
        #expect(contexts[1].deadline == nil)
    }

    @Test("interceptors see each call begin and end, and can refuse it")
    func interceptors() async throws {
        let spy = Spy()
        let handled = Counter()
        try await withServer(
            interceptors: [spy],
            routes: { router in
                router.text(Probe.echo) { (text, _) async throws(RPCError) in
                    handled.add()
                    return text
                }
                router.text(Probe.fail) { (_, _) async throws(RPCError) in
                    throw RPCError(.aborted, "")
                }
            }
        ) { server in
            try await withClient(port: server.port) { client in
                _ = try await client.text(Probe.echo, "")
                _ = await client.failure(Probe.fail)
                let error = await #expect(throws: RPCError.self) {
                    try await client.text(Probe.echo, "", metadata: Metadata([("refuse", "")]))
                }
                #expect(error == RPCError(.permissionDenied, "Not you.", reason: "NO_SCOPE"))
                _ = try await client.text(Probe.echo, "")
            }
        }
        #expect(
            spy.seen.withLockedValue { $0 } == [
                "begin Echo", "end Echo OK",
                "begin Fail", "end Fail ABORTED",
                "begin Echo", "end Echo PERMISSION_DENIED",
                "begin Echo", "end Echo OK",
            ]
        )
        #expect(handled.value == 2)
    }
}
