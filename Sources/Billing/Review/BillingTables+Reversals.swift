import GRDB
import Payments
import ServiceKit

extension BillingTables {
    /// What came of a payment as credit, newest first.
    func credits(of payment: PaymentID) throws -> [CreditID] {
        try database.rows(
            "SELECT id FROM credits WHERE payment = ? ORDER BY id DESC LIMIT ?",
            payment,
            Self.maxCreditsOfPayment
        ).map { try $0[0] }
    }

    /// A payment has one credit at its end, and one more with each exception that is credited.
    private static let maxCreditsOfPayment = 1000

    /// Allocations of a payment or a credit, newest first.
    ///
    /// - Parameter source: the payment's or credit's bytes.
    func newestAllocations(
        of source: some ColumnValue,
        limit: Int
    ) throws -> [(id: AllocationID, invoice: InvoiceID, amount: Int64)] {
        try database.rows(
            "SELECT id, invoice, amount FROM allocations WHERE source = ? ORDER BY id DESC LIMIT ?",
            source,
            limit
        ).map { try ($0[0], $0[1], $0[2]) }
    }

    /// An allocation counts no more.
    func release(
        _ id: AllocationID,
        of source: some ColumnValue,
        by reversal: JournalID
    ) throws {
        try database.run(
            """
            INSERT INTO released_allocations (id, source, source_kind, invoice, amount, created_at,
                reversal)
            SELECT id, source, source_kind, invoice, amount, created_at, ?
            FROM allocations WHERE source = ? AND id = ?
            """,
            reversal,
            source,
            id
        )
        try database.run("DELETE FROM allocations WHERE source = ? AND id = ?", source, id)
    }

    // MARK: Reversals

    private static let reversalColumns =
        "id, account, payment, amount, currency, created_at, history_sequence"

    private static func reversal(_ row: StoredRow) throws -> ReversalRecord {
        try ReversalRecord(
            id: row[0],
            account: row[1],
            payment: row[2],
            amount: Money(minorUnits: row[3], currency: row[4]),
            createdAt: row[5],
            historySequence: row[6]
        )
    }

    func insert(_ reversal: ReversalRecord) throws {
        try database.run(
            "INSERT INTO reversals (\(Self.reversalColumns)) VALUES (?, ?, ?, ?, ?, ?, ?)",
            reversal.id,
            reversal.account,
            reversal.payment,
            reversal.amount.minorUnits,
            reversal.amount.currency,
            reversal.createdAt,
            reversal.historySequence
        )
    }

    func reversal(_ id: JournalID) throws -> ReversalRecord? {
        try database.row("SELECT \(Self.reversalColumns) FROM reversals WHERE id = ?", id)
            .map(Self.reversal)
    }

    /// Whether a credit was taken back with its payment.
    private func isReversed(_ credit: CreditRecord) throws -> Bool {
        let later = try database.number(
            "SELECT COUNT(*) FROM reversals WHERE payment = ? AND history_sequence > ?",
            credit.payment,
            credit.historySequence
        )
        return later > 0
    }

    // MARK: History

    func transaction(_ row: HistoryRow, _ credit: CreditRecord) throws -> TransactionView {
        let isLeftOver = try payment(credit.payment).state == .succeeded
        let status =
            credit.remaining > 0 ? "AVAILABLE" : try isReversed(credit) ? "REVERSED" : "USED"
        return TransactionView(
            id: credit.id.text,
            type: .credit,
            time: row.createdAt,
            description: isLeftOver
                ? "Credit left over from a payment"
                : "Credit for a payment that the bank took after all",
            amount: row.amount,
            balanceAfter: row.balanceAfter,
            currency: credit.currency,
            status: status
        )
    }

    func transaction(_ row: HistoryRow, _ reversal: ReversalRecord) throws -> TransactionView {
        TransactionView(
            id: reversal.id.text,
            type: .reversal,
            time: row.createdAt,
            description:
                "Reversal of a payment by \(try payment(reversal.payment).card.description)",
            amount: row.amount,
            balanceAfter: row.balanceAfter,
            currency: reversal.amount.currency,
            status: "REVERSED"
        )
    }

    func transaction(_ id: JournalID, of account: AccountID) throws -> TransactionView? {
        guard let reversal = try reversal(id), reversal.account == account else { return nil }
        return try historyRow(account, reversal.historySequence).map { try transaction($0) }
    }
}
