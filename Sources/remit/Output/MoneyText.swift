import Operations
import Payments
import RemitAPI

/// Amounts as people write and read them.
enum MoneyText {
    /// "1,234.56 CAD"; empty for an absent amount.
    static func full(_ amount: RemitType.Money?) -> String {
        guard let amount else { return "" }
        return plain(amount) + " " + amount.currency
    }

    /// "1,234.56"; empty for an absent amount.
    static func plain(_ amount: RemitType.Money?) -> String {
        guard let amount else { return "" }
        guard let currency = Currency(code: amount.currency) else { return "\(amount.minorUnits)" }
        return AmountText.format(Money(minorUnits: amount.minorUnits, currency: currency))
    }

    /// Reads "50.00" in a currency, exactly.
    ///
    /// - Throws: `ConfigurationError`.
    static func parse(
        _ text: String,
        currency code: String,
        option: String
    ) throws(ConfigurationError) -> RemitType.Money {
        guard let currency = Currency(code: code) else {
            throw ConfigurationError("--currency '\(code)' is none that is offered")
        }
        do throws(MoneyError) {
            let money = try AmountText.parse(text, currency: currency, locale: .english)
            return RemitType.Money(minorUnits: money.minorUnits, currency: currency.code)
        } catch {
            throw ConfigurationError("\(option) '\(text)' is no amount of \(code) like 50.00")
        }
    }
}
