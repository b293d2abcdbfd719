package import Logging
package import NIOCore
package import TTRPC

/// Logs each call: what succeeded at debug, what did not at info. Never what was in it.
///
/// Refusals for want of room are many at once, just when there is no time to write them all down,
/// and those for want of a grant can be caused by whoever can connect: only some of a second get a
/// line, and the next line of the same kind says how many did not.
package final class AccessLogInterceptor: ServerInterceptor {
    private let logger: Logger
    /// The least level that is written. Not asked for with each call: the logger is ours.
    private let leastLevel: Logger.Level
    private let overload: LineBudget
    private let unauthenticated: LineBudget
    private let denied: LineBudget

    /// - Parameters:
    ///   - logger: gets the lines.
    ///   - now: the monotonic clock that tells the seconds apart.
    package init(
        logger: Logger,
        now: @escaping @Sendable () -> NIODeadline = { .now() }
    ) {
        self.logger = logger
        leastLevel = logger.logLevel
        overload = LineBudget(now: now)
        unauthenticated = LineBudget(now: now)
        denied = LineBudget(now: now)
    }

    package var stage: CallStage { .accessLog }

    package func begin(_ context: inout ServerContext) throws(RPCError) {}

    package func end(
        _ context: ServerContext,
        error: RPCError?,
        replyBytes: Int,
        durationNanoseconds: Int64
    ) {
        let level: Logger.Level = error == nil ? .debug : .info
        guard leastLevel <= level else { return }
        var unwritten = 0
        if let budget = budget(error) {
            guard let skipped = budget.take() else { return }
            unwritten = skipped
        }
        var metadata: Logger.Metadata = [
            "method": "\(context.method.fullName)", "peer": "\(context.peer)",
            "code": "\(error?.code.name ?? "OK")",
            "duration_us": "\(durationNanoseconds / 1000)",
            "request_bytes": "\(context.requestBytes)", "reply_bytes": "\(replyBytes)",
        ]
        if let caller = context.caller?.name ?? context.identity?.uri {
            metadata["caller"] = "\(caller)"
        }
        if let reason = error?.reason { metadata["reason"] = "\(reason)" }
        if let field = error?.field { metadata["field"] = "\(field)" }
        if let requestID = context.requestID { metadata["request_id"] = "\(requestID.prefix(100))" }
        if let left = context.timeRemaining {
            metadata["deadline_left_us"] = "\(left.nanoseconds / 1000)"
        }
        if let trace = context.trace?.outgoing ?? context.trace?.incoming {
            metadata["trace_id"] = "\(trace.traceID)"
            metadata["span_id"] = "\(HexText.text(trace.parentID))"
        }
        if unwritten > 0 { metadata["refusals_not_logged"] = "\(unwritten)" }
        logger.log(level: level, "call", metadata: metadata)
    }

    /// Whose lines are bounded together; nil when each failure has its own.
    private func budget(_ error: RPCError?) -> LineBudget? {
        guard let error else { return nil }
        switch error.code {
        case .resourceExhausted: return error.reason == "OVERLOAD" ? overload : nil
        case .unauthenticated: return unauthenticated
        case .permissionDenied: return denied
        case .ok, .cancelled, .unknown, .invalidArgument, .deadlineExceeded, .notFound,
            .alreadyExists, .failedPrecondition, .aborted, .outOfRange, .unimplemented, .internal,
            .unavailable, .dataLoss:
            return nil
        }
    }
}
