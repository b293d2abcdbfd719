import InMemoryTracing
import Instrumentation
import Operations
import RemitAPI
import TTRPC
import Testing
import Tracing

/// A tracer that reads and writes `traceparent`, and starts its spans in memory.
private struct W3CTracer: Tracer {
    let spans = InMemoryTracer(recordInjections: false, recordExtractions: false)

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout ServiceContext,
        using extractor: Extract
    ) where Extract.Carrier == Carrier {
        context.parent = extractor.extract(key: "traceparent", from: carrier)
    }

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let parent = context.parent else { return }
        let own = parent.dropLast(19) + "00000000000000aa-01"
        injector.inject(String(own), forKey: "traceparent", into: &carrier)
    }

    func startSpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> ServiceContext,
        ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant,
        function: String,
        file fileID: String,
        line: UInt
    ) -> InMemorySpan {
        spans.startSpan(
            operationName,
            context: context(),
            ofKind: kind,
            at: instant(),
            function: function,
            file: fileID,
            line: line
        )
    }

    func forceFlush() {}
}

private enum ParentKey: ServiceContextKey {
    typealias Value = String
}

extension ServiceContext {
    fileprivate var parent: String? {
        get { self[ParentKey.self] }
        set { self[ParentKey.self] = newValue }
    }
}

@Suite("Tracing")
struct TracingInterceptorTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let parent = "00-\(trace)-00f067aa0ba902b7-01"

    private func context(_ pairs: [(key: String, value: String)]) -> ServerContext {
        ServerContext(method: DebugV1.EchoService.echo, metadata: Metadata(pairs))
    }

    @Test("without a tracer, a call that tells of no trace has none")
    func nothing() throws {
        let tracing = TracingInterceptor()
        for pairs in [[], [("traceparent", "garbage")]] as [[(key: String, value: String)]] {
            var context = context(pairs)
            try tracing.begin(&context)
            #expect(context.trace == nil)
            tracing.end(context, error: nil, replyBytes: 0, durationNanoseconds: 1)
        }
    }

    @Test("without a tracer, a trace is passed on under another span")
    func passedOn() throws {
        var context = context([("traceparent", Self.parent)])
        try TracingInterceptor().begin(&context)
        let trace = try #require(context.trace)
        #expect(trace.incoming?.text == Self.parent)
        #expect(trace.outgoing?.traceID == Self.trace)
        #expect(trace.outgoing?.parentID != trace.incoming?.parentID)
        #expect(trace.outgoing?.flags == 1)
    }

    @Test("a tracer's span has the call's name, parent and end")
    func span() throws {
        let tracer = W3CTracer()
        let tracing = TracingInterceptor(tracer: tracer)
        var context = context([("traceparent", Self.parent), ("request-id", "r1")])
        try tracing.begin(&context)
        #expect(tracer.spans.activeSpans.count == 1)
        #expect(context.trace?.outgoing?.text == "00-\(Self.trace)-00000000000000aa-01")
        tracing.end(context, error: nil, replyBytes: 0, durationNanoseconds: 1)
        let span = try #require(tracer.spans.finishedSpans.first)
        #expect(span.operationName == "remit.debug.v1.EchoService/Echo")
        #expect(span.kind == .server)
        #expect(span.context.parent == Self.parent)
        #expect(span.attributes.get("rpc.system") == .string("ttrpc"))
        #expect(span.attributes.get("rpc.request_id") == .string("r1"))
        #expect(span.attributes.get("rpc.grpc.status_code") == .int32(0))
        #expect(span.status == nil)
    }

    @Test("a failed call's span says so, and never what was in the call")
    func failed() throws {
        let tracer = W3CTracer()
        let tracing = TracingInterceptor(tracer: tracer)
        var context = context([])
        try tracing.begin(&context)
        let error = RPCError(.notFound, "a message that may hold a payload", reason: "GONE")
        tracing.end(context, error: error, replyBytes: 0, durationNanoseconds: 1)
        let span = try #require(tracer.spans.finishedSpans.first)
        #expect(span.status?.code == .error)
        #expect(span.status?.message == "NOT_FOUND")
        #expect(span.attributes.get("rpc.reason") == .string("GONE"))
        #expect(span.attributes.get("rpc.grpc.status_code") == .int32(5))
    }

    @Test("a traceparent that cannot be read is not shown to the tracer")
    func unreadable() throws {
        let tracer = W3CTracer()
        // A span that is not ended and its tracer hold each other.
        defer { tracer.spans.clearAll(includingActive: true) }
        var context = context([("traceparent", Self.parent.uppercased())])
        try TracingInterceptor(tracer: tracer).begin(&context)
        #expect(tracer.spans.activeSpans.first?.context.parent == nil)
        #expect(context.trace?.incoming == nil)
    }
}
