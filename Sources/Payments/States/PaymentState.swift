/// Where a payment stands.
package enum PaymentState: Int, CaseIterable, Sendable {
    case submitting = 1
    case pending = 2
    case requiresAction = 3
    case unknown = 4
    case review = 5
    case succeeded = 6
    case declined = 7
    case failed = 8
    case canceled = 9

    /// Whether it has ended: refunds and disputes are records of their own.
    package var isTerminal: Bool {
        switch self {
        case .submitting, .pending, .requiresAction, .unknown, .review: false
        case .succeeded, .declined, .failed, .canceled: true
        }
    }

    /// Whether it keeps its account from paying again.
    package var isLive: Bool { !isTerminal }

    /// The name on the wire and in logs: "REQUIRES_ACTION".
    package var name: String {
        switch self {
        case .submitting: "SUBMITTING"
        case .pending: "PENDING"
        case .requiresAction: "REQUIRES_ACTION"
        case .unknown: "UNKNOWN"
        case .review: "REVIEW"
        case .succeeded: "SUCCEEDED"
        case .declined: "DECLINED"
        case .failed: "FAILED"
        case .canceled: "CANCELED"
        }
    }
}
