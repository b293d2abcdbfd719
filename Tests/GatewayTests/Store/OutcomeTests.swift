import Foundation
import Ledger
import Payments
import ServiceKit
import Testing

@testable import Gateway

@Suite("Outcomes in the store")
struct OutcomeTests {
    private func commit(
        _ event: OperationStateMachine.Event,
        _ decision: BankDecision? = nil,
        _ attempt: AttemptID,
        _ gateway: GatewayFixture
    ) async throws -> GatewayStore.Committed {
        try await gateway.store.commit(
            OperationOutcome(event: event, decision: decision),
            of: gateway.key(attempt)
        )
    }

    @Test("A version rises by one with each change, and not when nothing is new")
    func versions() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let key = try await gateway.sentOperation(gateway.card())
        #expect(try await gateway.operation(key).version == 2)
        let steps: [(OperationStateMachine.Event, BankDecision?, OperationState, Int64)] = [
            (.answerLost, nil, .inDoubt, 3), (.answerLost, nil, .inDoubt, 3),
            (.bankPending, nil, .pending, 4), (.restarted, nil, .pending, 4),
            (.bankApproved, .approved(), .approved, 5),
            (.bankApproved, .approved(), .approved, 5),
            (.bankDeclined, .answered(.insufficientFunds), .approved, 5),
            (.reversalAcknowledged, nil, .approved, 5), (.bankPending, nil, .approved, 5),
        ]
        for (event, decision, state, version) in steps {
            gateway.clock.advance(milliseconds: 1000)
            let committed = try await commit(event, decision, key, gateway)
            #expect(committed.view.operation.state == state, "\(event)")
            #expect(committed.view.operation.version == version, "\(event)")
            #expect(!committed.mustReverse)
        }
        let operation = try await gateway.operation(key)
        #expect(operation.result.responseCode == "00")
        #expect(operation.createdAt == TestClock.start)
        #expect(operation.updatedAt == TestClock.start + 5000)
    }

    @Test("An approval of what was given up asks for another reversal, and books nothing")
    func mustReverse() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let key = try await gateway.sentOperation(gateway.card())
        _ = try await commit(.reversalAcknowledged, nil, key, gateway)
        for _ in 0..<2 {
            let committed = try await commit(.bankApproved, .approved(), key, gateway)
            #expect(committed.mustReverse)
            #expect(committed.view.operation.state == .declined)
            #expect(committed.view.operation.result.declineCode == .processingError)
            #expect(committed.view.operation.result.approvalCode == "")
        }
        #expect(try await gateway.ledger().isEmpty)
    }

    @Test("An outcome of a key that is not there is an error")
    func unknown() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let key = gateway.newKey()
        await #expect(throws: GatewayError.operationNotFound) {
            try await commit(.bankApproved, .approved(), key, gateway)
        }
    }

    @Test("Events are numbered from 1 without gaps, and each is the operation as it was then")
    func events() async throws {
        let bank = ScriptedBank()
        let gateway = try await GatewayFixture.open(bank)
        let pending = gateway.newKey()
        bank.script { $0.charge = .pending(avsResult: "Y", cvcResult: "M") }
        try await gateway.sell(key: pending)
        bank.script { $0.charge = .decided(.answered(.insufficientFunds)) }
        let declined = try await gateway.sell()
        // What is refused takes no number.
        await #expect(throws: GatewayError.self) {
            try await gateway.sales.sale(gateway.request(TokenID(ULID(high: 0, low: 0))))
        }
        try await gateway.failWrites(to: "events")
        await #expect(throws: GatewayError.self) { try await gateway.sell() }
        try await gateway.allowWrites()
        _ = try await gateway.store.fence(gateway.key(gateway.newKey()))
        _ = try await commit(.bankApproved, .approved(), pending, gateway)
        let events = try await gateway.events()
        #expect(events.map(\.sequence) == [1, 2, 3, 4])
        #expect(events.map(\.operation.state) == [.pending, .declined, .fenced, .approved])
        #expect(events.map(\.operation.version) == [3, 3, 1, 4])
        #expect(events[1].operation.key == declined.operation.key)
        #expect(events[1].operation.result.declineCode == .insufficientFunds)
        #expect(events[0].operation.result.responseCode == "")
        #expect(events[3].operation.result.responseCode == "00")
        #expect(Set(events.map(\.id)).count == 4)
        #expect(try await gateway.events(after: 2).map(\.sequence) == [3, 4])
    }

    @Test("Numbers rise without gaps under many sales at once")
    func eventsAtOnce() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        try await withThrowingTaskGroup { group in
            for _ in 0..<40 { group.addTask { try await gateway.sell() } }
            try await group.waitForAll()
        }
        #expect(try await gateway.events().map(\.sequence) == Array(1...40))
        let ledger = try await gateway.ledger()
        #expect(ledger.map(\.sequence) == Array(1...40))
        #expect(ledger.fault == nil)
    }

    @Test("Each approval is one balanced entry that names its key, and the chain verifies")
    func ledger() async throws {
        let bank = ScriptedBank()
        let gateway = try await GatewayFixture.open(bank)
        var expected: [(String, Int64, Currency)] = []
        for (minorUnits, currency): (Int64, Currency) in [
            (5000, .CAD), (1, .JPY), (1_000_000_000_000, .KWD),
        ] {
            let request = gateway.request(
                try await gateway.card(),
                minorUnits: minorUnits,
                currency: currency
            )
            _ = try await gateway.sales.sale(request)
            expected.append((request.key.attempt.text, minorUnits, currency))
        }
        bank.script { $0.charge = .decided(.answered(.insufficientFunds)) }
        try await gateway.sell()
        let entries = try await gateway.ledger()
        #expect(entries.count == 3)
        for (entry, (reference, minorUnits, currency)) in zip(entries, expected) {
            #expect(entry.kind == .saleApproved)
            #expect(entry.reference == reference)
            #expect(
                entry.postings == [
                    Posting(.bankReceivable, minorUnits, currency),
                    Posting(.merchantPayable, -minorUnits, currency),
                ]
            )
        }
        #expect(entries.fault == nil)
        let balance = try await gateway.store.read { try LedgerTable.trialBalance($0.database) }
        #expect(balance.balance.isBalanced)
        #expect(balance.headSequence == 3)
        // The chain goes on after a restart.
        bank.script { $0.charge = .decided(.approved()) }
        let next = try await gateway.reopened()
        try await next.sell()
        #expect(try await next.ledger().count == 4)
        #expect(try await next.ledger().fault == nil)
    }
}
