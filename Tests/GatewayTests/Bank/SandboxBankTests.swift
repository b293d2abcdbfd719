import Payments
import ServiceKit
import Testing

@testable import Gateway

/// A sandbox bank with a book in a folder of its own.
struct SandboxBankFixture {
    let folder: TemporaryFolder
    let clock: TestClock
    let bank: SandboxBank
    private let ids: IDFactory

    /// - Parameters:
    ///   - folder: of another bank, whose book is opened; nil for a new one.
    ///   - clock: decides when pending charges are decided.
    ///   - endProcess: what the fault of a process that ends does.
    init(
        folder: TemporaryFolder? = nil,
        clock: TestClock = TestClock(),
        endProcess: @escaping @Sendable () async -> Void = {}
    ) throws {
        self.folder = try folder ?? TemporaryFolder()
        self.clock = clock
        bank = try SandboxBank(
            path: self.folder.file("sandbox-bank.sqlite"),
            clock: clock.clock,
            // Delays and lost replies cost no more than this.
            timeoutMilliseconds: 20,
            endProcess: endProcess,
            logger: GatewayFixture.logger
        )
        ids = IDFactory(clock: clock.clock)
    }

    func newReference() -> AttemptID { ids.next() }

    func request(
        _ number: String = TestCard.visa,
        reference: AttemptID? = nil,
        code: String? = "123",
        postalCode: String = "A1A1A1"
    ) throws -> BankRequest {
        let number = try TestCard.number(number)
        return BankRequest(
            reference: reference ?? newReference(),
            operation: ids.next(),
            number: number,
            expiry: TestCard.expiry,
            code: try code.map { try CardVerificationCode(text: $0, brand: number.brand) },
            amount: Money(minorUnits: 5000, currency: .CAD),
            postalCode: postalCode,
            hasStreet: true
        )
    }

    /// The decision on a charge; nil when it is pending.
    func decision(
        _ number: String,
        code: String? = "123",
        postalCode: String = "A1A1A1"
    ) async throws -> BankDecision? {
        let request = try request(number, code: code, postalCode: postalCode)
        guard case .decided(let decision) = try await bank.charge(request) else { return nil }
        return decision
    }

    func book() async throws -> [SandboxBank.Charge] {
        try await bank.charges(after: 0, limit: 1000).charges
    }
}

@Suite("Sandbox bank")
struct SandboxBankTests {
    @Test("An approved charge is answered with a code and written into the book")
    func approved() async throws {
        let fixture = try SandboxBankFixture()
        let request = try fixture.request()
        guard case .decided(let decision) = try await fixture.bank.charge(request) else {
            Issue.record("not decided")
            return
        }
        #expect(decision.responseCode == .approval)
        #expect(decision.approvalCode.utf8.count == 6)
        let line = try #require(try await fixture.book().first)
        #expect(line.sequence == 1)
        #expect(line.reference == request.reference)
        #expect(line.operation == request.operation)
        #expect(line.state == .approved)
        #expect(line.amount == request.amount)
        #expect(line.responseCode == "00")
        #expect(line.createdAt == TestClock.start)
        #expect(try await fixture.bank.inquire(request.reference) == .decided(decision))
    }

    @Test("A declined charge has its code and no approval")
    func declined() async throws {
        let fixture = try SandboxBankFixture()
        let request = try fixture.request("4000000000009995")
        guard case .decided(let decision) = try await fixture.bank.charge(request) else {
            Issue.record("not decided")
            return
        }
        #expect(decision.responseCode == .insufficientFunds)
        #expect(decision.approvalCode == "")
        #expect(try await fixture.book().map(\.state) == [.declined])
        #expect(try await fixture.bank.inquire(request.reference) == .decided(decision))
    }

    @Test("The bank is not idempotent: the same request twice is two charges")
    func notIdempotent() async throws {
        let fixture = try SandboxBankFixture()
        let request = try fixture.request()
        let first = try await fixture.bank.charge(request)
        #expect(try await fixture.bank.charge(request) == first)
        let book = try await fixture.book()
        #expect(book.map(\.reference) == [request.reference, request.reference])
        #expect(book.map(\.state) == [.approved, .approved])
    }

    @Test("A reversal undoes every charge of its reference and no other")
    func reversalAfter() async throws {
        let fixture = try SandboxBankFixture()
        let (request, other) = (try fixture.request(), try fixture.request())
        _ = try await fixture.bank.charge(request)
        _ = try await fixture.bank.charge(other)
        _ = try await fixture.bank.charge(request)
        for _ in 0..<2 {
            try await fixture.bank.reverse(request.reference)
            #expect(try await fixture.book().map(\.state) == [.reversed, .approved, .reversed])
            #expect(try await fixture.bank.inquire(request.reference) == .noCharge)
        }
    }

    @Test("A charge that arrives after its reversal is written without money and not answered")
    func reversalBefore() async throws {
        let fixture = try SandboxBankFixture()
        let pending = try fixture.request(TestCard.scripted(delay: 3))
        for request in [try fixture.request(), pending] {
            try await fixture.bank.reverse(request.reference)
            await #expect(throws: BankSilence.self) { try await fixture.bank.charge(request) }
            #expect(try await fixture.bank.inquire(request.reference) == .noCharge)
        }
        fixture.clock.advance(milliseconds: 60_000)
        #expect(try await fixture.bank.advices(limit: 10).isEmpty)
        #expect(try await fixture.book().map(\.state) == [.reversed, .reversed])
    }

    @Test("A decline stays a decline when it is reversed: no money moved")
    func reversalOfDecline() async throws {
        let fixture = try SandboxBankFixture()
        let request = try fixture.request("4000000000009995")
        _ = try await fixture.bank.charge(request)
        try await fixture.bank.reverse(request.reference)
        #expect(try await fixture.book().map(\.state) == [.declined])
    }

    @Test("A reference that was never charged is no charge")
    func unknown() async throws {
        let fixture = try SandboxBankFixture()
        #expect(try await fixture.bank.inquire(fixture.newReference()) == .noCharge)
    }

    @Test("Address and code results follow what was given, unless the card says otherwise")
    func results() async throws {
        let fixture = try SandboxBankFixture()
        let plain = try #require(try await fixture.decision(TestCard.visa))
        #expect(plain.avsResult == "Y")
        #expect(plain.cvcResult == "M")
        let bare = try await fixture.decision(TestCard.visa, code: nil, postalCode: "")
        #expect(bare?.avsResult == "U")
        #expect(bare?.cvcResult == "U")
        let scripted = TestCard.scripted(avs: 3, cvc: 1)
        let given = try await fixture.decision(scripted)
        #expect(given?.avsResult == "N")
        #expect(given?.cvcResult == "N")
        let notGiven = try await fixture.decision(scripted, code: nil, postalCode: "")
        #expect(notGiven?.avsResult == "N")
        #expect(notGiven?.cvcResult == "U")
    }

    @Test("The card that is approved without a code is declined with one")
    func codeDeclines() async throws {
        let fixture = try SandboxBankFixture()
        let with = try #require(try await fixture.decision("4000000000000101"))
        #expect(with.responseCode == .of("N7"))
        #expect(with.cvcResult == "N")
        let without = try #require(try await fixture.decision("4000000000000101", code: nil))
        #expect(without.responseCode == .approval)
        #expect(without.cvcResult == "U")
    }

    @Test("Every listed card that can be charged is decided as the list says")
    func listed() async throws {
        let fixture = try SandboxBankFixture()
        for row in SandboxScenarioTests.list {
            guard case .lookup(.scenario(let scenario)) = row.expected else { continue }
            if case .delayed = scenario.timing { continue }
            guard scenario.fault == .none else { continue }
            let number = try TestCard.number(row.number)
            let code = number.brand == .amex ? "1234" : "123"
            let decision = try await fixture.decision(row.number, code: code)
            guard scenario.timing == .atOnce else {
                #expect(decision == nil, "\(row.testDescription)")
                continue
            }
            let expected = scenario.responseCodeWithCVC ?? scenario.responseCode
            #expect(decision?.responseCode == expected, "\(row.testDescription)")
            #expect(decision?.declineCode == scenario.declineCode, "\(row.testDescription)")
            #expect(decision?.approvalCode.isEmpty == (expected != .approval))
        }
    }

    @Test("Only numbers that the sandbox plays are taken")
    func refusals() throws {
        let fixture = try SandboxBankFixture()
        #expect(fixture.bank.refusal(of: try TestCard.number(TestCard.visa)) == nil)
        #expect(fixture.bank.refusal(of: try TestCard.number("4012888888881881")) != nil)
        #expect(fixture.bank.refusal(of: try TestCard.number("4000000000003220")) != nil)
        let fault = TestCard.scripted(fault: 8)
        #expect(fixture.bank.refusal(of: try TestCard.number(fault)) != nil)
    }

    @Test("A number that the sandbox does not play is not charged, and not written")
    func notCharged() async throws {
        let fixture = try SandboxBankFixture()
        let request = try fixture.request("4012888888881881")
        await #expect(throws: BankSilence.self) { try await fixture.bank.charge(request) }
        #expect(try await fixture.book().isEmpty)
    }

    @Test("What was answered is in the book of a bank that was stopped at once")
    func durable() async throws {
        let fixture = try SandboxBankFixture()
        let (kept, reversed) = (try fixture.request(), try fixture.request())
        let pending = try fixture.request(TestCard.scripted(delay: 3))
        for request in [kept, reversed, pending] { _ = try await fixture.bank.charge(request) }
        try await fixture.bank.reverse(reversed.reference)
        let next = try SandboxBankFixture(folder: fixture.folder.copy(), clock: fixture.clock)
        #expect(try await next.book().map(\.state) == [.approved, .reversed, .pending])
        #expect(try await next.bank.inquire(pending.reference) == .pending)
        next.clock.advance(milliseconds: 5000)
        #expect(try await next.bank.advices(limit: 10).map(\.reference) == [pending.reference])
    }

    @Test("The book is read in pages, with the number of its newest line")
    func pages() async throws {
        let fixture = try SandboxBankFixture()
        #expect(try await fixture.bank.charges(after: 0, limit: 2).headSequence == 0)
        for _ in 0..<5 { _ = try await fixture.bank.charge(fixture.request()) }
        let first = try await fixture.bank.charges(after: 0, limit: 2)
        #expect(first.charges.map(\.sequence) == [1, 2])
        #expect(first.headSequence == 5)
        #expect(try await fixture.bank.charges(after: 4, limit: 2).charges.map(\.sequence) == [5])
    }
}
