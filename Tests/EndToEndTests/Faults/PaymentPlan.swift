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

    /// One of them: mostly what is answered at once.
    static func random(using random: inout SplitMix64) -> PaymentPlan {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<35: .savedCard
        case 35..<55: .newCard
        case 55..<70: .savingCard
        case 70..<85: .declined
        case 85..<94: .slow
        case 94..<96: .pendingThenApproved
        case 96..<98: .pendingThenDeclined
        default: .pendingForever
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
        }
    }

    /// Whether money may move. Everything may end without: a sale that a crash cut short is
    /// reversed, or was never sent.
    var maySucceed: Bool {
        switch self {
        case .savedCard, .newCard, .savingCard, .slow, .pendingThenApproved: true
        case .declined, .pendingThenDeclined, .pendingForever: false
        }
    }

    /// Whether it may stay pending.
    var mayStayPending: Bool {
        switch self {
        case .pendingForever: true
        case .savedCard, .newCard, .savingCard, .declined, .slow, .pendingThenApproved,
            .pendingThenDeclined:
            false
        }
    }

    /// Whether the bank takes some seconds to decide.
    var mayBePending: Bool {
        switch self {
        case .pendingForever, .pendingThenApproved, .pendingThenDeclined: true
        case .savedCard, .newCard, .savingCard, .declined, .slow: false
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
