import GRDB
import Ledger
import Payments
import ServiceKit
import Testing

@testable import Gateway

@Suite("Operations in doubt")
struct DoubtTests {
    private let bank = ScriptedBank()

    /// A gateway with one operation in doubt.
    private func doubt(
        _ number: String = TestCard.visa,
        retain: Bool = false
    ) async throws -> (GatewayFixture, AttemptID) {
        bank.script { $0.charge = nil }
        let gateway = try await GatewayFixture.open(bank)
        let view = try await gateway.sell(number, retain: retain)
        #expect(view.operation.state == .inDoubt)
        return (gateway, view.operation.key.attempt)
    }

    @Test("What the bank has approved is APPROVED, booked, and not reversed")
    func approved() async throws {
        let (gateway, key) = try await doubt()
        bank.script { $0.inquiry = .decided(.approved(avs: "Z")) }
        await gateway.recovery.resolveDoubts()
        let operation = try await gateway.operation(key)
        #expect(operation.state == .approved)
        #expect(operation.result.approvalCode == "123456")
        #expect(operation.result.avsResult == "Z")
        #expect(try await gateway.ledger().map(\.reference) == [key.text])
        #expect(bank.calls.reversals.isEmpty)
        await gateway.recovery.resolveDoubts()
        #expect(bank.calls.inquiries.count == 1)
    }

    @Test(
        "What the bank has declined is DECLINED, with what the code means to its network",
        arguments: [
            ("51", TestCard.visa, DeclineCode.insufficientFunds),
            ("65", TestCard.visa, .cardVelocityExceeded),
            ("65", TestCard.mastercard, .authenticationRequired),
        ]
    )
    func declined(code: String, number: String, expected: DeclineCode) async throws {
        let (gateway, key) = try await doubt(number)
        bank.script { $0.inquiry = .decided(.answered(.of(code))) }
        await gateway.recovery.resolveDoubts()
        let operation = try await gateway.operation(key)
        #expect(operation.state == .declined)
        #expect(operation.result.declineCode == expected)
        #expect(bank.calls.reversals.isEmpty)
    }

    @Test("What the bank is still deciding on is PENDING")
    func pending() async throws {
        let (gateway, key) = try await doubt()
        bank.script { $0.inquiry = .pending }
        await gateway.recovery.resolveDoubts()
        #expect(try await gateway.operation(key).state == .pending)
        #expect(bank.calls.reversals.isEmpty)
        #expect(try await gateway.ledger().isEmpty)
    }

    @Test("What the bank does not know is reversed, and only then DECLINED")
    func noCharge() async throws {
        let (gateway, key) = try await doubt(retain: true)
        bank.script { $0.acknowledgesReversals = false }
        for _ in 0..<3 {
            await gateway.recovery.resolveDoubts()
            #expect(try await gateway.operation(key).state == .inDoubt)
        }
        #expect(bank.calls.reversals == [key, key, key])
        bank.script { $0.acknowledgesReversals = true }
        await gateway.recovery.resolveDoubts()
        let operation = try await gateway.operation(key)
        #expect(operation.state == .declined)
        #expect(operation.result.declineCode == .processingError)
        #expect(operation.result.retention == .refusedNotApproved)
        #expect(bank.calls.reversals.count == 4)
        await gateway.recovery.resolveDoubts()
        #expect(bank.calls.reversals.count == 4)
    }

    @Test(
        "An answer to an inquiry that proves nothing, or a part, is reversed",
        arguments: ["68", "94", "10"]
    )
    func doubtfulAnswers(code: String) async throws {
        let (gateway, key) = try await doubt()
        bank.script { $0.inquiry = .decided(.answered(.of(code))) }
        await gateway.recovery.resolveDoubts()
        #expect(try await gateway.operation(key).state == .declined)
        #expect(bank.calls.reversals == [key])
        #expect(try await gateway.ledger().isEmpty)
    }

    @Test("A bank that is silent on inquiries is asked again, and then told to reverse")
    func silentInquiries() async throws {
        let (gateway, key) = try await doubt()
        bank.script { $0.inquiry = nil }
        let limit = GatewayConfiguration().maxInquiries
        for count in 1..<limit {
            await gateway.recovery.resolveDoubts()
            #expect(bank.calls.inquiries.count == count)
            #expect(bank.calls.reversals.isEmpty)
            #expect(try await gateway.operation(key).state == .inDoubt)
        }
        await gateway.recovery.resolveDoubts()
        #expect(bank.calls.reversals == [key])
        #expect(try await gateway.operation(key).state == .declined)
    }

    @Test("While the bank is silent on everything, a doubt stays a doubt, and is asked about")
    func silentOnEverything() async throws {
        let (gateway, key) = try await doubt()
        bank.script { script in
            script.inquiry = nil
            script.acknowledgesReversals = false
        }
        for _ in 0..<10 { await gateway.recovery.resolveDoubts() }
        #expect(try await gateway.operation(key).state == .inDoubt)
        #expect(bank.calls.inquiries.count == 10)
        bank.script { $0.inquiry = .decided(.approved()) }
        await gateway.recovery.resolveDoubts()
        #expect(try await gateway.operation(key).state == .approved)
    }

    @Test("A doubt of which the caller is still being answered is left for the next round")
    func inFlight() async throws {
        let (gateway, key) = try await doubt()
        _ = await gateway.inFlight.enter(gateway.key(key))
        await gateway.recovery.resolveDoubts()
        #expect(bank.calls.inquiries.isEmpty)
        gateway.inFlight.finished(gateway.key(key))
        await gateway.recovery.resolveDoubts()
        #expect(try await gateway.operation(key).state == .declined)
    }

    @Test("One doubt that cannot be settled keeps no other from being settled")
    func others() async throws {
        let (gateway, first) = try await doubt()
        let second = try await gateway.sell().operation.key.attempt
        bank.script { $0.inquiry = .decided(.approved()) }
        // The first one's card is gone, so that its approval cannot be stored.
        let token = try await gateway.operation(first).token
        try await gateway.store.write { tables in
            try tables.database.run("DELETE FROM cards WHERE token = ?", token)
        }
        await gateway.recovery.resolveDoubts()
        #expect(try await gateway.operation(first).state == .inDoubt)
        #expect(try await gateway.operation(second).state == .approved)
    }
}
