/// A call that did not succeed: what a handler throws, and what a caller gets.
package struct RPCError: Error, Equatable, Sendable {
    /// Where an error came from, which decides what a caller may do next.
    package enum Origin: Equatable, Sendable {
        /// The peer answered with a status.
        case peer
        /// No byte of the request left this process: trying again is safe.
        case notSent
        /// The request left and no answer came: the outcome is unknown, never failed.
        case lost
    }

    /// The canonical status; never `ok`.
    package var code: RPCCode
    /// A sentence a person can act on. No secret and no card number.
    package var message: String
    /// A machine-readable reason, upper case: "AMOUNT_ZERO".
    package var reason: String?
    /// The request's field at fault, as a proto path: "amount.minor_units".
    package var field: String?
    /// When to try again, in milliseconds from now.
    package var retryAfterMilliseconds: Int64?
    /// Where it came from.
    package var origin: Origin

    /// - Parameters:
    ///   - code: the canonical status, not `ok`.
    ///   - message: a sentence a person can act on.
    ///   - reason: machine-readable, upper case.
    ///   - field: the request's field at fault.
    ///   - retryAfterMilliseconds: when to try again.
    ///   - origin: where it came from.
    package init(
        _ code: RPCCode,
        _ message: String,
        reason: String? = nil,
        field: String? = nil,
        retryAfterMilliseconds: Int64? = nil,
        origin: Origin = .peer
    ) {
        self.code = code
        self.message = message
        self.reason = reason
        self.field = field
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.origin = origin
    }
}

extension RPCError {
    /// The answer of a server that shuts down. Another one may be asked at once, this one after a
    /// while.
    package static let draining = RPCError(
        .unavailable,
        "The server is shutting down; try another, or again.",
        reason: "DRAINING",
        retryAfterMilliseconds: 100
    )
}

extension RPCError: CustomStringConvertible {
    package var description: String {
        let reason = reason.map { " \($0)" } ?? ""
        let field = field.map { " (\($0))" } ?? ""
        return "\(code.name)\(reason): \(message)\(field)"
    }
}
