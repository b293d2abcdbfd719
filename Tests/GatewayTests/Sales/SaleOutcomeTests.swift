import Foundation
import NIOConcurrencyHelpers
import Payments
import Testing

@testable import Gateway

@Suite("Outcomes of sales", .timeLimit(testBound))
struct SaleOutcomeTests {
    @Test("An approved sale ends APPROVED, with the bank's words and an entry in the ledger")
    func approved() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let view = try await gateway.sell()
        #expect(view.operation.state == .approved)
        #expect(view.operation.version == 3)
        #expect(view.operation.result.responseCode == "00")
        #expect(view.operation.result.approvalCode == "123456")
        #expect(view.operation.result.avsResult == "Y")
        #expect(view.operation.result.cvcResult == "M")
        #expect(view.operation.result.declineCode == nil)
        #expect(view.operation.result.retention == CardRetention.none)
        #expect(view.card?.lastFour == "4242")
        #expect(view.position.epoch == gateway.store.epoch)
        #expect(view.position.headSequence == 1)
        #expect(try await gateway.ledger().count == 1)
    }

    @Test("The bank is asked for what was asked of us, with the code that came with the card")
    func request() async throws {
        let bank = ScriptedBank()
        let gateway = try await GatewayFixture.open(bank)
        let view = try await gateway.sell(TestCard.mastercard)
        let asked = try #require(bank.calls.charges.first)
        #expect(bank.calls.charges.count == 1)
        #expect(asked.reference == view.operation.key.attempt)
        #expect(asked.operation == view.operation.id)
        #expect(asked.number == (try TestCard.number(TestCard.mastercard)))
        #expect(asked.expiry == TestCard.expiry)
        #expect(asked.code?.withDigits { $0 } == "123")
        #expect(asked.amount == Money(minorUnits: 5000, currency: .CAD))
        #expect(asked.postalCode == "A1A1A1")
        #expect(asked.hasStreet)
    }

    @Test(
        "A response code means what its network says",
        arguments: [
            ("51", TestCard.visa, DeclineCode.insufficientFunds),
            ("05", TestCard.visa, .doNotHonor), ("65", TestCard.visa, .cardVelocityExceeded),
            ("65", TestCard.mastercard, .authenticationRequired),
            ("N7", TestCard.visa, .incorrectCVC), ("Q9", TestCard.visa, .genericDecline),
            ("80", TestCard.visa, .processingError), ("85", TestCard.visa, .processingError),
        ]
    )
    func declined(code: String, number: String, expected: DeclineCode) async throws {
        let bank = ScriptedBank()
        bank.script { $0.charge = .decided(.answered(.of(code))) }
        let gateway = try await GatewayFixture.open(bank)
        let view = try await gateway.sell(number)
        #expect(view.operation.state == .declined)
        #expect(view.operation.result.declineCode == expected)
        #expect(view.operation.result.responseCode == code)
        #expect(view.operation.result.approvalCode == "")
        #expect(try await gateway.ledger().isEmpty)
        #expect(bank.calls.reversals.isEmpty)
    }

    @Test("The bank's own reason for a decline wins over its response code")
    func ownReason() async throws {
        let bank = ScriptedBank()
        var decision = BankDecision.answered(.of("05"))
        decision.declineCode = .genericDecline
        bank.script { [decision] in $0.charge = .decided(decision) }
        let gateway = try await GatewayFixture.open(bank)
        #expect(try await gateway.sell().operation.result.declineCode == .genericDecline)
    }

    @Test("A pending sale is PENDING, without money, and what the bank said so far is kept")
    func pending() async throws {
        let bank = ScriptedBank()
        bank.script { $0.charge = .pending(avsResult: "Z", cvcResult: "M") }
        let gateway = try await GatewayFixture.open(bank)
        let view = try await gateway.sell(retain: true)
        #expect(view.operation.state == .pending)
        #expect(view.operation.result.avsResult == "Z")
        #expect(view.operation.result.responseCode == "")
        #expect(view.operation.result.retention == CardRetention.none)
        #expect(try await gateway.ledger().isEmpty)
    }

    @Test("When the bank is silent the sale is IN_DOUBT: not declined, and not asked again")
    func silence() async throws {
        let bank = ScriptedBank()
        bank.script { $0.charge = nil }
        let gateway = try await GatewayFixture.open(bank)
        let key = gateway.newKey()
        let view = try await gateway.sell(key: key)
        #expect(view.operation.state == .inDoubt)
        #expect(view.operation.result == OperationResult())
        #expect(try await gateway.sell(key: key).operation.state == .inDoubt)
        #expect(bank.calls.charges.count == 1)
        #expect(try await gateway.ledger().isEmpty)
    }

    @Test(
        "An answer that proves nothing, or only a part, is a doubt",
        arguments: ["68", "94", "10"]
    )
    func doubtfulAnswers(code: String) async throws {
        let bank = ScriptedBank()
        bank.script { $0.charge = .decided(.answered(.of(code))) }
        let gateway = try await GatewayFixture.open(bank)
        #expect(try await gateway.sell().operation.state == .inDoubt)
    }

    @Test("A card that our own rule refuses is DECLINED as fraudulent, and never sent")
    func blocked() async throws {
        let bank = ScriptedBank()
        let gateway = try await GatewayFixture.open(bank)
        let view = try await gateway.sell(TestCard.blocked, retain: true)
        #expect(view.operation.state == .declined)
        #expect(view.operation.result.declineCode == .fraudulent)
        #expect(view.operation.result.responseCode == "")
        #expect(view.operation.result.retention == .refusedNotApproved)
        #expect(bank.calls.charges.isEmpty)
        #expect(try await gateway.events().map(\.operation.state) == [.declined])
        let again = try await gateway.sell(TestCard.blocked, key: view.operation.key.attempt)
        #expect(again.operation.id == view.operation.id)
        #expect(bank.calls.charges.isEmpty)
    }

    @Test("SENT is stored, and its token bound, before the bank is asked")
    func storedFirst() async throws {
        let bank = ScriptedBank()
        let gateway = try await GatewayFixture.open(bank)
        let (key, token) = (gateway.newKey(), try await gateway.card())
        let seen = NIOLockedValueBox<[String]>([])
        // Weakly: the gateway keeps its bank.
        bank.onCharge { [weak gateway] _ in
            // What another process would find if this one stopped now.
            let state = try? await gateway?.operation(key).state
            let card = try? await gateway?.storedCard(token).state
            seen.withLockedValue { $0.append("\(state as Any) \(card as Any)") }
        }
        _ = try await gateway.sales.sale(gateway.request(token, key: key))
        let expected =
            "\(OperationState.sent as Any? as Any) \(StoredCardState.used as Any? as Any)"
        #expect(seen.withLockedValue { $0 } == [expected])
    }

    @Test("Each crash point is passed once, and finds in the store what its name says")
    func crashPoints() async throws {
        let seen = NIOLockedValueBox<[String]>([])
        let current = NIOLockedValueBox<(GatewayFixture, AttemptID)?>(nil)
        let bank = ScriptedBank()
        let gateway = try await GatewayFixture.open(
            bank,
            crashPoint: { point in
                guard let (gateway, key) = current.withLockedValue({ $0 }) else { return }
                let state = try? await gateway.operation(key).state
                let line = "\(point.rawValue): \(state?.name ?? "-"), \(bank.calls.charges.count)"
                seen.withLockedValue { $0.append(line) }
            }
        )
        let (key, token) = (gateway.newKey(), try await gateway.card())
        current.withLockedValue { $0 = (gateway, key) }
        _ = try await gateway.sales.sale(gateway.request(token, key: key))
        current.withLockedValue { $0 = nil }
        #expect(
            seen.withLockedValue { $0 } == [
                "before-operation-commit: -, 0", "after-operation-commit: SENT, 0",
                "after-bank-answer: SENT, 1", "before-reply: APPROVED, 1",
            ]
        )
    }

    @Test("A caller that goes away stops no sale")
    func cancelled() async throws {
        let bank = ScriptedBank()
        let (arrived, answer) = (Latch(), Latch())
        bank.onCharge { _ in
            arrived.open()
            await answer.wait()
        }
        let gateway = try await GatewayFixture.open(bank)
        let (key, token) = (gateway.newKey(), try await gateway.card())
        let caller = Task { try await gateway.sales.sale(gateway.request(token, key: key)) }
        await arrived.wait()
        caller.cancel()
        answer.open()
        _ = await caller.result
        #expect(try await gateway.operation(key).state == .approved)
    }

    @Test("One sale more than may be in flight is refused, and stores nothing")
    func overloaded() async throws {
        let bank = ScriptedBank()
        let (arrived, answer) = (Latch(), Latch())
        bank.onCharge { _ in
            arrived.open()
            await answer.wait()
        }
        let gateway = try await GatewayFixture.open(bank) { $0.maxSalesInFlight = 1 }
        let first = try await gateway.card()
        let (key, token) = (gateway.newKey(), try await gateway.card())
        let caller = Task { try await gateway.sales.sale(gateway.request(first)) }
        await arrived.wait()
        await #expect(throws: GatewayError.overloaded) {
            try await gateway.sales.sale(gateway.request(token, key: key))
        }
        await #expect(throws: GatewayError.operationNotFound) {
            try await gateway.operation(key)
        }
        answer.open()
        #expect(try await caller.value.operation.state == .approved)
        #expect(
            try await gateway.sales.sale(gateway.request(token, key: key)).operation.state
                == .approved
        )
    }
}
