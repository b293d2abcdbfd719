import Payments
import Testing

@testable import Gateway

@Suite("Pending charges of the sandbox bank")
struct SandboxAdviceTests {
    private let approving = TestCard.scripted(delay: 3)
    private let declining = TestCard.scripted("05", delay: 3)
    private let forever = TestCard.scripted(delay: 5)

    @Test("A pending charge is decided when its five seconds have passed, and not before")
    func decides() async throws {
        let fixture = try SandboxBankFixture()
        let request = try fixture.request(approving)
        let answer = try await fixture.bank.charge(request)
        #expect(answer == .pending(avsResult: "Y", cvcResult: "M"))
        #expect(try await fixture.bank.inquire(request.reference) == .pending)
        #expect(try await fixture.book().first?.responseCode == "")
        fixture.clock.advance(milliseconds: 4999)
        #expect(try await fixture.bank.advices(limit: 10).isEmpty)
        #expect(try await fixture.bank.inquire(request.reference) == .pending)
        fixture.clock.advance(milliseconds: 1)
        let advice = try #require(try await fixture.bank.advices(limit: 10).first)
        #expect(advice.reference == request.reference)
        #expect(advice.decision.responseCode == .approval)
        #expect(advice.decision.approvalCode.utf8.count == 6)
        #expect(try await fixture.bank.inquire(request.reference) == .decided(advice.decision))
        #expect(try await fixture.book().map(\.state) == [.approved])
    }

    @Test("A decision is told again until it is acknowledged, and then no more")
    func acknowledged() async throws {
        let fixture = try SandboxBankFixture()
        let (first, second) = (try fixture.request(declining), try fixture.request(approving))
        _ = try await fixture.bank.charge(first)
        _ = try await fixture.bank.charge(second)
        fixture.clock.advance(milliseconds: 5000)
        for _ in 0..<3 {
            let advices = try await fixture.bank.advices(limit: 10)
            #expect(advices.map(\.reference) == [first.reference, second.reference])
            #expect(advices.map(\.decision.responseCode) == [.of("05"), .approval])
            #expect(advices.map(\.decision.approvalCode.isEmpty) == [true, false])
        }
        let sequence = try #require(try await fixture.bank.advices(limit: 1).first?.sequence)
        try await fixture.bank.acknowledge([sequence])
        #expect(try await fixture.bank.advices(limit: 10).map(\.reference) == [second.reference])
        try await fixture.bank.acknowledge([])
        #expect(try await fixture.bank.advices(limit: 10).count == 1)
    }

    @Test("No more decisions are told at once than were asked for")
    func limited() async throws {
        let fixture = try SandboxBankFixture()
        for _ in 0..<5 { _ = try await fixture.bank.charge(fixture.request(approving)) }
        fixture.clock.advance(milliseconds: 5000)
        var told: [Int64] = []
        for _ in 0..<3 {
            let advices = try await fixture.bank.advices(limit: 2)
            #expect(advices.count <= 2)
            told += advices.map(\.sequence)
            try await fixture.bank.acknowledge(advices.map(\.sequence))
        }
        #expect(told == [1, 2, 3, 4, 5])
    }

    @Test("What is pending for ever is never decided by itself")
    func pendingForever() async throws {
        let fixture = try SandboxBankFixture()
        let request = try fixture.request(forever)
        _ = try await fixture.bank.charge(request)
        fixture.clock.advance(milliseconds: 365 * 86_400_000)
        #expect(try await fixture.bank.advices(limit: 10).isEmpty)
        #expect(try await fixture.bank.inquire(request.reference) == .pending)
    }

    @Test("A pending charge that is reversed is decided no more")
    func reversed() async throws {
        let fixture = try SandboxBankFixture()
        let request = try fixture.request(approving)
        _ = try await fixture.bank.charge(request)
        try await fixture.bank.reverse(request.reference)
        fixture.clock.advance(milliseconds: 60_000)
        #expect(try await fixture.bank.advices(limit: 10).isEmpty)
        #expect(try await fixture.bank.inquire(request.reference) == .noCharge)
        #expect(try await !fixture.bank.resolve(request.reference, .approval))
        #expect(try await fixture.book().map(\.state) == [.reversed])
    }

    @Test(
        "A pending charge is decided now when a test asks for it, as asked or as scripted",
        arguments: [
            ("00", nil, "00"), ("05", nil, "05"), ("00", "05", "05"), ("05", "00", "00"),
        ]
    )
    func resolved(scripted: String, asked: String?, expected: String) async throws {
        let fixture = try SandboxBankFixture()
        let request = try fixture.request(TestCard.scripted(scripted, delay: 5))
        _ = try await fixture.bank.charge(request)
        let code = asked.map { ResponseCode.of($0) }
        #expect(try await fixture.bank.resolve(request.reference, code))
        let advice = try #require(try await fixture.bank.advices(limit: 10).first)
        #expect(advice.decision.responseCode == .of(expected))
        #expect(advice.decision.approvalCode.isEmpty == (expected != "00"))
        #expect(try await !fixture.bank.resolve(request.reference, code), "it is decided already")
    }

    @Test("What is not pending cannot be decided")
    func notPending() async throws {
        let fixture = try SandboxBankFixture()
        let request = try fixture.request()
        _ = try await fixture.bank.charge(request)
        #expect(try await !fixture.bank.resolve(request.reference, .insufficientFunds))
        #expect(try await !fixture.bank.resolve(fixture.newReference(), .approval))
        #expect(try await fixture.book().map(\.state) == [.approved])
    }
}
