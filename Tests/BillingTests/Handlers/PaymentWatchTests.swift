import Payments
import RemitAPI
import ServiceKit
import TTRPC
import Testing

@testable import Billing

@Suite("PaymentService.Watch", .timeLimit(testBound))
struct PaymentWatchTests {
    private typealias Messages = Collector<BillingV1.Payment>

    private func watch(
        _ fixture: PaymentFixture,
        _ key: BillingV1.WatchPaymentRequest.Key?,
        _ messages: Messages
    ) -> Task<RPCError?, Never> {
        let handler = PaymentHandler(
            store: fixture.books.store,
            processor: fixture.processor,
            hub: fixture.hub,
            configuration: fixture.configuration
        )
        return streaming { () async throws(RPCError) in
            try await handler.watch(
                .init(key: key),
                responses: messages.writer,
                context: .call(BillingV1.PaymentService.watch)
            )
        }
    }

    private func fixture() throws -> PaymentFixture {
        PaymentFixture(try Books(), ScriptedGateway())
    }

    @Test("It is sent as it is, then after each change, and the stream ends well with its end")
    func follows() async throws {
        let (fixture, messages) = (try fixture(), Messages())
        // The hub's task ends with the store's changes.
        defer { fixture.books.store.changes.close() }
        let books = fixture.books
        let payment = try await books.reserve(try await books.account())
        let task = watch(fixture, .paymentID(payment.id.text), messages)
        try await eventually("the payment") { messages.all.count == 1 }
        _ = try await books.store.replyLost(payment.id)
        try await eventually("its doubt") { messages.all.count == 2 }
        books.clock.advance(days: 8)
        _ = try await books.store.horizonPassed(payment.id)
        try await eventually("its review") { messages.all.count == 3 }
        // What happens to others, and what is no news, is not sent.
        _ = try await books.store.horizonPassed(payment.id)
        try await books.paid(try await books.account(), 5)
        try await books.settle(payment, .approved)
        #expect(await task.value == nil)
        #expect(messages.all.map(\.state) == [.submitting, .unknown, .review, .succeeded])
        #expect(messages.all.last == BillingV1.Payment(try await books.store.payment(payment.id)))
        #expect(fixture.hub.subjectCount == 0)
    }

    @Test("A payment that has ended is sent once; a request id names it too")
    func ended() async throws {
        let (fixture, messages) = (try fixture(), Messages())
        // The hub's task ends with the store's changes.
        defer { fixture.books.store.changes.close() }
        let payment = try await fixture.books.paid(try await fixture.books.account(), 100)
        #expect(await watch(fixture, .paymentID(payment.id.text), messages).value == nil)
        #expect(await watch(fixture, .requestID(payment.requestKey.text), messages).value == nil)
        #expect(messages.all.map(\.state) == [.succeeded, .succeeded])
    }

    @Test("A thousand watchers of ten payments each see the end of theirs")
    func many() async throws {
        let fixture = try fixture()
        // The hub's task ends with the store's changes.
        defer { fixture.books.store.changes.close() }
        var payments: [PaymentRecord] = []
        for _ in 0..<10 {
            payments.append(try await fixture.books.reserve(try await fixture.books.account()))
        }
        let watchers = (0..<1000).map { index in
            let messages = Messages()
            let id = payments[index % payments.count].id.text
            return (watch(fixture, .paymentID(id), messages), messages)
        }
        try await eventually("all watch") { watchers.allSatisfy { !$0.1.all.isEmpty } }
        #expect(fixture.hub.subjectCount == 10)
        for payment in payments { try await fixture.books.settle(payment, .declined) }
        for (task, messages) in watchers {
            #expect(await task.value == nil)
            #expect(messages.all.map(\.state) == [.submitting, .declined])
        }
        #expect(fixture.hub.subjectCount == 0)
    }

    @Test("What ends early: a caller that gives up, and a shutdown")
    func ends() async throws {
        let (fixture, messages) = (try fixture(), Messages())
        let payment = try await fixture.books.reserve(try await fixture.books.account())
        let first = watch(fixture, .paymentID(payment.id.text), messages)
        let second = watch(fixture, .paymentID(payment.id.text), messages)
        try await eventually("both") { messages.all.count == 2 }
        first.cancel()
        let ending = await first.value
        #expect(ending?.code == .cancelled, "\(ending as Any)")
        #expect(fixture.hub.subjectCount == 1)
        fixture.books.store.changes.close()
        #expect(await second.value == .draining)
        #expect(await watch(fixture, .paymentID(payment.id.text), messages).value == .draining)
        #expect(fixture.hub.subjectCount == 0)
    }

    @Test("It refuses what names no payment, as Get does")
    func refuses() async throws {
        let (fixture, messages) = (try fixture(), Messages())
        // The hub's task ends with the store's changes.
        defer { fixture.books.store.changes.close() }
        let unknown = fixture.books.newKey().text
        for (key, code, reason, field) in [
            (nil, RPCCode.invalidArgument, "BAD_ID", "payment_id"),
            (.paymentID("x"), .invalidArgument, "BAD_ID", "payment_id"),
            (.requestID("x"), .invalidArgument, "BAD_ID", "request_id"),
            (.requestID(unknown), .notFound, "NOT_FOUND", "payment_id"),
            (
                .paymentID("pay_01J00000000000000000000000"), .notFound, "NOT_FOUND",
                "payment_id"
            ),
        ] as [(BillingV1.WatchPaymentRequest.Key?, RPCCode, String, String)] {
            let error = await watch(fixture, key, messages).value
            #expect(error?.code == code && error?.reason == reason && error?.field == field)
        }
        #expect(messages.all.isEmpty && fixture.hub.subjectCount == 0)
    }
}
