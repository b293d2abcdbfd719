import Payments
import Testing

@Suite("CardNumber")
struct CardNumberTests {
    /// Appends the digit that makes a number pass its check, computed apart from the sources:
    /// every second digit from the right of the payload is doubled.
    private static func checked(_ payload: String) -> String {
        var sum = 0
        for (index, character) in payload.reversed().enumerated() {
            let digit = character.wholeNumberValue ?? 0
            let doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][digit]
            sum += index.isMultiple(of: 2) ? doubled : digit
        }
        return payload + String((10 - sum % 10) % 10)
    }

    /// A number of this many digits that begins with `prefix` and has a right check digit.
    private static func number(_ prefix: String, length: Int) -> String {
        checked(prefix + String(repeating: "1", count: length - 1 - prefix.count))
    }

    @Test(
        "Published test numbers are of their networks",
        arguments: [
            ("4242424242424242", .visa), ("4000056655665556", .visa),
            ("4222222222222", .visa), ("5555555555554444", .mastercard),
            ("2223003122003222", .mastercard), ("5105105105105100", .mastercard),
            ("378282246310005", .amex), ("371449635398431", .amex),
            ("6011111111111117", .discover), ("6011000990139424", .discover),
        ] as [(String, CardBrand)]
    )
    func published(text: String, brand: CardBrand) throws {
        let card = try CardNumber(text: text)
        #expect(card.brand == brand)
        #expect(card.lastFour == String(text.suffix(4)))
        #expect(card.withDigits { $0 } == text)
    }

    @Test(
        "The first digits and the length decide the network",
        arguments: [
            ("4", 13, .visa), ("4", 16, .visa), ("4", 19, .visa),
            ("4", 14, nil), ("4", 15, nil), ("4", 17, nil), ("4", 18, nil), ("4", 12, nil),
            ("50", 16, nil), ("51", 16, .mastercard), ("55", 16, .mastercard), ("56", 16, nil),
            ("51", 15, nil), ("51", 17, nil),
            ("2220", 16, nil), ("2221", 16, .mastercard), ("2720", 16, .mastercard),
            ("2721", 16, nil), ("2500", 16, .mastercard), ("2221", 19, nil),
            ("33", 15, nil), ("34", 15, .amex), ("35", 15, nil), ("36", 15, nil),
            ("37", 15, .amex), ("38", 15, nil), ("34", 16, nil), ("37", 14, nil),
            ("6010", 16, nil), ("6011", 16, .discover), ("6012", 16, nil),
            ("643", 16, nil), ("644", 16, .discover), ("649", 16, .discover),
            ("650", 16, .discover), ("659", 16, .discover), ("660", 16, nil),
            ("65", 17, .discover), ("65", 18, .discover), ("6011", 19, .discover),
            ("65", 15, nil), ("1", 16, nil), ("0", 16, nil), ("9", 16, nil), ("3528", 16, nil),
            ("6200", 16, nil),
        ] as [(String, Int, CardBrand?)]
    )
    func networks(prefix: String, length: Int, brand: CardBrand?) throws {
        let text = Self.number(prefix, length: length)
        guard let brand else {
            #expect(throws: CardError.notSupported) { try CardNumber(text: text) }
            return
        }
        #expect(try CardNumber(text: text).brand == brand)
    }

    @Test("Of ten check digits exactly one passes, and every single typing error is noticed")
    func luhn() throws {
        let right = "4242424242424242"
        for position in 0..<16 {
            for digit in 0...9 {
                var digits = Array(right)
                digits[position] = Character("\(digit)")
                let text = String(digits)
                guard text != right else { continue }
                #expect(throws: CardError.badLuhn, "\(text)") { try CardNumber(text: text) }
            }
        }
        #expect(throws: Never.self) { try CardNumber(text: right) }
    }

    @Test(
        "Spaces and dashes between digits are let through",
        arguments: ["4242 4242 4242 4242", "4242-4242-4242-4242", " 4242 42424242-4242 "]
    )
    func separators(text: String) throws {
        let plain = try CardNumber(text: "4242424242424242")
        #expect(try CardNumber(text: text) == plain)
    }

    @Test(
        "What cannot be a card number is refused by what is wrong first",
        arguments: [
            ("", .badText), (" - ", .badText), ("4242x4242y4242z4242", .badText),
            ("４２４２４２４２４２４２４２４２", .badText), ("٤٢٤٢", .badText),
            ("4242424242424242\u{0000}", .badText),
            ("42424242424", .badLength), ("42424242424242424242", .badLength),
            ("4242424242424241", .badLuhn), ("9999999999999999", .badLuhn),
            ("9999999999999995", .notSupported),
        ] as [(String, CardError)]
    )
    func refused(text: String, error: CardError) {
        #expect(throws: error) { try CardNumber(text: text) }
    }
}
