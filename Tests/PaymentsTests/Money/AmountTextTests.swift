import Payments
import Testing

@Suite("AmountText")
struct AmountTextTests {
    @Test(
        "English amounts are read exactly",
        arguments: [
            ("0", .CAD, 0),
            ("12", .CAD, 1_200),
            ("12.5", .CAD, 1_250),
            ("12.05", .USD, 1_205),
            ("0.1", .EUR, 10),
            ("0.29", .EUR, 29),
            ("1,234.56", .GBP, 123_456),
            ("1234.56", .GBP, 123_456),
            ("12,345,678.9", .GBP, 1_234_567_890),
            ("-12.50", .CAD, -1_250),
            ("\u{2212}12.50", .CAD, -1_250),
            ("+3", .CAD, 300),
            ("-0", .CAD, 0),
            ("  7.00 ", .CAD, 700),
            ("007", .CAD, 700),
            ("1,500", .JPY, 1_500),
            ("1.234", .KWD, 1_234),
            ("1.2", .KWD, 1_200),
            ("92,233,720,368,547,758.07", .CAD, .max),
            ("-92233720368547758.08", .CAD, .min),
        ] as [(String, Currency, Int64)]
    )
    func parseEnglish(text: String, currency: Currency, minorUnits: Int64) throws {
        let money = try AmountText.parse(text, currency: currency)
        #expect(money == Money(minorUnits: minorUnits, currency: currency))
    }

    @Test(
        "French amounts are read exactly, whichever space is between the groups",
        arguments: [
            ("1 234,56", .CAD, 123_456),
            ("1\u{00A0}234,56", .CAD, 123_456),
            ("1\u{202F}234\u{202F}567,8", .CAD, 123_456_780),
            ("0,05", .EUR, 5),
            ("-12,5", .EUR, -1_250),
            ("1 500", .JPY, 1_500),
        ] as [(String, Currency, Int64)]
    )
    func parseFrench(text: String, currency: Currency, minorUnits: Int64) throws {
        let money = try AmountText.parse(text, currency: currency, locale: .french)
        #expect(money == Money(minorUnits: minorUnits, currency: currency))
    }

    @Test(
        "What is not an English amount is refused",
        arguments: [
            ("", .CAD), (" ", .CAD), ("-", .CAD), (".", .CAD), (".5", .CAD), ("5.", .CAD),
            ("1.2.3", .CAD), ("1.234", .CAD), ("1.5", .JPY), ("1.2345", .KWD),
            ("1,23", .CAD), ("1234,567", .CAD), (",123", .CAD), ("1,,234", .CAD),
            ("1,234.5,6", .KWD), ("--5", .CAD), ("+-5", .CAD), ("- 5", .CAD), ("5-", .CAD),
            ("1e3", .CAD), ("0x10", .CAD), ("12 50", .CAD), ("$5", .CAD), ("five", .CAD),
            ("١٢", .CAD), ("1\u{0301}", .CAD), ("½", .CAD), ("1\u{0000}", .CAD),
        ] as [(String, Currency)]
    )
    func refusedEnglish(text: String, currency: Currency) {
        expectBadText(text, currency, .english)
    }

    @Test(
        "What is not a French amount is refused",
        arguments: ["1.50", "1,234,56", "1,234.56", "12 34,00", " ", "5,"]
    )
    func refusedFrench(text: String) {
        expectBadText(text, .CAD, .french)
    }

    @Test(
        "An amount that does not fit is an overflow, never another amount",
        arguments: [
            "92233720368547758.08", "-92233720368547758.09", "99999999999999999999999999",
        ]
    )
    func overflow(text: String) {
        #expect(throws: MoneyError.overflow) {
            try AmountText.parse(text, currency: .CAD)
        }
    }

    @Test(
        "Amounts are written with groups of three and all decimals",
        arguments: [
            (0, .CAD, "0.00", "0,00"),
            (5, .CAD, "0.05", "0,05"),
            (-5, .CAD, "-0.05", "-0,05"),
            (123_456, .CAD, "1,234.56", "1\u{202F}234,56"),
            (-100_000_000, .CAD, "-1,000,000.00", "-1\u{202F}000\u{202F}000,00"),
            (999, .JPY, "999", "999"),
            (1_000, .JPY, "1,000", "1\u{202F}000"),
            (1, .KWD, "0.001", "0,001"),
            (
                .min, .CAD, "-92,233,720,368,547,758.08",
                "-92\u{202F}233\u{202F}720\u{202F}368\u{202F}547\u{202F}758,08"
            ),
        ] as [(Int64, Currency, String, String)]
    )
    func format(minorUnits: Int64, currency: Currency, english: String, french: String) {
        let money = Money(minorUnits: minorUnits, currency: currency)
        #expect(AmountText.format(money) == english)
        #expect(AmountText.format(money, locale: .french) == french)
    }

    @Test("What is written is read back as the same money", arguments: Currency.allCases)
    func roundTrip(currency: Currency) throws {
        var random = SplitMix64(seed: UInt64(currency.exponent))
        for _ in 0..<500 {
            let shift = Int64.random(in: 0..<63, using: &random)
            let units = Int64(bitPattern: random.next()) >> shift
            let money = Money(minorUnits: units, currency: currency)
            for locale in [AmountLocale.english, .french] {
                let text = AmountText.format(money, locale: locale)
                #expect(try AmountText.parse(text, currency: currency, locale: locale) == money)
            }
        }
    }

    @Test("Currencies are found by their code alone, in upper case")
    func currencyCodes() {
        for currency in Currency.allCases {
            #expect(Currency(code: currency.code) == currency)
            #expect(Currency(code: currency.code.lowercased()) == nil)
        }
        #expect(Currency(code: "") == nil)
        #expect(Currency(code: "XXX") == nil)
        let exponents = Dictionary(grouping: Currency.allCases, by: \.exponent)
        #expect(exponents[0] == [.JPY])
        #expect(exponents[3] == [.KWD])
        #expect(exponents[2]?.count == Currency.allCases.count - 2)
    }

    private func expectBadText(_ text: String, _ currency: Currency, _ locale: AmountLocale) {
        do throws(MoneyError) {
            let money = try AmountText.parse(text, currency: currency, locale: locale)
            Issue.record("\(text.debugDescription) was read as \(money.minorUnits)")
        } catch {
            guard case .badText(let why) = error else {
                Issue.record("\(text.debugDescription): \(error)")
                return
            }
            #expect(!why.isEmpty)
        }
    }
}
