import Payments

/// What the sandbox bank does with a card: decided by its number alone.
///
/// The table and the grammar `400070 RR D A V F NNN c` are those of the sandbox cards' list. RR is
/// the response code, D the delay, A and V index the address and code results, F a fault, NNN a
/// serial (NNNNNN in the 19-digit form), c Luhn's digit.
struct SandboxScenario: Equatable, Sendable {
    /// When the bank decides.
    enum Timing: Equatable, Sendable {
        case atOnce
        /// It answers late, by so many milliseconds.
        case delayed(Int64)
        /// It answers "pending" and decides so many milliseconds later.
        case pending(Int64)
        /// It answers "pending" and never decides.
        case pendingForever
    }

    /// What goes wrong between the bank and us; the digit F of the grammar.
    enum Fault: Int, Sendable {
        case none = 0
        /// The connection is dropped before the bank has seen the request.
        case droppedBefore = 1
        /// The bank decides, and its reply never comes.
        case replyLost = 2
        /// The bank decides, and our process ends before the reply is there.
        case processExit = 3
        /// The reply comes twice.
        case replyTwice = 4
        /// The reply is cut off.
        case replyTruncated = 5
        /// The bank decides, and answers nothing but a reversal from then on.
        case linkTimeout = 6
        /// The request is under way so long that the bank decides after our reversal.
        case lateDecision = 7
    }

    let responseCode: ResponseCode
    var timing = Timing.atOnce
    var fault = Fault.none
    /// The address result; nil follows what the payer gave.
    var avsResult: String?
    /// The code result when a code was given; nil is a match.
    var cvcResult: String?
    /// A decline when a code was given, whatever `responseCode` says.
    var responseCodeWithCVC: ResponseCode?
    /// The bank's own reason, where it is more exact than the response code.
    var declineCode: DeclineCode?

    /// What a number is here.
    enum Lookup: Equatable, Sendable {
        case scenario(SandboxScenario)
        /// A sandbox number whose scenario this bank does not play.
        case unavailable
        /// Not a sandbox number; perhaps a real card.
        case notSandbox
    }

    /// Numbers of the list with their response codes, and what else is special about them.
    private static let cards: [String: SandboxScenario] = {
        func plain(_ code: String) -> SandboxScenario {
            SandboxScenario(responseCode: known(code))
        }
        var cards: [String: SandboxScenario] = [
            "4242424242424242": plain("00"), "4000056655665556": plain("00"),
            "5555555555554444": plain("00"), "2223003122003222": plain("00"),
            "5200828282828210": plain("00"), "378282246310005": plain("00"),
            "6011111111111117": plain("00"), "4000000000000101": plain("00"),
            "4000000000000002": plain("05"),
            "4000000000009995": plain("51"), "4000000000009987": plain("41"),
            "4000000000009979": plain("43"), "4000000000000069": plain("54"),
            "4000000000000127": plain("N7"), "4000000000000119": plain("96"),
            "4000000000006975": plain("65"), "4000000000000341": plain("05"),
            // The list has them approved; what it says of a dispute or a refund is not played.
            "4000000000000259": plain("00"), "4000000000007726": plain("00"),
            "4000000000005126": plain("00"),
            // Never sent: the gateway's own rule refuses it first.
            "4100000000000019": plain("59"),
        ]
        for (number, avs) in [
            ("4000000000000036", "A"), ("4000000000000028", "Z"), ("4000000000000010", "N"),
        ] {
            cards[number] = SandboxScenario(responseCode: known("00"), avsResult: avs)
        }
        cards["4000000000000002"]?.declineCode = .genericDecline
        // Approved without a code; with one, the code does not match.
        cards["4000000000000101"]?.cvcResult = "N"
        cards["4000000000000101"]?.responseCodeWithCVC = known("N7")
        return cards
    }()

    /// The number that the gateway's own rule refuses.
    static let blockedNumber = "4100000000000019"

    /// The number of the list whose sale needs what is not there: step-up.
    private static let unavailable = "4000000000003220"

    static func lookup(_ number: CardNumber) -> Lookup {
        number.withDigits { digits in
            if let scenario = cards[digits] { return .scenario(scenario) }
            if digits == unavailable { return .unavailable }
            return scripted(Array(digits.utf8).map { Int($0) - 48 })
        }
    }

    private static func scripted(_ digits: [Int]) -> Lookup {
        let prefix = [4, 0, 0, 0, 7, 0]
        guard digits.count == 16 || digits.count == 19, Array(digits.prefix(6)) == prefix,
            let code = ResponseCode("\(digits[6])\(digits[7])")
        else { return .notSandbox }
        let avsResults = ["Y", "A", "Z", "N", "U", "R", "S", "G"]
        let cvcResults = ["M", "N", "P", "S", "U"]
        let (delay, avs, cvc, fault) = (digits[8], digits[9], digits[10], digits[11])
        guard let fault = Fault(rawValue: fault), avs < avsResults.count,
            cvc < cvcResults.count, let timing = timing(delay)
        else { return .unavailable }
        return .scenario(
            SandboxScenario(
                responseCode: code,
                timing: timing,
                fault: fault,
                avsResult: avs == 0 ? nil : avsResults[avs],
                cvcResult: cvc == 0 ? nil : cvcResults[cvc]
            )
        )
    }

    /// The delay's digit. For 2 the grammar's text says three seconds and the card in the list
    /// says one: the list wins.
    private static func timing(_ digit: Int) -> Timing? {
        switch digit {
        case 0: .atOnce
        case 1, 2: .delayed(1000)
        case 3: .pending(5000)
        case 5: .pendingForever
        default: nil
        }
    }

    private static func known(_ code: String) -> ResponseCode {
        guard let code = ResponseCode(code) else { preconditionFailure("bad code \(code)") }
        return code
    }
}
