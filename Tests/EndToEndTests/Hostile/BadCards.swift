import ProtobufC
import RemitAPI
import TTRPC

/// Cards as nobody can enter them, and tokens that cannot be charged.
enum BadCards {
    static let cases = numbers + expiries + codes + tokens

    private static func tokenize(
        _ number: String,
        month: Int32 = 12,
        year: Int32 = SandboxCard.expiryYear,
        code: String = "123"
    ) -> @Sendable (HostileBench) async throws -> any Sendable {
        {
            // What is refused must be in no file either.
            let digits = number.filter { $0.isASCII && $0.isNumber }
            if (12...19).contains(digits.count), Set(digits).count > 1 { $0.bench.used(digits) }
            return try await $0.bench.vault.tokenize(
                GatewayV1.TokenizeRequest(
                    number: SensitiveText(number),
                    expiryMonth: month,
                    expiryYear: year,
                    verificationCode: SensitiveText(code)
                )
            )
        }
    }

    private static func number(_ number: String, _ reason: String) -> BadInput {
        BadInput(
            "number '\(number)'",
            reason,
            "number",
            reason == "CARD_NOT_SUPPORTED" ? .failedPrecondition : .invalidArgument,
            tokenize(number)
        )
    }

    private static let numbers: [BadInput] = [
        number("", "BAD_TEXT"),
        number("  - ", "BAD_TEXT"),
        number("4242x42424242424", "BAD_TEXT"),
        number("4242.4242.4242.4242", "BAD_TEXT"),
        number("4242\t4242 4242 4242", "BAD_TEXT"),
        // Digits of other scripts are none on a card.
        number("４２４２４２４２４２４２４２４２", "BAD_TEXT"),
        number("٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢", "BAD_TEXT"),
        number("-4242424242424242\u{200B}", "BAD_TEXT"),
        number("0", "BAD_LUHN"),
        number("42424242424", "BAD_LUHN"),
        number("42424242424242424242", "BAD_LUHN"),
        number(String(repeating: "4", count: 3000), "BAD_LUHN"),
        number("4242424242424241", "BAD_LUHN"),
        number("4242424242424224", "BAD_LUHN"),
        number("378282246310006", "BAD_LUHN"),
        number("0000000000000000", "CARD_NOT_SUPPORTED"),
        number("30569309025904", "CARD_NOT_SUPPORTED"),
        number("3530111333300000", "CARD_NOT_SUPPORTED"),
        // A sound number of a real network that the sandbox does not know.
        number("4111111111111111", "CARD_NOT_SUPPORTED"),
    ]

    private static let expiries: [BadInput] = {
        let year = SandboxCard.expiryYear
        let bad: [(Int32, Int32, String)] = [
            (0, year, "expiry_month"), (13, year, "expiry_month"), (-1, year, "expiry_month"),
            (.max, year, "expiry_month"), (.min, year, "expiry_month"), (12, 0, "expiry_month"),
            (12, 99, "expiry_month"), (12, 10_000, "expiry_month"), (12, .max, "expiry_month"),
            (12, .min, "expiry_month"), (12, -year, "expiry_month"),
            (12, year + 19, "expiry_month"), (12, year - 3, "expiry_year"),
            (12, 1000, "expiry_year"),
        ]
        return bad.map { month, year, field in
            BadInput(
                "expiry \(month)/\(year)",
                "BAD_EXPIRY",
                field,
                .invalidArgument,
                tokenize(SandboxCard.visa, month: month, year: year)
            )
        }
    }()

    private static let codes: [BadInput] =
        [
            "1", "12", "1234", "12a", " 123", "123 ", "１２３", "-12", "+12", "1.2",
            String(repeating: "1", count: 3000),
        ].map { code in
            BadInput(
                "code '\(code.prefix(10))' on Visa",
                "BAD_CVC",
                "verification_code",
                .invalidArgument,
                tokenize(SandboxCard.visa, code: code)
            )
        }
        + ["123", "12345"].map { code in
            BadInput(
                "code '\(code)' on American Express",
                "BAD_CVC",
                "verification_code",
                .invalidArgument,
                tokenize(SandboxCard.amex, code: code)
            )
        }

    private static let tokens: [BadInput] = [
        BadInput("Sale, used token", "TOKEN_USED", "token", .failedPrecondition) {
            try await $0.bench.authorizations.sale(GatewayInput.sale(newAttempt(), $0.usedToken))
        },
        BadInput("Sale, deleted token", "METHOD_DELETED", "token", .failedPrecondition) {
            try await $0.bench.authorizations.sale(
                GatewayInput.sale(newAttempt(), $0.deletedToken)
            )
        },
        BadInput("Sale, fenced key", "KEY_FENCED", "key", .aborted) {
            try await $0.bench.authorizations.sale(GatewayInput.sale($0.fencedKey, $0.token))
        },
        BadInput(
            "Sale, key of another amount",
            "KEY_REUSED_DIFFERENT_BODY",
            "key",
            .alreadyExists
        ) {
            try await $0.bench.authorizations.sale(
                GatewayInput.sale($0.soldKey, $0.token, money(501))
            )
        },
        BadInput(
            "Sale, key of another currency",
            "KEY_REUSED_DIFFERENT_BODY",
            "key",
            .alreadyExists
        ) {
            try await $0.bench.authorizations.sale(
                GatewayInput.sale($0.soldKey, $0.token, money(500, "USD"))
            )
        },
        BadInput("Pay, used token", "TOKEN_USED", "new_card.token", .failedPrecondition) {
            try await $0.bench.pay($0.account, money(100), BillingInput.card($0.usedToken))
        },
        BadInput("Pay, deleted token", "METHOD_DELETED", "new_card.token", .failedPrecondition) {
            try await $0.bench.pay($0.account, money(100), BillingInput.card($0.deletedToken))
        },
    ]
}
