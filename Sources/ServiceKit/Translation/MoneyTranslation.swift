package import Payments
package import RemitAPI
package import TTRPC

extension RemitType.Money {
    /// The message of an amount.
    package init(_ money: Money) {
        self.init(minorUnits: money.minorUnits, currency: money.currency.code)
    }
}

extension RequestCheck {
    /// The largest amount of one charge or invoice line, in minor units: ten billion dollars.
    /// Sums of a thousand such amounts stay far from overflow.
    package static let maxAmountMinorUnits: Int64 = 1_000_000_000_000

    /// An amount of money, of any sign.
    ///
    /// - Throws: INVALID_ARGUMENT: AMOUNT_MISSING, CURRENCY_MISMATCH (not a currency we know),
    ///   AMOUNT_OUT_OF_RANGE.
    package static func money(
        _ money: RemitType.Money?,
        field: String
    ) throws(RPCError) -> Money {
        guard let money else {
            throw RPCError(
                .invalidArgument,
                "The \(field) is missing.",
                reason: "AMOUNT_MISSING",
                field: field
            )
        }
        guard let currency = Currency(code: money.currency) else {
            throw RPCError(
                .invalidArgument,
                "The currency of \(field) is not one of those offered: \(Self.currencies).",
                reason: "CURRENCY_MISMATCH",
                field: field + ".currency"
            )
        }
        guard money.minorUnits.magnitude <= UInt64(maxAmountMinorUnits) else {
            throw RPCError(
                .invalidArgument,
                "The \(field) is larger than \(maxAmountMinorUnits) minor units.",
                reason: "AMOUNT_OUT_OF_RANGE",
                field: field + ".minor_units"
            )
        }
        return Money(minorUnits: money.minorUnits, currency: currency)
    }

    /// An amount of more than zero.
    ///
    /// - Throws: as `money`, and INVALID_ARGUMENT: AMOUNT_ZERO, AMOUNT_NEGATIVE.
    package static func positiveMoney(
        _ message: RemitType.Money?,
        field: String
    ) throws(RPCError) -> Money {
        // The amount comes before its currency: zero is wrong in every currency.
        if let message, message.minorUnits <= 0 {
            throw RPCError(
                .invalidArgument,
                message.minorUnits == 0
                    ? "The \(field) is zero; enter an amount of more than zero."
                    : "The \(field) is negative; enter an amount of more than zero.",
                reason: message.minorUnits == 0 ? "AMOUNT_ZERO" : "AMOUNT_NEGATIVE",
                field: field + ".minor_units"
            )
        }
        return try money(message, field: field)
    }

    /// An amount of zero or more.
    ///
    /// - Throws: as `money`, and INVALID_ARGUMENT, AMOUNT_NEGATIVE.
    package static func amount(
        _ message: RemitType.Money?,
        field: String
    ) throws(RPCError) -> Money {
        if let message, message.minorUnits < 0 {
            throw RPCError(
                .invalidArgument,
                "The \(field) is negative.",
                reason: "AMOUNT_NEGATIVE",
                field: field + ".minor_units"
            )
        }
        return try money(message, field: field)
    }

    private static var currencies: String {
        Currency.allCases.map(\.code).joined(separator: ", ")
    }
}
