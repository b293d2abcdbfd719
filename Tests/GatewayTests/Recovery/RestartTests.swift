import Payments
import Testing

@testable import Gateway

@Suite("After a restart")
struct RestartTests {
    private let bank = ScriptedBank()

    @Test("RECEIVED becomes NOT_SENT: the bank was not asked, and is not")
    func received() async throws {
        let gateway = try await GatewayFixture.open(bank)
        let token = try await gateway.card()
        let key = try await gateway.receivedOperation(token)
        let next = try await gateway.reopened()
        try await next.recovery.afterRestart()
        let operation = try await next.operation(key)
        #expect(operation.state == .notSent)
        #expect(operation.version == 2)
        #expect(try await next.events().map(\.operation.state) == [.notSent])
        #expect(bank.calls.charges.isEmpty)
        #expect(bank.calls.inquiries.isEmpty)
        #expect(try await next.liveOperations(token) == 0)
        // The key is used up for ever.
        let again = try await next.sales.sale(next.request(token, key: key))
        #expect(again.operation.state == .notSent)
    }

    @Test("SENT becomes IN_DOUBT, and stays so while the bank is silent")
    func sent() async throws {
        bank.script { $0.inquiry = nil }
        let gateway = try await GatewayFixture.open(bank)
        let key = try await gateway.sentOperation(gateway.card())
        let next = try await gateway.reopened()
        try await next.recovery.afterRestart()
        let operation = try await next.operation(key)
        #expect(operation.state == .inDoubt)
        #expect(operation.version == 3)
        #expect(try await next.events().map(\.operation.state) == [.inDoubt])
        #expect(bank.calls.inquiries == [key])
        #expect(bank.calls.charges.isEmpty)
    }

    @Test("What was SENT is asked about, and ends as the bank says")
    func foundOut() async throws {
        bank.script { $0.inquiry = .decided(.approved()) }
        let gateway = try await GatewayFixture.open(bank)
        let key = try await gateway.sentOperation(gateway.card())
        let next = try await gateway.reopened()
        try await next.recovery.afterRestart()
        #expect(try await next.operation(key).state == .approved)
        #expect(try await next.events().map(\.operation.state) == [.inDoubt, .approved])
        #expect(try await next.ledger().count == 1)
        #expect(bank.calls.charges.isEmpty)
    }

    @Test("More operations than one batch holds are all looked at")
    func batches() async throws {
        bank.script { $0.inquiry = nil }
        let gateway = try await GatewayFixture.open(bank) { $0.maxRecoveryBatch = 3 }
        for _ in 0..<3 { _ = try await gateway.receivedOperation(gateway.card()) }
        for _ in 0..<7 { _ = try await gateway.sentOperation(gateway.card()) }
        let next = try await gateway.reopened()
        try await next.recovery.afterRestart()
        let states = try await next.events().map(\.operation.state)
        #expect(states.filter { $0 == .notSent }.count == 3)
        #expect(states.filter { $0 == .inDoubt }.count == 7)
    }

    @Test(
        "What has ended, or waits for the bank, a restart leaves as it is",
        arguments: [
            BankAnswer.decided(.approved()), .decided(.answered(.insufficientFunds)),
            .pending(avsResult: "Y", cvcResult: "M"),
        ]
    )
    func untouched(answer: BankAnswer) async throws {
        bank.script { $0.charge = answer }
        let gateway = try await GatewayFixture.open(bank)
        let before = try await gateway.sell().operation
        let next = try await gateway.reopened()
        try await next.recovery.afterRestart()
        let after = try await next.operation(before.key.attempt)
        #expect(after.state == before.state)
        #expect(after.version == before.version)
        #expect(bank.calls.inquiries.isEmpty)
    }

    @Test("An operation whose result could not be stored is found out without a restart")
    func resultNotStored() async throws {
        let gateway = try await GatewayFixture.open(bank)
        let (key, token) = (gateway.newKey(), try await gateway.card())
        let request = gateway.request(token, key: key)
        // Weakly: the gateway keeps its bank.
        bank.onCharge { [weak gateway] _ in
            do { try await gateway?.failWrites(to: "events") } catch { Issue.record(error) }
        }
        await #expect(throws: GatewayError.self) { try await gateway.sales.sale(request) }
        try await gateway.allowWrites()
        #expect(try await gateway.operation(key).state == .sent)
        bank.script { $0.inquiry = .decided(.approved()) }
        for _ in 0..<2 { await gateway.recovery.resolveDoubts() }
        #expect(try await gateway.operation(key).state == .approved)
        #expect(bank.calls.charges.count == 1)
    }
}
