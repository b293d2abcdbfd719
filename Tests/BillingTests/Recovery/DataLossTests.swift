import Payments
import TTRPC
import Testing

@testable import Billing

@Suite("A gateway that is not the one we know")
struct DataLossTests {
    /// How a gateway's store can be another one, seen from a cursor at 10 of "epoch-1".
    static let strangers = [
        GatewayPosition(epoch: "epoch-2", headSequence: 10),
        GatewayPosition(epoch: "epoch-2", headSequence: 500),
        GatewayPosition(epoch: "epoch-1", headSequence: 9),
    ]

    /// Billing that has read the feed of "epoch-1" up to 10.
    private func known(_ gateway: ScriptedGateway) async throws -> PaymentFixture {
        let fixture = PaymentFixture(try Books(), gateway)
        try await fixture.books.store.write {
            try $0.setGatewayFeed(.at(10))
        }
        return fixture
    }

    @Test(
        "A fence there proves nothing: recovery stops, and nothing is FAILED",
        arguments: strangers
    )
    func fencesProveNothing(position: GatewayPosition) async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in
            script.fence = { .success(.of($0, .fenced, version: 1, position: position)) }
        }
        let fixture = try await known(gateway)
        let first = try await fixture.unknown(try await fixture.books.account())
        let second = try await fixture.unknown(try await fixture.books.account())
        await fixture.recovery.resolveUnknown()
        #expect(fixture.health.hasDataLoss)
        let asked = gateway.calls
        #expect(asked.count == 2)
        for _ in 0..<3 {
            fixture.books.clock.advance(days: 1)
            await fixture.recovery.resolveUnknown()
        }
        #expect(gateway.calls == asked)
        for payment in [first, second] {
            let stored = try await fixture.books.payment(payment.id)
            #expect(stored.state == .unknown && stored.gatewayVersion == 0)
        }
    }

    @Test("Whatever it says of an operation is not believed", arguments: strangers)
    func operationsAreNotBelieved(position: GatewayPosition) async throws {
        for state in [OperationState.approved, .declined, .fenced, .notSent] {
            let gateway = ScriptedGateway()
            gateway.script { script in
                script.operation = { .success(.of($0, state, position: position)) }
            }
            let fixture = try await known(gateway)
            let payment = try await fixture.unknown(try await fixture.books.account())
            await fixture.recovery.resolveUnknown()
            #expect(fixture.health.hasDataLoss)
            #expect(try await fixture.books.payment(payment.id).state == .unknown)
            #expect(try await fixture.books.clearing().isEmpty)
        }
    }

    @Test(
        "A sale's reply from there leaves the payment UNKNOWN, and payments stop",
        arguments: strangers
    )
    func salesStop(position: GatewayPosition) async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in
            script.sale = { .success(.of($0.attempt, .approved, position: position)) }
        }
        let fixture = try await known(gateway)
        let payment = try await fixture.pay(try await fixture.books.account())
        #expect(payment.state == .unknown)
        let before = try await fixture.books.dump()
        let other = try await fixture.books.account()
        await #expect(throws: BillingError.gatewayDataLoss) { try await fixture.pay(other) }
        #expect(gateway.sales.count == 1)
        #expect(try await fixture.books.dump()["payments"] == before["payments"])
    }

    @Test("Its feed is not applied, and not read again", arguments: strangers)
    func feedStops(position: GatewayPosition) async throws {
        let gateway = ScriptedGateway()
        let fixture = try await known(gateway)
        let payment = try await fixture.books.reserve(try await fixture.books.account())
        let event = GatewayEvent(
            sequence: 11,
            key: payment.attempt.text,
            proof: payment.proof(.approved)
        )
        gateway.script { script in
            script.events = { _, _ in .success([event]) }
            script.position = position
        }
        let before = try await fixture.books.dump()
        await fixture.recovery.readFeed()
        await fixture.recovery.readFeed()
        #expect(gateway.calls == [.events(after: 10)])
        #expect(fixture.health.hasDataLoss)
        #expect(try await fixture.books.dump() == before)
    }

    @Test("After a restart the loss is found again")
    func restart() async throws {
        let gateway = ScriptedGateway()
        let stranger = GatewayPosition(epoch: "epoch-2", headSequence: 10)
        gateway.script { script in
            script.operation = { .success(.of($0, .notSent, position: stranger)) }
        }
        let first = try await known(gateway)
        let payment = try await first.unknown(try await first.books.account())
        await first.recovery.resolveUnknown()
        let fixture = PaymentFixture(try await first.books.reopened(), gateway)
        #expect(!fixture.health.hasDataLoss)
        await fixture.recovery.resolveUnknown()
        #expect(fixture.health.hasDataLoss)
        #expect(try await fixture.books.payment(payment.id).state == .unknown)
    }

    @Test("The horizon still puts what cannot be proven before people")
    func horizonStillPasses() async throws {
        let gateway = ScriptedGateway()
        let fixture = try await known(gateway)
        _ = fixture.health.note("a test")
        let payment = try await fixture.unknown(try await fixture.books.account())
        fixture.books.clock.advance(days: 8)
        await fixture.recovery.resolveUnknown()
        #expect(try await fixture.books.payment(payment.id).state == .review)
        #expect(gateway.calls.isEmpty)
    }

    @Test(
        "A head at the cursor or beyond it is the store we know",
        arguments: [Int64(10), 11, 999]
    )
    func sameStore(head: Int64) async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in
            script.sale = {
                let position = GatewayPosition(epoch: "epoch-1", headSequence: head)
                return .success(.of($0.attempt, .approved, position: position))
            }
        }
        let fixture = try await known(gateway)
        let payment = try await fixture.pay(try await fixture.books.account())
        #expect(payment.state == .succeeded && !fixture.health.hasDataLoss)
        // The cursor is the feed's alone: a reply's head skips no event.
        #expect(try await fixture.feed?.sequence == 10)
    }

    @Test("A reply that was overtaken by the feed on its way is no loss")
    func overtakenReplies() async throws {
        let (gateway, gate) = (ScriptedGateway(), Gate())
        let fixture = try await known(gateway)
        let books = fixture.books
        // The gateway answers at its event 11, and the answer is slow.
        gateway.script { script in
            script.sale = { sale in
                let position = GatewayPosition(epoch: "epoch-1", headSequence: 11)
                await gate.pass()
                return .success(.of(sale.attempt, .approved, position: position))
            }
        }
        let account = try await books.account()
        let running = Task { try await fixture.pay(account) }
        try await eventually("the sale") { gateway.sales.count == 1 }
        // Meanwhile the feed brings events 11 and 12, of which the sale's is one.
        let other = try await books.reserve(try await books.account())
        let attempt = try #require(gateway.sales.first?.attempt)
        let events = [
            GatewayEvent(
                sequence: 11,
                key: attempt.text,
                proof: OperationProof(attempt: attempt, state: .approved, version: 2)
            ),
            GatewayEvent(sequence: 12, key: other.attempt.text, proof: other.proof(.approved)),
        ]
        gateway.script { script in
            script.events = { after, _ in .success(events.filter { $0.sequence > after }) }
            script.position = GatewayPosition(epoch: "epoch-1", headSequence: 12)
        }
        await fixture.recovery.readFeed()
        #expect(try await fixture.feed?.sequence == 12)
        gate.open()
        #expect(try await running.value.state == .succeeded)
        #expect(!fixture.health.hasDataLoss)
    }

    @Test("A gateway that says it was restored is believed: payments stop, and nothing is FAILED")
    func saysSo() async throws {
        let gateway = ScriptedGateway()
        gateway.script { $0.sale = { _ in .failure(.restored) } }
        let selling = try await known(gateway)
        let account = try await selling.books.account()
        #expect(try await selling.pay(account).state == .unknown)
        #expect(selling.health.hasDataLoss)
        await #expect(throws: BillingError.gatewayDataLoss) {
            try await selling.pay(try await selling.books.account())
        }
        #expect(gateway.count { if case .fence = $0 { true } else { false } } == 0)

        for isFenced in [false, true] {
            let gateway = ScriptedGateway()
            gateway.script { script in
                script.operation = { _ in isFenced ? .success(nil) : .failure(.restored) }
                script.fence = { _ in .failure(.restored) }
            }
            let asking = try await known(gateway)
            let payment = try await asking.unknown(try await asking.books.account())
            await asking.recovery.resolveUnknown()
            #expect(asking.health.hasDataLoss)
            #expect(try await asking.books.payment(payment.id).state == .unknown)
        }

        let feed = ScriptedGateway()
        feed.script { $0.events = { _, _ in .failure(.restored) } }
        let reading = try await known(feed)
        await reading.recovery.readFeed()
        #expect(reading.health.hasDataLoss)
    }

    @Test("Each request says which event of the gateway was applied last")
    func saysWhatIsKnown() async throws {
        let gateway = ScriptedGateway()
        let position = GatewayPosition(epoch: "epoch-1", headSequence: 12)
        gateway.script { script in
            script.position = position
            script.sale = { _ in .failure(.lost) }
            script.fence = { .success(.of($0, .fenced, version: 1, position: position)) }
            let event = GatewayEvent(sequence: 11, key: "att_x", proof: nil)
            script.events = { after, _ in .success(after < 11 ? [event] : []) }
        }
        let fixture = try await known(gateway)
        #expect(try await fixture.pay(try await fixture.books.account()).state == .unknown)
        await fixture.recovery.readFeed()
        await fixture.recovery.resolveUnknown()
        // A sale and a page; then the operation, and its fence.
        #expect(gateway.known == [.at(10), .at(10), .at(11), .at(11)])
    }

    @Test("A loss is noted once")
    func notedOnce() {
        let health = GatewayHealth()
        #expect(!health.hasDataLoss)
        #expect(health.note("a"))
        #expect(!health.note("b"))
        #expect(health.hasDataLoss)
    }
}
