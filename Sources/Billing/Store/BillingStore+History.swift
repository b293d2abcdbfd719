import Foundation
import GRDB
import Payments
import ServiceKit
import Storage

/// Which transactions are asked for.
struct HistoryFilter: Sendable {
    let account: AccountID
    /// All types when empty.
    let types: Set<HistoryType>
    /// Milliseconds, inclusive.
    let start: Int64
    /// Milliseconds, exclusive.
    let end: Int64
    /// Rows before this one of the account's sequence; nil for the newest.
    let before: Int64?
    let limit: Int

    /// How far back history goes: 24 months of at most 31 days.
    static func earliest(now: Int64) -> Int64 {
        now - 24 * 31 * 24 * 3600 * 1000
    }
}

/// A transaction as a customer reads it.
struct TransactionView: Sendable {
    let id: String
    let type: HistoryType
    let time: Int64
    let description: String
    let amount: Int64
    let balanceAfter: Int64
    let currency: Currency
    let status: String
}

extension BillingStore {
    /// A page of an account's history, newest first. The payment that is not decided yet stands on
    /// top of the first page.
    ///
    /// - Returns: the rows, and where the next page goes on; nil on the last.
    func history(
        _ filter: HistoryFilter
    ) async throws -> (transactions: [TransactionView], next: Int64?) {
        try await read { tables in
            let account = try tables.account(filter.account)
            // A span of long ago is cut off at the earliest time, and may be empty then.
            guard filter.start < filter.end else { return ([], nil) }
            var found: [TransactionView] = []
            if filter.before == nil, filter.types.isEmpty || filter.types.contains(.payment),
                let live = try tables.livePayment(of: filter.account),
                (filter.start..<filter.end).contains(live.createdAt)
            {
                found.append(
                    tables.transaction(
                        live,
                        balanceAfter: account.balance.current,
                        time: live.createdAt
                    )
                )
            }
            let rows = try tables.historyRows(filter)
            let room = filter.limit - found.count
            for row in rows.prefix(room) { found.append(try tables.transaction(row)) }
            // With the page filled by the live payment alone, the next begins at the newest row.
            let last = room > 0 ? rows.prefix(room).last?.sequence : Int64.max
            return (found, rows.count > room ? last : nil)
        }
    }
}

extension BillingTables {
    /// A row of the history.
    struct HistoryRow {
        let account: AccountID
        let sequence: Int64
        let type: HistoryType
        let subject: Data
        let amount: Int64
        let balanceAfter: Int64
        let createdAt: Int64
    }

    private static func historyRow(_ row: StoredRow) throws -> HistoryRow {
        let number: Int = try row[2]
        guard let type = HistoryType(rawValue: number) else {
            throw StorageError.undecodable("a history row's type \(number)")
        }
        return try HistoryRow(
            account: row[0],
            sequence: row[1],
            type: type,
            subject: row[3],
            amount: row[4],
            balanceAfter: row[5],
            createdAt: row[6]
        )
    }

    /// One row more than the limit, to know whether there are more.
    func historyRows(_ filter: HistoryFilter) throws -> [HistoryRow] {
        let types = filter.types.isEmpty ? Set(HistoryType.allCases) : filter.types
        let numbers = types.map { String($0.rawValue) }.sorted().joined(separator: ", ")
        return try database.rows(
            """
            SELECT account, sequence, type, subject, amount, balance_after, created_at
            FROM history
            WHERE account = ? AND sequence < ? AND created_at >= ? AND created_at < ?
                AND type IN (\(numbers))
            ORDER BY sequence DESC LIMIT ?
            """,
            filter.account,
            filter.before ?? Int64.max,
            filter.start,
            filter.end,
            filter.limit + 1
        ).map(Self.historyRow)
    }

    func historyRow(_ account: AccountID, _ sequence: Int64) throws -> HistoryRow? {
        try database.row(
            """
            SELECT account, sequence, type, subject, amount, balance_after, created_at
            FROM history WHERE account = ? AND sequence = ?
            """,
            account,
            sequence
        ).map(Self.historyRow)
    }

    func transaction(_ row: HistoryRow) throws -> TransactionView {
        switch row.type {
        case .invoice:
            guard let id = InvoiceID(bytes: Array(row.subject)) else { throw undecodable(row) }
            let invoice = try invoice(id)
            return TransactionView(
                id: id.text,
                type: .invoice,
                time: row.createdAt,
                description: "Invoice \(invoice.numberText)",
                amount: row.amount,
                balanceAfter: row.balanceAfter,
                currency: invoice.currency,
                status: invoice.state.name
            )
        case .payment:
            guard let id = PaymentID(bytes: Array(row.subject)) else { throw undecodable(row) }
            return transaction(
                try payment(id),
                balanceAfter: row.balanceAfter,
                time: row.createdAt
            )
        case .credit:
            guard let id = CreditID(bytes: Array(row.subject)), let credit = try credit(id) else {
                throw undecodable(row)
            }
            return try transaction(row, credit)
        case .reversal:
            guard let id = JournalID(bytes: Array(row.subject)),
                let reversal = try reversal(id)
            else { throw undecodable(row) }
            return try transaction(row, reversal)
        }
    }

    func transaction(
        _ payment: PaymentRecord,
        balanceAfter: Int64,
        time: Int64
    ) -> TransactionView {
        TransactionView(
            id: payment.id.text,
            type: .payment,
            time: time,
            description: "Payment by \(payment.card.description)",
            amount: -payment.amount.minorUnits,
            balanceAfter: balanceAfter,
            currency: payment.amount.currency,
            status: payment.state.name
        )
    }

    private func undecodable(_ row: HistoryRow) -> StorageError {
        .undecodable("a history row's subject")
    }

    // MARK: One transaction

    func transaction(_ id: InvoiceID, of account: AccountID) throws -> TransactionView? {
        let invoice = try invoice(id)
        guard invoice.account == account, let sequence = invoice.historySequence else {
            return nil
        }
        return try historyRow(account, sequence).map { try transaction($0) }
    }

    func transaction(_ id: PaymentID, of account: AccountID) throws -> TransactionView? {
        let payment = try payment(id)
        guard payment.account == account else { return nil }
        if let sequence = payment.historySequence {
            return try historyRow(account, sequence).map { try transaction($0) }
        }
        return transaction(
            payment,
            balanceAfter: try self.account(account).balance.current,
            time: payment.createdAt
        )
    }

    func transaction(_ id: CreditID, of account: AccountID) throws -> TransactionView? {
        guard let credit = try credit(id), credit.account == account else { return nil }
        return try historyRow(account, credit.historySequence).map { try transaction($0) }
    }
}
