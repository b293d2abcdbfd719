import Metrics
import TTRPC

/// A counter for each method and code, and a timer for each method: `PREFIX_calls_total` and
/// `PREFIX_duration`. Made once, so that a call makes none.
struct CallInstruments: Sendable {
    private struct Instruments: Sendable {
        let duration: Timer
        let codes: [RPCCode: Counter]
    }

    private let byMethod: [ObjectIdentifier: Instruments]

    init(prefix: String, methods: [MethodDescriptor], factory: any MetricsFactory) {
        var byMethod: [ObjectIdentifier: Instruments] = [:]
        for method in methods {
            let name = [("method", method.fullName)]
            let codes = RPCCode.allCases.map { code in
                let counter = Counter(
                    label: prefix + "_calls_total",
                    dimensions: name + [("code", code.name)],
                    factory: factory
                )
                return (code, counter)
            }
            byMethod[ObjectIdentifier(method)] = Instruments(
                duration: Timer(label: prefix + "_duration", dimensions: name, factory: factory),
                codes: Dictionary(uniqueKeysWithValues: codes)
            )
        }
        self.byMethod = byMethod
    }

    /// - Parameters:
    ///   - error: what the call failed with; nil when it succeeded.
    ///   - durationNanoseconds: how long it took.
    func record(_ method: MethodDescriptor, _ error: RPCError?, _ durationNanoseconds: Int64) {
        guard let instruments = byMethod[ObjectIdentifier(method)] else { return }
        instruments.duration.recordNanoseconds(durationNanoseconds)
        instruments.codes[error?.code ?? .ok]?.increment()
    }
}
