import NIOConcurrencyHelpers
import NIOCore
import ProtobufC
import TTRPC
import Testing

/// Answers every call with its own text, and keeps how it was made.
private final class RecordingCaller: RPCCaller {
    let options = NIOLockedValueBox<[CallOptions]>([])
    let failure: RPCError?

    init(_ failure: RPCError? = nil) {
        self.failure = failure
    }

    func call<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request,
        options: CallOptions
    ) async throws(RPCError) -> Reply {
        self.options.withLockedValue { $0.append(options) }
        if let failure { throw failure }
        guard let reply = request as? Reply else { throw RPCError(.internal, "not an echo") }
        return reply
    }

    var last: CallOptions { options.withLockedValue { $0.last ?? CallOptions() } }
}

/// Notes that it was asked.
private struct Witness: ClientInterceptor {
    let name: String
    let events: NIOLockedValueBox<[String]>
    var stage = CallStage.accessLog
    var refusal: RPCError?

    func begin(
        _ method: MethodDescriptor,
        _ options: inout CallOptions
    ) throws(RPCError) {
        events.withLockedValue { $0.append("begin \(name)") }
        if let refusal { throw refusal }
    }

    func end(
        _ method: MethodDescriptor,
        _ options: CallOptions,
        error: RPCError?,
        durationNanoseconds: Int64
    ) {
        events.withLockedValue { $0.append("end \(name) \(error?.code.name ?? "OK")") }
    }
}

@Suite("Client interceptors")
struct ClientInterceptorTests {
    private func serving(
        _ metadata: [(key: String, value: String)] = [],
        deadline: NIODeadline? = nil
    ) -> ServerContext {
        ServerContext(method: Probe.hold, metadata: Metadata(metadata), deadline: deadline)
    }

    @Test("they see a call in their order, before it and after it")
    func order() async throws {
        let events = NIOLockedValueBox<[String]>([])
        let witnesses = ["1", "2"].map { Witness(name: $0, events: events) }
        let caller = InterceptedCaller(RecordingCaller(), witnesses)
        #expect(try await caller.say(Probe.echo, "x") == "x")
        #expect(events.withLockedValue { $0 } == ["begin 1", "begin 2", "end 1 OK", "end 2 OK"])
    }

    @Test("they take their turns by stage, however they are given")
    func stages() async throws {
        let events = NIOLockedValueBox<[String]>([])
        let witnesses = CallStage.allCases.reversed().map {
            Witness(name: "\($0)", events: events, stage: $0)
        }
        let caller = InterceptedCaller(RecordingCaller(), witnesses)
        #expect(try await caller.say(Probe.echo, "x") == "x")
        let stages = [
            "identity", "limits", "deadline", "requestID", "tracing", "metrics", "accessLog",
        ]
        #expect(
            events.withLockedValue { $0 }
                == stages.map { "begin \($0)" } + stages.map { "end \($0) OK" }
        )
    }

    @Test("one that refuses a call keeps it from being made, and all see how it ended")
    func refusal() async throws {
        let events = NIOLockedValueBox<[String]>([])
        let refusal = RPCError(.deadlineExceeded, "", origin: .notSent)
        let base = RecordingCaller()
        let caller = InterceptedCaller(
            base,
            [
                Witness(name: "1", events: events, refusal: refusal),
                Witness(name: "2", events: events),
            ]
        )
        #expect(await caller.refusal(Probe.echo) == refusal)
        #expect(base.options.withLockedValue { $0.isEmpty })
        let ends = ["end 1 DEADLINE_EXCEEDED", "end 2 DEADLINE_EXCEEDED"]
        #expect(events.withLockedValue { $0 } == ["begin 1"] + ends)
    }

    @Test(
        "a call gets what is left of the deadline it is made under, and no more than it asked for"
    )
    func deadline() async throws {
        let base = RecordingCaller()
        let caller = InterceptedCaller(base, [ClientDeadlineInterceptor(standard: .hours(5))])
        let now = NIODeadline.now()
        // Alone: its own time-out, or the standard one.
        _ = try await caller.say(Probe.echo, "", options: CallOptions(timeout: .hours(1)))
        #expect(base.last.timeout == .hours(1) && base.last.deadline == nil)
        _ = try await caller.say(Probe.echo, "", options: CallOptions())
        #expect(base.last.timeout == .hours(5))
        let end = now + .hours(2)
        try await ServerContext.$current.withValue(serving(deadline: end)) {
            _ = try await caller.say(Probe.echo, "", options: CallOptions(timeout: .hours(3)))
            #expect(base.last.deadline == end && base.last.timeout == nil)
            _ = try await caller.say(Probe.echo, "", options: CallOptions(timeout: .hours(1)))
            let own = try #require(base.last.deadline)
            #expect(own < end && own >= now + .hours(1))
            var options = CallOptions()
            options.deadline = now + .minutes(7)
            _ = try await caller.say(Probe.echo, "", options: options)
            #expect(base.last.deadline == now + .minutes(7))
            let free = CallOptions(timeout: .hours(3), inheritsDeadline: false)
            _ = try await caller.say(Probe.echo, "", options: free)
            #expect(base.last.timeout == .hours(3) && base.last.deadline == nil)
        }
        try await ServerContext.$current.withValue(serving()) {
            _ = try await caller.say(Probe.echo, "", options: CallOptions(timeout: .hours(3)))
            #expect(base.last.timeout == .hours(3))
        }
    }

    @Test("a call under a deadline that has passed is not made")
    func passed() async throws {
        let base = RecordingCaller()
        let caller = InterceptedCaller(base, [ClientDeadlineInterceptor()])
        let past = NIODeadline.now() - .nanoseconds(1)
        await ServerContext.$current.withValue(serving(deadline: past)) {
            let error = await caller.refusal(Probe.echo, options: CallOptions(timeout: .hours(3)))
            #expect(error?.code == .deadlineExceeded && error?.origin == .notSent)
            // What must be finished all the same is.
            await ServerContext.withoutDeadline {
                #expect(await caller.refusal(Probe.echo) == nil)
            }
        }
        #expect(base.options.withLockedValue { $0.count } == 1)
    }

    @Test("a request id is passed on, or made; one that the caller gave stays")
    func requestID() async throws {
        let base = RecordingCaller()
        let caller = InterceptedCaller(base, [ClientRequestIDInterceptor()])
        _ = try await caller.say(Probe.echo, "")
        let made = try #require(base.last.metadata["request-id"])
        #expect(made.utf8.count == 32)
        _ = try await caller.say(Probe.echo, "")
        #expect(base.last.metadata["request-id"] != made)
        try await ServerContext.$current.withValue(serving([("request-id", "theirs")])) {
            _ = try await caller.say(Probe.echo, "")
            #expect(base.last.metadata["request-id"] == "theirs")
            let options = CallOptions(metadata: Metadata([("Request-ID", "mine")]))
            _ = try await caller.say(Probe.echo, "", options: options)
            #expect(base.last.metadata == Metadata([("request-id", "mine")]))
        }
    }

    @Test("a trace goes on with another step and the same state, or is begun")
    func trace() async throws {
        let base = RecordingCaller()
        let caller = InterceptedCaller(base, [ClientTracingInterceptor()])
        _ = try await caller.say(Probe.echo, "")
        let text = try #require(base.last.metadata["traceparent"])
        let root = try #require(TraceContext(text))
        #expect(root.flags == 0)
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        let received = [(key: "traceparent", value: parent), (key: "tracestate", value: "a=1")]
        try await ServerContext.$current.withValue(serving(received)) {
            _ = try await caller.say(Probe.echo, "")
            let metadata = base.last.metadata
            let step = try #require(
                metadata["traceparent"].flatMap { TraceContext($0) }
            )
            #expect(step.traceID == "4bf92f3577b34da6a3ce929d0e0e4736" && step.flags == 1)
            #expect(step.parentID != 0x00f0_67aa_0ba9_02b7)
            #expect(metadata["tracestate"] == "a=1")
        }
    }

    @Test(
        "a malformed trace is begun anew without its state, and a state too long is dropped",
        arguments: [
            ("nonsense", "a=1"),
            (
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                String(repeating: "x", count: 513)
            ),
        ]
    )
    func badTrace(parent: String, state: String) async throws {
        let base = RecordingCaller()
        let caller = InterceptedCaller(base, [ClientTracingInterceptor()])
        let received = [(key: "traceparent", value: parent), (key: "tracestate", value: state)]
        try await ServerContext.$current.withValue(serving(received)) {
            _ = try await caller.say(Probe.echo, "")
            let text = try #require(base.last.metadata["traceparent"])
            #expect(TraceContext(text) != nil)
            #expect(base.last.metadata["tracestate"] == nil)
        }
    }
}
