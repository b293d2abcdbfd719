package import Metrics
package import TTRPC

/// Counts calls by method and code, and times and measures them by method.
package final class MetricsInterceptor: ServerInterceptor {
    /// The instruments of one method, made once: those of the factory itself. What swift-metrics
    /// puts in front of them is generic over all numbers, which costs more than to count one.
    private final class Instruments: Sendable {
        private let duration: any TimerHandler
        private let requestBytes: any RecorderHandler
        private let replyBytes: any RecorderHandler
        /// By the code's number.
        private let codes: [any CounterHandler]

        init(_ method: MethodDescriptor, _ factory: any MetricsFactory) {
            let name = [("method", method.fullName)]
            func bytes(_ label: String) -> any RecorderHandler {
                factory.makeRecorder(label: label, dimensions: name, aggregate: true)
            }
            duration = factory.makeTimer(label: "rpc_server_duration", dimensions: name)
            requestBytes = bytes("rpc_server_request_bytes")
            replyBytes = bytes("rpc_server_reply_bytes")
            let last = RPCCode.allCases.map(\.rawValue).max() ?? 0
            codes = (0...last).map { number in
                let code = RPCCode(rawValue: number) ?? .unknown
                return factory.makeCounter(
                    label: "rpc_server_calls_total",
                    dimensions: name + [("code", code.name)]
                )
            }
        }

        func record(
            _ code: RPCCode,
            nanoseconds: Int64,
            requestBytes: Int,
            replyBytes: Int
        ) {
            duration.recordNanoseconds(nanoseconds)
            self.requestBytes.record(Int64(requestBytes))
            self.replyBytes.record(Int64(replyBytes))
            codes[Int(code.rawValue)].increment(by: 1)
        }
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
            byNumber[method.number - firstNumber] = Instruments(method, factory)
        }
        self.byNumber = byNumber
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
        instruments.record(
            error?.code ?? .ok,
            nanoseconds: durationNanoseconds,
            requestBytes: context.requestBytes,
            replyBytes: replyBytes
        )
    }
}
