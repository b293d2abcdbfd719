import NIOConcurrencyHelpers
import Payments
import Testing

@testable import Gateway

@Suite("Faults of the sandbox bank", .timeLimit(testBound))
struct SandboxFaultTests {
    private func charge(
        _ fault: Int,
        _ fixture: SandboxBankFixture,
        responseCode: String = "00"
    ) async throws -> (reference: AttemptID, answer: BankAnswer?) {
        let request = try fixture.request(TestCard.scripted(responseCode, fault: fault))
        return (request.reference, try? await fixture.bank.charge(request))
    }

    @Test("1: dropped before the bank saw it, so that nothing is in its book")
    func droppedBefore() async throws {
        let fixture = try SandboxBankFixture()
        let (reference, answer) = try await charge(1, fixture)
        #expect(answer == nil)
        #expect(try await fixture.book().isEmpty)
        #expect(try await fixture.bank.inquire(reference) == .noCharge)
    }

    @Test("2 and 5: the bank has charged, and its reply is lost or cut off", arguments: [2, 5])
    func replyLost(fault: Int) async throws {
        let fixture = try SandboxBankFixture()
        let (reference, answer) = try await charge(fault, fixture)
        #expect(answer == nil)
        #expect(try await fixture.book().map(\.state) == [.approved])
        guard case .decided(let decision) = try await fixture.bank.inquire(reference) else {
            Issue.record("an inquiry finds nothing")
            return
        }
        #expect(decision.responseCode == .approval)
    }

    @Test("3: the process ends after the bank has charged, before its reply is there")
    func processExit() async throws {
        let ended = NIOLockedValueBox(0)
        let folder = try TemporaryFolder()
        let fixture = try SandboxBankFixture(
            folder: folder,
            endProcess: { ended.withLockedValue { $0 += 1 } }
        )
        let (reference, _) = try await charge(3, fixture)
        #expect(ended.withLockedValue { $0 } == 1)
        #expect(try await fixture.book().map(\.reference) == [reference])
        _ = try await charge(0, fixture)
        #expect(ended.withLockedValue { $0 } == 1)
    }

    @Test("4: a reply that comes twice is one reply to one charge")
    func replyTwice() async throws {
        let fixture = try SandboxBankFixture()
        let (reference, answer) = try await charge(4, fixture)
        guard case .decided(let decision) = answer else {
            Issue.record("\(answer as Any)")
            return
        }
        #expect(try await fixture.bank.inquire(reference) == .decided(decision))
        #expect(try await fixture.book().map(\.state) == [.approved])
    }

    @Test("6: the bank has charged, and answers nothing but the reversal")
    func linkTimeout() async throws {
        let fixture = try SandboxBankFixture()
        let (reference, answer) = try await charge(6, fixture)
        #expect(answer == nil)
        #expect(try await fixture.book().map(\.state) == [.approved])
        for _ in 0..<3 {
            await #expect(throws: BankSilence.self) { try await fixture.bank.inquire(reference) }
        }
        try await fixture.bank.reverse(reference)
        #expect(try await fixture.book().map(\.state) == [.reversed])
    }

    @Test(
        "7: the charge arrives after its reversal, and the bank decides all the same",
        arguments: [("00", SandboxBank.ChargeState.approved), ("05", .declined)]
    )
    func lateDecision(code: String, state: SandboxBank.ChargeState) async throws {
        let fixture = try SandboxBankFixture()
        let (reference, answer) = try await charge(7, fixture, responseCode: code)
        #expect(answer == nil)
        #expect(try await fixture.book().isEmpty)
        #expect(try await fixture.bank.inquire(reference) == .noCharge)
        #expect(try await fixture.bank.advices(limit: 10).isEmpty)
        try await fixture.bank.reverse(reference)
        #expect(try await fixture.book().map(\.state) == [state])
        let advices = try await fixture.bank.advices(limit: 10)
        #expect(advices.map(\.reference) == [reference])
        #expect(advices.map(\.decision.responseCode) == [.of(code)])
        try await fixture.bank.reverse(reference)
        #expect(try await fixture.book().map(\.state) == [state == .approved ? .reversed : state])
    }

    @Test("A bank that is slower than the time-out is silent, and has charged")
    func slow() async throws {
        let fixture = try SandboxBankFixture()
        let request = try fixture.request(TestCard.scripted(delay: 1))
        await #expect(throws: BankSilence.self) { try await fixture.bank.charge(request) }
        #expect(try await fixture.book().map(\.state) == [.approved])
    }

    @Test("A partial approval has moved money until it is reversed")
    func partial() async throws {
        let fixture = try SandboxBankFixture()
        let (reference, answer) = try await charge(0, fixture, responseCode: "10")
        guard case .decided(let decision) = answer else {
            Issue.record("\(answer as Any)")
            return
        }
        #expect(decision.responseCode == .of("10"))
        #expect(try await fixture.book().map(\.state) == [.approved])
        try await fixture.bank.reverse(reference)
        #expect(try await fixture.book().map(\.state) == [.reversed])
    }

    /// What a fault's sale is at first and in the end, and what is then in the bank's book.
    struct Course: Sendable, CustomTestStringConvertible {
        let fault: Int
        let first: OperationState
        let last: OperationState
        let book: [SandboxBank.ChargeState]

        var testDescription: String { "fault \(fault)" }
    }

    @Test(
        "Whatever the fault, gateway and bank agree in the end, and the card is charged once",
        arguments: [
            Course(fault: 0, first: .approved, last: .approved, book: [.approved]),
            Course(fault: 1, first: .inDoubt, last: .declined, book: []),
            Course(fault: 2, first: .inDoubt, last: .approved, book: [.approved]),
            Course(fault: 3, first: .inDoubt, last: .approved, book: [.approved]),
            Course(fault: 4, first: .approved, last: .approved, book: [.approved]),
            Course(fault: 5, first: .inDoubt, last: .approved, book: [.approved]),
            Course(fault: 6, first: .inDoubt, last: .declined, book: [.reversed]),
            Course(fault: 7, first: .inDoubt, last: .declined, book: [.reversed]),
        ]
    )
    func course(_ course: Course) async throws {
        let fixture = try SandboxBankFixture()
        let gateway = try await GatewayFixture.open(fixture.bank)
        let view = try await gateway.sell(TestCard.scripted(fault: course.fault))
        #expect(view.operation.state == course.first)
        for _ in 0..<GatewayConfiguration().maxInquiries {
            await gateway.recovery.resolveDoubts()
        }
        await gateway.recovery.collectAdvices()
        let key = view.operation.key.attempt
        #expect(try await gateway.operation(key).state == course.last)
        #expect(try await fixture.book().map(\.state) == course.book)
        #expect(try await fixture.bank.advices(limit: 10).isEmpty)
        let again = try await gateway.sell(TestCard.scripted(fault: course.fault), key: key)
        #expect(again.operation.state == course.last)
        #expect(try await fixture.book().map(\.state) == course.book)
    }
}
