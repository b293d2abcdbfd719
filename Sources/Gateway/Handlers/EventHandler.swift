import Payments
import RemitAPI
import ServiceKit
import TTRPC

/// `remit.gateway.v1.EventService`.
struct EventHandler: GatewayV1.EventServiceHandler {
    let store: GatewayStore
    let tenants: TenantDirectory
    var configuration = GatewayConfiguration()
    var scheduler = WorkScheduler.system

    func list(
        _ request: GatewayV1.ListEventsRequest,
        context: ServerContext
    ) async throws(RPCError) -> GatewayV1.ListEventsResponse {
        let after = try RequestCheck.sequence(request.after)
        let limit = try RequestCheck.pageSize(request.pageSize, default: 100, max: 500)
        let tenant = try tenants.number(of: context)
        let known = request.known.map(StoreCursor.init)
        let (events, head) = try await page(of: tenant, after: after, limit: limit, known: known)
        return GatewayV1.ListEventsResponse(
            events: events.map { GatewayV1.Event($0) },
            position: GatewayV1.StorePosition(epoch: store.epoch, headSequence: head)
        )
    }

    func stream(
        _ request: GatewayV1.StreamEventsRequest,
        responses: RPCWriter<GatewayV1.StreamEventsResponse>,
        context: ServerContext
    ) async throws(RPCError) {
        let start = try RequestCheck.sequence(request.after)
        let tenant = try tenants.number(of: context)
        let feed = FeedStream(
            store.changes,
            coalescingMilliseconds: configuration.streamCoalescingMilliseconds,
            scheduler: scheduler
        )
        let limit = FeedStream.maxEvents
        // Looked at with the first page: what this store has it keeps.
        var known = request.known.map(StoreCursor.init)
        try await feed.run(after: start) { (after, mustSend) async throws(RPCError) in
            let (events, head) = try await page(
                of: tenant,
                after: after,
                limit: limit,
                known: known
            )
            known = nil
            if mustSend || !events.isEmpty {
                let message = GatewayV1.StreamEventsResponse(
                    events: events.map { GatewayV1.Event($0) },
                    position: GatewayV1.StorePosition(epoch: store.epoch, headSequence: head)
                )
                try await responses.write(message)
            }
            let isFull = events.count == limit
            // Events of other tenants lie between: up to the head they are none of this one's.
            return FeedStream.Reading(
                lastSequence: isFull ? events.last?.sequence ?? after : max(after, head),
                isFull: isFull
            )
        }
    }

    /// A page of a tenant's events, and the store's newest number when it was read.
    private func page(
        of tenant: Int64,
        after: Int64,
        limit: Int,
        known: StoreCursor?
    ) async throws(RPCError) -> (events: [GatewayTables.EventRow], head: Int64) {
        try await answering {
            try await store.read { [epoch = store.epoch] tables in
                try tables.check(known, epoch)
                return (
                    try tables.events(tenant: tenant, after: after, limit: limit),
                    try tables.headSequence()
                )
            }
        }
    }
}

extension GatewayV1.Event {
    init(_ event: GatewayTables.EventRow) {
        self.init(
            sequence: event.sequence,
            eventID: event.id.text,
            createTime: GoogleProtobuf.Timestamp(milliseconds: event.operation.updatedAt),
            operation: GatewayV1.Operation(event.operation, card: nil)
        )
    }
}
