package import Logging
import NIOConcurrencyHelpers
package import NIOCore
package import TTRPC

/// Logs each call: what succeeded at debug, what did not at info. Never what was in it.
///
/// Refusals for want of room are many at once, just when there is no time to write them all down:
/// only some of a second get a line, and the next line says how many did not.
package final class AccessLogInterceptor: ServerInterceptor {
    /// Lines of refusals for want of room in one second.
    package static let maxOverloadLines = 10

    /// Who may have a line this second.
    private struct Overload {
        var second: Int64 = -1
        var lines = 0
        var unwritten = 0
    }

    private let logger: Logger
    private let now: @Sendable () -> NIODeadline
    private let overload = NIOLockedValueBox(Overload())

    /// - Parameters:
    ///   - logger: gets the lines.
    ///   - now: the monotonic clock that tells the seconds apart.
    package init(
        logger: Logger,
        now: @escaping @Sendable () -> NIODeadline = { .now() }
    ) {
        self.logger = logger
        self.now = now
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
        guard logger.logLevel <= level else { return }
        var unwritten = 0
        if error?.reason == "OVERLOAD" {
            guard let skipped = lineOfOverload(now()) else { return }
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

    /// - Returns: how many refusals had no line since the last one; nil when this one has none.
    private func lineOfOverload(_ now: NIODeadline) -> Int? {
        overload.withLockedValue { overload in
            let second = Int64(now.uptimeNanoseconds / 1_000_000_000)
            if overload.second != second {
                overload.second = second
                overload.lines = 0
            }
            guard overload.lines < Self.maxOverloadLines else {
                overload.unwritten += 1
                return nil
            }
            overload.lines += 1
            defer { overload.unwritten = 0 }
            return overload.unwritten
        }
    }
}
