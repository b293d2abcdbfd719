/// The currencies that accounts can have.
///
/// - Source: ISO 4217, alphabetic codes and exponents.
package enum Currency: String, CaseIterable, Sendable {
    case CAD, USD, EUR, GBP, AUD, NZD, CHF, JPY, KWD

    /// - Parameter code: upper case: "CAD"; nil for a code that is not offered.
    package init?(code: String) {
        self.init(rawValue: code)
    }

    package var code: String { rawValue }

    /// Decimal places between the currency and its minor unit.
    package var exponent: Int {
        switch self {
        case .JPY: 0
        case .CAD, .USD, .EUR, .GBP, .AUD, .NZD, .CHF: 2
        case .KWD: 3
        }
    }
}
