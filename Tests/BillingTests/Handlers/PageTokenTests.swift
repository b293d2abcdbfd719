import Payments
import Testing

@testable import Billing

@Suite("Page tokens")
struct PageTokenTests {
    /// Tokens that no list gave out.
    static let forged = [
        "1", "x", "p1", "p1n", "p1n0", "p1n-5", "p1nx", "p1n99999999999999999999", "p2n5", "p1 n5",
        "p2" + ULID(high: 1, low: 1).text, "p1" + ULID(high: 1, low: 1).text.dropLast(),
        "p1" + ULID(high: 1, low: 1).text + "0", "P1" + ULID(high: 1, low: 1).text,
        ULID(high: 1, low: 1).text, InvoiceID(ULID(high: 1, low: 1)).text,
    ]

    @Test("A token leads back to where it was made")
    func roundTrips() throws {
        let id = InvoiceID(ULID(high: 77, low: 99))
        #expect(try PageToken.id(PageToken.after(id), as: InvoiceID.self) == id)
        for sequence in [Int64(1), 42, .max] {
            #expect(try PageToken.sequence(PageToken.after(sequence)) == sequence)
        }
    }

    @Test("No token is the first page")
    func firstPage() throws {
        #expect(try PageToken.id("", as: InvoiceID.self) == nil)
        #expect(try PageToken.sequence("") == nil)
    }

    @Test("What no list gave out is refused", arguments: forged)
    func refuses(token: String) {
        #expect(throws: BillingError.badPageToken) {
            try PageToken.id(token, as: InvoiceID.self)
        }
        #expect(throws: BillingError.badPageToken) { try PageToken.sequence(token) }
    }

    @Test("The token of one kind of list is none of the other")
    func kindsAreApart() {
        #expect(throws: BillingError.badPageToken) {
            try PageToken.id(PageToken.after(5), as: InvoiceID.self)
        }
        #expect(throws: BillingError.badPageToken) {
            try PageToken.sequence(PageToken.after(InvoiceID(ULID(high: 1, low: 1))))
        }
    }
}
