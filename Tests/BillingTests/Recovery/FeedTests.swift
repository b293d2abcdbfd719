import Payments
import TTRPC
import Testing

@testable import Billing

@Suite("Reading the gateway's feed")
struct FeedTests {
    /// A gateway with a feed of its own.
    private func gateway(_ events: [GatewayEvent]) -> ScriptedGateway {
        let gateway = ScriptedGateway()
        gateway.script { script in
            script.events = { after, limit in
                .success(Array(events.filter { $0.sequence > after }.prefix(limit)))
            }
            script.position = GatewayPosition(
                epoch: "epoch-1",
                headSequence: events.last?.sequence ?? 0
            )
        }
        return gateway
    }

    private func pending(_ books: Books, _ count: Int) async throws -> [PaymentRecord] {
        var payments: [PaymentRecord] = []
        for _ in 0..<count {
            let payment = try await books.reserve(try await books.account())
            try await books.settle(payment, .pending, version: 1)
            payments.append(payment)
        }
        return payments
    }

    private func approvals(_ payments: [PaymentRecord]) -> [GatewayEvent] {
        payments.enumerated().map { index, payment in
            GatewayEvent(
                sequence: Int64(index + 1),
                key: payment.attempt.text,
                proof: payment.proof(.approved, version: 2)
            )
        }
    }

    @Test("Pending payments are decided by the feed, which is read to its end in pages")
    func readsToTheEnd() async throws {
        let books = try Books()
        let payments = try await pending(books, 5)
        let gateway = gateway(approvals(payments))
        let fixture = PaymentFixture(books, gateway) { $0.feedPageSize = 2 }
        await fixture.recovery.readFeed()
        for payment in payments {
            #expect(try await books.payment(payment.id).state == .succeeded)
        }
        #expect(gateway.calls == [.events(after: 0), .events(after: 2), .events(after: 4)])
        #expect(try await fixture.feed == .at(5))
        await fixture.recovery.readFeed()
        #expect(gateway.calls.last == .events(after: 5))
        try await books.expectSound()
    }

    @Test("A restart goes on where the feed was, and repeats nothing")
    func restart() async throws {
        var books = try Books()
        let payments = try await pending(books, 4)
        let events = approvals(payments)
        let first = gateway(Array(events.prefix(2)))
        await PaymentFixture(books, first).recovery.readFeed()
        let before = try await books.dump()
        books = try await books.reopened()
        await PaymentFixture(books, first).recovery.readFeed()
        #expect(first.calls == [.events(after: 0), .events(after: 2)])
        #expect(try await books.dump() == before)
        let second = gateway(events)
        await PaymentFixture(books, second).recovery.readFeed()
        #expect(second.calls == [.events(after: 2)])
        #expect(try await books.store.livePayments(after: nil, limit: 9).isEmpty)
        #expect(try await books.clearing().count == 4)
    }

    @Test("A feed that repeats what was read is applied once")
    func repeatedEvents() async throws {
        let books = try Books()
        let payments = try await pending(books, 2)
        let events = approvals(payments)
        let gateway = ScriptedGateway()
        gateway.script { script in
            script.events = { _, _ in .success(events) }
            script.position = GatewayPosition(epoch: "epoch-1", headSequence: 2)
        }
        let fixture = PaymentFixture(books, gateway)
        await fixture.recovery.readFeed()
        let before = try await books.dump()
        await fixture.recovery.readFeed()
        #expect(try await books.dump() == before)
        #expect(try await books.clearing().count == 2)
    }

    @Test("What cannot be applied is parked, the cursor moves on, the rest is applied")
    func parks() async throws {
        let books = try Books()
        let payments = try await pending(books, 2)
        var events = approvals(payments)
        let stranger = AttemptID(ULID(high: 4, low: 4))
        events.insert(
            GatewayEvent(
                sequence: 2,
                key: stranger.text,
                proof: OperationProof(attempt: stranger, state: .approved, version: 1)
            ),
            at: 1
        )
        events[2] = GatewayEvent(sequence: 3, key: events[2].key, proof: events[2].proof)
        let fixture = PaymentFixture(books, gateway(events))
        await fixture.recovery.readFeed()
        #expect(try await books.count("parked_events") == 1)
        #expect(try await fixture.feed?.sequence == 3)
        for payment in payments {
            #expect(try await books.payment(payment.id).state == .succeeded)
        }
    }

    @Test(
        "When the store fails, neither events nor cursor are kept, and the next round applies them"
    )
    func storeFails() async throws {
        let books = try Books()
        let payments = try await pending(books, 2)
        let gateway = gateway(approvals(payments))
        let fixture = PaymentFixture(books, gateway)
        await PaymentFixture(books, ScriptedGateway()).recovery.readFeed()
        let before = try await books.dump()
        try await books.fail("INSERT ON gateway_feed")
        await fixture.recovery.readFeed()
        #expect(try await books.dump() == before)
        try await books.heal()
        await fixture.recovery.readFeed()
        #expect(try await books.clearing().count == 2)
        #expect(try await fixture.feed?.sequence == 2)
    }

    @Test("A gateway that cannot be read changes nothing")
    func unreadable() async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in script.events = { _, _ in .failure(.notSent) } }
        let fixture = PaymentFixture(try Books(), gateway)
        let before = try await fixture.books.dump()
        await fixture.recovery.readFeed()
        #expect(try await fixture.books.dump() == before)
        #expect(!fixture.health.hasDataLoss)
    }

    @Test("A reply that ran ahead of the feed makes the feed's event no news")
    func replyAheadOfFeed() async throws {
        let books = try Books()
        let gateway = ScriptedGateway()
        let fixture = PaymentFixture(books, gateway)
        let payment = try await fixture.pay(try await books.account())
        #expect(payment.state == .succeeded)
        let event = GatewayEvent(
            sequence: 1,
            key: payment.attempt.text,
            proof: payment.proof(.approved, version: 2)
        )
        gateway.script { script in
            script.events = { after, _ in .success(after < 1 ? [event] : []) }
            script.position = GatewayPosition(epoch: "epoch-1", headSequence: 1)
        }
        await fixture.recovery.readFeed()
        #expect(try await books.clearing() == [payment.attempt.text: 1000])
        #expect(try await fixture.feed?.sequence == 1)
    }
}
