import Payments
import TTRPC
import Testing

@testable import Billing

@Suite("Following the gateway's feed", .timeLimit(testBound))
struct FollowTests {
    private func position(_ head: Int64, epoch: String = "epoch-1") -> GatewayPosition {
        GatewayPosition(epoch: epoch, headSequence: head)
    }

    /// Payments that the bank has not decided, and the events of their approval.
    private func pending(
        _ books: Books,
        _ count: Int
    ) async throws -> (payments: [PaymentRecord], events: [GatewayEvent]) {
        var payments: [PaymentRecord] = []
        var events: [GatewayEvent] = []
        for index in 1...count {
            let payment = try await books.reserve(try await books.account())
            try await books.settle(payment, .pending, version: 1)
            payments.append(payment)
            events.append(
                GatewayEvent(
                    sequence: Int64(index),
                    key: payment.attempt.text,
                    proof: payment.proof(.approved, version: 2)
                )
            )
        }
        return (payments, events)
    }

    @Test("Batches are applied as they come; after a loss it is opened where it had come to")
    func resumes() async throws {
        let (books, gateway) = (try Books(), StreamingGateway())
        let fixture = PaymentFixture(books, gateway) { $0.feedPageSize = 2 }
        let (payments, events) = try await pending(books, 5)
        gateway.add(.batch([], position(0)))
        gateway.add(.batch(Array(events.prefix(3)), position(3)))
        gateway.add(.failure(.lost))
        await fixture.recovery.followFeed()
        #expect(try await fixture.feed == .at(3))
        #expect(try await books.payment(payments[2].id).state == .succeeded)
        #expect(try await books.payment(payments[3].id).state == .pending)
        // The gateway says again what was applied: it is no news.
        gateway.add(.batch(events, position(5)))
        gateway.add(.end)
        await fixture.recovery.followFeed()
        #expect(gateway.opened == [0, 3])
        #expect(try await fixture.feed == .at(5))
        #expect(try await books.clearing().count == 5)
        #expect(gateway.scripted.calls.isEmpty)
        try await books.expectSound()
    }

    @Test("A gateway without a stream is read by pages, and asked for a stream again later")
    func pages() async throws {
        let (books, gateway) = (try Books(), StreamingGateway())
        let fixture = PaymentFixture(books, gateway) { $0.feedPagesWithoutStream = 3 }
        let refusal = RPCError(.unimplemented, "There is no such method.", reason: "UNKNOWN_METHOD")
        gateway.add(.failure(refusal))
        for _ in 0..<4 { await fixture.recovery.followFeed() }
        #expect(gateway.opened == [0])
        #expect(gateway.scripted.count { $0 == .events(after: 0) } == 4)
        gateway.add(.end)
        await fixture.recovery.followFeed()
        #expect(gateway.opened == [0, 0])
        #expect(gateway.scripted.count { $0 == .events(after: 0) } == 4)
    }

    @Test("Another store is not believed: nothing of it is applied, and it is not opened again")
    func dataLoss() async throws {
        for stranger in [position(9, epoch: "epoch-2"), position(0)] {
            let (books, gateway) = (try Books(), StreamingGateway())
            let fixture = PaymentFixture(books, gateway)
            let (_, events) = try await pending(books, 2)
            gateway.add(.batch([events[0]], position(1)))
            gateway.add(.batch([events[1]], stranger))
            await fixture.recovery.followFeed()
            #expect(fixture.health.hasDataLoss)
            #expect(try await fixture.feed == .at(1))
            #expect(try await books.clearing().count == 1)
            await fixture.recovery.followFeed()
            #expect(gateway.opened == [0])
        }
    }

    @Test("The end of the work ends it at once, but cuts no batch in the middle")
    func cancellation() async throws {
        let (books, gateway) = (try Books(), StreamingGateway())
        let fixture = PaymentFixture(books, gateway) { $0.feedPageSize = 1 }
        let (_, events) = try await pending(books, 8)
        let idle = Task { await fixture.recovery.followFeed() }
        try await eventually("the stream") { gateway.opened.count == 1 }
        idle.cancel()
        await idle.value
        let busy = Task { await fixture.recovery.followFeed() }
        gateway.add(.batch(events, position(8)))
        try await eventually("the batch") { gateway.stepsLeft == 0 }
        busy.cancel()
        await busy.value
        #expect(try await fixture.feed == .at(8))
        try await books.expectSound()
    }

    @Test("The background work follows, and ends")
    func background() async throws {
        let (books, gateway) = (try Books(), StreamingGateway())
        var configuration = BillingConfiguration()
        configuration.feedIntervalMilliseconds = 1
        configuration.recoveryIntervalMilliseconds = 5
        let application = BillingApplication(
            lock: nil,
            store: books.store,
            gateway: gateway,
            configuration: configuration,
            crashPoint: { _ in },
            logger: Books.logger
        )
        let (payments, events) = try await pending(books, 1)
        let work = Task { await application.work() }
        try await eventually("the stream") { gateway.opened.count == 1 }
        gateway.add(.failure(.lost))
        try await eventually("the stream again") { gateway.opened.count == 2 }
        gateway.add(.batch(events, position(1)))
        try await eventually("the approval") {
            try await books.payment(payments[0].id).state == .succeeded
        }
        work.cancel()
        await work.value
        #expect(gateway.opened == [0, 0])
    }
}
