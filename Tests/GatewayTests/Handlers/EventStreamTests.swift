import Payments
import RemitAPI
import ServiceKit
import TTRPC
import Testing

@testable import Gateway

@Suite("EventService.Stream", .timeLimit(testBound))
struct EventStreamTests {
    private typealias Messages = Collector<GatewayV1.StreamEventsResponse>

    private func stream(
        _ handler: EventHandler,
        after: Int64 = 0,
        _ messages: Messages
    ) -> Task<RPCError?, Never> {
        streaming { () async throws(RPCError) in
            try await handler.stream(
                .init(after: after),
                responses: messages.writer,
                context: ServerContext(method: GatewayV1.EventService.stream)
            )
        }
    }

    private func events(_ messages: Messages) -> [GatewayV1.Event] {
        messages.all.flatMap(\.events)
    }

    @Test("It begins at once with the store's position, goes on, and says the same as List")
    func follows() async throws {
        let fixture = try await HandlerFixture()
        let messages = Messages()
        let task = stream(fixture.events, messages)
        try await eventually("the first message") { messages.all.count == 1 }
        let epoch = fixture.gateway.store.epoch
        #expect(messages.all[0].events.isEmpty)
        #expect(
            messages.all[0].position
                == GatewayV1.StorePosition(epoch: epoch, headSequence: 0)
        )
        for _ in 0..<5 { _ = try await fixture.sale(try await fixture.saleRequest()) }
        try await eventually("five events") { events(messages).count == 5 }
        #expect(events(messages) == (try await fixture.listEvents()).events)
        #expect(messages.all.allSatisfy { $0.position?.epoch == epoch })
        for message in messages.all.dropFirst() {
            let last = try #require(message.events.last?.sequence)
            #expect((message.position?.headSequence ?? 0) >= last)
        }
        fixture.gateway.store.changes.close()
        #expect(await task.value == .draining)
    }

    @Test("Opened again after the last number it loses and repeats nothing")
    func resumes() async throws {
        let fixture = try await HandlerFixture()
        let (first, second) = (Messages(), Messages())
        _ = try await fixture.sale(try await fixture.saleRequest())
        let early = stream(fixture.events, first)
        try await eventually("an event") { events(first).map(\.sequence) == [1] }
        early.cancel()
        #expect(await early.value?.code == .cancelled)
        _ = try await fixture.sale(try await fixture.saleRequest())
        let late = stream(fixture.events, after: 1, second)
        try await eventually("the next") { events(second).map(\.sequence) == [2] }
        _ = try await fixture.fence(fixture.gateway.newKey().text)
        try await eventually("the fence") { events(second).map(\.sequence) == [2, 3] }
        #expect(events(second).last?.operation?.state == .fenced)
        late.cancel()
        _ = await late.value
    }

    @Test("A tenant's stream has its own events alone, and refuses a number that is none")
    func refuses() async throws {
        let fixture = try await HandlerFixture()
        _ = try await fixture.sale(try await fixture.saleRequest())
        let messages = Messages()
        let other = EventHandler(
            store: fixture.gateway.store,
            tenants: TenantDirectory(
                [:],
                standard: try await fixture.gateway.store.tenant("other")
            )
        )
        let task = stream(other, messages)
        try await eventually("the first message") { messages.all.count == 1 }
        #expect(messages.all[0].position?.headSequence == 1)
        _ = try await fixture.sale(try await fixture.saleRequest())
        fixture.gateway.store.changes.close()
        #expect(await task.value == .draining)
        #expect(events(messages).isEmpty)
        await expectRefused(Refusal(.outOfRange, "BAD_SEQUENCE", "after")) {
            try await fixture.events.stream(
                .init(after: -1),
                responses: messages.writer,
                context: ServerContext(method: GatewayV1.EventService.stream)
            )
        }
    }
}
