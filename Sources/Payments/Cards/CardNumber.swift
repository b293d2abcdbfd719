/// A card's network.
package enum CardBrand: String, CaseIterable, Sendable {
    case visa, mastercard, amex, discover

    /// "Visa".
    package var displayName: String {
        switch self {
        case .visa: "Visa"
        case .mastercard: "Mastercard"
        case .amex: "American Express"
        case .discover: "Discover"
        }
    }

    #if REMIT_LONG_VERIFICATION_CODES
        /// Digits of the verification code in the build that scans files for codes: so long that
        /// none is found by chance.
        package var verificationCodeLength: Int { 8 }
    #else
        /// Digits of the verification code.
        package var verificationCodeLength: Int { self == .amex ? 4 : 3 }
    #endif
}

/// What can be wrong with a card as it is typed. No case carries a digit of it.
package enum CardError: Error, Equatable, Sendable {
    case badText
    case badLength
    case badLuhn
    case notSupported
    case badExpiry
    case expired
    case badVerificationCode
}

/// A card number that has passed its check digit and its network's rules. It prints masked, has no
/// encoding, and gives its digits to one closure at a time.
package struct CardNumber: Hashable, Sendable, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    private let digits: String
    package let brand: CardBrand

    /// - Parameter text: 12 to 19 digits, with spaces or dashes between them.
    /// - Throws: `CardError.badText`, `.badLength`, `.badLuhn`, `.notSupported`.
    package init(text: String) throws(CardError) {
        let digits = text.filter { $0 != " " && $0 != "-" }
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else {
            throw .badText
        }
        guard (12...19).contains(digits.utf8.count) else { throw .badLength }
        guard CardNumber.passesLuhn(digits) else { throw .badLuhn }
        guard let brand = CardNumber.brand(of: digits) else { throw .notSupported }
        self.digits = digits
        self.brand = brand
    }

    package var lastFour: String { String(digits.suffix(4)) }
    package var description: String {
        digits.prefix(6) + String(repeating: "*", count: digits.count - 10) + digits.suffix(4)
    }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// The only way to the digits: for the vault and the bank link.
    package func withDigits<R>(_ body: (String) throws -> R) rethrows -> R {
        try body(digits)
    }

    /// - Source: ISO/IEC 7812-1, annex B.
    static func passesLuhn(_ digits: String) -> Bool {
        var sum = 0
        for (index, character) in digits.utf8.reversed().enumerated() {
            var value = Int(character) - 48
            if index % 2 == 1 {
                value *= 2
                if value > 9 { value -= 9 }
            }
            sum += value
        }
        return sum % 10 == 0
    }

    private static func brand(of digits: String) -> CardBrand? {
        let length = digits.count
        func prefix(_ count: Int) -> Int { Int(digits.prefix(count)) ?? 0 }
        if prefix(1) == 4 { return [13, 16, 19].contains(length) ? .visa : nil }
        if (51...55).contains(prefix(2)) || (2221...2720).contains(prefix(4)) {
            return length == 16 ? .mastercard : nil
        }
        if [34, 37].contains(prefix(2)) { return length == 15 ? .amex : nil }
        if prefix(4) == 6011 || (644...649).contains(prefix(3)) || prefix(2) == 65 {
            return (16...19).contains(length) ? .discover : nil
        }
        return nil
    }
}

/// The three or four digits that prove a card is at hand. Never stored.
package struct CardVerificationCode: Sendable, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    private let digits: String

    /// - Throws: `CardError.badVerificationCode` for another length or anything but digits.
    package init(text: String, brand: CardBrand) throws(CardError) {
        guard text.utf8.count == brand.verificationCodeLength,
            text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 })
        else { throw .badVerificationCode }
        digits = text
    }

    package var description: String { "***" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// The only way to the digits: for the bank link.
    package func withDigits<R>(_ body: (String) throws -> R) rethrows -> R {
        try body(digits)
    }
}
