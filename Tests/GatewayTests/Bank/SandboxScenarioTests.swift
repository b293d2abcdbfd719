import Payments
import Testing

@testable import Gateway

@Suite("Sandbox cards of the list")
struct SandboxScenarioTests {
    /// A row of the list, and what its number is here.
    struct Listed: Sendable, CustomTestStringConvertible {
        enum Expected: Sendable {
            /// No card that is taken: refused before the bank is thought of.
            case refused(CardError)
            case lookup(SandboxScenario.Lookup)
        }

        let number: String
        let outcome: String
        let expected: Expected

        var testDescription: String { "\(number): \(outcome)" }

        init(_ number: String, _ outcome: String, _ error: CardError) {
            self.number = number
            self.outcome = outcome
            expected = .refused(error)
        }

        init(_ number: String, _ outcome: String, _ lookup: SandboxScenario.Lookup) {
            self.number = number
            self.outcome = outcome
            expected = .lookup(lookup)
        }

        init(_ number: String, _ outcome: String, _ scenario: SandboxScenario) {
            self.init(number, outcome, .scenario(scenario))
        }
    }

    private static func plain(_ code: String) -> SandboxScenario {
        SandboxScenario(responseCode: .of(code))
    }

    private static func timed(_ code: String, _ timing: SandboxScenario.Timing) -> SandboxScenario {
        SandboxScenario(responseCode: .of(code), timing: timing)
    }

    private static func faulty(_ fault: SandboxScenario.Fault) -> SandboxScenario {
        SandboxScenario(responseCode: .approval, fault: fault)
    }

    private static func avs(_ result: String) -> SandboxScenario {
        SandboxScenario(responseCode: .approval, avsResult: result)
    }

    static let list = [
        Listed("4242424242424242", "approved", plain("00")),
        Listed("4000056655665556", "approved", plain("00")),
        Listed("5555555555554444", "approved", plain("00")),
        Listed("2223003122003222", "approved", plain("00")),
        Listed("5200828282828210", "approved", plain("00")),
        Listed("378282246310005", "approved", plain("00")),
        Listed("6011111111111117", "approved", plain("00")),
        Listed("30569309025904", "Diners is not supported", CardError.notSupported),
        Listed("3530111333300000", "JCB is not supported", CardError.notSupported),
        Listed("4242424242424241", "the check digit is wrong", CardError.badLuhn),
        Listed(
            "4000000000000002",
            "generic decline",
            SandboxScenario(responseCode: .of("05"), declineCode: .genericDecline)
        ),
        Listed("4000000000009995", "insufficient funds", plain("51")),
        Listed("4000000000009987", "lost card", plain("41")),
        Listed("4000000000009979", "stolen card", plain("43")),
        Listed("4000000000000069", "expired card", plain("54")),
        Listed("4000000000000127", "incorrect code", plain("N7")),
        Listed("4000000000000119", "processing error", plain("96")),
        Listed("4000000000006975", "velocity exceeded", plain("65")),
        Listed("4100000000000019", "blocked by our rule", plain("59")),
        Listed("4000000000000036", "approved, postal code fails", avs("A")),
        Listed("4000000000000028", "approved, street fails", avs("Z")),
        Listed("4000000000000010", "approved, both fail", avs("N")),
        Listed(
            "4000000000000101",
            "approved unless a code is given",
            SandboxScenario(
                responseCode: .approval,
                cvcResult: "N",
                responseCodeWithCVC: .of("N7")
            )
        ),
        Listed("4000000000000341", "every charge declined", plain("05")),
        Listed("4000000000003220", "step-up", .unavailable),
        Listed("4000000000000259", "approved, disputed later", plain("00")),
        Listed("4000000000007726", "approved, refund pending", plain("00")),
        Listed("4000000000005126", "approved, refund fails", plain("00")),
        Listed("4000700030000019", "pending, then approved", timed("00", .pending(5000))),
        Listed("4000700530000014", "pending, then declined", timed("05", .pending(5000))),
        Listed("4000700050000014", "pending for ever", timed("00", .pendingForever)),
        Listed("4000700000010014", "dropped before the bank saw it", faulty(.droppedBefore)),
        Listed("4000700000020013", "reply never sent", faulty(.replyLost)),
        Listed("4000700000030012", "process exits before the reply", faulty(.processExit)),
        Listed("4000700000040011", "reply sent twice", faulty(.replyTwice)),
        Listed("4000700000050010", "reply cut off", faulty(.replyTruncated)),
        Listed("4000709100000015", "issuer not available", plain("91")),
        Listed("4000709620000016", "96 after a second", timed("96", .delayed(1000))),
        Listed("4000705100000013", "51 by the grammar", plain("51")),
        Listed("4000700000060019", "the link times out", faulty(.linkTimeout)),
        Listed("4000700000070018", "late approval", faulty(.lateDecision)),
    ]

    @Test("Every card of the list is what the list says", arguments: list)
    func listed(row: Listed) throws {
        switch row.expected {
        case .refused(let error):
            #expect(throws: error) { try CardNumber(text: row.number) }
        case .lookup(let lookup):
            #expect(SandboxScenario.lookup(try CardNumber(text: row.number)) == lookup)
        }
    }

    @Test("The list has each number once")
    func once() {
        #expect(Set(Self.list.map(\.number)).count == Self.list.count)
    }

    @Test(
        "A number that is not of the sandbox is none of its cards",
        arguments: ["4012888888881881", "5105105105105100", "371449635398431", "4222222222222"]
    )
    func real(number: String) throws {
        #expect(SandboxScenario.lookup(try CardNumber(text: number)) == .notSandbox)
    }

    @Test("The number that our own rule refuses is of the sandbox, so that it can be entered")
    func blocked() throws {
        #expect(SandboxScenario.blockedNumber == TestCard.blocked)
        guard case .scenario = SandboxScenario.lookup(try TestCard.number(TestCard.blocked)) else {
            Issue.record("the blocked card cannot be entered")
            return
        }
    }
}
