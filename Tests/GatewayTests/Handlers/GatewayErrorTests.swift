import Payments
import Storage
import TTRPC
import Testing

@testable import Gateway

@Suite("Errors of the gateway")
struct GatewayErrorTests {
    /// An error, and what a caller hears of it.
    struct Heard: Sendable, CustomTestStringConvertible {
        let error: GatewayError
        let refusal: Refusal
        var retryAfterMilliseconds: Int64?
        var origin = RPCError.Origin.peer

        var testDescription: String { "\(error)" }

        init(
            _ error: GatewayError,
            _ code: RPCCode,
            _ reason: String?,
            _ field: String? = nil,
            retryAfter: Int64? = nil,
            origin: RPCError.Origin = .peer
        ) {
            self.error = error
            refusal = Refusal(code, reason, field)
            retryAfterMilliseconds = retryAfter
            self.origin = origin
        }
    }

    static let allHeard = [
        Heard(.card(.badText), .invalidArgument, "BAD_TEXT", "number"),
        Heard(.card(.badLength), .invalidArgument, "BAD_LUHN", "number"),
        Heard(.card(.badLuhn), .invalidArgument, "BAD_LUHN", "number"),
        Heard(.card(.notSupported), .failedPrecondition, "CARD_NOT_SUPPORTED", "number"),
        Heard(.card(.badExpiry), .invalidArgument, "BAD_EXPIRY", "expiry_month"),
        Heard(.card(.expired), .invalidArgument, "BAD_EXPIRY", "expiry_year"),
        Heard(.card(.badVerificationCode), .invalidArgument, "BAD_CVC", "verification_code"),
        Heard(.cardNotSupported("No."), .failedPrecondition, "CARD_NOT_SUPPORTED", "number"),
        Heard(.tooManyVerificationCodes, .resourceExhausted, "OVERLOAD", retryAfter: 200),
        Heard(.overloaded, .resourceExhausted, "OVERLOAD", retryAfter: 200),
        Heard(.tokenNotFound, .notFound, "TOKEN_NOT_FOUND", "token"),
        Heard(.tokenUsed, .failedPrecondition, "TOKEN_USED", "token"),
        Heard(.tokenExpired, .failedPrecondition, "TOKEN_EXPIRED", "token"),
        Heard(.cardDeleted, .failedPrecondition, "METHOD_DELETED", "token"),
        Heard(.verificationCodeExpired, .failedPrecondition, "CVC_EXPIRED", "token"),
        Heard(.keyReused, .alreadyExists, "KEY_REUSED_DIFFERENT_BODY", "key"),
        Heard(.keyFenced, .aborted, "KEY_FENCED", "key"),
        Heard(.operationNotFound, .notFound, "OPERATION_NOT_FOUND", "key"),
        Heard(.operationNotPending, .failedPrecondition, "OPERATION_NOT_PENDING", "key"),
        Heard(.vaultDamaged, .dataLoss, "VAULT_DAMAGED"),
        Heard(.unexpected("a secret of ours"), .internal, nil),
        Heard(.storage(.overloaded(limit: 1)), .resourceExhausted, "OVERLOAD", retryAfter: 200),
        Heard(.storage(.full("x")), .unavailable, "STORAGE_FULL", retryAfter: 5000),
        Heard(.storage(.io("x")), .unavailable, "STORAGE", retryAfter: 1000),
        Heard(.storage(.closed), .unavailable, "STORAGE", retryAfter: 1000),
        // Whether it was written is not known, and must not be taken for a refusal.
        Heard(.storage(.outcomeUnknown("x")), .unavailable, "OUTCOME_UNKNOWN"),
        Heard(.storage(.corrupt("x")), .dataLoss, "STORAGE"),
        Heard(.storage(.undecodable("x")), .dataLoss, "STORAGE"),
    ]

    @Test("Every error is heard with its status, reason and field", arguments: allHeard)
    func heard(_ heard: Heard) {
        let error = RPCError(heard.error)
        #expect(Refusal(error) == heard.refusal)
        #expect(error.retryAfterMilliseconds == heard.retryAfterMilliseconds)
        #expect(error.origin == heard.origin)
        #expect(error.message.hasSuffix("."))
        #expect(!error.message.contains("secret"))
    }

    @Test("What a step threw is wrapped once, and what is not known is our bug")
    func wrapped() {
        struct Unknown: Error {}
        #expect(GatewayError.wrap(GatewayError.keyFenced) == .keyFenced)
        #expect(GatewayError.wrap(StorageError.closed) == .storage(.closed))
        #expect(GatewayError.wrap(Unknown()) == .unexpected("Unknown()"))
    }
}
