import Payments
import RemitAPI
import ServiceKit
import TTRPC

/// `remit.billing.v1.EventService`.
struct EventHandler: BillingV1.EventServiceHandler {
    let store: BillingStore
    var configuration = BillingConfiguration()
    var scheduler = WorkScheduler.system

    func list(
        _ request: BillingV1.ListEventsRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.ListEventsResponse {
        let after = try RequestCheck.sequence(request.after)
        let limit = try RequestCheck.pageSize(request.pageSize, default: 100, max: 500)
        let (events, head) = try await page(after: after, limit: limit)
        return BillingV1.ListEventsResponse(events: events, headSequence: head)
    }

    func stream(
        _ request: BillingV1.StreamEventsRequest,
        responses: RPCWriter<BillingV1.StreamEventsResponse>,
        context: ServerContext
    ) async throws(RPCError) {
        let start = try RequestCheck.sequence(request.after)
        let feed = FeedStream(
            store.changes,
            coalescingMilliseconds: configuration.streamCoalescingMilliseconds,
            scheduler: scheduler
        )
        let limit = FeedStream.maxEvents
        try await feed.run(after: start) { (after, mustSend) async throws(RPCError) in
            let (events, head) = try await page(after: after, limit: limit)
            if mustSend || !events.isEmpty {
                let message = BillingV1.StreamEventsResponse(events: events, headSequence: head)
                try await responses.write(message)
            }
            return FeedStream.Reading(
                lastSequence: events.last?.sequence ?? after,
                isFull: events.count == limit
            )
        }
    }

    /// A page of the feed, and its newest number when it was read.
    private func page(
        after: Int64,
        limit: Int
    ) async throws(RPCError) -> (events: [BillingV1.Event], head: Int64) {
        try await answering {
            try await store.read { tables -> (events: [BillingV1.Event], head: Int64) in
                (
                    try tables.events(after: after, limit: limit).map { BillingV1.Event($0) },
                    try tables.headSequence()
                )
            }
        }
    }
}

extension BillingV1.Event {
    init(_ event: EventRecord) {
        self.init(
            sequence: event.sequence,
            eventID: event.id.text,
            type: event.type,
            subjectID: event.subject,
            accountID: event.account.text,
            createTime: GoogleProtobuf.Timestamp(milliseconds: event.createdAt)
        )
    }
}
