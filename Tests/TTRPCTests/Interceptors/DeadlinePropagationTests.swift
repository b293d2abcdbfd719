import NIOConcurrencyHelpers
import NIOCore
import TTRPC
import Testing

/// Two servers: `Outer` of the first calls `Inner` of the second in a way that its text names.
@Suite("Deadlines across two servers", .timeLimit(testBound))
struct DeadlinePropagationTests {
    private static let outer = Probe.method("Outer")
    private static let inner = Probe.method("Inner")

    private func withChain(
        _ body: (RPCClientPool, NIOLockedValueBox<ServerContext?>) async throws -> Void
    ) async throws {
        let seen = NIOLockedValueBox<ServerContext?>(nil)
        let second = try await startServer { router in
            router.text(Self.inner) { (text, context) async throws(RPCError) in
                seen.withLockedValue { $0 = context }
                return text
            }
        }
        try await withPool([second.port]) { inside in
            let caller = InterceptedCaller(
                inside,
                [
                    ClientDeadlineInterceptor(), ClientRequestIDInterceptor(),
                    ClientTracingInterceptor(),
                ]
            )
            let first = try await startServer { router in
                router.text(Self.outer) { (text, _) async throws(RPCError) in
                    try await Self.forward(text, caller)
                }
            }
            try await withPool([first.port]) { try await body($0, seen) }
            await first.server.shutdown()
        }
        await second.server.shutdown()
    }

    private static func forward(
        _ way: String,
        _ caller: InterceptedCaller
    ) async throws(RPCError) -> String {
        let hour = CallOptions(timeout: .hours(1))
        switch way {
        case "own":
            let options = CallOptions(timeout: .hours(1), inheritsDeadline: false)
            return try await caller.say(inner, way, options: options)
        case "task":
            let task = Task { await caller.refusal(inner, way, options: hour) }
            if let error = await task.value { throw error }
            return way
        case "committed":
            let task = Task {
                await ServerContext.withoutDeadline {
                    await caller.refusal(inner, way, options: hour)
                }
            }
            if let error = await task.value { throw error }
            return way
        default: return try await caller.say(inner, way, options: hour)
        }
    }

    @Test(
        "a call made for another gets what that one has left, and so does what its tasks call",
        arguments: ["direct", "task"]
    )
    func inherited(way: String) async throws {
        try await withChain { pool, seen in
            let options = CallOptions(
                timeout: .minutes(1),
                metadata: Metadata([
                    ("request-id", "r1"),
                    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
                ])
            )
            #expect(try await pool.say(Self.outer, way, options: options) == way)
            let context = try #require(seen.withLockedValue { $0 })
            let left = try #require(context.timeRemaining)
            #expect(left > .zero && left <= .minutes(1))
            #expect(context.requestID == "r1")
            let trace = try #require(
                context.metadata["traceparent"].flatMap { TraceContext($0) }
            )
            #expect(trace.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
        }
    }

    @Test(
        "what has a deadline of its own, or is committed, is not cut short by its caller's",
        arguments: ["own", "committed"]
    )
    func notInherited(way: String) async throws {
        try await withChain { pool, seen in
            let options = CallOptions(
                timeout: .minutes(1),
                metadata: Metadata([("request-id", "r2")])
            )
            #expect(try await pool.say(Self.outer, way, options: options) == way)
            let context = try #require(seen.withLockedValue { $0 })
            #expect(try #require(context.timeRemaining) > .minutes(30))
            #expect(context.requestID == "r2", "it is the same request all the same")
        }
    }

    @Test("a call from outside of any handler has no deadline to inherit")
    func outside() async throws {
        #expect(ServerContext.current == nil)
        try await withChain { pool, seen in
            #expect(try await pool.say(Self.outer, "direct", options: CallOptions()) == "direct")
            let context = try #require(seen.withLockedValue { $0 })
            #expect(try #require(context.timeRemaining) > .minutes(30))
        }
    }
}
