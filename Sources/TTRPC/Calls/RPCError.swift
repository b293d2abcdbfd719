/// A call that did not succeed: what a handler throws, and what a caller gets.
///
/// A value, in one reference: under overload a server copies the same one several times a call.
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

    private struct Values: Equatable {
        var code: RPCCode
        var message: String
        var reason: String?
        var field: String?
        var retryAfterMilliseconds: Int64?
        var origin: Origin
    }

    private final class Fields: @unchecked Sendable {
        // Sendable: changed by `own` only, which sees to it that no other error has it.
        var values: Values

        init(_ values: Values) {
            self.values = values
        }
    }

    private var fields: Fields

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
        fields = Fields(
            Values(
                code: code,
                message: message,
                reason: reason,
                field: field,
                retryAfterMilliseconds: retryAfterMilliseconds,
                origin: origin
            )
        )
    }

    /// The canonical status; never `ok`.
    package var code: RPCCode {
        get { fields.values.code }
        set { own().values.code = newValue }
    }

    /// A sentence a person can act on. No secret and no card number.
    package var message: String {
        get { fields.values.message }
        set { own().values.message = newValue }
    }

    /// A machine-readable reason, upper case: "AMOUNT_ZERO".
    package var reason: String? {
        get { fields.values.reason }
        set { own().values.reason = newValue }
    }

    /// The request's field at fault, as a proto path: "amount.minor_units".
    package var field: String? {
        get { fields.values.field }
        set { own().values.field = newValue }
    }

    /// When to try again, in milliseconds from now.
    package var retryAfterMilliseconds: Int64? {
        get { fields.values.retryAfterMilliseconds }
        set { own().values.retryAfterMilliseconds = newValue }
    }

    /// Where it came from.
    package var origin: Origin {
        get { fields.values.origin }
        set { own().values.origin = newValue }
    }

    package static func == (left: RPCError, right: RPCError) -> Bool {
        left.fields === right.fields || left.fields.values == right.fields.values
    }

    /// The fields, which nobody else sees from now on.
    private mutating func own() -> Fields {
        if !isKnownUniquelyReferenced(&fields) { fields = Fields(fields.values) }
        return fields
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
