package import Metrics
package import TTRPC

/// Counts calls by method and code, and times them by method.
package final class MetricsInterceptor: ServerInterceptor {
    /// The instruments of one method, made once.
    private struct Instruments: Sendable {
        let duration: Timer
        let codes: [RPCCode: Counter]
    }

    private let byMethod: [ObjectIdentifier: Instruments]

    /// - Parameters:
    ///   - methods: every method served.
    ///   - factory: makes the instruments; the process's own by default.
    package init(
        methods: [MethodDescriptor],
        factory: any MetricsFactory = MetricsSystem.factory
    ) {
        var byMethod: [ObjectIdentifier: Instruments] = [:]
        for method in methods {
            let name = [("method", method.fullName)]
            let codes = RPCCode.allCases.map { code in
                let dimensions = name + [("code", code.name)]
                let counter = Counter(
                    label: "rpc_server_calls_total",
                    dimensions: dimensions,
                    factory: factory
                )
                return (code, counter)
            }
            byMethod[ObjectIdentifier(method)] = Instruments(
                duration: Timer(
                    label: "rpc_server_duration",
                    dimensions: name,
                    factory: factory
                ),
                codes: Dictionary(uniqueKeysWithValues: codes)
            )
        }
        self.byMethod = byMethod
    }

    package func begin(_ context: ServerContext) throws(RPCError) {}

    package func end(_ context: ServerContext, error: RPCError?, durationNanoseconds: Int64) {
        guard let instruments = byMethod[ObjectIdentifier(context.method)] else { return }
        instruments.duration.recordNanoseconds(durationNanoseconds)
        instruments.codes[error?.code ?? .ok]?.increment()
    }
}
