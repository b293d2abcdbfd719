package import Metrics
package import TTRPC

/// Counts a client's calls by method and code, and times them by method.
package final class ClientMetricsInterceptor: ClientInterceptor {
    private let instruments: CallInstruments

    /// - Parameters:
    ///   - methods: every method that is called; others are not counted.
    ///   - factory: makes the instruments; the process's own by default.
    package init(
        methods: [MethodDescriptor],
        factory: any MetricsFactory = MetricsSystem.factory
    ) {
        instruments = CallInstruments(prefix: "rpc_client", methods: methods, factory: factory)
    }

    package var stage: CallStage { .metrics }

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
        instruments.record(method, error, durationNanoseconds)
    }
}
