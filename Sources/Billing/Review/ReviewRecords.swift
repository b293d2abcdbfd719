import Payments

/// What operators may decide about an item. The numbers are the schema's and the stored ones.
package enum ReviewDecision: Int, CaseIterable, Sendable {
    /// A payment in review was paid.
    case succeeded = 1
    /// A payment in review was not paid.
    case failed = 2
    /// The gateway's money goes to the account.
    case credit = 3
    /// A payment in the books is taken back.
    case reverse = 4
    /// No money moves.
    case dismiss = 5

    /// The name on the wire: "SUCCEEDED".
    var name: String {
        switch self {
        case .succeeded: "SUCCEEDED"
        case .failed: "FAILED"
        case .credit: "CREDIT"
        case .reverse: "REVERSE"
        case .dismiss: "DISMISS"
        }
    }

    /// Whether it is about a payment in review; otherwise it is about an exception.
    var isOfReview: Bool {
        switch self {
        case .succeeded, .failed: true
        case .credit, .reverse, .dismiss: false
        }
    }
}

/// What names an item: a payment in review has version 0, an exception the gateway's version.
struct ReviewKey: Hashable, Sendable {
    let payment: PaymentID
    let gatewayVersion: Int64
}

/// An operator's word.
struct ReviewVote: Equatable, Sendable {
    let operatorName: String
    let decision: ReviewDecision
    let note: String
    let createdAt: Int64

    /// Upper and lower case are the same person, as with usernames.
    func isBy(_ name: String) -> Bool {
        operatorName.lowercased() == name.lowercased()
    }
}

/// A payment in review, or an exception, with what operators have said.
struct ReviewItem: Sendable {
    let payment: PaymentRecord
    let key: ReviewKey
    /// What the gateway proves; nil for a payment in review.
    let gatewayState: OperationState?
    let openedAt: Int64
    var proposal: ReviewVote?
    var confirmation: ReviewVote?
}

/// A payment that was taken back.
struct ReversalRecord: Sendable {
    /// The ledger's entry.
    let id: JournalID
    let account: AccountID
    let payment: PaymentID
    let amount: Money
    let createdAt: Int64
    let historySequence: Int64
}

/// An event of the gateway's feed that could not be applied.
struct ParkedEventRecord: Sendable {
    let sequence: Int64
    let gatewayKey: String
    let reason: String
    let createdAt: Int64
}

/// How billing stands, in numbers.
struct BillingStatus: Sendable {
    /// Nil before the first contact.
    let gateway: GatewayPosition?
    /// The payments that have not ended, by state, and when the oldest of each was made.
    let live: [(state: PaymentState, count: Int64, oldestCreatedAt: Int64)]
    let openExceptions: Int64
    let parkedEvents: Int64
}
