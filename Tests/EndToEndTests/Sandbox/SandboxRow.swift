import Testing

/// A row of the sandbox's table of cards: a number, and what it must lead to.
struct SandboxRow: Sendable, CustomTestStringConvertible {
    /// What a payment with the card comes to.
    enum Outcome: Sendable {
        case approved(avs: String, cvc: String)
        /// Declined by the bank with a response code, for a reason, in a class.
        case declined(responseCode: String, String, retryClass: String)
        /// Declined by the gateway's own rule; the bank is not asked.
        case blocked
        case pending
    }

    let number: String
    /// "visa".
    let brand: String
    let outcome: Outcome
    /// The verification code; nil for one of the right length.
    var code: String?
    var note = ""

    var testDescription: String { "\(number) \(note)" }

    private static func approved(
        _ number: String,
        _ brand: String,
        avs: String = "Y"
    ) -> SandboxRow {
        SandboxRow(number: number, brand: brand, outcome: .approved(avs: avs, cvc: "M"))
    }

    private static func declined(
        _ number: String,
        _ responseCode: String,
        _ declineCode: String,
        _ retryClass: String
    ) -> SandboxRow {
        SandboxRow(
            number: number,
            brand: "visa",
            outcome: .declined(
                responseCode: responseCode,
                declineCode,
                retryClass: retryClass
            )
        )
    }

    /// Every card of the table that can be charged.
    static let chargeable = [
        approved("4242424242424242", "visa"),
        approved("4000056655665556", "visa"),
        approved("5555555555554444", "mastercard"),
        approved("2223003122003222", "mastercard"),
        approved("5200828282828210", "mastercard"),
        approved("378282246310005", "amex"),
        approved("6011111111111117", "discover"),
        declined("4000000000000002", "05", "generic_decline", "soft"),
        declined("4000000000009995", "51", "insufficient_funds", "soft"),
        declined("4000000000009987", "41", "lost_card", "hard"),
        declined("4000000000009979", "43", "stolen_card", "hard"),
        declined("4000000000000069", "54", "expired_card", "update_card"),
        declined("4000000000000127", "N7", "incorrect_cvc", "update_card"),
        declined("4000000000000119", "96", "processing_error", "soft"),
        declined("4000000000006975", "65", "card_velocity_exceeded", "soft"),
        SandboxRow(number: "4100000000000019", brand: "visa", outcome: .blocked),
        approved("4000000000000036", "visa", avs: "A"),
        approved("4000000000000028", "visa", avs: "Z"),
        approved("4000000000000010", "visa", avs: "N"),
        SandboxRow(
            number: "4000000000000101",
            brand: "visa",
            outcome: .declined(
                responseCode: "N7",
                "incorrect_cvc",
                retryClass: "update_card"
            ),
            note: "with a code"
        ),
        SandboxRow(
            number: "4000000000000101",
            brand: "visa",
            outcome: .approved(avs: "Y", cvc: "U"),
            code: "",
            note: "without a code"
        ),
        declined("4000000000000341", "05", "do_not_honor", "soft"),
        // Approved: what comes after the sale, a dispute or a refund, is not played.
        approved("4000000000000259", "visa"),
        approved("4000000000007726", "visa"),
        approved("4000000000005126", "visa"),
        SandboxRow(number: "4000700030000019", brand: "visa", outcome: .pending),
        SandboxRow(number: "4000700530000014", brand: "visa", outcome: .pending),
        SandboxRow(number: "4000700050000014", brand: "visa", outcome: .pending),
        approved("4000700000040011", "visa"),
        declined("4000709100000015", "91", "issuer_not_available", "soft"),
        declined("4000709620000016", "96", "processing_error", "soft"),
        declined("4000705100000013", "51", "insufficient_funds", "soft"),
    ]

    /// Numbers made by the grammar that the table does not spell out.
    static let scripted = [
        approved(SandboxCard.scripted(responseCode: "00", serial: "000123"), "visa"),
        approved(SandboxCard.scripted(responseCode: "00", serial: "999999"), "visa"),
        SandboxRow(
            number: SandboxCard.scripted(responseCode: "00", avs: 3, cvc: 1),
            brand: "visa",
            outcome: .approved(avs: "N", cvc: "N")
        ),
        SandboxRow(
            number: SandboxCard.scripted(responseCode: "00", avs: 6, cvc: 4, serial: "000001"),
            brand: "visa",
            outcome: .approved(avs: "S", cvc: "U")
        ),
        declined(SandboxCard.scripted(responseCode: "04"), "04", "pickup_card", "hard"),
        declined(SandboxCard.scripted(responseCode: "14"), "14", "incorrect_number", "hard"),
    ]

    /// A card that is refused when it is entered, and why.
    struct Refused: Sendable, CustomTestStringConvertible {
        let number: String
        let isInvalid: Bool
        let reason: String
        let note: String
        var testDescription: String { "\(number) \(note)" }

        init(_ number: String, _ note: String, isInvalid: Bool = false) {
            self.number = number
            self.isInvalid = isInvalid
            reason = isInvalid ? "BAD_LUHN" : "CARD_NOT_SUPPORTED"
            self.note = note
        }
    }

    static let refused = [
        Refused("30569309025904", "diners"),
        Refused("3530111333300000", "jcb"),
        Refused("4242424242424241", "a wrong check digit", isInvalid: true),
        Refused("4000000000003220", "step-up"),
        Refused("4111111111111111", "not a number of the sandbox"),
        Refused("5105105105105100", "not a number of the sandbox"),
    ]
}
