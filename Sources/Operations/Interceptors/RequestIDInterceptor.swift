import Synchronization
package import TTRPC

/// Gives a name to each request whose caller gave none, or one that cannot stand in a log.
package final class RequestIDInterceptor: ServerInterceptor {
    /// Longer names of callers are not taken.
    package static let maxLength = 100

    private let next: Atomic<UInt64>

    /// - Parameter seed: where the names begin; by default at random.
    package init(seed: UInt64 = .random(in: .min ... .max)) {
        next = Atomic(seed)
    }

    package var stage: CallStage { .requestID }

    package func begin(_ context: inout ServerContext) throws(RPCError) {
        if let given = context.metadata["request-id"], Self.canBeTaken(given) { return }
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        context.mintedRequestID = Self.scattered(number)
    }

    package func end(
        _ context: ServerContext,
        error: RPCError?,
        replyBytes: Int,
        durationNanoseconds: Int64
    ) {}

    /// Visible ASCII, which is one line in any log.
    private static func canBeTaken(_ name: String) -> Bool {
        let bytes = name.utf8
        return (1...maxLength).contains(bytes.count)
            && bytes.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// A number for each number, and no two alike.
    ///
    /// - Source: the finalizer of MurmurHash3, which can be undone step by step.
    private static func scattered(_ number: UInt64) -> UInt64 {
        var mixed = number
        mixed = (mixed ^ mixed >> 33) &* 0xFF51_AFD7_ED55_8CCD
        mixed = (mixed ^ mixed >> 33) &* 0xC4CE_B9FE_1A85_EC53
        return mixed ^ mixed >> 33
    }
}
