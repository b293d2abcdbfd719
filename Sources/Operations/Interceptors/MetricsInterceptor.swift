package import Metrics
package import TTRPC

/// Counts calls by method and code, and times and measures them by method.
package final class MetricsInterceptor: ServerInterceptor {
    /// The instruments of one method, made once.
    private struct Instruments: Sendable {
        let duration: Timer
        let requestBytes: Recorder
        let replyBytes: Recorder
        /// By the code's number.
        let codes: [Counter]
    }

    private let firstNumber: Int
    private let byNumber: [Instruments?]

    /// - Parameters:
    ///   - methods: every method served.
    ///   - factory: makes the instruments; the process's own by default.
    package init(
        methods: [MethodDescriptor],
        factory: any MetricsFactory = MetricsSystem.factory
    ) {
        firstNumber = methods.map(\.number).min() ?? 0
        let count = (methods.map(\.number).max() ?? -1) - firstNumber + 1
        var byNumber = [Instruments?](repeating: nil, count: max(0, count))
        for method in methods {
            byNumber[method.number - firstNumber] = Self.instruments(method, factory)
        }
        self.byNumber = byNumber
    }

    private static func instruments(
        _ method: MethodDescriptor,
        _ factory: any MetricsFactory
    ) -> Instruments {
        let name = [("method", method.fullName)]
        let last = RPCCode.allCases.map(\.rawValue).max() ?? 0
        let codes = (0...last).map { number in
            let code = RPCCode(rawValue: number) ?? .unknown
            return Counter(
                label: "rpc_server_calls_total",
                dimensions: name + [("code", code.name)],
                factory: factory
            )
        }
        return Instruments(
            duration: Timer(label: "rpc_server_duration", dimensions: name, factory: factory),
            requestBytes: Recorder(
                label: "rpc_server_request_bytes",
                dimensions: name,
                factory: factory
            ),
            replyBytes: Recorder(
                label: "rpc_server_reply_bytes",
                dimensions: name,
                factory: factory
            ),
            codes: codes
        )
    }

    package var stage: CallStage { .metrics }

    package func begin(_ context: inout ServerContext) throws(RPCError) {}

    package func end(
        _ context: ServerContext,
        error: RPCError?,
        replyBytes: Int,
        durationNanoseconds: Int64
    ) {
        let index = context.method.number - firstNumber
        guard byNumber.indices.contains(index), let instruments = byNumber[index] else { return }
        instruments.duration.recordNanoseconds(durationNanoseconds)
        instruments.requestBytes.record(context.requestBytes)
        instruments.replyBytes.record(replyBytes)
        instruments.codes[Int((error?.code ?? .ok).rawValue)].increment()
    }
}
