import Payments
import Testing

@Suite("What is printed of a card")
struct CardMaskingTests {
    private struct Holder {
        let card: CardNumber
        let code: CardVerificationCode
        let cards: [CardNumber?]
    }

    /// Every way in which a value commonly becomes text.
    private static func texts(_ value: some Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        var printed = ""
        print(value, to: &printed)
        var debugPrinted = ""
        debugPrint(value, to: &debugPrinted)
        return [
            "\(value)", String(describing: value), String(reflecting: value), dumped, printed,
            debugPrinted, "\(Optional(value) as Any)", "\([value])",
        ]
    }

    @Test(
        "A card number shows its first six and last four digits alone",
        arguments: [
            ("4242424242424242", "424242******4242"),
            ("378282246310005", "378282*****0005"),
            ("4222222222222", "422222***2222"),
        ]
    )
    func number(digits: String, masked: String) throws {
        let card = try CardNumber(text: digits)
        #expect(card.description == masked)
        #expect(card.debugDescription == masked)
        for text in Self.texts(card) {
            #expect(text.contains(masked))
            #expect(!text.contains(digits))
        }
    }

    @Test("A verification code shows nothing")
    func verificationCode() throws {
        let code = try CardVerificationCode(text: "937", brand: .visa)
        for text in Self.texts(code) {
            #expect(text.contains("***"))
            #expect(!text.contains("937"))
        }
    }

    @Test("What holds cards shows them masked, however deep")
    func holders() throws {
        let card = try CardNumber(text: "5555555555554444")
        let code = try CardVerificationCode(text: "613", brand: .mastercard)
        let holder = Holder(card: card, code: code, cards: [card, nil])
        for text in Self.texts(holder) {
            #expect(!text.contains("5555555555554444"))
            #expect(!text.contains("613"))
        }
    }

    @Test("Reflection finds no digits")
    func mirrors() throws {
        let card = try CardNumber(text: "4242424242424242")
        let code = try CardVerificationCode(text: "123", brand: .visa)
        #expect(Mirror(reflecting: card).children.isEmpty)
        #expect(Mirror(reflecting: code).children.isEmpty)
    }

    @Test("No error about a card carries a digit of it")
    func errors() {
        for text in ["4242424242424241", "1234", "9999999999999995"] {
            do throws(CardError) {
                _ = try CardNumber(text: text)
                Issue.record("\(text) passed")
            } catch {
                let hasDigits = "\(error)".contains { $0.isNumber }
                #expect(!hasDigits)
            }
        }
    }
}
