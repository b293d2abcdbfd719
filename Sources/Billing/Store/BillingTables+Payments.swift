import Foundation
import GRDB
import Payments
import RemitAPI
import ServiceKit
import Storage

extension BillingTables {
    private static let paymentColumns = """
        id, account, request_key, state, amount, currency, method, token, save_card,
        billing_address, billing_email, card_brand, card_last_four, card_expiry_month,
        card_expiry_year, gateway_version, decline_code, retry_class, failure_reason, card_saving,
        credited, created_at, settled_at, history_sequence
        """

    private static func payment(_ row: StoredRow) throws -> PaymentRecord {
        let stateNumber: Int = try row[3]
        let savingNumber: Int = try row[19]
        guard let state = PaymentState(rawValue: stateNumber),
            let saving = CardSaving(rawValue: savingNumber)
        else { throw StorageError.undecodable("a payment's state or saving") }
        return try PaymentRecord(
            id: row[0],
            account: row[1],
            requestKey: row[2],
            state: state,
            amount: Money(minorUnits: row[4], currency: row[5]),
            method: row[6],
            token: row[7],
            savesCard: row[8],
            billingAddress: row[9],
            billingEmail: row[10],
            card: MaskedCard(
                brand: row[11],
                lastFour: row[12],
                expiryMonth: row[13],
                expiryYear: row[14]
            ),
            gatewayVersion: row[15],
            declineCode: row[16],
            retryClass: row[17],
            failureReason: row[18],
            saving: saving,
            credited: row[20],
            createdAt: row[21],
            settledAt: row[22],
            historySequence: row[23]
        )
    }

    /// - Throws: `BillingError.paymentNotFound`.
    func payment(_ id: PaymentID) throws -> PaymentRecord {
        let row = try database.row("SELECT \(Self.paymentColumns) FROM payments WHERE id = ?", id)
        guard let row else { throw BillingError.paymentNotFound }
        return try Self.payment(row)
    }

    /// Whether a proof's version, or a newer one, was applied to its payment before.
    func isKnown(_ proof: OperationProof) throws -> Bool {
        try database.number(
            "SELECT EXISTS (SELECT 1 FROM payments WHERE id = ? AND gateway_version >= ?)",
            PaymentID(proof.attempt.ulid),
            proof.version
        ) != 0
    }

    /// The payment that keeps an account from paying again; nil when none does.
    func livePayment(of account: AccountID) throws -> PaymentRecord? {
        try database.row(
            """
            SELECT \(Self.paymentColumns) FROM payments
            WHERE account = ? AND state IN (1, 2, 3, 4, 5)
            """,
            account
        ).map(Self.payment)
    }

    /// Payments that are live, in the order of their accounts, after one.
    func livePayments(after account: AccountID?, limit: Int) throws -> [PaymentRecord] {
        try liveRows(after: account, limit: limit).map(Self.payment)
    }

    /// The same, without those whose rows are damaged.
    ///
    /// - Returns: the payments, and the account after which there may be more; nil when there are
    ///   no more.
    func readableLivePayments(
        after account: AccountID?,
        limit: Int
    ) throws -> (payments: ReadableRows<PaymentRecord>, next: AccountID?) {
        let rows = try liveRows(after: account, limit: limit)
        let last = rows.count == limit ? rows.last : nil
        return (try ReadableRows(rows, Self.payment), try last.map { try $0[1] })
    }

    private func liveRows(after account: AccountID?, limit: Int) throws -> [StoredRow] {
        try database.rows(
            """
            SELECT \(Self.paymentColumns) FROM payments INDEXED BY payments_live
            WHERE account > ? AND state IN (1, 2, 3, 4, 5) ORDER BY account LIMIT ?
            """,
            account ?? AccountID(ULID(high: 0, low: 0)),
            limit
        )
    }

    func insert(_ payment: PaymentRecord) throws {
        try database.run(
            """
            INSERT INTO payments (\(Self.paymentColumns))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            payment.id,
            payment.account,
            payment.requestKey,
            payment.state.rawValue,
            payment.amount.minorUnits,
            payment.amount.currency,
            payment.method,
            payment.token,
            payment.savesCard,
            payment.billingAddress,
            payment.billingEmail,
            payment.card.brand,
            payment.card.lastFour,
            payment.card.expiryMonth,
            payment.card.expiryYear,
            payment.gatewayVersion,
            payment.declineCode,
            payment.retryClass,
            payment.failureReason,
            payment.saving.rawValue,
            payment.credited,
            payment.createdAt,
            payment.settledAt,
            payment.historySequence
        )
    }

    /// Writes what changes about a payment after its intent.
    func update(_ payment: PaymentRecord) throws {
        try database.run(
            """
            UPDATE payments SET state = ?, method = ?, gateway_version = ?, decline_code = ?,
                retry_class = ?, failure_reason = ?, card_saving = ?, credited = ?,
                settled_at = ?, history_sequence = ?
            WHERE id = ?
            """,
            payment.state.rawValue,
            payment.method,
            payment.gatewayVersion,
            payment.declineCode,
            payment.retryClass,
            payment.failureReason,
            payment.saving.rawValue,
            payment.credited,
            payment.settledAt,
            payment.historySequence,
            payment.id
        )
    }

    /// Keeps a proof that contradicts how a payment ended.
    func openException(_ payment: PaymentRecord, _ proof: OperationProof) throws {
        try database.run(
            """
            INSERT OR IGNORE INTO payment_exceptions (payment, gateway_version, gateway_state,
                payment_state, created_at)
            VALUES (?, ?, ?, ?, ?)
            """,
            payment.id,
            proof.version,
            proof.state.rawValue,
            payment.state.rawValue,
            now
        )
    }

    // MARK: Payment methods

    private static let methodColumns = """
        id, account, token, brand, last_four, expiry_month, expiry_year, billing_address,
        billing_email, state, created_at
        """
    private static let active = 1
    private static let deleted = 2

    private static func method(_ row: StoredRow) throws -> MethodRecord {
        let state: Int = try row[9]
        return try MethodRecord(
            id: row[0],
            account: row[1],
            token: row[2],
            card: MaskedCard(
                brand: row[3],
                lastFour: row[4],
                expiryMonth: row[5],
                expiryYear: row[6]
            ),
            billingAddress: row[7],
            billingEmail: row[8],
            isDeleted: state == deleted,
            createdAt: row[10]
        )
    }

    /// - Throws: `BillingError.methodNotFound`: not there, or another account's.
    func method(_ id: PaymentMethodID, of account: AccountID) throws -> MethodRecord {
        let row = try database.row(
            "SELECT \(Self.methodColumns) FROM payment_methods WHERE id = ? AND account = ?",
            id,
            account
        )
        guard let row else { throw BillingError.methodNotFound }
        return try Self.method(row)
    }

    /// The most methods listed of one account.
    private static let maxMethods = 1000

    /// An account's methods that may be charged, newest first.
    func methods(of account: AccountID) throws -> [MethodRecord] {
        try database.rows(
            """
            SELECT \(Self.methodColumns) FROM payment_methods
            WHERE account = ? AND state = 1 ORDER BY id DESC LIMIT ?
            """,
            account,
            Self.maxMethods
        ).map(Self.method)
    }

    func insert(_ method: MethodRecord) throws {
        try database.run(
            """
            INSERT INTO payment_methods (\(Self.methodColumns), is_deleted_at_gateway)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
            """,
            method.id,
            method.account,
            method.token,
            method.card.brand,
            method.card.lastFour,
            method.card.expiryMonth,
            method.card.expiryYear,
            method.billingAddress,
            method.billingEmail,
            method.isDeleted ? Self.deleted : Self.active,
            method.createdAt
        )
    }

    func deleteMethod(_ id: PaymentMethodID) throws {
        try database.run(
            "UPDATE payment_methods SET state = ? WHERE id = ?",
            Self.deleted,
            id
        )
    }

    /// Deleted methods whose cards the gateway has not ended yet.
    func methodsToDelete(limit: Int) throws -> [(id: PaymentMethodID, token: TokenID)] {
        try database.rows(
            """
            SELECT id, token FROM payment_methods
            WHERE state = 2 AND is_deleted_at_gateway = 0 LIMIT ?
            """,
            limit
        ).map { try ($0[0], $0[1]) }
    }

    func methodDeletedAtGateway(_ id: PaymentMethodID) throws {
        try database.run(
            "UPDATE payment_methods SET is_deleted_at_gateway = 1 WHERE id = ?",
            id
        )
    }

    // MARK: The gateway's feed

    /// The gateway's store as we know it, and the last event applied; nil before the first.
    func gatewayFeed() throws -> GatewayCursor? {
        try database.row("SELECT epoch, cursor, event_id FROM gateway_feed")
            .map { try GatewayCursor(epoch: $0[0], sequence: $0[1], eventID: $0[2]) }
    }

    func setGatewayFeed(_ cursor: GatewayCursor) throws {
        try database.run(
            """
            INSERT INTO gateway_feed (id, epoch, cursor, event_id) VALUES (1, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, cursor = excluded.cursor,
                event_id = excluded.event_id
            """,
            cursor.epoch,
            cursor.sequence,
            cursor.eventID
        )
    }

    func park(_ event: GatewayEvent, reason: String) throws {
        try database.run(
            """
            INSERT OR IGNORE INTO parked_events (sequence, gateway_key, reason, created_at)
            VALUES (?, ?, ?, ?)
            """,
            event.sequence,
            event.key,
            reason,
            now
        )
    }
}
