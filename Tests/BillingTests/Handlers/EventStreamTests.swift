import RemitAPI
import ServiceKit
import TTRPC
import Testing

@testable import Billing

@Suite("EventService.Stream", .timeLimit(testBound))
struct EventStreamTests {
    private typealias Messages = Collector<BillingV1.StreamEventsResponse>

    private func stream(
        _ books: Books,
        after: Int64,
        _ messages: Messages
    ) -> Task<RPCError?, Never> {
        let handler = EventHandler(store: books.store)
        return streaming { () async throws(RPCError) in
            try await handler.stream(
                .init(after: after),
                responses: messages.writer,
                context: .call(BillingV1.EventService.stream)
            )
        }
    }

    private func sequences(_ messages: Messages) -> [Int64] {
        messages.all.flatMap(\.events).map(\.sequence)
    }

    @Test("It begins at once, goes on with each commit, and says the same as List")
    func follows() async throws {
        let (books, messages) = (try Books(), Messages())
        let task = stream(books, after: 0, messages)
        try await eventually("the first message") { messages.all.count == 1 }
        #expect(messages.all == [BillingV1.StreamEventsResponse()])
        let account = try await books.account()
        try await books.invoice(account, 100)
        try await books.paid(account, 100)
        try await eventually("three events") { sequences(messages).count == 3 }
        let list = try await EventHandler(store: books.store).list(
            .init(),
            context: .call(BillingV1.EventService.list)
        )
        #expect(messages.all.flatMap(\.events) == list.events)
        #expect(messages.all.last?.headSequence == 3)
        #expect(messages.all.dropFirst().allSatisfy { !$0.events.isEmpty })
        books.store.changes.close()
        #expect(await task.value == .draining)
    }

    @Test("Opened again after the last number it loses and repeats nothing, by 500 at a time")
    func resumes() async throws {
        let (books, first, second) = (try Books(), Messages(), Messages())
        for _ in 0..<3 { _ = try await books.account() }
        let early = stream(books, after: 0, first)
        try await eventually("three events") { sequences(first).count == 3 }
        early.cancel()
        #expect(await early.value?.code == .cancelled)
        let account = try await books.account()
        try await books.store.write { tables in
            for _ in 0..<600 {
                try tables.appendEvent("user.updated", subject: "usr_", account: account)
            }
        }
        let late = stream(books, after: 3, second)
        try await eventually("all events") { sequences(second).count == 601 }
        #expect(sequences(second) == Array(4...604))
        #expect(second.all.map(\.events.count) == [500, 101])
        late.cancel()
        _ = await late.value
    }

    @Test("It refuses a number that is none, and begins no more when streams must end")
    func refuses() async throws {
        let (books, messages) = (try Books(), Messages())
        await expectRefusal(.outOfRange, "BAD_SEQUENCE", "after") {
            try await EventHandler(store: books.store).stream(
                .init(after: -1),
                responses: messages.writer,
                context: .call(BillingV1.EventService.stream)
            )
        }
        books.store.changes.close()
        let error = await stream(books, after: 0, messages).value
        #expect(error?.reason == "DRAINING" && error?.retryAfterMilliseconds == 100)
        #expect(messages.all.isEmpty)
    }
}
