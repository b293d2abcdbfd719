import Foundation
import Ledger
import Payments
import ServiceKit

extension BillingStore {
    /// What a draft is made of.
    struct NewInvoice: Sendable {
        let account: AccountID
        let currency: Currency
        let lines: [InvoiceLineRecord]
        let taxes: [InvoiceTaxRecord]
        let dueAt: Int64?
        /// Lines and taxes, more than zero.
        let total: Int64
        /// Taxes alone.
        let tax: Int64

        var bodyHash: Data {
            var fields = ["invoice", account.text, currency.code, "\(dueAt ?? -1)"]
            for line in lines {
                fields += [
                    "line", line.description, "\(line.quantity)", "\(line.unitPrice)",
                    "\(line.periodStart ?? -1)", "\(line.periodEnd ?? -1)", "\(line.isRecurring)",
                ]
            }
            for tax in taxes {
                fields += ["tax", tax.name, "\(tax.rateMicros)", "\(tax.amount)"]
            }
            return BodyHash.of(fields)
        }
    }

    /// An invoice with everything that belongs to it.
    struct InvoiceView: Sendable {
        let invoice: InvoiceRecord
        let accountNumber: String
        let lines: [InvoiceLineRecord]
        let taxes: [InvoiceTaxRecord]
        let allocations: [AllocationRecord]
    }

    /// How long after posting an invoice is due, when its writer did not say.
    static let standardTermMilliseconds: Int64 = 30 * 24 * 3600 * 1000

    /// Writes a draft.
    ///
    /// - Throws: `BillingError` in the cases `keyReused`, `accountNotFound`, `currencyMismatch`;
    ///   `StorageError`.
    func createDraft(_ key: RequestKey, _ new: NewInvoice) async throws -> InvoiceView {
        let hash = new.bodyHash
        return try await writeUnlessAbandoned { tables in
            if let id: InvoiceID = try tables.subject(of: key, .invoice, bodyHash: hash) {
                return try Self.view(try tables.invoice(id), tables)
            }
            let account = try tables.account(new.account)
            guard account.currency == new.currency else {
                throw BillingError.currencyMismatch(account: account.currency)
            }
            let invoice = InvoiceRecord(
                id: tables.ids.next(),
                account: new.account,
                state: .draft,
                currency: new.currency,
                total: new.total,
                tax: new.tax,
                due: new.total,
                balanceForward: 0,
                createdAt: tables.now,
                dueAt: new.dueAt
            )
            try tables.insert(key, .invoice, bodyHash: hash, subject: invoice.id)
            try tables.insert(invoice, new.lines, new.taxes)
            return try Self.view(invoice, tables)
        }
    }

    /// Makes a draft count: number, balance, ledger, history, credit used, mail, in one step.
    /// Posting what is posted changes nothing.
    ///
    /// - Throws: `BillingError` in the cases `invoiceNotFound`, `invoiceState`,
    ///   `amountOutOfRange`; `StorageError`.
    func post(_ id: InvoiceID) async throws -> InvoiceView {
        try await writeUnlessAbandoned { tables in
            var invoice = try tables.invoice(id)
            switch invoice.state {
            case .open, .paid: return try Self.view(invoice, tables)
            case .void: throw BillingError.invoiceState("It was voided.")
            case .draft: break
            }
            let before = try tables.account(invoice.account).balance
            invoice.number =
                try tables.database.number("SELECT MAX(number) FROM invoices") + 1
            invoice.state = .open
            invoice.postedAt = tables.now
            invoice.dueAt = invoice.dueAt ?? tables.now + Self.standardTermMilliseconds
            invoice.balanceForward = before.current
            try Self.bookPosted(invoice, tables)
            let used = try Self.useCredit(&invoice, tables)
            let after = try tables.changeBalance(
                invoice.account,
                outstandingBy: invoice.due,
                creditBy: -used
            )
            invoice.historySequence = try tables.appendHistory(
                invoice.account,
                .invoice,
                subject: invoice.id,
                amount: invoice.total,
                balanceAfter: after.current
            )
            try tables.update(invoice)
            let event = try tables.appendEvent(
                "invoice.posted",
                subject: invoice.id.text,
                account: invoice.account
            )
            try tables.notify(
                invoice.account,
                event: event,
                kind: "new_invoice",
                subject: invoice.id.text
            )
            return try Self.view(invoice, tables)
        }
    }

    private static func bookPosted(_ invoice: InvoiceRecord, _ tables: BillingTables) throws {
        var postings = [Posting(.accountsReceivable, invoice.total, invoice.currency)]
        let net = invoice.total - invoice.tax
        if net != 0 { postings.append(Posting(.revenue, -net, invoice.currency)) }
        if invoice.tax != 0 {
            postings.append(Posting(.taxPayable, -invoice.tax, invoice.currency))
        }
        try LedgerTable.append(
            tables.database,
            id: tables.ids.next(),
            kind: .invoicePosted,
            reference: invoice.id.text,
            recordedAtMilliseconds: tables.now,
            postings: postings
        )
    }

    /// Credits read at a time.
    private static let creditPage = 100

    /// Pays an invoice from the account's credit, first in, first out.
    ///
    /// - Returns: how much credit was used.
    static func useCredit(
        _ invoice: inout InvoiceRecord,
        _ tables: BillingTables
    ) throws -> Int64 {
        let due = invoice.due
        while invoice.due > 0 {
            let credits = try tables.freeCredits(of: invoice.account, limit: creditPage)
            guard !credits.isEmpty else { break }
            let (parts, rest) = Allocation.credits(
                credits.map { Allocation.FreeCredit(id: $0.id, remainingMinorUnits: $0.remaining) },
                toInvoiceOf: invoice.due
            )
            for part in parts {
                try tables.use(part.minorUnits, of: part.id)
                try tables.insert(
                    AllocationRecord(
                        id: tables.ids.next(),
                        source: .credit(part.id),
                        invoice: invoice.id,
                        amount: part.minorUnits,
                        createdAt: tables.now
                    )
                )
            }
            invoice.due = rest
        }
        let used = due - invoice.due
        if invoice.due == 0 { invoice.state = .paid }
        guard used > 0 else { return 0 }
        try LedgerTable.append(
            tables.database,
            id: tables.ids.next(),
            kind: .creditApplied,
            reference: invoice.id.text,
            recordedAtMilliseconds: tables.now,
            postings: [
                Posting(.customerCredit, used, invoice.currency),
                Posting(.accountsReceivable, -used, invoice.currency),
            ]
        )
        return used
    }

    /// An invoice with everything that belongs to it.
    static func view(_ invoice: InvoiceRecord, _ tables: BillingTables) throws -> InvoiceView {
        InvoiceView(
            invoice: invoice,
            accountNumber: try tables.account(invoice.account).numberText,
            lines: try tables.lines(of: invoice.id),
            taxes: try tables.taxes(of: invoice.id),
            allocations: try tables.allocations(to: invoice.id)
        )
    }
}
