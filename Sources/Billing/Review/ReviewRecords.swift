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

/// Who gives a vote.
struct ReviewOperator: Equatable, Sendable {
    /// What the request says: anyone may write anything.
    let name: String
    /// Whom the call was granted to; nil where callers are not authenticated.
    let caller: String?

    /// What a second vote is to a proposal.
    enum Relation: Equatable, Sendable {
        /// The same operator's.
        case own
        /// Another operator's: it may carry the proposal out.
        case another
        /// Half the same: one person with two names, or two that cannot be told apart, as one whom
        /// nobody authenticated and one who was.
        case unclear
        /// The proposal was made when nobody was authenticated: it proves nothing beside a vote that
        /// is.
        case proven
    }

    /// What a vote of this operator is to a proposal of another, or of the same.
    func relation(toProposalOf proposer: ReviewOperator) -> Relation {
        // Upper and lower case are the same person, as with usernames.
        let hasSameName = name.lowercased() == proposer.name.lowercased()
        switch (caller, proposer.caller) {
        case (nil, nil): return hasSameName ? .own : .another
        case (nil, _?): return .unclear
        case (_?, nil): return .proven
        case (let caller?, let proposingCaller?):
            switch (caller == proposingCaller, hasSameName) {
            case (true, true): return .own
            case (false, false): return .another
            case (true, false), (false, true): return .unclear
            }
        }
    }
}

/// An operator's word.
struct ReviewVote: Equatable, Sendable {
    let voter: ReviewOperator
    let decision: ReviewDecision
    let note: String
    let createdAt: Int64
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
    let gateway: GatewayCursor?
    /// The payments that have not ended, by state, and when the oldest of each was made.
    let live: [(state: PaymentState, count: Int64, oldestCreatedAt: Int64)]
    let openExceptions: Int64
    let parkedEvents: Int64
}
