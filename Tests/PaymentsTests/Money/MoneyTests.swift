import Payments
import Testing

@Suite("Money")
struct MoneyTests {
    @Test("Zero is no minor units of the currency asked for", arguments: Currency.allCases)
    func zero(currency: Currency) {
        #expect(Money.zero(currency) == Money(minorUnits: 0, currency: currency))
    }

    @Test("Equal amounts of different currencies are different money")
    func equalityIncludesCurrency() {
        let amounts: Set = [
            Money(minorUnits: 100, currency: .CAD),
            Money(minorUnits: 100, currency: .CAD),
            Money(minorUnits: 100, currency: .USD),
            Money(minorUnits: -100, currency: .CAD),
        ]
        #expect(amounts.count == 3)
    }

    @Test(
        "Adding sums signed minor units, up to both limits",
        arguments: [
            (1_050, 295, 1_345),
            (1_050, -1_100, -50),
            (-20, -30, -50),
            (.max - 1, 1, .max),
            (.min + 1, -1, .min),
            (.max, .min, -1),
        ] as [(Int64, Int64, Int64)]
    )
    func adding(left: Int64, right: Int64, sum: Int64) throws {
        let result = try Money(minorUnits: left, currency: .EUR)
            .adding(Money(minorUnits: right, currency: .EUR))
        #expect(result == Money(minorUnits: sum, currency: .EUR))
    }

    @Test(
        "Adding past either limit throws instead of wrapping",
        arguments: [(.max, 1), (.min, -1), (.max, .max), (.min, .min)] as [(Int64, Int64)]
    )
    func addingOverflow(left: Int64, right: Int64) {
        #expect(throws: MoneyError.overflow) {
            try Money(minorUnits: left, currency: .JPY)
                .adding(Money(minorUnits: right, currency: .JPY))
        }
    }

    @Test("Adding another currency throws, naming the receiver's currency first")
    func addingMismatch() {
        #expect(throws: MoneyError.currencyMismatch(.GBP, .KWD)) {
            try Money(minorUnits: 5, currency: .GBP).adding(.zero(.KWD))
        }
    }

    @Test("A currency mismatch is reported even when the sum would overflow")
    func mismatchBeforeOverflow() {
        #expect(throws: MoneyError.currencyMismatch(.CAD, .USD)) {
            try Money(minorUnits: .max, currency: .CAD)
                .adding(Money(minorUnits: .max, currency: .USD))
        }
    }

    @Test(
        "Subtracting takes away signed minor units, below zero and up to both limits",
        arguments: [
            (1_050, 50, 1_000),
            (50, 1_050, -1_000),
            (50, -50, 100),
            (.max, .max, 0),
            (.min + 1, 1, .min),
            (.max - 1, -1, .max),
            (.min, .min, 0),
            (-1, .min, .max),
        ] as [(Int64, Int64, Int64)]
    )
    func subtracting(left: Int64, right: Int64, difference: Int64) throws {
        let result = try Money(minorUnits: left, currency: .CHF)
            .subtracting(Money(minorUnits: right, currency: .CHF))
        #expect(result == Money(minorUnits: difference, currency: .CHF))
    }

    @Test("Subtracting throws for another currency and past either limit")
    func subtractingErrors() {
        #expect(throws: MoneyError.currencyMismatch(.AUD, .NZD)) {
            try Money(minorUnits: 5, currency: .AUD)
                .subtracting(Money(minorUnits: 5, currency: .NZD))
        }
        #expect(throws: MoneyError.currencyMismatch(.AUD, .NZD)) {
            try Money(minorUnits: 5, currency: .AUD)
                .subtracting(Money(minorUnits: .min, currency: .NZD))
        }
        for (left, right) in [(.min, 1), (.max, -1), (0, .min)] as [(Int64, Int64)] {
            #expect(throws: MoneyError.overflow, "\(left) - \(right)") {
                try Money(minorUnits: left, currency: .AUD)
                    .subtracting(Money(minorUnits: right, currency: .AUD))
            }
        }
    }

    @Test("Negating flips the sign, keeps the currency, and refuses the smallest amount")
    func negated() throws {
        for units in [0, 1, -1, 1_050, .max, .min + 1] as [Int64] {
            let result = try Money(minorUnits: units, currency: .KWD).negated()
            #expect(result == Money(minorUnits: 0 - units, currency: .KWD))
        }
        #expect(throws: MoneyError.overflow) {
            try Money(minorUnits: .min, currency: .KWD).negated()
        }
    }

    @Test("Checked multiplication is exact within the limits and throws past them")
    func multipliedChecked() throws {
        #expect(try Int64(-7).multipliedChecked(by: 100) == -700)
        #expect(try Int64.max.multipliedChecked(by: 0) == 0)
        #expect(try Int64.max.multipliedChecked(by: -1) == .min + 1)
        for (left, right) in [(.max, 2), (.min, 2), (.min, -1)] as [(Int64, Int64)] {
            #expect(throws: MoneyError.overflow, "\(left) * \(right)") {
                try left.multipliedChecked(by: right)
            }
        }
    }
}
