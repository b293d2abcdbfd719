import GRDB
import Ledger
import Payments
import ServiceKit
import Storage

extension BillingStore {
    /// Books the money that the gateway took for a payment that had ended without it: to the
    /// account's open invoices, oldest first; the rest stays as credit.
    static func credit(_ payment: PaymentRecord, _ tables: BillingTables) throws {
        let amount = payment.amount.minorUnits
        let id = tables.ids.next(CreditID.self)
        let rest = try payOldest(of: payment.account, amount, from: .credit(id), tables)
        try book(.exceptionCredited, payment, applied: amount - rest, credited: rest, tables)
        let balance = try tables.changeBalance(
            payment.account,
            outstandingBy: rest - amount,
            creditBy: rest
        )
        let sequence = try tables.appendHistory(
            payment.account,
            .credit,
            subject: id,
            amount: -amount,
            balanceAfter: balance.current
        )
        try tables.insert(
            CreditRecord(
                id: id,
                account: payment.account,
                payment: payment.id,
                currency: payment.amount.currency,
                amount: amount,
                remaining: rest,
                createdAt: tables.now,
                historySequence: sequence
            )
        )
        try tables.appendEvent(
            "payment.credited",
            subject: payment.id.text,
            account: payment.account
        )
    }

    /// Takes a payment back: its own free credit first, then what it paid, newest first. The
    /// invoices open again, and free credit of the account pays them as far as it goes: there is
    /// never both an open invoice and free credit.
    static func reverse(_ payment: inout PaymentRecord, _ tables: BillingTables) throws {
        let id = tables.ids.next(JournalID.self)
        let credits = try tables.credits(of: payment.id)
        var taken: Int64 = 0
        for credit in credits {
            guard let remaining = try tables.credit(credit)?.remaining, remaining > 0 else {
                continue
            }
            try tables.use(remaining, of: credit)
            taken += remaining
        }
        var reopened: Int64 = 0
        for credit in credits { reopened += try release(from: credit, by: id, tables) }
        reopened += try release(from: payment.id, by: id, tables)
        guard taken + reopened == payment.amount.minorUnits else {
            throw StorageError.undecodable("the parts of \(payment.id) are not its amount")
        }
        try book(
            .paymentReversed,
            payment,
            id: id,
            applied: -reopened,
            credited: -taken,
            tables
        )
        _ = try tables.changeBalance(
            payment.account,
            outstandingBy: reopened,
            creditBy: -taken
        )
        try useFreeCredit(of: payment.account, tables)
        payment.credited = 0
        try tables.update(payment)
        try keepReversal(id, payment, tables)
    }

    private static func keepReversal(
        _ id: JournalID,
        _ payment: PaymentRecord,
        _ tables: BillingTables
    ) throws {
        let sequence = try tables.appendHistory(
            payment.account,
            .reversal,
            subject: id,
            amount: payment.amount.minorUnits,
            balanceAfter: try tables.account(payment.account).balance.current
        )
        try tables.insert(
            ReversalRecord(
                id: id,
                account: payment.account,
                payment: payment.id,
                amount: payment.amount,
                createdAt: tables.now,
                historySequence: sequence
            )
        )
        try tables.appendEvent(
            "payment.reversed",
            subject: payment.id.text,
            account: payment.account
        )
    }

    /// Allocations released at a time.
    private static let allocationPage = 100

    /// Takes back what a payment or a credit paid, newest first.
    ///
    /// - Returns: how much it was, in minor units.
    private static func release(
        from source: some ColumnValue,
        by reversal: JournalID,
        _ tables: BillingTables
    ) throws -> Int64 {
        var released: Int64 = 0
        while true {
            // What was released in the round before is gone: the next ones come first now.
            let page = try tables.newestAllocations(of: source, limit: allocationPage)
            guard !page.isEmpty else { return released }
            for allocation in page {
                var invoice = try tables.invoice(allocation.invoice)
                guard invoice.state == .open || invoice.state == .paid else {
                    throw StorageError.undecodable(
                        "an allocation to an invoice that does not count"
                    )
                }
                invoice.due += allocation.amount
                invoice.state = .open
                try tables.update(invoice)
                try tables.release(allocation.id, of: source, by: reversal)
                released += allocation.amount
            }
        }
    }

    /// Pays open invoices from free credit, oldest first, until one of the two is used up.
    private static func useFreeCredit(of account: AccountID, _ tables: BillingTables) throws {
        while try !tables.freeCredits(of: account, limit: 1).isEmpty {
            guard
                var invoice = try tables.openInvoices(of: account, limit: 1, offset: 0).first
            else { return }
            let used = try useCredit(&invoice, tables)
            try tables.update(invoice)
            _ = try tables.changeBalance(account, outstandingBy: -used, creditBy: -used)
        }
    }
}
