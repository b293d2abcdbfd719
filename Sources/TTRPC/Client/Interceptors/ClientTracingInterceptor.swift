/// Gives a call a `traceparent`: another span of the trace that the call it is made for belongs to,
/// else the first of a new one.
package struct ClientTracingInterceptor: ClientInterceptor {
    /// A `tracestate` up to this long is passed on, in bytes; what is longer is dropped.
    ///
    /// - Source: W3C Trace Context, level 1, section 3.3.1.5.
    package static let maxStateBytes = 512
    private let source: RandomIDSource

    package init(source: RandomIDSource = RandomIDSource()) {
        self.source = source
    }

    package var stage: CallStage { .tracing }

    package func begin(
        _ method: MethodDescriptor,
        _ options: inout CallOptions
    ) throws(RPCError) {
        guard options.metadata["traceparent"] == nil else { return }
        let current = ServerContext.current
        let received = current?.metadata
        let incoming = received?["traceparent"].flatMap { TraceContext($0) }
        if let parent = current?.trace?.outgoing ?? incoming {
            let span = parent.from(span: source.nextNonZero())
            options.metadata.append("traceparent", span.text)
            if let state = received?["tracestate"], state.utf8.count <= Self.maxStateBytes {
                options.metadata.append("tracestate", state)
            }
        } else {
            let root = TraceContext(
                traceIDHigh: source.nextNonZero(),
                traceIDLow: source.next(),
                parentID: source.nextNonZero(),
                flags: 0
            )
            options.metadata.append("traceparent", root.text)
        }
    }
}
