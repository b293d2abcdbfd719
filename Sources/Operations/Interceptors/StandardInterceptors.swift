package import Logging
package import TTRPC

/// What both services put around each call. `CallStage` has the order and its reasons.
package enum StandardInterceptors {
    /// - Parameters:
    ///   - methods: every method served.
    ///   - logger: for the line of each call.
    ///   - stages: those wanted, for measurements of what each costs; all by default.
    package static func all(
        methods: [MethodDescriptor],
        logger: Logger,
        stages: Set<CallStage> = Set(CallStage.allCases)
    ) -> [any ServerInterceptor] {
        let all: [any ServerInterceptor] = [
            RequestIDInterceptor(),
            TracingInterceptor(),
            MetricsInterceptor(methods: methods),
            AccessLogInterceptor(logger: logger),
        ]
        return all.filter { stages.contains($0.stage) }
    }
}
