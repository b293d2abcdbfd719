import Payments
import RemitAPI

/// An account's row, with its balance.
struct AccountRecord: Sendable {
    let id: AccountID
    let number: Int64
    let displayName: String
    let currency: Currency
    let billingAddress: StoredAddress
    let createdAt: Int64
    var balance: BalanceRecord
    /// The live payment's amount; 0 without one. In none of the balance's sums.
    var pendingMinorUnits: Int64 = 0

    /// "001234".
    var numberText: String { padded(number, to: 6) }
}

/// What an account owes, in minor units of its currency.
struct BalanceRecord: Equatable, Sendable {
    /// Left to pay on open invoices, zero or more.
    var outstanding: Int64
    /// Free credit, zero or more.
    var credit: Int64
    /// Rises with every change.
    var version: Int64

    /// Negative when the account is in credit.
    var current: Int64 { outstanding - credit }
}

/// A user's row.
struct UserRecord: Sendable {
    let id: UserID
    let account: AccountID
    var position: Int
    var firstName: String
    var lastName: String
    let username: String
    var email: String
    var timeZone: String
    var notifications: Bool
    let createdAt: Int64
}

/// Where an invoice stands.
enum InvoiceState: Int, Sendable {
    case draft = 1
    case open = 2
    case paid = 3
    case void = 4

    /// The name that history shows.
    var name: String {
        switch self {
        case .draft: "DRAFT"
        case .open: "OPEN"
        case .paid: "PAID"
        case .void: "VOID"
        }
    }
}

/// A line of an invoice, in minor units of the account's currency.
struct InvoiceLineRecord: Sendable {
    let description: String
    let quantity: Int64
    let unitPrice: Int64
    let amount: Int64
    let periodStart: Int64?
    let periodEnd: Int64?
    let isRecurring: Bool
}

/// A tax of an invoice.
struct InvoiceTaxRecord: Sendable {
    let name: String
    /// Millionths.
    let rateMicros: Int64
    let amount: Int64
}

/// An invoice's row.
struct InvoiceRecord: Sendable {
    let id: InvoiceID
    let account: AccountID
    var number: Int64?
    var state: InvoiceState
    let currency: Currency
    let total: Int64
    let tax: Int64
    var due: Int64
    var balanceForward: Int64
    let createdAt: Int64
    var postedAt: Int64?
    var dueAt: Int64?
    var historySequence: Int64?

    /// "INV00054321"; empty on a draft.
    var numberText: String { number.map { "INV" + padded($0, to: 8) } ?? "" }
}

/// Money of a payment or a credit that went to an invoice.
struct AllocationRecord: Sendable {
    enum Source: Sendable {
        case payment(PaymentID)
        case credit(CreditID)
    }

    let id: AllocationID
    let source: Source
    let invoice: InvoiceID
    let amount: Int64
    let createdAt: Int64
}

/// Money that a payment left over.
struct CreditRecord: Sendable {
    let id: CreditID
    let account: AccountID
    let payment: PaymentID
    let currency: Currency
    let amount: Int64
    let remaining: Int64
    let createdAt: Int64
    let historySequence: Int64
}

/// A card as billing may know it.
struct MaskedCard: Equatable, Sendable {
    /// "visa", "mastercard", "amex", "discover".
    let brand: String
    let lastFour: String
    let expiryMonth: Int
    let expiryYear: Int

    /// "Visa ending in 4242".
    var description: String {
        (CardBrand(rawValue: brand)?.displayName ?? brand) + " ending in " + lastFour
    }
}

/// A payment's row.
struct PaymentRecord: Sendable {
    let id: PaymentID
    let account: AccountID
    let requestKey: RequestKey
    var state: PaymentState
    let amount: Money
    /// The saved method that was charged, or that this payment attached: a deleted one if the
    /// gateway kept the card of a payment that did not succeed.
    var method: PaymentMethodID?
    let token: TokenID
    let savesCard: Bool
    let billingAddress: StoredAddress
    let billingEmail: String
    let card: MaskedCard
    /// The version of the gateway's operation that was applied last.
    var gatewayVersion: Int64 = 0
    var declineCode = ""
    var retryClass = ""
    var failureReason = ""
    var saving = CardSaving.none
    var credited: Int64 = 0
    let createdAt: Int64
    var settledAt: Int64?
    var historySequence: Int64?

    /// The gateway's key: it shares the payment's bytes.
    var attempt: AttemptID { AttemptID(id.ulid) }
}

/// A saved card's row.
struct MethodRecord: Sendable {
    let id: PaymentMethodID
    let account: AccountID
    let token: TokenID
    let card: MaskedCard
    let billingAddress: StoredAddress
    let billingEmail: String
    var isDeleted: Bool
    let createdAt: Int64
}

/// What a row of the history is.
enum HistoryType: Int, CaseIterable, Sendable {
    case invoice = 1
    case payment = 2
    case credit = 3
    case reversal = 4
}

/// A number with zeros in front.
func padded(_ number: Int64, to width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}
