/// How a decline may be answered by whoever pays.
package enum RetryClass: String, CaseIterable, Sendable {
    /// The same card may work later.
    case soft
    /// The card's details should be corrected.
    case updateCard = "update_card"
    /// Another method must be used.
    case hard
    /// The cardholder must authenticate.
    case stepUp = "step_up"
    /// The merchant's set-up at the bank is wrong.
    case configuration
    /// Our request was wrong.
    case caller
}

/// Why a bank, or our own rules, refused a charge. For operators, not for the shopper.
///
/// - Source: ISO 8583-1:1987 field 39 and the schemes' additions, as sandbox and vault use them.
package enum DeclineCode: String, CaseIterable, Sendable {
    case accountClosed = "account_closed"
    case amountLimitExceeded = "amount_limit_exceeded"
    case authenticationRequired = "authentication_required"
    case callIssuer = "call_issuer"
    case cardVelocityExceeded = "card_velocity_exceeded"
    case doNotHonor = "do_not_honor"
    case expiredCard = "expired_card"
    case formatError = "format_error"
    case fraudulent
    case genericDecline = "generic_decline"
    case incorrectCVC = "incorrect_cvc"
    case incorrectNumber = "incorrect_number"
    case incorrectPostal = "incorrect_postal"
    case insufficientFunds = "insufficient_funds"
    case invalidAccount = "invalid_account"
    case invalidAmount = "invalid_amount"
    case issuerNotAvailable = "issuer_not_available"
    case lostCard = "lost_card"
    case merchantInvalid = "merchant_invalid"
    case noSuchIssuer = "no_such_issuer"
    case pickupCard = "pickup_card"
    case pinTryExceeded = "pin_try_exceeded"
    case processingError = "processing_error"
    case reenterTransaction = "reenter_transaction"
    case restrictedCard = "restricted_card"
    case revocationOfAllAuthorizations = "revocation_of_all_authorizations"
    case revocationOfAuthorization = "revocation_of_authorization"
    case routingError = "routing_error"
    case securityViolation = "security_violation"
    case serviceNotAllowed = "service_not_allowed"
    case stolenCard = "stolen_card"
    case stopPaymentOrder = "stop_payment_order"
    case transactionNotAllowed = "transaction_not_allowed"
    case tryAgainLater = "try_again_later"

    /// How it may be answered.
    package var retryClass: RetryClass {
        switch self {
        case .amountLimitExceeded, .callIssuer, .cardVelocityExceeded, .doNotHonor,
            .genericDecline, .insufficientFunds, .issuerNotAvailable, .pinTryExceeded,
            .processingError, .reenterTransaction, .routingError, .tryAgainLater:
            .soft
        case .expiredCard, .incorrectCVC, .incorrectPostal: .updateCard
        case .accountClosed, .fraudulent, .incorrectNumber, .invalidAccount, .lostCard,
            .noSuchIssuer, .pickupCard, .restrictedCard, .revocationOfAllAuthorizations,
            .revocationOfAuthorization, .securityViolation, .serviceNotAllowed, .stolenCard,
            .stopPaymentOrder, .transactionNotAllowed:
            .hard
        case .authenticationRequired: .stepUp
        case .merchantInvalid: .configuration
        case .formatError, .invalidAmount: .caller
        }
    }
}
