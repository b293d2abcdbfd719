import Instrumentation
package import TTRPC
package import Tracing

/// Reads the caller's `traceparent`, and starts a span where the process has a tracer.
///
/// Without a tracer a call that tells no trace costs a look at its metadata. One that does is
/// passed on under a new span id, so that the log lines of both services can be joined.
package final class TracingInterceptor: ServerInterceptor {
    private let tracer: (any Tracer)?
    private let source: RandomIDSource

    /// - Parameters:
    ///   - tracer: starts the spans; by default the one that the process has installed.
    ///   - source: names spans that no tracer starts.
    package init(tracer: (any Tracer)? = nil, source: RandomIDSource = RandomIDSource()) {
        self.source = source
        let installed = tracer ?? InstrumentationSystem.tracer
        self.tracer = installed is NoOpTracer ? nil : installed
    }

    package var stage: CallStage { .tracing }

    package func begin(_ context: inout ServerContext) throws(RPCError) {
        let text = context.metadata["traceparent"]
        let incoming = text.flatMap { TraceContext($0) }
        guard let tracer else {
            guard let incoming else { return }
            let outgoing = incoming.from(span: source.nextNonZero())
            context.trace = CallTrace(incoming: incoming, outgoing: outgoing)
            return
        }
        var service = ServiceContext.topLevel
        // What cannot be read strictly is not shown to the tracer either.
        if incoming != nil { tracer.extract(context.metadata, into: &service, using: Reader()) }
        let span = tracer.startSpan(context.method.fullName, context: service, ofKind: .server)
        var attributes: SpanAttributes = [
            "rpc.system": .string("ttrpc"),
            "rpc.service": .string(context.method.service),
            "rpc.method": .string(context.method.method),
        ]
        if let requestID = context.requestID {
            attributes.set("rpc.request_id", value: .string(requestID))
        }
        span.attributes = attributes
        var told = Metadata()
        tracer.inject(span.context, into: &told, using: Writer())
        let outgoing =
            told["traceparent"].flatMap { TraceContext($0) }
            ?? incoming?.from(span: source.nextNonZero())
        context.trace = CallTrace(incoming: incoming, outgoing: outgoing, span: span)
    }

    package func end(
        _ context: ServerContext,
        error: RPCError?,
        replyBytes: Int,
        durationNanoseconds: Int64
    ) {
        guard let span = context.trace?.span as? any Span else { return }
        span.attributes.set("rpc.grpc.status_code", value: .int32(error?.code.rawValue ?? 0))
        if let error {
            span.attributes.set("rpc.reason", value: error.reason.map { .string($0) })
            span.setStatus(SpanStatus(code: .error, message: error.code.name))
        }
        span.end()
    }

    private struct Reader: Extractor {
        func extract(key: String, from carrier: Metadata) -> String? {
            carrier[key.lowercased()]
        }
    }

    private struct Writer: Injector {
        func inject(_ value: String, forKey key: String, into carrier: inout Metadata) {
            carrier.append(key, value)
        }
    }
}
