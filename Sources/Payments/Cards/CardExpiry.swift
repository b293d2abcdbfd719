/// A month of a year.
package struct YearMonth: Hashable, Comparable, Sendable {
    package let year: Int
    package let month: Int

    package init(year: Int, month: Int) {
        self.year = year
        self.month = month
    }

    /// The month of an instant in UTC.
    ///
    /// - Parameter milliseconds: since 1970-01-01T00:00:00Z.
    /// - Source: the days-to-civil computation for the proleptic Gregorian calendar.
    package init(milliseconds: Int64) {
        let days = Int(milliseconds.flooredDivision(by: 86_400_000)) + 719_468
        let era = days.flooredDivision(by: 146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    package static func < (left: YearMonth, right: YearMonth) -> Bool {
        (left.year, left.month) < (right.year, right.month)
    }
}

extension SignedInteger {
    func flooredDivision(by divisor: Self) -> Self {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

/// When a card ends: it is good through the end of this month.
package struct CardExpiry: Hashable, Sendable {
    /// Years ahead beyond which an expiry is a typing error.
    package static let maximumYearsAhead = 20

    package let month: Int
    package let year: Int

    /// - Parameters:
    ///   - month: 1 to 12.
    ///   - year: four digits.
    ///   - now: the month it is.
    /// - Throws: `CardError.badExpiry` (no such month, or more than 20 years ahead),
    ///   `CardError.expired`.
    package init(month: Int, year: Int, now: YearMonth) throws(CardError) {
        guard (1...12).contains(month), (1000...9999).contains(year) else { throw .badExpiry }
        guard YearMonth(year: year, month: month) >= now else { throw .expired }
        guard year <= now.year + CardExpiry.maximumYearsAhead else { throw .badExpiry }
        self.month = month
        self.year = year
    }

    /// A stored expiry, which may have passed since.
    package init(storedMonth: Int, year: Int) {
        month = storedMonth
        self.year = year
    }

    package func isPast(_ now: YearMonth) -> Bool {
        YearMonth(year: year, month: month) < now
    }
}

/// Postal codes as banks compare them.
package enum PostalCode {
    /// Letters and digits alone, upper case: "a1a 1a1" → "A1A1A1".
    package static func normalize(_ text: String) -> String {
        String(
            text.uppercased().unicodeScalars.filter {
                ("A"..."Z").contains($0) || ("0"..."9").contains($0)
            }.map(Character.init)
        )
    }
}
