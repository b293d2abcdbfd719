import Payments
import Testing

@Suite("ResponseCode")
struct ResponseCodeTests {
    /// Field 39, decline code, class: one line for each code of the table that both services use.
    private static let table = """
        00,approved,-
        01,call_issuer,soft
        02,call_issuer,soft
        03,merchant_invalid,config
        04,pickup_card,hard
        05,do_not_honor,soft
        06,processing_error,soft
        07,pickup_card,hard
        10,approved_partial,-
        12,transaction_not_allowed,hard
        13,invalid_amount,caller
        14,incorrect_number,hard
        15,no_such_issuer,hard
        19,reenter_transaction,soft
        30,format_error,caller
        34,fraudulent,hard
        36,restricted_card,hard
        41,lost_card,hard
        43,stolen_card,hard
        46,account_closed,hard
        51,insufficient_funds,soft
        54,expired_card,update-card
        57,transaction_not_allowed,hard
        58,service_not_allowed,hard
        59,fraudulent,hard
        61,amount_limit_exceeded,soft
        62,restricted_card,hard
        63,security_violation,hard
        65,card_velocity_exceeded,soft
        68,response_too_late,in-doubt: query or reverse
        75,pin_try_exceeded,soft
        78,invalid_account,hard
        80,no_financial_impact,-
        82,incorrect_cvc,update-card
        85,approved_verification,-
        91,issuer_not_available,soft
        92,routing_error,soft
        93,transaction_not_allowed,hard
        94,duplicate_transaction,query original
        96,processing_error,soft
        1A,authentication_required,step-up
        N7,incorrect_cvc,update-card
        R0,stop_payment_order,hard
        R1,revocation_of_authorization,hard
        R3,revocation_of_all_authorizations,hard
        """

    private static let classes: [String: RetryClass] = [
        "soft": .soft, "hard": .hard, "config": .configuration, "caller": .caller,
        "update-card": .updateCard, "step-up": .stepUp,
    ]

    private static let special: [String: ResponseCode.Meaning] = [
        "approved": .approved, "approved_partial": .partialApproval,
        "response_too_late": .inDoubt, "duplicate_transaction": .inDoubt,
        "no_financial_impact": .verificationOnly, "approved_verification": .verificationOnly,
    ]

    @Test(
        "Every code of the table means what the table says, at every network",
        arguments: table.split(separator: "\n").map(String.init)
    )
    func codes(line: String) throws {
        let cells = line.split(separator: ",").map(String.init)
        let code = try #require(ResponseCode(cells[0]))
        for brand in CardBrand.allCases where !(cells[0] == "65" && brand == .mastercard) {
            let meaning = code.meaning(for: brand)
            if let special = Self.special[cells[1]] {
                #expect(meaning == special)
                continue
            }
            let decline = try #require(DeclineCode(rawValue: cells[1]))
            #expect(meaning == .declined(decline))
            #expect(decline.retryClass == Self.classes[cells[2]])
        }
    }

    @Test("65 asks for authentication at Mastercard alone")
    func velocityOrStepUp() throws {
        let code = try #require(ResponseCode("65"))
        #expect(code.meaning(for: .mastercard) == .declined(.authenticationRequired))
        #expect(code.meaning(for: .visa) == .declined(.cardVelocityExceeded))
        #expect(DeclineCode.authenticationRequired.retryClass == .stepUp)
    }

    @Test("Every code that the table does not have is a generic decline, never an approval")
    func unknown() throws {
        let known = Set(Self.table.split(separator: "\n").map { String($0.prefix(2)) })
        let characters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        var count = 0
        for first in characters {
            for second in characters where !known.contains("\(first)\(second)") {
                let code = try #require(ResponseCode("\(first)\(second)"))
                #expect(code.meaning(for: .visa) == .declined(.genericDecline))
                count += 1
            }
        }
        #expect(count == 36 * 36 - known.count)
        #expect(DeclineCode.genericDecline.retryClass == .soft)
    }

    @Test("Lower case is read as upper case")
    func lowerCase() {
        #expect(ResponseCode("1a") == ResponseCode("1A"))
        #expect(ResponseCode("n7")?.text == "N7")
    }

    @Test(
        "Anything but two letters or digits is no code",
        arguments: ["", "0", "000", " 00", "0 ", "é", "0é", "ß", "ﬁ", "1ſ", "0\u{0000}", "--"]
    )
    func refused(text: String) {
        #expect(ResponseCode(text) == nil)
    }

    @Test("Our own declines have the classes that the product names")
    func ownDeclines() {
        #expect(DeclineCode.tryAgainLater.retryClass == .soft)
        #expect(DeclineCode.incorrectPostal.retryClass == .updateCard)
        #expect(RetryClass.updateCard.rawValue == "update_card")
        #expect(RetryClass.stepUp.rawValue == "step_up")
    }
}
