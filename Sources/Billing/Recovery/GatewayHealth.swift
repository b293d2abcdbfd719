import NIOConcurrencyHelpers

/// Whether what the gateway says can be trusted to be about the store we know.
final class GatewayHealth: Sendable {
    private let dataLoss = NIOLockedValueBox<String?>(nil)

    /// The gateway's store is another one, or went back in time: absence proves nothing there.
    var hasDataLoss: Bool { dataLossReason != nil }

    /// Why what it says is not believed; nil while there is no loss.
    var dataLossReason: String? { dataLoss.withLockedValue { $0 } }

    /// Notes a loss.
    ///
    /// - Returns: true the first time.
    func note(_ reason: String) -> Bool {
        dataLoss.withLockedValue { current in
            guard current == nil else { return false }
            current = reason
            return true
        }
    }
}
