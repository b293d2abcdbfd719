import Payments
import Testing

@Suite("CardExpiry, CardVerificationCode and PostalCode")
struct CardExpiryTests {
    private static let now = YearMonth(year: 2026, month: 7)

    @Test(
        "A card is good through the end of its month, and at most twenty years ahead",
        arguments: [
            (7, 2026, nil), (8, 2026, nil), (1, 2027, nil), (12, 2046, nil), (7, 2046, nil),
            (6, 2026, .expired), (12, 2025, .expired), (1, 1999, .expired),
            (1, 2047, .badExpiry), (12, 9999, .badExpiry),
            (0, 2027, .badExpiry), (13, 2027, .badExpiry), (-1, 2027, .badExpiry),
            (7, 26, .badExpiry), (7, 999, .badExpiry), (7, 10_000, .badExpiry),
        ] as [(Int, Int, CardError?)]
    )
    func expiry(month: Int, year: Int, error: CardError?) throws {
        guard let error else {
            let expiry = try CardExpiry(month: month, year: year, now: Self.now)
            #expect(expiry.month == month)
            #expect(expiry.year == year)
            #expect(!expiry.isPast(Self.now))
            return
        }
        #expect(throws: error) { try CardExpiry(month: month, year: year, now: Self.now) }
    }

    @Test("A stored expiry may have passed")
    func stored() {
        let expiry = CardExpiry(storedMonth: 12, year: 2025)
        #expect(!expiry.isPast(YearMonth(year: 2025, month: 12)))
        #expect(expiry.isPast(YearMonth(year: 2026, month: 1)))
    }

    @Test(
        "The month of an instant is that of UTC",
        arguments: [
            (0, 1970, 1), (-1, 1969, 12), (2_678_399_999, 1970, 1), (2_678_400_000, 1970, 2),
            (951_782_399_999, 2000, 2), (951_868_799_999, 2000, 2), (951_868_800_000, 2000, 3),
            (1_709_164_800_000, 2024, 2), (1_709_251_200_000, 2024, 3),
            (4_107_542_399_999, 2100, 2), (4_107_542_400_000, 2100, 3),
            (1_767_225_599_999, 2025, 12), (1_767_225_600_000, 2026, 1),
            (-62_135_596_800_000, 1, 1),
        ] as [(Int64, Int, Int)]
    )
    func months(milliseconds: Int64, year: Int, month: Int) {
        #expect(YearMonth(milliseconds: milliseconds) == YearMonth(year: year, month: month))
    }

    @Test("Months are ordered by year, then month")
    func order() {
        #expect(YearMonth(year: 2025, month: 12) < YearMonth(year: 2026, month: 1))
        #expect(YearMonth(year: 2026, month: 1) < YearMonth(year: 2026, month: 2))
        #expect(!(YearMonth(year: 2026, month: 2) < YearMonth(year: 2026, month: 2)))
    }

    @Test(
        "A verification code has three digits, four at American Express",
        arguments: CardBrand.allCases
    )
    func verificationCode(brand: CardBrand) throws {
        let right = brand == .amex ? "0123" : "012"
        #expect(try CardVerificationCode(text: right, brand: brand).withDigits { $0 } == right)
        let wrong = [
            "", "1", "12", brand == .amex ? "123" : "1234", "12345", "12a", "1 3", "１２３",
            "-12", "12\u{0000}", brand == .amex ? "12a4" : "a23",
        ]
        for text in wrong {
            #expect(throws: CardError.badVerificationCode, "\(text)") {
                try CardVerificationCode(text: text, brand: brand)
            }
        }
    }

    @Test(
        "Postal codes are compared without spaces, signs and case",
        arguments: [
            ("a1a 1a1", "A1A1A1"), ("A1A-1A1", "A1A1A1"), (" 90210 ", "90210"),
            ("90210-1234", "902101234"), ("", ""), ("é1", "1"), ("sw1a 1aa", "SW1A1AA"),
        ]
    )
    func postalCodes(text: String, normal: String) {
        #expect(PostalCode.normalize(text) == normal)
    }
}
