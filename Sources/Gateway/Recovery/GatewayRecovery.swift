import Logging
import Payments
import ServiceKit
import Storage

/// Finds out what became of operations, in the background: after a restart, when the bank was
/// silent, and when it decides late.
struct GatewayRecovery: Sendable {
    let store: GatewayStore
    let cardKeys: CardKeyStore
    let bank: any BankLink
    let tenant: Int64
    let inFlight: SalesInFlight
    let configuration: GatewayConfiguration
    let logger: Logger
    private let turn = RecoveryTurn()

    init(
        store: GatewayStore,
        cardKeys: CardKeyStore,
        bank: any BankLink,
        tenant: Int64,
        inFlight: SalesInFlight,
        configuration: GatewayConfiguration,
        logger: Logger
    ) {
        self.store = store
        self.cardKeys = cardKeys
        self.bank = bank
        self.tenant = tenant
        self.inFlight = inFlight
        self.configuration = configuration
        self.logger = logger
    }

    /// At start: RECEIVED was never sent, and SENT is in doubt. What is damaged stays as it is.
    func afterRestart() async throws {
        for state in [OperationState.received, .sent] {
            while try await restart(state) > 0 {}
        }
        await resolveDoubts()
    }

    /// Moves operations on that a restart has left in a state.
    ///
    /// - Returns: how many.
    private func restart(_ state: OperationState) async throws -> Int {
        var moved = 0
        for operation in try await operations(in: state) {
            do {
                let outcome = OperationOutcome(event: .restarted)
                _ = try await store.commit(outcome, of: operation.key)
                moved += 1
            } catch StorageError.undecodable(let text) {
                logger.warning(
                    "an operation that a restart left open cannot be read whole",
                    metadata: ["key": "\(operation.key.attempt)", "error": "\(text)"]
                )
            }
        }
        return moved
    }

    /// Asks the bank about every operation in doubt. What it does not know, or does not answer to
    /// often enough, is reversed, so that a request still on its way cannot charge; then it is
    /// declined.
    func resolveDoubts() async {
        // Sent, and nobody's any more: what the bank answered could not be stored.
        await each(.sent, "marking a doubt failed") { operation in
            try await apply(OperationOutcome(event: .answerLost), to: operation.key)
        }
        await each(.inDoubt, "resolving a doubt failed") { operation in
            let inquiry: BankInquiry
            do {
                inquiry = try await bank.inquire(operation.key.attempt)
            } catch {
                let count = turn.noteUnanswered(operation.key)
                guard count >= configuration.maxInquiries else { throw error }
                return try await giveUp(operation.key)
            }
            switch inquiry {
            case .decided(let decision):
                let outcome = try await outcome(of: operation, decision)
                if outcome.event == .answerLost {
                    return try await giveUp(operation.key, decision)
                }
                try await apply(outcome, to: operation.key)
                turn.forget(operation.key)
            case .pending:
                try await apply(OperationOutcome(event: .bankPending), to: operation.key)
            case .noCharge:
                try await giveUp(operation.key)
            }
        }
    }

    /// Reverses, and ends the operation when the bank has acknowledged that. In a turn of recovery,
    /// and never while the sale itself may still be answered.
    ///
    /// The operation is looked at again: what was approved meanwhile is in the books, here and at
    /// billing, and is not reversed behind them.
    ///
    /// - Parameter decision: what the bank said before, if anything: it tells why.
    private func giveUp(
        _ key: OperationKey,
        _ decision: BankDecision? = nil
    ) async throws {
        let state = try await store.operation(key).operation.state
        switch state {
        case .sent, .inDoubt, .pending, .requiresAction:
            try await bank.reverse(key.attempt)
            let outcome = OperationOutcome(event: .reversalAcknowledged, decision: decision)
            try await apply(outcome, to: key)
        case .approved, .captured:
            logger.error(
                "the bank contradicts a charge that it approved; the charge stands",
                metadata: contradiction(key, state, decision)
            )
        case .received, .declined, .voided, .expired, .fenced, .notSent:
            // No money is in the books, so none may stay at the bank: it may have taken a part.
            logger.error(
                "the bank decided on what has ended without money; it is reversed again",
                metadata: contradiction(key, state, decision)
            )
            try await bank.reverse(key.attempt)
        }
        turn.forget(key)
    }

    private func contradiction(
        _ key: OperationKey,
        _ state: OperationState,
        _ decision: BankDecision?
    ) -> Logger.Metadata {
        [
            "key": "\(key.attempt)", "state": "\(state.name)",
            "response_code": "\(decision?.responseCode.text ?? "none")",
        ]
    }

    /// Takes the bank's late decisions: stored here first, acknowledged there afterwards.
    func collectAdvices() async {
        do {
            try await turn.take { try await storeAdvices() }
        } catch {
            logger.warning("taking the bank's decisions failed", metadata: ["error": "\(error)"])
        }
    }

    private func storeAdvices() async throws {
        var stored: [Int64] = []
        // What is decided on one charge is taken in its order, or not yet.
        var left: Set<AttemptID> = []
        for advice in try await bank.advices(limit: configuration.maxRecoveryBatch)
        where !left.contains(advice.reference) {
            do {
                if try await settle(advice) {
                    turn.forget(advice)
                    stored.append(advice.sequence)
                } else {
                    left.insert(advice.reference)
                }
            } catch {
                // It comes again, and keeps no other charge's from being stored.
                left.insert(advice.reference)
                guard turn.noteFailure(of: advice) else { continue }
                logger.warning(
                    "a decision of the bank is left for later",
                    metadata: ["key": "\(advice.reference)", "error": "\(error)"]
                )
            }
        }
        try await bank.acknowledge(stored)
    }

    /// - Returns: whether it may be acknowledged.
    private func settle(_ advice: BankAdvice) async throws -> Bool {
        let key = OperationKey(tenant: tenant, attempt: advice.reference)
        // Before the operation is read: a sale that ends in between is seen as it ended.
        let isUnderWay = inFlight.contains(key)
        do {
            let view = try await store.operation(key)
            let outcome = try await outcome(of: view.operation, advice.decision)
            if outcome.event == .answerLost {
                // The sale's own answer comes first; the advice comes again.
                if isUnderWay { return false }
                // Decided, and yet no answer: nothing is charged on such a word.
                try await giveUp(key, advice.decision)
            } else {
                try await apply(outcome, to: key)
            }
        } catch GatewayError.operationNotFound {
            // A charge of which nothing is known here must not stand.
            logger.error(
                "the bank decided on an unknown charge; it is reversed",
                metadata: ["key": "\(advice.reference)"]
            )
            try await bank.reverse(advice.reference)
        }
        return true
    }

    /// Ends what the bank has left pending longer than the horizon: only by a reversal that it
    /// acknowledges, and only if it has not decided meanwhile.
    func expirePendings() async {
        let horizon = store.clock.milliseconds - configuration.pendingHorizonMilliseconds
        await each(.pending, before: horizon, "ending a pending charge failed") { operation in
            switch try await bank.inquire(operation.key.attempt) {
            case .decided: break  // Its advice is on the way.
            case .pending, .noCharge: try await giveUp(operation.key)
            }
        }
    }

    /// Destroys the keys of cards that nothing needs any more.
    func destroyKeys() async {
        do {
            try await store.endExpiredTokens(limit: configuration.maxRecoveryBatch)
            let tokens = try await store.keyDestructions(limit: configuration.maxRecoveryBatch)
            guard !tokens.isEmpty else { return }
            try await cardKeys.destroy(tokens)
            try await store.keysDestroyed(tokens)
        } catch {
            logger.warning("destroying card keys failed", metadata: ["error": "\(error)"])
        }
    }

    private func outcome(
        of operation: Operation,
        _ decision: BankDecision
    ) async throws -> OperationOutcome {
        let token = operation.token
        let brand = try await store.read { tables in
            try token.flatMap { try tables.card($0)?.brand } ?? .visa
        }
        return SaleProcessor.outcome(decision, brand: brand)
    }

    private func apply(_ outcome: OperationOutcome, to key: OperationKey) async throws {
        let committed = try await store.commit(outcome, of: key)
        guard committed.mustReverse else { return }
        logger.error(
            "the bank approved what was given up; it is reversed again",
            metadata: ["key": "\(key.attempt)"]
        )
        try await bank.reverse(key.attempt)
    }

    private func operations(
        in state: OperationState,
        before: Int64 = .max
    ) async throws -> [Operation] {
        let limit = configuration.maxRecoveryBatch
        let found = try await store.read {
            try $0.operations(in: state, before: before, limit: limit)
        }
        if turn.noteDamage(found.damaged, in: state), let fault = found.fault {
            logger.warning(
                "operations cannot be read and are left as they are",
                metadata: [
                    "state": "\(state.name)", "count": "\(found.damaged)", "error": "\(fault)",
                ]
            )
        }
        return found.values
    }

    private func each(
        _ state: OperationState,
        before: Int64 = .max,
        _ failure: Logger.Message,
        _ body: (Operation) async throws -> Void
    ) async {
        do {
            for operation in try await operations(in: state, before: before)
            where !inFlight.contains(operation.key) {
                do {
                    try await turn.take { try await body(operation) }
                } catch {
                    logger.warning(
                        failure,
                        metadata: ["key": "\(operation.key.attempt)", "error": "\(error)"]
                    )
                }
            }
        } catch {
            logger.warning(failure, metadata: ["error": "\(error)"])
        }
    }
}
