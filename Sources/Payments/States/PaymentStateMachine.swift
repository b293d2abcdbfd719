/// What may happen to a payment, and what follows. Pure.
package struct PaymentStateMachine: Equatable, Sendable {
    /// What happened.
    package enum Event: Equatable, Sendable {
        /// The gateway proves a state of the operation, at a version of it.
        case proof(OperationState, version: Int64)
        /// The reply did not come: a time-out, a lost connection, a restart.
        case replyLost
        /// It has been live longer than is allowed.
        case horizonPassed
        /// Two operators agree about what a payment in review came to.
        case decided(Verdict)
    }

    /// What operators may decide about a payment that nothing proves.
    package enum Verdict: Equatable, Sendable, CaseIterable {
        case succeeded
        case failed
    }

    /// What the shell does about it.
    package enum Action: Equatable, Sendable {
        /// Nothing is new.
        case ignore
        /// Commit the new state, which is not terminal.
        case move(PaymentState)
        /// Commit the terminal state with all that follows from it: allocations, ledger, mail.
        case settle(PaymentState)
        /// The proof contradicts how it ended. It is never dropped: an exception is opened, and
        /// people decide about the money.
        case openException
    }

    package private(set) var state: PaymentState
    /// The version of the gateway's operation that was applied last; 0 before the first.
    package private(set) var version: Int64

    package init(_ state: PaymentState, version: Int64) {
        self.state = state
        self.version = version
    }

    /// Applies an event. Proof that is not newer than what was applied is ignored, whatever order
    /// replies and feed arrive in.
    package mutating func event(_ event: Event) -> Action {
        switch event {
        case .replyLost:
            guard state == .submitting else { return .ignore }
            return move(.unknown)
        case .horizonPassed:
            switch state {
            case .unknown, .pending, .requiresAction: return move(.review)
            case .submitting, .review, .succeeded, .declined, .failed, .canceled: return .ignore
            }
        case .decided(let verdict): return decided(verdict)
        case .proof(let operation, let version):
            guard version > self.version else { return .ignore }
            self.version = version
            return proven(Self.outcome(of: operation))
        }
    }

    /// What the gateway's operation says a payment is.
    package static func outcome(of operation: OperationState) -> PaymentState {
        switch operation {
        case .approved, .captured: .succeeded
        case .declined, .expired: .declined
        case .voided: .canceled
        case .fenced, .notSent: .failed
        case .pending: .pending
        case .requiresAction: .requiresAction
        case .received, .sent, .inDoubt: .unknown
        }
    }

    private mutating func move(_ next: PaymentState) -> Action {
        guard next != state else { return .ignore }
        state = next
        return .move(next)
    }

    /// Only what people look at is decided by people. The version stays: the gateway said nothing,
    /// and what it says later is compared with the decision like with any other end.
    private mutating func decided(_ verdict: Verdict) -> Action {
        switch state {
        case .review:
            switch verdict {
            case .succeeded: state = .succeeded
            case .failed: state = .failed
            }
            return .settle(state)
        case .submitting, .pending, .requiresAction, .unknown: return .ignore
        case .succeeded, .declined, .failed, .canceled: return .ignore
        }
    }

    private mutating func proven(_ outcome: PaymentState) -> Action {
        guard !state.isTerminal else {
            return outcome == state || !outcome.isTerminal ? .ignore : .openException
        }
        if outcome.isTerminal {
            // FAILED passes through UNKNOWN: the sale's reply did not come, and a fence or the
            // gateway's own restart proves that nothing was sent.
            state = outcome
            return .settle(outcome)
        }
        switch state {
        case .submitting, .unknown: return move(outcome)
        case .requiresAction: return move(outcome)
        // A bank that decides does not go back to asking, and a doubt is no news to what waits.
        case .pending, .review: return .ignore
        case .succeeded, .declined, .failed, .canceled: return .ignore
        }
    }
}
