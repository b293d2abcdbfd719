import ArgumentParser
import Operations
import RemitAPI
import TTRPC

/// How the client ends: scripts rely on these numbers.
enum ExitStatus: Int32 {
    case done = 0
    /// A wrong command line or configuration.
    case usage = 2
    /// The service refused.
    case refused = 3
    /// The bank declined.
    case declined = 4
    /// The bank has not decided.
    case pending = 5
    /// Not known yet: do not pay again.
    case unknown = 6
    /// The service cannot be reached, and nothing was sent.
    case unreachable = 7

    /// The status of an error.
    init(_ error: any Error) {
        switch error {
        case let error as RPCError: self.init(error)
        case is ConfigurationError, is ValidationError: self = .usage
        default: self = .refused
        }
    }

    private init(_ error: RPCError) {
        switch error.origin {
        case .notSent: self = error.code == .unavailable ? .unreachable : .refused
        case .lost: self = .unknown
        case .peer: self = Self.isUnknown(error) ? .unknown : .refused
        }
    }

    /// Answers that prove nothing about what was asked.
    private static func isUnknown(_ error: RPCError) -> Bool {
        switch error.code {
        case .deadlineExceeded, .internal, .unknown: true
        case .unavailable: error.reason == "OUTCOME_UNKNOWN"
        case .ok, .cancelled, .invalidArgument, .notFound, .alreadyExists, .permissionDenied,
            .resourceExhausted, .failedPrecondition, .aborted, .outOfRange, .unimplemented,
            .dataLoss, .unauthenticated:
            false
        }
    }

    /// The status of a payment.
    init(_ state: BillingV1.PaymentState) {
        switch state {
        case .succeeded: self = .done
        case .declined: self = .declined
        case .pending, .requiresAction: self = .pending
        case .failed, .canceled: self = .refused
        case .submitting, .unknown, .review, .unspecified, .unrecognized: self = .unknown
        }
    }

    /// The status of an operation.
    init(_ state: GatewayV1.OperationState) {
        switch state {
        case .approved, .captured: self = .done
        case .declined, .expired: self = .declined
        case .pending, .requiresAction: self = .pending
        case .fenced, .notSent, .voided: self = .refused
        case .received, .sent, .inDoubt, .unspecified, .unrecognized: self = .unknown
        }
    }

    /// What ArgumentParser ends the process with.
    var code: ExitCode { ExitCode(rawValue) }
}
