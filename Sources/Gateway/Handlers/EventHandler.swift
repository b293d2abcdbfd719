import Payments
import RemitAPI
import ServiceKit
import TTRPC

/// `remit.gateway.v1.EventService`.
struct EventHandler: GatewayV1.EventServiceHandler {
    let store: GatewayStore
    let tenants: TenantDirectory

    func list(
        _ request: GatewayV1.ListEventsRequest,
        context: ServerContext
    ) async throws(RPCError) -> GatewayV1.ListEventsResponse {
        let after = try RequestCheck.sequence(request.after)
        let limit = try RequestCheck.pageSize(request.pageSize, default: 100, max: 500)
        let (tenant, epoch) = (try tenants.number(of: context), store.epoch)
        return try await answering {
            let (events, head) = try await store.read { tables in
                (
                    try tables.events(tenant: tenant, after: after, limit: limit),
                    try tables.headSequence()
                )
            }
            return GatewayV1.ListEventsResponse(
                events: events.map { event in
                    GatewayV1.Event(
                        sequence: event.sequence,
                        eventID: event.id.text,
                        createTime: GoogleProtobuf.Timestamp(
                            milliseconds: event.operation.updatedAt
                        ),
                        operation: GatewayV1.Operation(event.operation, card: nil)
                    )
                },
                position: GatewayV1.StorePosition(epoch: epoch, headSequence: head)
            )
        }
    }
}
