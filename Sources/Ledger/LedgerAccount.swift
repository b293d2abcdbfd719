/// The chart of accounts: every account of both services' books.
package enum LedgerAccount: String, CaseIterable, Sendable {
    /// Billing: what customers owe on posted invoices. Debit side.
    case accountsReceivable = "accounts_receivable"
    /// Billing: what was charged, without taxes. Credit side.
    case revenue
    /// Billing: taxes charged and owed to the state. Credit side.
    case taxPayable = "tax_payable"
    /// Billing: what was paid and belongs to no invoice yet. Credit side.
    case customerCredit = "customer_credit"
    /// Billing: what the gateway owes us for approved payments. Debit side. Per payment it sums
    /// to zero with the gateway's `merchantPayable`.
    case gatewayClearing = "gateway_clearing"
    /// Gateway: what the bank owes for approved sales. Debit side.
    case bankReceivable = "bank_receivable"
    /// Gateway: what is owed to the merchant for approved sales. Credit side.
    case merchantPayable = "merchant_payable"
}

/// What an entry records.
package enum EntryKind: String, CaseIterable, Sendable {
    /// An invoice was posted: DR accounts_receivable, CR revenue, CR tax_payable.
    case invoicePosted = "invoice_posted"
    /// Credit paid an invoice: DR customer_credit, CR accounts_receivable.
    case creditApplied = "credit_applied"
    /// A payment succeeded: DR gateway_clearing, CR accounts_receivable, CR customer_credit.
    case paymentSettled = "payment_settled"
    /// The gateway took money for a payment that had ended without it, and operators credited it:
    /// DR gateway_clearing, CR accounts_receivable, CR customer_credit.
    case exceptionCredited = "exception_credited"
    /// A payment in the books did not happen, and operators took it back: DR accounts_receivable,
    /// DR customer_credit, CR gateway_clearing.
    case paymentReversed = "payment_reversed"
    /// The bank approved a sale: DR bank_receivable, CR merchant_payable.
    case saleApproved = "sale_approved"
}
