import RemitAPI
import TTRPC

/// Amounts, currencies and counts that are refused.
enum BadAmounts {
    private typealias Bad = (name: String, money: RemitType.Money?, reason: String, field: String)
    /// One more than the largest amount of one charge or line.
    private static let tooLarge: Int64 = 1_000_000_000_001

    static let cases = charges + prices + taxes + sums + quantities

    /// What no method takes as an amount.
    private static let always: [Bad] = [
        ("negative", money(-1), "AMOUNT_NEGATIVE", ".minor_units"),
        ("the least number", money(.min), "AMOUNT_NEGATIVE", ".minor_units"),
        ("the largest number", money(.max), "AMOUNT_OUT_OF_RANGE", ".minor_units"),
        ("one too many", money(tooLarge), "AMOUNT_OUT_OF_RANGE", ".minor_units"),
        ("missing", nil, "AMOUNT_MISSING", ""),
        ("no currency", money(5, ""), "CURRENCY_MISMATCH", ".currency"),
        ("no such currency", money(5, "XXX"), "CURRENCY_MISMATCH", ".currency"),
        ("lower case", money(5, "cad"), "CURRENCY_MISMATCH", ".currency"),
        ("a space", money(5, "CAD "), "CURRENCY_MISMATCH", ".currency"),
        ("long", money(5, String(repeating: "C", count: 2000)), "CURRENCY_MISMATCH", ".currency"),
    ]

    private static let charges: [BadInput] = {
        let zero: Bad = ("zero", money(0), "AMOUNT_ZERO", ".minor_units")
        let zeroElsewhere: Bad = ("zero yen", money(0, "JPY"), "AMOUNT_ZERO", ".minor_units")
        let empty: Bad = ("empty", RemitType.Money(), "AMOUNT_ZERO", ".minor_units")
        let all = always + [zero, zeroElsewhere, empty]
        return all.flatMap { bad in
            [
                BadInput("Pay \(bad.name)", bad.reason, "amount" + bad.field) {
                    try await $0.bench.payments.pay(
                        BillingV1.PayRequest(
                            requestID: newRequestID(),
                            accountID: $0.account,
                            amount: bad.money,
                            source: BillingInput.card($0.token)
                        )
                    )
                },
                BadInput("Sale \(bad.name)", bad.reason, "amount" + bad.field) {
                    try await $0.bench.authorizations.sale(
                        GatewayInput.sale(newAttempt(), $0.token, bad.money)
                    )
                },
            ]
        } + [
            BadInput("Pay another currency", "CURRENCY_MISMATCH", "amount.currency") {
                try await $0.bench.pay(
                    $0.account,
                    money(100, "USD"),
                    BillingInput.card($0.token)
                )
            },
            BadInput("Pay a saved card in another", "CURRENCY_MISMATCH", "amount.currency") {
                try await $0.bench.pay(
                    $0.account,
                    money(100, "JPY"),
                    .paymentMethodID($0.method)
                )
            },
        ]
    }()

    private static let prices: [BadInput] =
        always.map { bad in
            BadInput(
                "CreateDraft, price \(bad.name)",
                bad.reason,
                "lines[1].unit_price" + bad.field
            ) {
                try await $0.bench.invoices.createDraft(
                    BillingInput.draft(
                        $0.account,
                        [BillingInput.line(), BillingInput.line(bad.money)]
                    )
                )
            }
        } + [
            BadInput("CreateDraft, mixed", "CURRENCY_MISMATCH", "lines[1].unit_price.currency") {
                try await $0.bench.invoices.createDraft(
                    BillingInput.draft(
                        $0.account,
                        [BillingInput.line(), BillingInput.line(money(5, "USD"))]
                    )
                )
            },
            BadInput(
                "CreateDraft, not the account's",
                "CURRENCY_MISMATCH",
                "lines[0].unit_price.currency"
            ) {
                try await $0.bench.invoices.createDraft(
                    BillingInput.draft($0.account, [BillingInput.line(money(5, "USD"))])
                )
            },
        ]

    private static let taxes: [BadInput] =
        always.map { bad in
            BadInput("CreateDraft, tax \(bad.name)", bad.reason, "taxes[0].amount" + bad.field) {
                try await $0.bench.invoices.createDraft(
                    BillingInput.draft(
                        $0.account,
                        [BillingInput.line()],
                        taxes: [BillingInput.tax(bad.money)]
                    )
                )
            }
        } + [
            BadInput("CreateDraft, mixed tax", "CURRENCY_MISMATCH", "taxes[0].amount.currency") {
                try await $0.bench.invoices.createDraft(
                    BillingInput.draft(
                        $0.account,
                        [BillingInput.line()],
                        taxes: [BillingInput.tax(money(1, "EUR"))]
                    )
                )
            }
        ]
        + [Int64.min, -1, 10_000_001, .max].map { rate in
            BadInput("CreateDraft, rate \(rate)", "BAD_RATE", "taxes[0].rate_micros") {
                try await $0.bench.invoices.createDraft(
                    BillingInput.draft(
                        $0.account,
                        [BillingInput.line()],
                        taxes: [BillingInput.tax(rate: rate)]
                    )
                )
            }
        }

    private static let sums: [BadInput] = [
        BadInput("CreateDraft, all zero", "AMOUNT_ZERO", "lines") {
            try await $0.bench.invoices.createDraft(
                BillingInput.draft(
                    $0.account,
                    [BillingInput.line(money(0))],
                    taxes: [BillingInput.tax(money(0))]
                )
            )
        },
        BadInput("CreateDraft, lines sum too high", "AMOUNT_OUT_OF_RANGE", "lines") {
            try await $0.bench.invoices.createDraft(
                BillingInput.draft(
                    $0.account,
                    [BillingInput.line(money(tooLarge - 1)), BillingInput.line(money(1))]
                )
            )
        },
        BadInput("CreateDraft, taxes sum too high", "AMOUNT_OUT_OF_RANGE", "lines") {
            try await $0.bench.invoices.createDraft(
                BillingInput.draft(
                    $0.account,
                    [BillingInput.line()],
                    taxes: [RemitType.Money?](repeating: money(tooLarge - 1), count: 10).map {
                        BillingInput.tax($0)
                    }
                )
            )
        },
        BadInput("CreateDraft, product overflows", "AMOUNT_OUT_OF_RANGE", "lines[0]") {
            var line = BillingInput.line(money(tooLarge - 1))
            line.quantity = 1_000_000_000
            return try await $0.bench.invoices.createDraft(
                BillingInput.draft($0.account, [line])
            )
        },
        BadInput("CreateDraft, sum overflows", "AMOUNT_OUT_OF_RANGE", "lines[1]") {
            var line = BillingInput.line(money(tooLarge - 1))
            line.quantity = 9_000_000
            return try await $0.bench.invoices.createDraft(
                BillingInput.draft($0.account, [line, line])
            )
        },
    ]

    private static let quantities: [BadInput] =
        [Int64.min, -1, 0, 1_000_000_001, .max].map { quantity in
            BadInput("CreateDraft, quantity \(quantity)", "BAD_QUANTITY", "lines[0].quantity") {
                var line = BillingInput.line()
                line.quantity = quantity
                return try await $0.bench.invoices.createDraft(
                    BillingInput.draft($0.account, [line])
                )
            }
        }
        + [0, 201].map { count in
            BadInput("CreateDraft, \(count) lines", "BAD_COUNT", "lines") {
                try await $0.bench.invoices.createDraft(
                    BillingInput.draft(
                        $0.account,
                        [BillingV1.InvoiceLine](repeating: BillingInput.line(), count: count)
                    )
                )
            }
        } + [
            BadInput("CreateDraft, 11 taxes", "BAD_COUNT", "taxes") {
                try await $0.bench.invoices.createDraft(
                    BillingInput.draft(
                        $0.account,
                        [BillingInput.line()],
                        taxes: [BillingV1.InvoiceTax](repeating: BillingInput.tax(), count: 11)
                    )
                )
            }
        ]
}
