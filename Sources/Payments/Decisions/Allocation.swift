/// Which invoices money pays. Pure arithmetic on minor units of one currency.
package enum Allocation {
    /// An invoice with something left to pay.
    package struct OpenInvoice: Equatable, Sendable {
        package let id: InvoiceID
        /// What is left to pay, more than zero.
        package let dueMinorUnits: Int64

        package init(id: InvoiceID, dueMinorUnits: Int64) {
            self.id = id
            self.dueMinorUnits = dueMinorUnits
        }
    }

    /// Credit with something left of it.
    package struct FreeCredit: Equatable, Sendable {
        package let id: CreditID
        /// What is left of it, more than zero.
        package let remainingMinorUnits: Int64

        package init(id: CreditID, remainingMinorUnits: Int64) {
            self.id = id
            self.remainingMinorUnits = remainingMinorUnits
        }
    }

    /// A part that goes from somewhere to somewhere.
    package struct Part<ID: EntityID>: Equatable, Sendable {
        package let id: ID
        /// More than zero.
        package let minorUnits: Int64

        package init(id: ID, minorUnits: Int64) {
            self.id = id
            self.minorUnits = minorUnits
        }
    }

    /// A payment goes to the oldest invoice, then the next; what is left over becomes credit.
    ///
    /// - Parameters:
    ///   - amountMinorUnits: what was paid, more than zero.
    ///   - invoices: the open ones, oldest first.
    /// - Returns: the parts in the invoices' order, and the rest, zero or more. Together they are
    ///   the amount.
    package static func payment(
        _ amountMinorUnits: Int64,
        to invoices: some Sequence<OpenInvoice>
    ) -> (parts: [Part<InvoiceID>], restMinorUnits: Int64) {
        precondition(amountMinorUnits > 0)
        var rest = amountMinorUnits
        var parts: [Part<InvoiceID>] = []
        for invoice in invoices {
            guard rest > 0 else { break }
            let part = min(rest, invoice.dueMinorUnits)
            parts.append(Part(id: invoice.id, minorUnits: part))
            rest -= part
        }
        return (parts, rest)
    }

    /// An invoice that is posted uses up credit, first in, first out.
    ///
    /// - Parameters:
    ///   - credits: those with something left, oldest first.
    ///   - dueMinorUnits: the invoice's amount, more than zero.
    /// - Returns: the parts in the credits' order, and what is left to pay, zero or more.
    package static func credits(
        _ credits: some Sequence<FreeCredit>,
        toInvoiceOf dueMinorUnits: Int64
    ) -> (parts: [Part<CreditID>], dueMinorUnits: Int64) {
        precondition(dueMinorUnits > 0)
        var due = dueMinorUnits
        var parts: [Part<CreditID>] = []
        for credit in credits {
            guard due > 0 else { break }
            let part = min(due, credit.remainingMinorUnits)
            parts.append(Part(id: credit.id, minorUnits: part))
            due -= part
        }
        return (parts, due)
    }
}
