import Payments
import ProtobufC
import RemitAPI
import Testing

@Suite("Card numbers and verification codes do not print")
struct SecretTextTests {
    private static let number = "4242424242424242"
    private static let code = "7319"

    private static let request = GatewayV1.TokenizeRequest(
        number: SensitiveText(number),
        expiryMonth: 12,
        expiryYear: 2030,
        verificationCode: SensitiveText(code)
    )

    /// A value that holds secrets as our own types do, inside a tuple, an optional, an array, a
    /// dictionary and an enum.
    private struct Holder {
        enum Source {
            case card(CardNumber, code: CardVerificationCode?)
        }

        let source: Source
        let texts: [String: SensitiveText]
        let pair: (CardNumber, SensitiveText?)
    }

    private static func holder() throws -> Holder {
        let card = try CardNumber(text: number)
        let code = try CardVerificationCode(text: code, brand: .amex)
        return Holder(
            source: .card(card, code: code),
            texts: ["number": SensitiveText(number)],
            pair: (card, SensitiveText(Self.code))
        )
    }

    /// Every way in which a value becomes text by itself.
    private static func texts(_ value: some Any) -> [String: String] {
        var texts = [
            "interpolation": "\(value)", "describing": String(describing: value),
            "reflecting": String(reflecting: value), "optional": "\(Optional(value) as Any)",
            "array": "\([value])", "dictionary": "\(["key": value])",
        ]
        var printed = ""
        print(value, to: &printed)
        texts["print"] = printed
        printed = ""
        debugPrint(value, to: &printed)
        texts["debugPrint"] = printed
        printed = ""
        dump(value, to: &printed)
        texts["dump"] = printed
        texts["mirror"] = leaves(Mirror(reflecting: value)).joined(separator: " ")
        return texts
    }

    /// Everything that reflection finds.
    private static func leaves(_ mirror: Mirror) -> [String] {
        let inner = mirror.children.flatMap { child in
            ["\(child.value)"] + leaves(Mirror(reflecting: child.value))
        }
        return inner + (mirror.superclassMirror.map { leaves($0) } ?? [])
    }

    @Test("a request to tokenize shows neither, however it becomes text")
    func request() {
        for (way, text) in Self.texts(Self.request) {
            #expect(!text.contains(Self.number), "\(way)")
            #expect(!text.contains(Self.code), "\(way)")
        }
        // What is looked at does have the fields.
        #expect("\(Self.request)".contains("expiryYear: 2030"))
        #expect("\(Self.request)".contains("***"))
    }

    @Test("what holds our own types shows neither, however deep")
    func holders() throws {
        for (way, text) in Self.texts(try Self.holder()) {
            #expect(!text.contains(Self.number), "\(way)")
            #expect(!text.contains(Self.code), "\(way)")
        }
    }

    @Test("a failed comparison of requests shows neither")
    func comparison() {
        var other = Self.request
        other.number = "5555555555554444"
        #expect(other != Self.request)
        #expect(!"\((other, Self.request))".contains("5555555555554444"))
    }

    @Test("none of the types can be encoded, hashed into text or read by a key path")
    func conformances() {
        let types: [any Any.Type] = [
            SensitiveText.self, CardVerificationCode.self, CardNumber.self,
            GatewayV1.TokenizeRequest.self,
        ]
        for type in types {
            #expect(!(type is any Encodable.Type), "\(type)")
            #expect(!(type is any Decodable.Type), "\(type)")
            #expect(!(type is any LosslessStringConvertible.Type), "\(type)")
            #expect(!(type is any TextOutputStreamable.Type), "\(type)")
            #expect(!(type is any RawRepresentable.Type), "\(type)")
            #expect(!(type is any CustomPlaygroundDisplayConvertible.Type), "\(type)")
        }
        // The check above sees a conformance that is there.
        let text: any Any.Type = String.self
        #expect(text is any Encodable.Type)
    }
}
