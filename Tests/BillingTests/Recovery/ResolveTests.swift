import Payments
import TTRPC
import Testing

@testable import Billing

@Suite("Finding out about unknown payments")
struct ResolveTests {
    private func fixture(
        _ gateway: ScriptedGateway,
        configure: (inout BillingConfiguration) -> Void = { _ in }
    ) throws -> PaymentFixture {
        PaymentFixture(try Books(), gateway, configure: configure)
    }

    @Test(
        "A lost reply: the gateway is asked for the operation, then to fence it; only then FAILED"
    )
    func getThenFence() async throws {
        let gateway = ScriptedGateway()
        let fixture = try fixture(gateway)
        let payment = try await fixture.unknown(try await fixture.books.account())
        await fixture.recovery.resolveUnknown()
        #expect(gateway.calls == [.operation(payment.attempt), .fence(payment.attempt)])
        let failed = try await fixture.books.payment(payment.id)
        #expect(failed.state == .failed && failed.failureReason == "FENCED")
        #expect(try await fixture.books.clearing().isEmpty)
        // It has ended: nobody is asked again.
        fixture.books.clock.advance(days: 1)
        await fixture.recovery.resolveUnknown()
        #expect(gateway.calls.count == 2)
    }

    @Test(
        "What the gateway has under the key decides, without a fence",
        arguments: SettleTests.table
    )
    func operationDecides(proof: OperationState, expected: PaymentState) async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in script.operation = { .success(.of($0, proof)) } }
        let fixture = try fixture(gateway)
        let payment = try await fixture.unknown(try await fixture.books.account())
        await fixture.recovery.resolveUnknown()
        #expect(gateway.calls == [.operation(payment.attempt)])
        #expect(try await fixture.books.payment(payment.id).state == expected)
    }

    @Test("A fence that comes too late gives what arrived first", arguments: SettleTests.table)
    func fenceAnswersWithTheFirst(proof: OperationState, expected: PaymentState) async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in script.fence = { .success(.of($0, proof)) } }
        let fixture = try fixture(gateway)
        let payment = try await fixture.unknown(try await fixture.books.account())
        await fixture.recovery.resolveUnknown()
        #expect(try await fixture.books.payment(payment.id).state == expected)
    }

    @Test("Without proof nothing is FAILED, however often the gateway does not answer")
    func neverFailedWithoutProof() async throws {
        let gateway = ScriptedGateway()
        let fixture = try fixture(gateway)
        let payment = try await fixture.unknown(try await fixture.books.account())
        let failures: [RPCError] = [
            .lost, .notSent, .refused("OVERLOAD"),
            RPCError(.notFound, "Not there.", origin: .lost),
            RPCError(.internal, "The gateway failed."),
        ]
        for failure in failures {
            gateway.script { script in script.operation = { _ in .failure(failure) } }
            await fixture.recovery.resolveUnknown()
            #expect(gateway.count { $0 == .fence(payment.attempt) } == 0)
            fixture.books.clock.advance(days: 1)
        }
        let asked = gateway.calls.count
        for failure in failures {
            gateway.script { script in
                script.operation = { _ in .success(nil) }
                script.fence = { _ in .failure(failure) }
            }
            await fixture.recovery.resolveUnknown()
            fixture.books.clock.advance(days: 1)
        }
        #expect(gateway.calls.count == asked + 2 * failures.count)
        let stored = try await fixture.books.payment(payment.id)
        #expect(stored.state.isLive && stored.gatewayVersion == 0)
    }

    @Test("After a restart what was SUBMITTING is UNKNOWN, and the rest is as it was")
    func afterRestart() async throws {
        let gateway = ScriptedGateway()
        var books = try Books()
        var submitting: [PaymentID] = []
        for _ in 0..<5 {
            submitting.append(try await books.reserve(try await books.account()).id)
        }
        let pending = try await books.reserve(try await books.account())
        try await books.settle(pending, .pending)
        let paid = try await books.paid(try await books.account(), 100)
        books = try await books.reopened()
        let fixture = PaymentFixture(books, gateway) { $0.maxRecoveryBatch = 2 }
        try await fixture.recovery.afterRestart()
        for id in submitting { #expect(try await books.payment(id).state == .unknown) }
        #expect(try await books.payment(pending.id).state == .pending)
        #expect(try await books.payment(paid.id).state == .succeeded)
        #expect(gateway.calls.isEmpty)
        await fixture.recovery.resolveUnknown()
        for id in submitting { #expect(try await books.payment(id).state == .failed) }
    }

    @Test("A payment that this process is carrying out is left alone")
    func leavesWhatIsInFlight() async throws {
        let (gateway, gate) = (ScriptedGateway(), Gate())
        gateway.script { script in
            script.sale = { sale in
                await gate.pass()
                return .success(.of(sale.attempt, .approved))
            }
        }
        let fixture = try fixture(gateway)
        let account = try await fixture.books.account()
        let running = Task { try await fixture.pay(account) }
        try await eventually("the sale") { gateway.sales.count == 1 }
        await fixture.recovery.resolveUnknown()
        let live = try await fixture.books.store.livePayments(after: nil, limit: 9)
        #expect(live.map(\.state) == [.submitting])
        gate.open()
        #expect(try await running.value.state == .succeeded)
        #expect(gateway.calls.count == 2)
    }

    @Test("The pauses between two tries double, up to the longest, by the business clock")
    func backsOff() async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in script.operation = { _ in .failure(.lost) } }
        let fixture = try fixture(gateway) { configuration in
            configuration.recoveryIntervalMilliseconds = 1000
            configuration.maxRecoveryPauseMilliseconds = 6000
        }
        _ = try await fixture.unknown(try await fixture.books.account())
        await fixture.recovery.resolveUnknown()
        #expect(gateway.calls.count == 1)
        for (index, pause) in [Int64(1000), 2000, 4000, 6000, 6000, 6000].enumerated() {
            fixture.books.clock.advance(milliseconds: pause - 1)
            await fixture.recovery.resolveUnknown()
            #expect(gateway.calls.count == index + 1, "before the pause of \(pause)")
            fixture.books.clock.advance(milliseconds: 1)
            await fixture.recovery.resolveUnknown()
            #expect(gateway.calls.count == index + 2, "after the pause of \(pause)")
        }
    }

    @Test("The pause of one payment keeps no other waiting")
    func pausesAreApart() async throws {
        let gateway = ScriptedGateway()
        let fixture = try fixture(gateway)
        let first = try await fixture.unknown(try await fixture.books.account())
        gateway.script { script in script.operation = { _ in .failure(.lost) } }
        await fixture.recovery.resolveUnknown()
        let second = try await fixture.unknown(try await fixture.books.account())
        gateway.script { $0 = .init() }
        await fixture.recovery.resolveUnknown()
        #expect(try await fixture.books.payment(first.id).state == .unknown)
        #expect(try await fixture.books.payment(second.id).state == .failed)
    }

    @Test(
        "Past the horizon unknown and pending payments are in REVIEW, block, and are still asked for"
    )
    func horizon() async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in script.operation = { _ in .failure(.lost) } }
        let fixture = try fixture(gateway) { $0.unknownHorizonMilliseconds = 86_400_000 }
        let books = fixture.books
        let unknown = try await fixture.unknown(try await books.account())
        let pending = try await books.reserve(try await books.account())
        try await books.settle(pending, .pending, version: 1)
        books.clock.advance(days: 1)
        await fixture.recovery.resolveUnknown()
        #expect(try await books.payment(unknown.id).state == .unknown)
        #expect(try await books.payment(pending.id).state == .pending)
        books.clock.advance(milliseconds: 60_000)
        await fixture.recovery.resolveUnknown()
        for payment in [unknown, pending] {
            #expect(try await books.payment(payment.id).state == .review)
            await #expect(throws: BillingError.paymentInProgress(payment.id)) {
                try await fixture.pay(payment.account)
            }
        }
        books.clock.advance(days: 1)
        gateway.script { script in
            script.operation = { attempt in
                attempt == pending.attempt
                    ? .success(.of(attempt, .approved, version: 2)) : .success(nil)
            }
        }
        await fixture.recovery.resolveUnknown()
        #expect(try await books.payment(unknown.id).state == .failed)
        #expect(try await books.payment(pending.id).state == .succeeded)
        try await books.expectSound()
    }

    @Test("One payment that the store cannot settle keeps no other from being found out")
    func oneFailureStopsNoOther() async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in script.operation = { .success(.of($0, .approved)) } }
        let fixture = try fixture(gateway)
        var payments: [PaymentRecord] = []
        for index in 0..<3 {
            let account = try await fixture.books.account()
            payments.append(try await fixture.unknown(account, 1000 + Int64(index)))
        }
        try await fixture.books.fail("INSERT ON history WHEN NEW.amount = -1000")
        await fixture.recovery.resolveUnknown()
        let states = try await [
            fixture.books.payment(payments[0].id).state,
            fixture.books.payment(payments[1].id).state,
            fixture.books.payment(payments[2].id).state,
        ]
        #expect(states == [.unknown, .succeeded, .succeeded])
    }
}
