import RemitAPI

/// A way to pay, and what may become of it when services are killed meanwhile.
enum PaymentPlan: CaseIterable, Sendable {
    case savedCard
    case newCard
    case savingCard
    case declined
    case slow
    case pendingThenApproved
    case pendingThenDeclined
    case pendingForever
    /// The connection to the bank breaks before it has authorized.
    case dropped
    /// The bank has approved, and nothing of it comes back.
    case replyLost
    /// The bank has approved, and its reply is cut off.
    case replyCut
    /// The bank does not answer in time, and what it may have done is reversed.
    case linkTimesOut
    /// The bank approves after the reversal, and is reversed again.
    case lateApproval

    /// One of them: mostly what is answered at once.
    static func random(using random: inout SplitMix64) -> PaymentPlan {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<32: .savedCard
        case 32..<49: .newCard
        case 49..<62: .savingCard
        case 62..<74: .declined
        case 74..<81: .slow
        case 81..<83: .pendingThenApproved
        case 83..<85: .pendingThenDeclined
        case 85..<87: .pendingForever
        case 87..<89: .dropped
        case 89..<92: .replyLost
        case 92..<94: .replyCut
        case 94..<97: .linkTimesOut
        default: .lateApproval
        }
    }

    /// The number of a new card.
    var number: String {
        switch self {
        case .savedCard, .savingCard: SandboxCard.visa
        case .newCard: SandboxCard.mastercard
        case .declined: SandboxCard.insufficientFunds
        case .slow: SandboxCard.slow
        case .pendingThenApproved: SandboxCard.pendingThenApproved
        case .pendingThenDeclined: SandboxCard.pendingThenDeclined
        case .pendingForever: SandboxCard.pendingForever
        case .dropped: SandboxCard.dropped
        case .replyLost: SandboxCard.replyLost
        case .replyCut: SandboxCard.replyCut
        case .linkTimesOut: SandboxCard.linkTimesOut
        case .lateApproval: SandboxCard.lateApproval
        }
    }

    /// Whether money may move. Everything may end without: a sale that a crash cut short is
    /// reversed, or was never sent.
    var maySucceed: Bool {
        switch self {
        case .savedCard, .newCard, .savingCard, .slow, .pendingThenApproved, .replyLost,
            .replyCut:
            true
        case .declined, .pendingThenDeclined, .pendingForever, .dropped, .linkTimesOut,
            .lateApproval:
            false
        }
    }

    /// Whether it may stay pending.
    var mayStayPending: Bool { self == .pendingForever }

    /// Whether the bank takes some seconds to decide.
    var mayBePending: Bool {
        switch self {
        case .pendingForever, .pendingThenApproved, .pendingThenDeclined: true
        case .savedCard, .newCard, .savingCard, .declined, .slow, .dropped, .replyLost, .replyCut,
            .linkTimesOut, .lateApproval:
            false
        }
    }
}

extension BillingV1.PaymentState {
    /// Whether a payment that was answered with this may be found in another state afterwards.
    func mayBecome(_ later: BillingV1.PaymentState) -> Bool {
        switch self {
        case .succeeded, .declined, .failed, .canceled: later == self
        case .pending: [.pending, .succeeded, .declined, .canceled].contains(later)
        case .submitting, .unknown: later != .submitting || self == .submitting
        case .requiresAction, .review, .unspecified, .unrecognized: false
        }
    }
}
