import Payments
import ServiceKit
import TTRPC

extension RPCError {
    /// What a caller hears. Exhaustive: a new error needs its own words.
    init(_ error: BillingError) {
        switch error {
        case .accountNotFound: self.init(notFound: "account", field: "account_id")
        case .userNotFound: self.init(notFound: "user", field: "user_id")
        case .invoiceNotFound: self.init(notFound: "invoice", field: "invoice_id")
        case .paymentNotFound: self.init(notFound: "payment", field: "payment_id")
        case .methodNotFound: self.init(notFound: "payment method", field: "payment_method_id")
        case .transactionNotFound: self.init(notFound: "transaction", field: "transaction_id")
        case .keyReused:
            self.init(
                .alreadyExists,
                "The request_id was used for something else; mint a new one for each intention.",
                reason: "KEY_REUSED_DIFFERENT_BODY",
                field: "request_id"
            )
        case .usernameTaken:
            self.init(
                .alreadyExists,
                "The username already exists. Please use a different username.",
                reason: "USERNAME_TAKEN",
                field: "username"
            )
        case .tooManyUsers(let limit):
            self.init(
                .failedPrecondition,
                "The account has \(limit) users already.",
                reason: "TOO_MANY_USERS",
                field: "account_id"
            )
        case .currencyMismatch(let currency):
            self.init(
                .invalidArgument,
                "The account is kept in \(currency.code).",
                reason: "CURRENCY_MISMATCH",
                field: "amount.currency"
            )
        case .amountOutOfRange:
            self.init(
                .invalidArgument,
                "The amounts add up to more than can be kept.",
                reason: "AMOUNT_OUT_OF_RANGE",
                field: "amount"
            )
        case .invoiceIsZero:
            self.init(
                .invalidArgument,
                "The lines add up to zero.",
                reason: "AMOUNT_ZERO",
                field: "lines"
            )
        case .invoiceState(let why):
            self.init(
                .failedPrecondition,
                "The invoice cannot be posted. \(why)",
                reason: "INVOICE_STATE",
                field: "invoice_id"
            )
        case .paymentInProgress(let payment):
            self.init(
                .failedPrecondition,
                "Another payment of this account is being decided (\(payment)); "
                    + "wait for the bank's answer.",
                reason: "PAYMENT_IN_PROGRESS",
                field: "account_id"
            )
        case .methodDeleted:
            self.init(
                .failedPrecondition,
                "The payment method was deleted; choose another.",
                reason: "METHOD_DELETED",
                field: "payment_method_id"
            )
        case .versionConflict:
            self.init(
                .aborted,
                "Less is outstanding than the page showed; look again, or accept a credit.",
                reason: "VERSION_CONFLICT",
                field: "balance_version"
            )
        case .badOrder:
            self.init(
                .invalidArgument,
                "The list must name every user of the account once.",
                reason: "BAD_ORDER",
                field: "user_ids"
            )
        case .exceptionNotFound:
            self.init(notFound: "exception of this payment", field: "gateway_version")
        case .notInReview(let state):
            self.init(
                .failedPrecondition,
                "The payment is not in review: it is \(state.name).",
                reason: "NOT_IN_REVIEW",
                field: "payment_id"
            )
        case .oneOperator:
            self.init(
                .failedPrecondition,
                "This caller or this name is on the proposal already; another operator, with a "
                    + "certificate or token and a name of their own, has to confirm it.",
                reason: "ONE_OPERATOR",
                field: "operator"
            )
        case .decisionDiffers(let proposed):
            self.init(
                .failedPrecondition,
                "Another operator has proposed \(proposed.name); agree about one decision first.",
                reason: "DECISION_DIFFERS",
                field: "decision"
            )
        case .decisionDoesNotFit(let why):
            self.init(
                .failedPrecondition,
                "The decision does not fit. \(why)",
                reason: "DECISION_DOES_NOT_FIT",
                field: "decision"
            )
        case .badPageToken:
            self.init(
                .invalidArgument,
                "The page_token is none that this list gave out.",
                reason: "BAD_PAGE_TOKEN",
                field: "page_token"
            )
        case .token(let refusal): self.init(refusal)
        case .gatewayUnavailable:
            self.init(
                .unavailable,
                "The payment gateway cannot be reached; nothing was begun. Try again.",
                reason: "GATEWAY_UNAVAILABLE",
                retryAfterMilliseconds: 1000
            )
        case .gatewayDataLoss:
            self.init(
                .dataLoss,
                "The payment gateway's records are not those we know; payments are stopped.",
                reason: "GATEWAY_DATA_LOSS"
            )
        case .overloaded:
            self.init(
                .resourceExhausted,
                "Too many payments are on their way; try again with the same request_id.",
                reason: "OVERLOAD",
                retryAfterMilliseconds: 200
            )
        case .storage(let error): self.init(error)
        case .unexpected:
            self.init(.internal, "Billing failed; try again with the same request_id.")
        }
    }

    private init(notFound what: String, field: String) {
        self.init(.notFound, "There is no such \(what).", reason: "NOT_FOUND", field: field)
    }

    private init(_ refusal: BillingError.TokenRefusal) {
        let field = "new_card.token"
        switch refusal {
        case .notFound:
            self.init(
                .notFound,
                "There is no such card token.",
                reason: "TOKEN_NOT_FOUND",
                field: field
            )
        case .used:
            self.init(
                .failedPrecondition,
                "The card token was used already; enter the card again.",
                reason: "TOKEN_USED",
                field: field
            )
        case .deleted:
            self.init(
                .failedPrecondition,
                "The card was deleted.",
                reason: "METHOD_DELETED",
                field: field
            )
        case .expired:
            self.init(
                .failedPrecondition,
                "The card token's time has passed; enter the card again.",
                reason: "TOKEN_EXPIRED",
                field: field
            )
        case .codeExpired:
            self.init(
                .failedPrecondition,
                "The card's verification code is no longer held; enter the card again.",
                reason: "CVC_EXPIRED",
                field: field
            )
        }
    }
}

/// Runs a use case for a handler, with its errors in the callers' terms.
///
/// - Parameter fields: names of fields as this method's request has them, by their usual names.
func answering<Value>(
    fields: [String: String] = [:],
    _ body: () async throws -> Value
) async throws(RPCError) -> Value {
    do {
        return try await body()
    } catch {
        var refusal = error as? RPCError ?? RPCError(BillingError.wrap(error))
        if let field = refusal.field, let name = fields[field] { refusal.field = name }
        throw refusal
    }
}
