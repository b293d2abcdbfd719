import Foundation
import Ledger
import Payments
import ServiceKit

extension BillingStore {
    /// What a proof changed.
    struct Settlement: Sendable {
        let view: PaymentView
        let action: PaymentStateMachine.Action
    }

    /// Applies what the gateway proves: state, allocations, ledger, saved card, history, event and
    /// mail, in one step, or nothing when it is no news.
    ///
    /// - Parameters:
    ///   - proof: what the gateway says.
    ///   - failureReason: for operators, when the proof is that nothing was sent.
    /// - Throws: `BillingError.paymentNotFound`, `StorageError`.
    func settle(_ proof: OperationProof, failureReason: String = "") async throws -> Settlement {
        try await write { try Self.settle(proof, failureReason: failureReason, $0) }
    }

    static func settle(
        _ proof: OperationProof,
        failureReason: String,
        _ tables: BillingTables
    ) throws -> Settlement {
        var payment = try tables.payment(PaymentID(proof.attempt.ulid))
        var machine = PaymentStateMachine(
            try tables.standing(of: payment, against: proof),
            version: payment.gatewayVersion
        )
        let action = machine.event(.proof(proof.state, version: proof.version))
        switch action {
        case .ignore:
            if machine.version != payment.gatewayVersion {
                payment.gatewayVersion = machine.version
                if payment.state.isTerminal { try saveCard(&payment, proof.saving, tables) }
                try tables.update(payment)
            }
        case .move(let state):
            payment.state = state
            payment.gatewayVersion = machine.version
            try tables.update(payment)
            try tables.appendEvent(
                "payment.\(state.name.lowercased())",
                subject: payment.id.text,
                account: payment.account
            )
        case .settle(let state):
            payment.state = state
            payment.gatewayVersion = machine.version
            payment.settledAt = tables.now
            payment.failureReason =
                state != .failed ? "" : failureReason.isEmpty ? proof.state.name : failureReason
            payment.declineCode = proof.declineCode
            payment.retryClass = proof.retryClass
            try finish(&payment, saving: proof.saving, tables)
        case .openException:
            try tables.openException(payment, proof)
            payment.gatewayVersion = machine.version
            try saveCard(&payment, proof.saving, tables)
            try tables.update(payment)
            try tables.appendEvent(
                "payment.exception_opened",
                subject: payment.id.text,
                account: payment.account
            )
        }
        return Settlement(view: try view(payment, tables), action: action)
    }

    /// Everything that follows from a terminal state.
    ///
    /// - Parameters:
    ///   - payment: with the state it has come to.
    ///   - saving: what became of the wish to save the card.
    ///   - tables: in the step that settles.
    static func finish(
        _ payment: inout PaymentRecord,
        saving: CardSaving,
        _ tables: BillingTables
    ) throws {
        let balance: BalanceRecord
        if payment.state == .succeeded {
            payment.failureReason = ""
            balance = try allocate(&payment, tables)
        } else {
            balance = try tables.account(payment.account).balance
        }
        try saveCard(&payment, saving, tables)
        payment.historySequence = try tables.appendHistory(
            payment.account,
            .payment,
            subject: payment.id,
            amount: -payment.amount.minorUnits,
            balanceAfter: balance.current
        )
        if payment.credited > 0 { try keepCredit(payment, balance, tables) }
        try tables.update(payment)
        let event = try tables.appendEvent(
            "payment.\(payment.state.name.lowercased())",
            subject: payment.id.text,
            account: payment.account
        )
        if payment.state == .succeeded || payment.state == .declined {
            try tables.notify(
                payment.account,
                event: event,
                kind: "payment_\(payment.state.name.lowercased())",
                subject: payment.id.text
            )
        }
    }

    /// Invoices read at a time.
    private static let invoicePage = 100

    /// Pays the oldest invoice, then the next; what is left over becomes credit.
    ///
    /// - Returns: the balance after it.
    private static func allocate(
        _ payment: inout PaymentRecord,
        _ tables: BillingTables
    ) throws -> BalanceRecord {
        let rest = try payOldest(
            of: payment.account,
            payment.amount.minorUnits,
            from: .payment(payment.id),
            tables
        )
        let applied = payment.amount.minorUnits - rest
        payment.credited = rest
        try book(.paymentSettled, payment, applied: applied, credited: rest, tables)
        return try tables.changeBalance(
            payment.account,
            outstandingBy: -applied,
            creditBy: rest
        )
    }

    /// Pays an account's open invoices, oldest first.
    ///
    /// - Parameters:
    ///   - account: whose.
    ///   - amount: how much there is, in minor units, more than zero.
    ///   - source: what the money is of.
    ///   - tables: in the step that settles.
    /// - Returns: what is left over.
    static func payOldest(
        of account: AccountID,
        _ amount: Int64,
        from source: AllocationRecord.Source,
        _ tables: BillingTables
    ) throws -> Int64 {
        var rest = amount
        while rest > 0 {
            // What was paid in the round before is no longer open: the next ones come first now.
            let invoices = try tables.openInvoices(of: account, limit: invoicePage, offset: 0)
            guard !invoices.isEmpty else { break }
            let outcome = Allocation.payment(
                rest,
                to: invoices.map { Allocation.OpenInvoice(id: $0.id, dueMinorUnits: $0.due) }
            )
            for (part, found) in zip(outcome.parts, invoices) {
                var invoice = found
                invoice.due -= part.minorUnits
                if invoice.due == 0 { invoice.state = .paid }
                try tables.update(invoice)
                try tables.insert(
                    AllocationRecord(
                        id: tables.ids.next(),
                        source: source,
                        invoice: invoice.id,
                        amount: part.minorUnits,
                        createdAt: tables.now
                    )
                )
            }
            rest = outcome.restMinorUnits
        }
        return rest
    }

    /// Writes into the ledger where a payment's money went, or where it came back from.
    ///
    /// - Parameters:
    ///   - kind: what the entry records.
    ///   - payment: whose gateway key the entry is of.
    ///   - id: of the entry; a new one when nil.
    ///   - applied: what went to invoices; less than zero when it came back from them.
    ///   - credited: what became credit; less than zero when credit was taken.
    ///   - tables: in the step of what it records.
    static func book(
        _ kind: EntryKind,
        _ payment: PaymentRecord,
        id: JournalID? = nil,
        applied: Int64,
        credited: Int64,
        _ tables: BillingTables
    ) throws {
        let currency = payment.amount.currency
        var postings = [Posting(.gatewayClearing, applied + credited, currency)]
        if applied != 0 { postings.append(Posting(.accountsReceivable, -applied, currency)) }
        if credited != 0 { postings.append(Posting(.customerCredit, -credited, currency)) }
        try LedgerTable.append(
            tables.database,
            id: id ?? tables.ids.next(),
            kind: kind,
            reference: payment.attempt.text,
            recordedAtMilliseconds: tables.now,
            postings: postings
        )
    }

    private static func keepCredit(
        _ payment: PaymentRecord,
        _ balance: BalanceRecord,
        _ tables: BillingTables
    ) throws {
        let id = tables.ids.next(CreditID.self)
        let sequence = try tables.appendHistory(
            payment.account,
            .credit,
            subject: id,
            amount: -payment.credited,
            balanceAfter: balance.current
        )
        try tables.insert(
            CreditRecord(
                id: id,
                account: payment.account,
                payment: payment.id,
                currency: payment.amount.currency,
                amount: payment.credited,
                remaining: payment.credited,
                createdAt: tables.now,
                historySequence: sequence
            )
        )
    }

    /// Notes what became of the wish to save the card of a payment that has ended. A card that the
    /// gateway has retained is attached, however late that is proven; that of a payment that did
    /// not succeed is a deleted method from the beginning, so that the gateway is told to end it.
    private static func saveCard(
        _ payment: inout PaymentRecord,
        _ saving: CardSaving,
        _ tables: BillingTables
    ) throws {
        guard payment.savesCard, payment.method == nil else { return }
        let isPaid = payment.state == .succeeded
        payment.saving = isPaid ? saving : .refusedNotApproved
        guard saving == .saved else { return }
        let method = MethodRecord(
            id: tables.ids.next(),
            account: payment.account,
            token: payment.token,
            card: payment.card,
            billingAddress: payment.billingAddress,
            billingEmail: payment.billingEmail,
            isDeleted: !isPaid,
            createdAt: tables.now
        )
        try tables.insert(method)
        payment.method = method.id
        guard isPaid else { return }
        try tables.appendEvent(
            "payment_method.attached",
            subject: method.id.text,
            account: payment.account
        )
    }

    /// The reply was lost: SUBMITTING becomes UNKNOWN.
    func replyLost(_ id: PaymentID) async throws -> PaymentView {
        try await write { try Self.move(id, .replyLost, $0) }
    }

    /// A payment was live too long: it becomes REVIEW.
    func horizonPassed(_ id: PaymentID) async throws -> PaymentView {
        try await write { try Self.move(id, .horizonPassed, $0) }
    }

    private static func move(
        _ id: PaymentID,
        _ event: PaymentStateMachine.Event,
        _ tables: BillingTables
    ) throws -> PaymentView {
        var payment = try tables.payment(id)
        var machine = PaymentStateMachine(payment.state, version: payment.gatewayVersion)
        if case .move(let state) = machine.event(event) {
            payment.state = state
            try tables.update(payment)
            if state == .review { try tables.openReview(id) }
            try tables.appendEvent(
                "payment.\(state.name.lowercased())",
                subject: id.text,
                account: payment.account
            )
        }
        return try view(payment, tables)
    }
}
