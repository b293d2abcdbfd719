import Foundation
import GRDB
import Payments
import ServiceKit
import Storage

extension BillingTables {
    private static let invoiceColumns = """
        id, account, number, state, currency, total, tax, due, balance_forward, created_at,
        posted_at, due_at, history_sequence
        """

    private static func invoice(_ row: StoredRow) throws -> InvoiceRecord {
        let stateNumber: Int = try row[3]
        guard let state = InvoiceState(rawValue: stateNumber) else {
            throw StorageError.undecodable("an invoice's state \(stateNumber)")
        }
        return try InvoiceRecord(
            id: row[0],
            account: row[1],
            number: row[2],
            state: state,
            currency: row[4],
            total: row[5],
            tax: row[6],
            due: row[7],
            balanceForward: row[8],
            createdAt: row[9],
            postedAt: row[10],
            dueAt: row[11],
            historySequence: row[12]
        )
    }

    /// - Throws: `BillingError.invoiceNotFound`.
    func invoice(_ id: InvoiceID) throws -> InvoiceRecord {
        let row = try database.row("SELECT \(Self.invoiceColumns) FROM invoices WHERE id = ?", id)
        guard let row else { throw BillingError.invoiceNotFound }
        return try Self.invoice(row)
    }

    /// - Throws: `BillingError.invoiceNotFound`.
    func invoice(number: Int64) throws -> InvoiceRecord {
        let row = try database.row(
            "SELECT \(Self.invoiceColumns) FROM invoices WHERE number = ?",
            number
        )
        guard let row else { throw BillingError.invoiceNotFound }
        return try Self.invoice(row)
    }

    /// An account's invoices, newest first, older than one.
    func invoices(
        of account: AccountID,
        before: InvoiceID?,
        limit: Int
    ) throws -> [InvoiceRecord] {
        try database.rows(
            """
            SELECT \(Self.invoiceColumns) FROM invoices
            WHERE account = ? AND id < ? ORDER BY id DESC LIMIT ?
            """,
            account,
            before ?? InvoiceID(ULID(high: .max, low: .max)),
            limit
        ).map(Self.invoice)
    }

    /// Open invoices in the order they are paid: by posted date, then number.
    func openInvoices(of account: AccountID, limit: Int, offset: Int) throws -> [InvoiceRecord] {
        try database.rows(
            """
            SELECT \(Self.invoiceColumns) FROM invoices
            WHERE account = ? AND state = 2 ORDER BY posted_at, number LIMIT ? OFFSET ?
            """,
            account,
            limit,
            offset
        ).map(Self.invoice)
    }

    func insert(
        _ invoice: InvoiceRecord,
        _ lines: [InvoiceLineRecord],
        _ taxes: [InvoiceTaxRecord]
    ) throws {
        try database.run(
            """
            INSERT INTO invoices (\(Self.invoiceColumns))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            invoice.id,
            invoice.account,
            invoice.number,
            invoice.state.rawValue,
            invoice.currency,
            invoice.total,
            invoice.tax,
            invoice.due,
            invoice.balanceForward,
            invoice.createdAt,
            invoice.postedAt,
            invoice.dueAt,
            invoice.historySequence
        )
        for (position, line) in lines.enumerated() {
            try database.run(
                """
                INSERT INTO invoice_lines (invoice, position, description, quantity, unit_price,
                    amount, period_start, period_end, recurring)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                invoice.id,
                position,
                line.description,
                line.quantity,
                line.unitPrice,
                line.amount,
                line.periodStart,
                line.periodEnd,
                line.isRecurring
            )
        }
        for (position, tax) in taxes.enumerated() {
            try database.run(
                """
                INSERT INTO invoice_taxes (invoice, position, name, rate_micros, amount)
                VALUES (?, ?, ?, ?, ?)
                """,
                invoice.id,
                position,
                tax.name,
                tax.rateMicros,
                tax.amount
            )
        }
    }

    /// Writes what changes about an invoice after its draft.
    func update(_ invoice: InvoiceRecord) throws {
        try database.run(
            """
            UPDATE invoices SET number = ?, state = ?, due = ?, balance_forward = ?,
                posted_at = ?, due_at = ?, history_sequence = ?
            WHERE id = ?
            """,
            invoice.number,
            invoice.state.rawValue,
            invoice.due,
            invoice.balanceForward,
            invoice.postedAt,
            invoice.dueAt,
            invoice.historySequence,
            invoice.id
        )
    }

    func lines(of invoice: InvoiceID) throws -> [InvoiceLineRecord] {
        try database.rows(
            """
            SELECT description, quantity, unit_price, amount, period_start, period_end, recurring
            FROM invoice_lines WHERE invoice = ? ORDER BY position
            """,
            invoice
        ).map { row in
            try InvoiceLineRecord(
                description: row[0],
                quantity: row[1],
                unitPrice: row[2],
                amount: row[3],
                periodStart: row[4],
                periodEnd: row[5],
                isRecurring: row[6]
            )
        }
    }

    func taxes(of invoice: InvoiceID) throws -> [InvoiceTaxRecord] {
        try database.rows(
            """
            SELECT name, rate_micros, amount FROM invoice_taxes
            WHERE invoice = ? ORDER BY position
            """,
            invoice
        ).map { try InvoiceTaxRecord(name: $0[0], rateMicros: $0[1], amount: $0[2]) }
    }

    // MARK: Allocations and credits

    private static let paymentSource = 1
    private static let creditSource = 2
    /// The most allocations read of one invoice or payment.
    private static let maxAllocations = 10_000

    func insert(_ allocation: AllocationRecord) throws {
        let (kind, source): (Int, any ColumnValue) =
            switch allocation.source {
            case .payment(let id): (Self.paymentSource, id)
            case .credit(let id): (Self.creditSource, id)
            }
        try database.run(
            """
            INSERT INTO allocations (source, source_kind, id, invoice, amount, created_at)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            source,
            kind,
            allocation.id,
            allocation.invoice,
            allocation.amount,
            allocation.createdAt
        )
    }

    private static func allocation(_ row: StoredRow) throws -> AllocationRecord {
        let kind: Int = try row[1]
        return try AllocationRecord(
            id: row[2],
            source: kind == paymentSource ? .payment(row[0]) : .credit(row[0]),
            invoice: row[3],
            amount: row[4],
            createdAt: row[5]
        )
    }

    /// What paid an invoice, oldest first.
    func allocations(to invoice: InvoiceID) throws -> [AllocationRecord] {
        try database.rows(
            """
            SELECT source, source_kind, id, invoice, amount, created_at FROM allocations
            WHERE invoice = ? ORDER BY id LIMIT ?
            """,
            invoice,
            Self.maxAllocations
        ).map(Self.allocation)
    }

    /// Where a payment went, with the numbers of the invoices, oldest first.
    func allocations(
        of payment: PaymentID
    ) throws -> [(allocation: AllocationRecord, invoice: InvoiceRecord)] {
        let found = try database.rows(
            """
            SELECT source, source_kind, id, invoice, amount, created_at FROM allocations
            WHERE source = ? ORDER BY id LIMIT ?
            """,
            payment,
            Self.maxAllocations
        ).map(Self.allocation)
        return try found.map { ($0, try invoice($0.invoice)) }
    }

    private static let creditColumns =
        "id, account, payment, currency, amount, remaining, created_at, history_sequence"

    private static func credit(_ row: StoredRow) throws -> CreditRecord {
        try CreditRecord(
            id: row[0],
            account: row[1],
            payment: row[2],
            currency: row[3],
            amount: row[4],
            remaining: row[5],
            createdAt: row[6],
            historySequence: row[7]
        )
    }

    func credit(_ id: CreditID) throws -> CreditRecord? {
        try database.row("SELECT \(Self.creditColumns) FROM credits WHERE id = ?", id)
            .map(Self.credit)
    }

    /// Credits with something left, first in, first out.
    func freeCredits(of account: AccountID, limit: Int) throws -> [CreditRecord] {
        try database.rows(
            """
            SELECT \(Self.creditColumns) FROM credits
            WHERE account = ? AND remaining > 0 ORDER BY history_sequence LIMIT ?
            """,
            account,
            limit
        ).map(Self.credit)
    }

    func insert(_ credit: CreditRecord) throws {
        try database.run(
            "INSERT INTO credits (\(Self.creditColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            credit.id,
            credit.account,
            credit.payment,
            credit.currency,
            credit.amount,
            credit.remaining,
            credit.createdAt,
            credit.historySequence
        )
    }

    func use(_ amount: Int64, of credit: CreditID) throws {
        try database.run(
            "UPDATE credits SET remaining = remaining - ? WHERE id = ?",
            amount,
            credit
        )
    }
}
