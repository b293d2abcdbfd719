import Ledger
import Payments
import Testing

@testable import Gateway

@Suite("Pending operations")
struct PendingTests {
    private static let horizon = GatewayConfiguration().pendingHorizonMilliseconds
    private let bank = ScriptedBank()

    /// A gateway with one pending operation.
    private func pending(
        _ number: String = TestCard.visa,
        retain: Bool = false
    ) async throws -> (GatewayFixture, AttemptID) {
        bank.script { script in
            script.charge = .pending(avsResult: "Y", cvcResult: "M")
            script.inquiry = .pending
        }
        let gateway = try await GatewayFixture.open(bank)
        let view = try await gateway.sell(number, retain: retain)
        #expect(view.operation.state == .pending)
        return (gateway, view.operation.key.attempt)
    }

    private func advise(_ key: AttemptID, _ decision: BankDecision, sequence: Int64 = 1) {
        bank.script {
            $0.advices.append(
                BankAdvice(sequence: sequence, reference: key, decision: decision)
            )
        }
    }

    // MARK: Advices

    @Test("An approval that is advised is booked, and then acknowledged")
    func approved() async throws {
        let (gateway, key) = try await pending()
        await gateway.recovery.collectAdvices()
        #expect(try await gateway.operation(key).state == .pending)
        advise(key, .approved(), sequence: 9)
        await gateway.recovery.collectAdvices()
        #expect(try await gateway.operation(key).state == .approved)
        #expect(try await gateway.ledger().map(\.reference) == [key.text])
        #expect(bank.calls.acknowledged == [9])
        #expect(bank.calls.reversals.isEmpty)
    }

    @Test(
        "A decline that is advised has what the code means to its network",
        arguments: [
            (TestCard.visa, DeclineCode.cardVelocityExceeded),
            (TestCard.mastercard, .authenticationRequired),
        ]
    )
    func declined(number: String, expected: DeclineCode) async throws {
        let (gateway, key) = try await pending(number)
        advise(key, .answered(.of("65")))
        await gateway.recovery.collectAdvices()
        let operation = try await gateway.operation(key)
        #expect(operation.state == .declined)
        #expect(operation.result.declineCode == expected)
        #expect(try await gateway.ledger().isEmpty)
    }

    @Test("A decision that cannot be stored is not acknowledged, and comes again")
    func notStored() async throws {
        let (gateway, key) = try await pending()
        advise(key, .approved())
        try await gateway.failWrites(to: "ledger_entries")
        await gateway.recovery.collectAdvices()
        #expect(bank.calls.acknowledged.isEmpty)
        #expect(try await gateway.operation(key).state == .pending)
        try await gateway.allowWrites()
        await gateway.recovery.collectAdvices()
        #expect(bank.calls.acknowledged == [1])
        #expect(try await gateway.operation(key).state == .approved)
    }

    @Test("The same decision twice is booked once")
    func repeated() async throws {
        let (gateway, key) = try await pending()
        advise(key, .approved(), sequence: 1)
        advise(key, .approved(), sequence: 2)
        await gateway.recovery.collectAdvices()
        #expect(try await gateway.ledger().count == 1)
        #expect(bank.calls.acknowledged == [1, 2])
        #expect(try await gateway.operation(key).version == 4)
    }

    @Test("A decision that is there before the sale's own answer is not overtaken by it")
    func beforeTheAnswer() async throws {
        bank.script { $0.charge = .pending(avsResult: "Y", cvcResult: "M") }
        let gateway = try await GatewayFixture.open(bank)
        let key = gateway.newKey()
        // The gateway keeps its bank: neither may keep the other through this.
        bank.onCharge { [weak bank, weak gateway] request in
            bank?.script {
                $0.advices = [
                    BankAdvice(
                        sequence: 1,
                        reference: request.reference,
                        decision: .approved()
                    )
                ]
            }
            await gateway?.recovery.collectAdvices()
        }
        let view = try await gateway.sell(key: key)
        #expect(view.operation.state == .approved)
        #expect(try await gateway.ledger().count == 1)
    }

    @Test("A charge of which nothing is known here is reversed, and told of no more")
    func unknown() async throws {
        let gateway = try await GatewayFixture.open(bank)
        let (unknown, known) = (gateway.newKey(), gateway.newKey())
        bank.script { $0.charge = .pending(avsResult: "Y", cvcResult: "M") }
        try await gateway.sell(key: known)
        advise(unknown, .approved(), sequence: 1)
        advise(known, .approved(), sequence: 2)
        await gateway.recovery.collectAdvices()
        #expect(bank.calls.reversals == [unknown])
        #expect(try await gateway.operation(known).state == .approved)
        await #expect(throws: GatewayError.operationNotFound) {
            try await gateway.operation(unknown)
        }
        await gateway.recovery.collectAdvices()
        #expect(bank.calls.reversals == [unknown], "it is told of again")
    }

    @Test("An approval of what was given up is reversed again, until that is acknowledged")
    func lateApproval() async throws {
        bank.script { $0.charge = nil }
        let gateway = try await GatewayFixture.open(bank)
        let key = try await gateway.sell().operation.key.attempt
        await gateway.recovery.resolveDoubts()
        #expect(try await gateway.operation(key).state == .declined)
        #expect(bank.calls.reversals == [key])
        advise(key, .approved())
        bank.script { $0.acknowledgesReversals = false }
        await gateway.recovery.collectAdvices()
        #expect(bank.calls.reversals == [key, key])
        #expect(bank.calls.acknowledged.isEmpty)
        bank.script { $0.acknowledgesReversals = true }
        await gateway.recovery.collectAdvices()
        #expect(bank.calls.reversals == [key, key, key])
        #expect(bank.calls.acknowledged == [1])
        #expect(try await gateway.operation(key).state == .declined)
        #expect(try await gateway.ledger().isEmpty)
    }

    @Test("An approval under a fenced key is reversed")
    func fencedApproval() async throws {
        let gateway = try await GatewayFixture.open(bank)
        let key = gateway.newKey()
        _ = try await gateway.store.fence(gateway.key(key))
        advise(key, .approved())
        await gateway.recovery.collectAdvices()
        #expect(bank.calls.reversals == [key])
        #expect(try await gateway.operation(key).state == .fenced)
    }

    @Test(
        "A pending charge on which the bank decides a part, or cannot say, is reversed and ends",
        arguments: ["10", "68", "94"]
    )
    func doubtfulDecision(code: String) async throws {
        let (gateway, key) = try await pending()
        let decision = BankDecision.answered(.of(code))
        advise(key, decision)
        bank.script { $0.inquiry = .decided(decision) }
        await gateway.recovery.collectAdvices()
        await gateway.recovery.resolveDoubts()
        gateway.clock.advance(milliseconds: Self.horizon + 1)
        await gateway.recovery.expirePendings()
        await gateway.recovery.resolveDoubts()
        let operation = try await gateway.operation(key)
        #expect(operation.state.isTerminal, "\(operation.state)")
        #expect(operation.state != .approved)
        #expect(bank.calls.reversals.contains(key))
    }

    @Test(
        "An approved charge that is advised a part, or that the bank cannot say, stands as booked",
        arguments: ["10", "68", "94"]
    )
    func contradictedApproval(code: String) async throws {
        let (gateway, key) = try await pending()
        advise(key, .approved(), sequence: 1)
        await gateway.recovery.collectAdvices()
        let approved = try await gateway.operation(key)
        advise(key, .answered(.of(code)), sequence: 2)
        await gateway.recovery.collectAdvices()
        #expect(bank.calls.reversals.isEmpty, "the bank would have no charge where we have one")
        let operation = try await gateway.operation(key)
        #expect(operation.state == .approved && operation.version == approved.version)
        #expect(try await gateway.ledger().count == 1)
        #expect(bank.calls.acknowledged == [1, 2], "it does not come for ever")
    }

    @Test("What has ended without money, and is then advised a part, is reversed again")
    func contradictedDecline() async throws {
        let (gateway, key) = try await pending()
        advise(key, .answered(.insufficientFunds), sequence: 1)
        await gateway.recovery.collectAdvices()
        advise(key, .answered(.of("10")), sequence: 2)
        await gateway.recovery.collectAdvices()
        #expect(try await gateway.operation(key).state == .declined)
        #expect(bank.calls.reversals == [key])
        #expect(bank.calls.acknowledged == [1, 2])
        #expect(try await gateway.ledger().isEmpty)
    }

    @Test("A doubtful advice waits for the answer of a sale that is under way")
    func doubtBeforeTheAnswer() async throws {
        let gateway = try await GatewayFixture.open(bank)
        bank.onCharge { [weak bank, weak gateway] request in
            bank?.script {
                $0.advices = [
                    BankAdvice(
                        sequence: 1,
                        reference: request.reference,
                        decision: .answered(.of("68"))
                    )
                ]
            }
            await gateway?.recovery.collectAdvices()
        }
        let view = try await gateway.sell()
        #expect(view.operation.state == .approved)
        #expect(bank.calls.acknowledged.isEmpty)
        await gateway.recovery.collectAdvices()
        #expect(bank.calls.reversals.isEmpty)
        #expect(bank.calls.acknowledged == [1])
        #expect(try await gateway.operation(view.operation.key.attempt).state == .approved)
    }

    // MARK: The horizon

    @Test("Past the horizon a pending charge ends EXPIRED, by a reversal, and not before")
    func expired() async throws {
        let (gateway, key) = try await pending(retain: true)
        gateway.clock.advance(milliseconds: Self.horizon - 1)
        await gateway.recovery.expirePendings()
        #expect(bank.calls.inquiries.isEmpty)
        #expect(try await gateway.operation(key).state == .pending)
        gateway.clock.advance(milliseconds: 1)
        await gateway.recovery.expirePendings()
        let operation = try await gateway.operation(key)
        #expect(operation.state == .expired)
        #expect(operation.result.retention == .refusedNotApproved)
        #expect(bank.calls.reversals == [key])
        #expect(try await gateway.ledger().isEmpty)
    }

    @Test("Past the horizon only an acknowledged reversal ends a pending charge")
    func reversalNotAcknowledged() async throws {
        let (gateway, key) = try await pending()
        gateway.clock.advance(milliseconds: Self.horizon)
        bank.script { $0.acknowledgesReversals = false }
        for _ in 0..<3 {
            await gateway.recovery.expirePendings()
            #expect(try await gateway.operation(key).state == .pending)
        }
        #expect(bank.calls.reversals.count == 3)
        bank.script { $0.inquiry = nil }
        await gateway.recovery.expirePendings()
        #expect(try await gateway.operation(key).state == .pending)
        bank.script { script in
            script.inquiry = .pending
            script.acknowledgesReversals = true
        }
        await gateway.recovery.expirePendings()
        #expect(try await gateway.operation(key).state == .expired)
    }

    @Test("What the bank has decided by the horizon is not reversed: its advice settles it")
    func decidedByTheHorizon() async throws {
        let (gateway, key) = try await pending()
        gateway.clock.advance(milliseconds: Self.horizon)
        bank.script { $0.inquiry = .decided(.approved()) }
        await gateway.recovery.expirePendings()
        #expect(bank.calls.reversals.isEmpty)
        advise(key, .approved())
        await gateway.recovery.collectAdvices()
        #expect(try await gateway.operation(key).state == .approved)
    }

    @Test("An approval after the horizon's reversal is reversed again")
    func approvedAfterTheHorizon() async throws {
        let (gateway, key) = try await pending()
        gateway.clock.advance(milliseconds: Self.horizon)
        await gateway.recovery.expirePendings()
        advise(key, .approved())
        await gateway.recovery.collectAdvices()
        #expect(try await gateway.operation(key).state == .expired)
        #expect(bank.calls.reversals == [key, key])
        #expect(try await gateway.ledger().isEmpty)
    }

    @Test("A pending sale answers the same on a repeat, until the bank has decided")
    func repeatedSale() async throws {
        let (gateway, key) = try await pending()
        #expect(try await gateway.sell(key: key).operation.state == .pending)
        advise(key, .approved())
        await gateway.recovery.collectAdvices()
        #expect(try await gateway.sell(key: key).operation.state == .approved)
        #expect(bank.calls.charges.count == 1)
    }
}
