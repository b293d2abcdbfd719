import Foundation

/// Card numbers that the sandbox bank knows.
enum SandboxCard {
    static let visa = "4242424242424242"
    static let mastercard = "5555555555554444"
    static let amex = "378282246310005"
    static let insufficientFunds = "4000000000009995"
    static let postalFails = "4000000000000036"
    static let streetFails = "4000000000000028"
    static let addressFails = "4000000000000010"
    /// Pending for five seconds, then approved.
    static let pendingThenApproved = "4000700030000019"
    /// Pending for five seconds, then declined.
    static let pendingThenDeclined = "4000700530000014"
    static let pendingForever = "4000700050000014"
    /// The connection breaks before the bank has authorized.
    static let dropped = "4000700000010014"
    /// Approved, but the bank's reply never comes.
    static let replyLost = "4000700000020013"
    /// Approved, but the bank's reply is cut off.
    static let replyCut = "4000700000050010"
    /// No answer in time: reversed.
    static let linkTimesOut = "4000700000060019"
    /// Approved after it was reversed, and reversed again.
    static let lateApproval = "4000700000070018"
    /// Approved, a second after the bank was asked.
    static let slow = scripted(responseCode: "00", delay: 1)

    /// A number of the sandbox's grammar `400070 RR D A V F NNN c`, or `NNNNNN` with 19 digits.
    static func scripted(
        responseCode: String,
        delay: Int = 0,
        avs: Int = 0,
        cvc: Int = 0,
        fault: Int = 0,
        serial: String = "001"
    ) -> String {
        let digits = "400070\(responseCode)\(delay)\(avs)\(cvc)\(fault)\(serial)"
        return digits + String(checkDigit(digits))
    }

    /// Luhn's digit.
    private static func checkDigit(_ digits: String) -> Int {
        let sum = digits.utf8.reversed().enumerated().reduce(0) { sum, digit in
            let value = Int(digit.element) - 48
            let doubled = digit.offset % 2 == 0 ? value * 2 : value
            return sum + (doubled > 9 ? doubled - 9 : doubled)
        }
        return (10 - sum % 10) % 10
    }

    /// A verification code of the right length.
    static func code(for number: String) -> String {
        number.hasPrefix("37") ? "1234" : "123"
    }

    /// An expiry year that is neither past nor too far.
    static var expiryYear: Int32 {
        Int32(Calendar(identifier: .gregorian).component(.year, from: Date())) + 2
    }
}
