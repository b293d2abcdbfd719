import Payments
import Testing

@testable import Gateway

@Suite("Grammar of scripted cards")
struct SandboxGrammarTests {
    private func lookup(_ number: String) throws -> SandboxScenario.Lookup {
        SandboxScenario.lookup(try TestCard.number(number))
    }

    @Test("RR is the response code, any of two digits")
    func responseCode() throws {
        for number in 0..<100 {
            let code = number < 10 ? "0\(number)" : "\(number)"
            let expected = SandboxScenario(responseCode: .of(code))
            #expect(try lookup(TestCard.scripted(code)) == .scenario(expected), "\(code)")
        }
    }

    @Test(
        "D is the delay",
        arguments: [
            SandboxScenario.Timing.atOnce, .delayed(1000), .delayed(1000), .pending(5000), nil,
            .pendingForever, nil, nil, nil, nil,
        ].enumerated().map { ($0, $1) }
    )
    func delay(digit: Int, timing: SandboxScenario.Timing?) throws {
        let expected = timing.map { timing in
            SandboxScenario.Lookup.scenario(
                SandboxScenario(responseCode: .of("51"), timing: timing)
            )
        }
        #expect(try lookup(TestCard.scripted("51", delay: digit)) == expected ?? .unavailable)
    }

    @Test("A is the address result; 0 follows what the payer gave")
    func address() throws {
        for (digit, result) in [nil, "A", "Z", "N", "U", "R", "S", "G"].enumerated() {
            let expected = SandboxScenario(responseCode: .approval, avsResult: result)
            #expect(try lookup(TestCard.scripted(avs: digit)) == .scenario(expected))
        }
        for digit in 8...9 {
            #expect(try lookup(TestCard.scripted(avs: digit)) == .unavailable)
        }
    }

    @Test("V is the code's result; 0 is a match")
    func verificationCode() throws {
        for (digit, result) in [nil, "N", "P", "S", "U"].enumerated() {
            let expected = SandboxScenario(responseCode: .approval, cvcResult: result)
            #expect(try lookup(TestCard.scripted(cvc: digit)) == .scenario(expected))
        }
        for digit in 5...9 {
            #expect(try lookup(TestCard.scripted(cvc: digit)) == .unavailable)
        }
    }

    @Test("F is the fault")
    func fault() throws {
        let faults: [SandboxScenario.Fault] = [
            .none, .droppedBefore, .replyLost, .processExit, .replyTwice, .replyTruncated,
            .linkTimeout, .lateDecision,
        ]
        for (digit, fault) in faults.enumerated() {
            let expected = SandboxScenario(responseCode: .approval, fault: fault)
            #expect(try lookup(TestCard.scripted(fault: digit)) == .scenario(expected))
        }
        for digit in 8...9 {
            #expect(try lookup(TestCard.scripted(fault: digit)) == .unavailable)
        }
    }

    @Test("The serial changes nothing, in the short form and in the long one")
    func serial() throws {
        let expected = SandboxScenario(
            responseCode: .of("91"),
            timing: .pending(5000),
            avsResult: "Z",
            cvcResult: "P"
        )
        for serial in ["000", "001", "999", "000000", "000001", "999999", "123456"] {
            let number = TestCard.scripted("91", delay: 3, avs: 2, cvc: 2, serial: serial)
            #expect(number.utf8.count == (serial.utf8.count == 3 ? 16 : 19))
            #expect(try lookup(number) == .scenario(expected), "\(serial)")
        }
    }

    @Test("A prefix that differs in one digit is no scripted card")
    func otherPrefix() throws {
        for digits in ["400071", "400080", "400170", "401070", "410070", "4000600"] {
            let rest = String(repeating: "0", count: 15 - digits.utf8.count)
            #expect(try lookup(TestCard.withCheckDigit(digits + rest)) == .notSandbox)
        }
        let short = TestCard.withCheckDigit("400070000000")
        #expect(short.utf8.count == 13)
        #expect(try lookup(short) == .notSandbox)
    }
}
