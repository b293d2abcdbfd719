/// An exact amount of one currency.
package struct Money: Hashable, Sendable {
    /// Signed count of minor units.
    package var minorUnits: Int64
    package var currency: Currency

    package init(minorUnits: Int64, currency: Currency) {
        self.minorUnits = minorUnits
        self.currency = currency
    }

    package static func zero(_ currency: Currency) -> Money {
        Money(minorUnits: 0, currency: currency)
    }

    /// - Throws: `MoneyError.currencyMismatch`, `MoneyError.overflow`.
    package func adding(_ other: Money) throws(MoneyError) -> Money {
        guard currency == other.currency else {
            throw .currencyMismatch(currency, other.currency)
        }
        return Money(minorUnits: try minorUnits.addingChecked(other.minorUnits), currency: currency)
    }

    /// - Throws: `MoneyError.currencyMismatch`, `MoneyError.overflow`.
    package func subtracting(_ other: Money) throws(MoneyError) -> Money {
        guard currency == other.currency else {
            throw .currencyMismatch(currency, other.currency)
        }
        let (difference, overflow) = minorUnits.subtractingReportingOverflow(other.minorUnits)
        guard !overflow else { throw .overflow }
        return Money(minorUnits: difference, currency: currency)
    }

    /// - Throws: `MoneyError.overflow` for the smallest amount, which has no opposite.
    package func negated() throws(MoneyError) -> Money {
        guard minorUnits != .min else { throw .overflow }
        return Money(minorUnits: -minorUnits, currency: currency)
    }
}

/// What can be wrong with an amount.
package enum MoneyError: Error, Equatable, Sendable {
    case overflow
    case currencyMismatch(Currency, Currency)
    /// Not an amount of that currency; the associated text is a sentence about why.
    case badText(String)
}

extension Int64 {
    /// - Throws: `MoneyError.overflow`.
    package func addingChecked(_ other: Int64) throws(MoneyError) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        guard !overflow else { throw .overflow }
        return sum
    }

    /// - Throws: `MoneyError.overflow`.
    package func multipliedChecked(by other: Int64) throws(MoneyError) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        guard !overflow else { throw .overflow }
        return product
    }
}
