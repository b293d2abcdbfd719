/// Where a gateway's operation stands.
package enum OperationState: Int, CaseIterable, Sendable {
    case received = 1
    case sent = 2
    case approved = 3
    case captured = 4
    case declined = 5
    case pending = 6
    case requiresAction = 7
    case inDoubt = 8
    case voided = 9
    case expired = 10
    case fenced = 11
    case notSent = 12

    /// Whether nothing more is expected of the bank.
    package var isTerminal: Bool {
        switch self {
        case .received, .sent, .pending, .requiresAction, .inDoubt: false
        case .approved, .captured, .declined, .voided, .expired, .fenced, .notSent: true
        }
    }

    /// The name on the wire and in logs: "IN_DOUBT".
    package var name: String {
        switch self {
        case .received: "RECEIVED"
        case .sent: "SENT"
        case .approved: "APPROVED"
        case .captured: "CAPTURED"
        case .declined: "DECLINED"
        case .pending: "PENDING"
        case .requiresAction: "REQUIRES_ACTION"
        case .inDoubt: "IN_DOUBT"
        case .voided: "VOIDED"
        case .expired: "EXPIRED"
        case .fenced: "FENCED"
        case .notSent: "NOT_SENT"
        }
    }
}
