/// What may happen to a gateway's operation, and what follows. Pure.
///
/// The states and their order are those of the gateway's model: an operation is received, sent to
/// the bank once, and ends by the bank's word, or by a reversal that the bank acknowledged.
package struct OperationStateMachine: Equatable, Sendable {
    /// What happened.
    package enum Event: Equatable, Sendable, CaseIterable {
        /// The intent to ask the bank is durable.
        case sent
        /// Our own rules refused it.
        case riskRefused
        case bankApproved
        case bankDeclined
        case bankPending
        /// The answer was lost: a time-out, a broken connection.
        case answerLost
        /// The process started anew.
        case restarted
        /// The bank acknowledged a reversal: no money moves.
        case reversalAcknowledged
    }

    /// What the shell does about it.
    package enum Action: Equatable, Sendable {
        /// Commit the new state, with a new version and an event.
        case record(OperationState)
        /// Nothing is new.
        case ignore
        /// The bank approved what was given up: reverse it again.
        case reverseAgain
    }

    package private(set) var state: OperationState

    package init(_ state: OperationState) {
        self.state = state
    }

    /// Applies an event. What the bank may send at any time is never a trap: a late word for an
    /// ended operation is ignored, or reversed when it is an approval of something given up.
    package mutating func event(_ event: Event) -> Action {
        switch event {
        case .sent:
            precondition(state == .received, "sent from \(state)")
            return record(.sent)
        case .riskRefused:
            precondition(state == .received, "refused by risk rules from \(state)")
            return record(.declined)
        case .bankApproved: return approved()
        case .bankDeclined: return undecided ? record(.declined) : .ignore
        case .bankPending: return state == .sent || state == .inDoubt ? record(.pending) : .ignore
        case .answerLost: return state == .sent ? record(.inDoubt) : .ignore
        case .restarted: return restarted()
        case .reversalAcknowledged: return reversed()
        }
    }

    /// The bank was asked and its word is still out.
    private var undecided: Bool {
        switch state {
        case .sent, .inDoubt, .pending, .requiresAction: true
        case .received, .approved, .captured, .declined, .voided, .expired, .fenced, .notSent:
            false
        }
    }

    private mutating func record(_ next: OperationState) -> Action {
        state = next
        return .record(next)
    }

    private mutating func approved() -> Action {
        switch state {
        case .sent, .inDoubt, .pending, .requiresAction: record(.approved)
        case .approved, .captured: .ignore
        case .declined, .voided, .expired: .reverseAgain
        case .received, .fenced, .notSent: .reverseAgain
        }
    }

    private mutating func restarted() -> Action {
        switch state {
        case .received: record(.notSent)
        case .sent: record(.inDoubt)
        case .pending, .requiresAction, .inDoubt: .ignore
        case .approved, .captured, .declined, .voided, .expired, .fenced, .notSent: .ignore
        }
    }

    private mutating func reversed() -> Action {
        switch state {
        case .sent, .inDoubt: record(.declined)
        case .pending: record(.expired)
        case .requiresAction: record(.voided)
        case .received, .approved, .captured, .declined, .voided, .expired, .fenced, .notSent:
            .ignore
        }
    }
}
