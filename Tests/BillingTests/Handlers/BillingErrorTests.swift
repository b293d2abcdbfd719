import Payments
import Storage
import TTRPC
import Testing

@testable import Billing

@Suite("Errors as callers hear them")
struct BillingErrorTests {
    static let table: [(BillingError, RPCCode, String?)] = [
        (.accountNotFound, .notFound, "NOT_FOUND"), (.userNotFound, .notFound, "NOT_FOUND"),
        (.invoiceNotFound, .notFound, "NOT_FOUND"), (.paymentNotFound, .notFound, "NOT_FOUND"),
        (.methodNotFound, .notFound, "NOT_FOUND"), (.transactionNotFound, .notFound, "NOT_FOUND"),
        (.keyReused, .alreadyExists, "KEY_REUSED_DIFFERENT_BODY"),
        (.usernameTaken, .alreadyExists, "USERNAME_TAKEN"),
        (.currencyMismatch(account: .CAD), .invalidArgument, "CURRENCY_MISMATCH"),
        (.amountOutOfRange, .invalidArgument, "AMOUNT_OUT_OF_RANGE"),
        (.invoiceIsZero, .invalidArgument, "AMOUNT_ZERO"),
        (.invoiceState("It was voided."), .failedPrecondition, "INVOICE_STATE"),
        (
            .paymentInProgress(PaymentID(ULID(high: 1, low: 1))), .failedPrecondition,
            "PAYMENT_IN_PROGRESS"
        ),
        (.methodDeleted, .failedPrecondition, "METHOD_DELETED"),
        (.versionConflict, .aborted, "VERSION_CONFLICT"),
        (.badOrder, .invalidArgument, "BAD_ORDER"),
        (.badPageToken, .invalidArgument, "BAD_PAGE_TOKEN"),
        (.exceptionNotFound, .notFound, "NOT_FOUND"),
        (.notInReview(.pending), .failedPrecondition, "NOT_IN_REVIEW"),
        (.oneOperator, .failedPrecondition, "ONE_OPERATOR"),
        (.decisionDiffers(proposed: .failed), .failedPrecondition, "DECISION_DIFFERS"),
        (.decisionDoesNotFit("It is odd."), .failedPrecondition, "DECISION_DOES_NOT_FIT"),
        (.token(.notFound), .notFound, "TOKEN_NOT_FOUND"),
        (.token(.used), .failedPrecondition, "TOKEN_USED"),
        (.token(.deleted), .failedPrecondition, "METHOD_DELETED"),
        (.token(.expired), .failedPrecondition, "TOKEN_EXPIRED"),
        (.token(.codeExpired), .failedPrecondition, "CVC_EXPIRED"),
        (.exceptionNotFound, .notFound, "NOT_FOUND"),
        (.notInReview(.succeeded), .failedPrecondition, "NOT_IN_REVIEW"),
        (.decisionDoesNotFit("It is not there."), .failedPrecondition, "DECISION_DOES_NOT_FIT"),
        (.gatewayUnavailable, .unavailable, "GATEWAY_UNAVAILABLE"),
        (.gatewayDataLoss, .dataLoss, "GATEWAY_DATA_LOSS"),
        (.overloaded, .resourceExhausted, "OVERLOAD"),
        (.storage(.overloaded(limit: 1)), .resourceExhausted, "OVERLOAD"),
        (.storage(.full("")), .unavailable, "STORAGE_FULL"),
        (.storage(.io("")), .unavailable, "STORAGE"),
        (.storage(.closed), .unavailable, "STORAGE"),
        (.storage(.outcomeUnknown("")), .unavailable, "OUTCOME_UNKNOWN"),
        (.storage(.corrupt("")), .dataLoss, "STORAGE"),
        (.storage(.undecodable("")), .dataLoss, "STORAGE"),
        (.unexpected("secret detail"), .internal, nil),
    ]

    @Test("Each has its status, its reason and a sentence", arguments: table)
    func mapsErrors(error: BillingError, code: RPCCode, reason: String?) {
        let heard = RPCError(error)
        #expect(heard.code == code && heard.reason == reason)
        #expect(heard.message.hasSuffix(".") && heard.message.contains(" "))
        #expect(!heard.message.contains("secret"))
    }

    @Test("What may pass says when to try again")
    func retryAfter() {
        for error in [BillingError.gatewayUnavailable, .overloaded, .storage(.full(""))] {
            #expect((RPCError(error).retryAfterMilliseconds ?? 0) > 0)
        }
        #expect(RPCError(BillingError.keyReused).retryAfterMilliseconds == nil)
    }

    @Test("What a step threw becomes billing's own error")
    func wraps() {
        #expect(BillingError.wrap(BillingError.keyReused) == .keyReused)
        #expect(BillingError.wrap(StorageError.closed) == .storage(.closed))
        #expect(BillingError.wrap(MoneyError.overflow) == .amountOutOfRange)
        guard case .unexpected = BillingError.wrap(CancellationError()) else {
            Issue.record("an unknown error has a name")
            return
        }
    }
}
