import Ledger
import Payments
import ServiceKit

/// What was found out about an operation.
struct OperationOutcome: Sendable {
    let event: OperationStateMachine.Event
    /// The bank's words, when it said any.
    var decision: BankDecision?
    var avsResult = ""
    var cvcResult = ""
}

extension GatewayStore {
    /// What committing an outcome came to.
    struct Committed: Sendable {
        let view: OperationView
        /// The bank approved what was given up: it must be reversed again.
        let mustReverse: Bool
    }

    /// Commits an outcome: state, result, ledger, event and the card's retention, together.
    ///
    /// - Throws: `GatewayError.operationNotFound`, `StorageError`.
    func commit(_ outcome: OperationOutcome, of key: OperationKey) async throws -> Committed {
        let now = clock.milliseconds
        let eventID = ids.next(EventID.self)
        let journalID = ids.next(JournalID.self)
        return try await write { [epoch] tables in
            guard var operation = try tables.operation(key) else {
                throw GatewayError.operationNotFound
            }
            var machine = OperationStateMachine(operation.state)
            switch machine.event(outcome.event) {
            case .ignore:
                return Committed(
                    view: try Self.view(operation, tables, epoch),
                    mustReverse: false
                )
            case .reverseAgain:
                return Committed(
                    view: try Self.view(operation, tables, epoch),
                    mustReverse: true
                )
            case .record(let state):
                operation.state = state
                operation.version += 1
                operation.updatedAt = now
                try Self.apply(outcome, to: &operation, tables, now: now)
                try tables.update(operation)
                if state == .approved {
                    try Self.book(operation, tables, id: journalID, now: now)
                }
                try tables.appendEvent(operation, id: eventID)
                return Committed(
                    view: try Self.view(operation, tables, epoch),
                    mustReverse: false
                )
            }
        }
    }

    private static func apply(
        _ outcome: OperationOutcome,
        to operation: inout Operation,
        _ tables: GatewayTables,
        now: Int64
    ) throws {
        if let decision = outcome.decision {
            operation.result.responseCode = decision.responseCode.text
            operation.result.approvalCode = decision.approvalCode
            operation.result.avsResult = decision.avsResult
            operation.result.cvcResult = decision.cvcResult
        } else if !outcome.avsResult.isEmpty || !outcome.cvcResult.isEmpty {
            operation.result.avsResult = outcome.avsResult
            operation.result.cvcResult = outcome.cvcResult
        }
        guard operation.state.isTerminal, let token = operation.token else { return }
        guard let card = try tables.card(token) else { throw GatewayError.tokenNotFound }
        if operation.state != .approved {
            operation.result.declineCode = declineCode(outcome, card.brand)
        }
        // A retained card keeps its number: it waits for no single operation.
        guard card.state != .retained else { return }
        try tables.operationEnded(on: token)
        if operation.wantsRetention {
            operation.result.retention = retention(operation, card, now: now)
            if operation.result.retention == .retained {
                try tables.setState(.retained, of: token)
            }
        }
        try tables.destroyNumberIfUnneeded(token)
    }

    /// Whether the wish to keep the card is granted: approved, however late, with the right postal
    /// code, a date that has not passed, and not deleted meanwhile.
    private static func retention(
        _ operation: Operation,
        _ card: StoredCard,
        now: Int64
    ) -> CardRetention {
        guard operation.state == .approved, card.state == .used,
            !card.expiry.isPast(YearMonth(milliseconds: now))
        else { return .refusedNotApproved }
        return operation.result.postalCodeMatches ? .retained : .refusedPostalCode
    }

    private static func declineCode(
        _ outcome: OperationOutcome,
        _ brand: CardBrand
    ) -> DeclineCode? {
        guard let decision = outcome.decision else { return .processingError }
        if let code = decision.declineCode { return code }
        switch decision.responseCode.meaning(for: brand) {
        case .declined(let code): return code
        case .partialApproval: return .insufficientFunds
        case .verificationOnly, .inDoubt, .approved: return .processingError
        }
    }

    private static func book(
        _ operation: Operation,
        _ tables: GatewayTables,
        id: JournalID,
        now: Int64
    ) throws {
        let amount = operation.amount
        try LedgerTable.append(
            tables.database,
            id: id,
            kind: .saleApproved,
            reference: operation.key.attempt.text,
            recordedAtMilliseconds: now,
            postings: [
                Posting(.bankReceivable, amount.minorUnits, amount.currency),
                Posting(.merchantPayable, -amount.minorUnits, amount.currency),
            ]
        )
    }
}
