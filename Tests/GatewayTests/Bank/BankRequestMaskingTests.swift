import Payments
import Testing

@testable import Gateway

@Suite("What is printed of a request to the bank")
struct BankRequestMaskingTests {
    private static func request() throws -> BankRequest {
        BankRequest(
            reference: AttemptID(ULID(high: 1, low: 1)),
            operation: OperationID(ULID(high: 1, low: 2)),
            number: try TestCard.number(TestCard.amex),
            expiry: TestCard.expiry,
            code: try CardVerificationCode(text: "7391", brand: .amex),
            amount: Money(minorUnits: 2468, currency: .CAD),
            postalCode: "A1A1A1",
            hasStreet: true
        )
    }

    @Test("It shows the number masked and of the code nothing, however it becomes text")
    func masked() throws {
        let request = try Self.request()
        var printed = ["", "", ""]
        print(request, to: &printed[0])
        debugPrint(request, to: &printed[1])
        dump(request, to: &printed[2])
        let texts =
            printed + [
                "\(request)", String(describing: request), String(reflecting: request),
                "\(Optional(request) as Any)", "\([request])",
                Mirror(reflecting: request).children.map { "\($0.value)" }.joined(),
            ]
        for text in texts {
            #expect(!text.contains(TestCard.amex))
            #expect(!text.contains("7391"))
            // What is looked at is the request.
            #expect(text.contains("2468"))
        }
    }
}
