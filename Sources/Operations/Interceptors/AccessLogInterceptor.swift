package import Logging
package import TTRPC

/// Logs each call: what succeeded at debug, what did not at info. Never what was in it.
package struct AccessLogInterceptor: ServerInterceptor {
    private let logger: Logger

    package init(logger: Logger) {
        self.logger = logger
    }

    package func begin(_ context: ServerContext) throws(RPCError) {}

    package func end(_ context: ServerContext, error: RPCError?, durationNanoseconds: Int64) {
        let level: Logger.Level = error == nil ? .debug : .info
        guard logger.logLevel <= level else { return }
        var metadata: Logger.Metadata = [
            "method": "\(context.method.fullName)", "peer": "\(context.peer)",
            "code": "\(error?.code.name ?? "OK")",
            "duration_us": "\(durationNanoseconds / 1000)",
        ]
        if let caller = context.caller?.name ?? context.identity?.uri {
            metadata["caller"] = "\(caller)"
        }
        if let reason = error?.reason { metadata["reason"] = "\(reason)" }
        if let field = error?.field { metadata["field"] = "\(field)" }
        if let requestID = context.requestID { metadata["request_id"] = "\(requestID.prefix(100))" }
        logger.log(level: level, "call", metadata: metadata)
    }
}
