import Payments
import Testing

@testable import Gateway

@Suite("Replies of the sandbox bank")
struct SandboxReplyFrameTests {
    private static let reference = AttemptID(ULID(high: 1, low: 2))
    static let answers: [BankAnswer] = [
        .decided(.approved()), .decided(.answered(.insufficientFunds)),
        .decided(
            BankDecision(
                responseCode: .of("05"),
                declineCode: .genericDecline,
                approvalCode: "",
                avsResult: "U",
                cvcResult: "U"
            )
        ),
        .pending(avsResult: "Y", cvcResult: "M"), .pending(avsResult: "", cvcResult: ""),
    ]

    private func frame(_ answer: BankAnswer) -> [UInt8] {
        SandboxReplyFrame.encode(answer, to: Self.reference)
    }

    private func expectSilence(_ frames: [[UInt8]], to reference: AttemptID = reference) {
        #expect(throws: BankSilence.self) {
            try SandboxReplyFrame.answer(in: frames, to: reference)
        }
    }

    @Test("A reply is read as it was written, once or twice", arguments: answers)
    func read(answer: BankAnswer) throws {
        for count in 1...2 {
            let frames = Array(repeating: frame(answer), count: count)
            #expect(try SandboxReplyFrame.answer(in: frames, to: Self.reference) == answer)
        }
    }

    @Test("A reply that was cut off anywhere is none", arguments: answers)
    func cutOff(answer: BankAnswer) {
        let whole = frame(answer)
        for count in whole.indices { expectSilence([Array(whole.prefix(count))]) }
        expectSilence([whole + [0x41]])
    }

    @Test("No reply, two that differ and one to something else are silence")
    func others() {
        expectSilence([])
        expectSilence([frame(Self.answers[0]), frame(Self.answers[1])])
        expectSilence([frame(Self.answers[0]), []])
        expectSilence([frame(Self.answers[0])], to: AttemptID(ULID(high: 1, low: 3)))
    }
}
