package import Payments
package import Storage

/// Why billing refuses something, or cannot do it.
package enum BillingError: Error, Equatable, Sendable {
    case accountNotFound
    case userNotFound
    case invoiceNotFound
    case paymentNotFound
    case methodNotFound
    case transactionNotFound
    /// The request id was used for something else.
    case keyReused
    case usernameTaken
    /// The account has as many users as may be.
    case tooManyUsers(limit: Int)
    /// The amount is in another currency than the account.
    case currencyMismatch(account: Currency)
    /// A sum does not fit.
    case amountOutOfRange
    /// The invoice adds up to nothing.
    case invoiceIsZero
    /// The invoice is not in the state that this needs.
    case invoiceState(String)
    /// A payment of the account is not decided.
    case paymentInProgress(PaymentID)
    case methodDeleted
    /// Less is outstanding than the page showed.
    case versionConflict
    /// The list does not name every user of the account once.
    case badOrder
    /// The payment has no exception of that version.
    case exceptionNotFound
    /// Nothing about the payment is left to operators.
    case notInReview(PaymentState)
    /// The caller or the name of a second vote is the first one's, and the other is not.
    case oneOperator
    /// Another operator has proposed another decision: this one.
    case decisionDiffers(proposed: ReviewDecision)
    /// The money is not where the decision says; the text is a sentence about why.
    case decisionDoesNotFit(String)
    /// A page token that no list gave out.
    case badPageToken
    /// The gateway refused the card's token before anything was begun.
    case token(TokenRefusal)
    /// The gateway cannot be reached, and nothing was begun.
    case gatewayUnavailable
    /// The gateway's store is not the one we know: outcomes cannot be proven.
    case gatewayDataLoss
    /// As many payments as may be are on their way.
    case overloaded
    case storage(StorageError)
    /// Our bug; the text is for the log.
    case unexpected(String)

    /// Why a new card's token cannot be charged.
    package enum TokenRefusal: Equatable, Sendable {
        case notFound
        case used
        case deleted
        case expired
        /// The code that came with it is gone from the gateway's memory.
        case codeExpired
    }
}

extension BillingError {
    /// Billing's error for whatever a store's step threw.
    static func wrap(_ error: any Error) -> BillingError {
        switch error {
        case let error as BillingError: error
        case let error as StorageError: .storage(error)
        case is MoneyError: .amountOutOfRange
        default: .unexpected("\(error)")
        }
    }
}
