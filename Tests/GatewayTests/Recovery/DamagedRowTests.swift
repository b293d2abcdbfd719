import Payments
import Storage
import Testing

@testable import Gateway

/// One operation of three cannot be read: the other two do not wait for it, and it is taken up again
/// when it can.
@Suite("Recovery beside a damaged row")
struct DamagedRowTests {
    private let bank = ScriptedBank()

    /// Three operations, oldest first; the oldest is damaged.
    private func three(
        _ answer: BankAnswer?,
        _ state: OperationState
    ) async throws -> (GatewayFixture, [AttemptID]) {
        bank.script { $0.charge = answer }
        let gateway = try await GatewayFixture.open(bank)
        var keys: [AttemptID] = []
        for _ in 0..<3 {
            let view = try await gateway.sell()
            try #require(view.operation.state == state)
            keys.append(view.operation.key.attempt)
            gateway.clock.advance(milliseconds: 1)
        }
        try await gateway.setCurrency("none", of: keys[0])
        await #expect(throws: StorageError.self) { try await gateway.operation(keys[0]) }
        return (gateway, keys)
    }

    private func advise(_ keys: [AttemptID]) {
        bank.script { script in
            script.advices = keys.enumerated().map { index, key in
                BankAdvice(
                    sequence: Int64(index) + 1,
                    reference: key,
                    decision: .approved()
                )
            }
        }
    }

    private func states(
        _ gateway: GatewayFixture,
        _ keys: some Sequence<AttemptID>
    ) async throws -> [OperationState] {
        var states: [OperationState] = []
        for key in keys { states.append(try await gateway.operation(key).state) }
        return states
    }

    @Test("Decisions behind one that cannot be stored are stored and acknowledged")
    func advices() async throws {
        let (gateway, keys) = try await three(.pending(avsResult: "Y", cvcResult: "M"), .pending)
        advise(keys)
        for _ in 0..<3 {
            await gateway.recovery.collectAdvices()
            #expect(try await states(gateway, keys.dropFirst()) == [.approved, .approved])
            #expect(bank.calls.acknowledged == [2, 3])
        }
        try await gateway.setCurrency("CAD", of: keys[0])
        await gateway.recovery.collectAdvices()
        #expect(try await states(gateway, keys) == [.approved, .approved, .approved])
        #expect(bank.calls.acknowledged == [2, 3, 1])
        #expect(try await gateway.ledger().count == 3)
    }

    @Test("Decisions behind one whose reversal is not acknowledged are stored and acknowledged")
    func reversal() async throws {
        bank.script { $0.charge = .pending(avsResult: "Y", cvcResult: "M") }
        let gateway = try await GatewayFixture.open(bank)
        let known = try await gateway.sell().operation.key.attempt
        let unknown = gateway.newKey()
        advise([unknown, known])
        bank.script { $0.acknowledgesReversals = false }
        await gateway.recovery.collectAdvices()
        #expect(try await gateway.operation(known).state == .approved)
        #expect(bank.calls.acknowledged == [2])
        bank.script { $0.acknowledgesReversals = true }
        await gateway.recovery.collectAdvices()
        #expect(bank.calls.acknowledged == [2, 1])
    }

    @Test("A later decision on a charge waits for the one before it")
    func inOrder() async throws {
        let (gateway, keys) = try await three(.pending(avsResult: "Y", cvcResult: "M"), .pending)
        advise([keys[1], keys[1]])
        try await gateway.failWrites(to: "ledger_entries")
        bank.script { script in
            script.advices[1] = BankAdvice(
                sequence: 2,
                reference: keys[1],
                decision: .answered(.insufficientFunds)
            )
        }
        await gateway.recovery.collectAdvices()
        #expect(bank.calls.acknowledged.isEmpty)
        try await gateway.allowWrites()
        await gateway.recovery.collectAdvices()
        #expect(bank.calls.acknowledged == [1, 2])
        #expect(try await gateway.operation(keys[1]).state == .approved)
    }

    @Test("Doubts beside one that cannot be read are resolved")
    func doubts() async throws {
        let (gateway, keys) = try await three(nil, .inDoubt)
        bank.script { $0.inquiry = .decided(.approved()) }
        await gateway.recovery.resolveDoubts()
        #expect(try await states(gateway, keys.dropFirst()) == [.approved, .approved])
        try await gateway.setCurrency("CAD", of: keys[0])
        await gateway.recovery.resolveDoubts()
        #expect(try await gateway.operation(keys[0]).state == .approved)
    }

    @Test("What is pending too long beside one that cannot be read ends")
    func horizon() async throws {
        let (gateway, keys) = try await three(.pending(avsResult: "Y", cvcResult: "M"), .pending)
        bank.script { $0.inquiry = .pending }
        gateway.clock.advance(
            milliseconds: GatewayConfiguration().pendingHorizonMilliseconds
        )
        await gateway.recovery.expirePendings()
        #expect(try await states(gateway, keys.dropFirst()) == [.expired, .expired])
        #expect(bank.calls.reversals == Array(keys.dropFirst()))
    }

    @Test("A restart takes up what it can read, and starts")
    func restart() async throws {
        bank.script { $0.inquiry = nil }
        let gateway = try await GatewayFixture.open(bank) { $0.maxRecoveryBatch = 2 }
        var keys: [AttemptID] = []
        for _ in 0..<4 {
            keys.append(try await gateway.receivedOperation(gateway.card()))
            gateway.clock.advance(milliseconds: 1)
        }
        try await gateway.setCurrency("none", of: keys[0])
        let next = try await gateway.reopened()
        try await next.recovery.afterRestart()
        #expect(try await states(next, keys.dropFirst()) == [.notSent, .notSent, .notSent])
    }
}
