package import Logging
package import TTRPC

/// Logs each call that a client makes: what succeeded at debug, what did not at info. Never what
/// was in it.
package struct ClientLogInterceptor: ClientInterceptor {
    private let logger: Logger

    package init(logger: Logger) {
        self.logger = logger
    }

    package var stage: CallStage { .accessLog }

    package func begin(
        _ method: MethodDescriptor,
        _ options: inout CallOptions
    ) throws(RPCError) {}

    package func end(
        _ method: MethodDescriptor,
        _ options: CallOptions,
        error: RPCError?,
        durationNanoseconds: Int64
    ) {
        let level: Logger.Level = error == nil ? .debug : .info
        guard logger.logLevel <= level else { return }
        var metadata: Logger.Metadata = [
            "method": "\(method.fullName)", "code": "\(error?.code.name ?? "OK")",
            "duration_us": "\(durationNanoseconds / 1000)",
        ]
        if let error {
            metadata["origin"] = "\(error.origin)"
            if let reason = error.reason { metadata["reason"] = "\(reason)" }
            if let field = error.field { metadata["field"] = "\(field)" }
        }
        if let id = options.metadata["request-id"] { metadata["request_id"] = "\(id.prefix(100))" }
        let trace = options.metadata["traceparent"].flatMap { TraceContext($0) }
        if let trace { metadata["trace_id"] = "\(trace.traceID)" }
        logger.log(level: level, "outgoing call", metadata: metadata)
    }
}
