import Payments

/// Card numbers, and what goes with them.
enum TestCard {
    static let visa = "4242424242424242"
    static let mastercard = "5555555555554444"
    static let amex = "378282246310005"
    static let blocked = "4100000000000019"

    static func number(_ text: String) throws(CardError) -> CardNumber {
        try CardNumber(text: text)
    }

    /// Good until the end of 2030.
    static let expiry = CardExpiry(storedMonth: 12, year: 2030)

    /// A number of the sandbox's grammar `400070 RR D A V F NNN c`, or `NNNNNN` with 19 digits.
    static func scripted(
        _ responseCode: String = "00",
        delay: Int = 0,
        avs: Int = 0,
        cvc: Int = 0,
        fault: Int = 0,
        serial: String = "001"
    ) -> String {
        withCheckDigit("400070\(responseCode)\(delay)\(avs)\(cvc)\(fault)\(serial)")
    }

    /// The digits with Luhn's digit after them.
    ///
    /// - Source: ISO/IEC 7812-1, annex B.
    static func withCheckDigit(_ digits: String) -> String {
        let sum = digits.utf8.reversed().enumerated().reduce(0) { sum, digit in
            let value = Int(digit.element) - 48
            let doubled = digit.offset % 2 == 0 ? value * 2 : value
            return sum + (doubled > 9 ? doubled - 9 : doubled)
        }
        return digits + String((10 - sum % 10) % 10)
    }
}
