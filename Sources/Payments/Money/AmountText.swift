/// How people of a language write amounts.
package enum AmountLocale: Sendable {
    /// "1,234.56".
    case english
    /// "1 234,56", the space also narrow or no-break.
    case french

    var decimalSeparator: Character { self == .english ? "." : "," }
    var groupSeparators: [Character] {
        self == .english ? [","] : [" ", "\u{00A0}", "\u{202F}"]
    }
}

/// Amounts as text, exactly: no floating point on the way.
package enum AmountText {
    /// Reads an amount; zero and negative ones are amounts too.
    ///
    /// - Parameters:
    ///   - text: digits, at most one sign in front, group separators only between groups of
    ///     three, and at most as many decimals as the currency has.
    /// - Throws: `MoneyError.badText`, `MoneyError.overflow`.
    package static func parse(
        _ text: String,
        currency: Currency,
        locale: AmountLocale = .english
    ) throws(MoneyError) -> Money {
        var rest = Substring(text)
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        let negative = rest.first == "-" || rest.first == "\u{2212}"
        if negative || rest.first == "+" { rest.removeFirst() }
        let parts = rest.split(
            separator: locale.decimalSeparator,
            omittingEmptySubsequences: false
        )
        guard parts.count <= 2, let whole = parts.first else {
            throw .badText("more than one decimal separator")
        }
        let decimals = parts.count == 2 ? parts[1] : ""
        guard parts.count == 1 || !decimals.isEmpty else {
            throw .badText("no digits after the decimal separator")
        }
        guard decimals.count <= currency.exponent else {
            throw .badText("\(currency.code) has \(currency.exponent) decimals")
        }
        var digits = try wholeDigits(whole, locale)
        digits += decimals
        digits += String(repeating: "0", count: currency.exponent - decimals.count)
        var units: Int64 = 0
        for character in digits {
            guard let digit = character.wholeNumberValue, character.isASCII else {
                throw .badText("not a number")
            }
            let scaled = try units.multipliedChecked(by: 10)
            units = try scaled.addingChecked(Int64(negative ? -digit : digit))
        }
        return Money(minorUnits: units, currency: currency)
    }

    /// Writes an amount with groups of three and all of its decimals: "-1,234.50".
    package static func format(_ money: Money, locale: AmountLocale = .english) -> String {
        var digits = String(money.minorUnits.magnitude)
        let exponent = money.currency.exponent
        if digits.count <= exponent {
            digits = String(repeating: "0", count: exponent + 1 - digits.count) + digits
        }
        let whole = digits.dropLast(exponent)
        let separator = locale == .english ? "," : "\u{202F}"
        var result = ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index).isMultiple(of: 3) { result += separator }
            result.append(digit)
        }
        if exponent > 0 {
            result.append(locale.decimalSeparator)
            result += digits.suffix(exponent)
        }
        return (money.minorUnits < 0 ? "-" : "") + result
    }

    private static func wholeDigits(
        _ text: Substring,
        _ locale: AmountLocale
    ) throws(MoneyError) -> String {
        let groups = text.split(omittingEmptySubsequences: false) {
            locale.groupSeparators.contains($0)
        }
        guard let first = groups.first, !first.isEmpty else { throw .badText("no digits") }
        guard groups.count == 1 || first.count <= 3,
            groups.dropFirst().allSatisfy({ $0.count == 3 })
        else {
            throw .badText("group separators not between groups of three digits")
        }
        return groups.joined()
    }
}
