import Payments
import ServiceKit
import TTRPC

extension RPCError {
    /// What a caller hears. Exhaustive: a new error needs its own words.
    init(_ error: GatewayError) {
        switch error {
        case .card(let error): self.init(error)
        case .cardNotSupported(let message):
            self.init(
                .failedPrecondition,
                message,
                reason: "CARD_NOT_SUPPORTED",
                field: "number"
            )
        case .tooManyVerificationCodes, .overloaded:
            self.init(
                .resourceExhausted,
                "The gateway has too much in flight; try again.",
                reason: "OVERLOAD",
                retryAfterMilliseconds: 200
            )
        case .tokenNotFound:
            self.init(
                .notFound,
                "There is no such token.",
                reason: "TOKEN_NOT_FOUND",
                field: "token"
            )
        case .tokenUsed:
            self.init(
                .failedPrecondition,
                "The token was used already; enter the card again.",
                reason: "TOKEN_USED",
                field: "token"
            )
        case .tokenExpired:
            self.init(
                .failedPrecondition,
                "The token's time has passed; enter the card again.",
                reason: "TOKEN_EXPIRED",
                field: "token"
            )
        case .cardDeleted:
            self.init(
                .failedPrecondition,
                "The card was deleted.",
                reason: "METHOD_DELETED",
                field: "token"
            )
        case .verificationCodeExpired:
            self.init(
                .failedPrecondition,
                "The card's verification code is no longer held; enter the card again.",
                reason: "CVC_EXPIRED",
                field: "token"
            )
        case .keyReused:
            self.init(
                .alreadyExists,
                "The key was used for a different amount, currency or card.",
                reason: "KEY_REUSED_DIFFERENT_BODY",
                field: "key"
            )
        case .keyFenced:
            self.init(
                .aborted,
                "The key was fenced: nothing is charged under it, ever.",
                reason: "KEY_FENCED",
                field: "key"
            )
        case .operationNotFound:
            self.init(
                .notFound,
                "No operation is under this key.",
                reason: "OPERATION_NOT_FOUND",
                field: "key"
            )
        case .operationNotPending:
            self.init(
                .failedPrecondition,
                "The bank is not deciding on this operation.",
                reason: "OPERATION_NOT_PENDING",
                field: "key"
            )
        case .storeRestored:
            self.init(
                .dataLoss,
                "The gateway's store does not know the event that the caller has applied.",
                reason: "STORE_RESTORED",
                field: "known"
            )
        case .vaultDamaged:
            self.init(.dataLoss, "The card cannot be opened.", reason: "VAULT_DAMAGED")
        case .storage(let error): self.init(error)
        case .unexpected:
            self.init(.internal, "The gateway failed; try again with the same key.")
        }
    }

    private init(_ error: CardError) {
        switch error {
        case .badText:
            self.init(
                .invalidArgument,
                "The card number has other characters than digits, spaces and dashes.",
                reason: "BAD_TEXT",
                field: "number"
            )
        case .badLength, .badLuhn:
            self.init(
                .invalidArgument,
                "The card number is not right; check its digits.",
                reason: "BAD_LUHN",
                field: "number"
            )
        case .notSupported:
            self.init(
                .failedPrecondition,
                "Cards of Visa, Mastercard, American Express and Discover are taken.",
                reason: "CARD_NOT_SUPPORTED",
                field: "number"
            )
        case .badExpiry:
            self.init(
                .invalidArgument,
                "The expiry date is not right: a month of 1 to 12, a year at most 20 ahead.",
                reason: "BAD_EXPIRY",
                field: "expiry_month"
            )
        case .expired:
            self.init(
                .invalidArgument,
                "The card has expired.",
                reason: "BAD_EXPIRY",
                field: "expiry_year"
            )
        case .badVerificationCode:
            self.init(
                .invalidArgument,
                "The verification code has 3 digits, or 4 on American Express.",
                reason: "BAD_CVC",
                field: "verification_code"
            )
        }
    }
}

/// Runs a use case for a handler, with its errors in the callers' terms.
func answering<Value>(
    _ body: () async throws -> Value
) async throws(RPCError) -> Value {
    do {
        return try await body()
    } catch let error as RPCError {
        throw error
    } catch {
        throw RPCError(GatewayError.wrap(error))
    }
}
