import GRDB
import Payments
import RemitAPI
import ServiceKit
import TTRPC

/// `remit.billing.v1.EventService`.
struct EventHandler: BillingV1.EventServiceHandler {
    let store: BillingStore

    func list(
        _ request: BillingV1.ListEventsRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.ListEventsResponse {
        let after = try RequestCheck.sequence(request.after)
        let limit = try RequestCheck.pageSize(request.pageSize, default: 100, max: 500)
        return try await answering {
            try await store.read { tables in
                let rows = try tables.database.rows(
                    """
                    SELECT sequence, id, type, subject, account, created_at FROM events
                    WHERE sequence > ? ORDER BY sequence LIMIT ?
                    """,
                    after,
                    limit
                )
                return BillingV1.ListEventsResponse(
                    events: rows.map { row in
                        let id: EventID = row[1]
                        let account: AccountID = row[4]
                        return BillingV1.Event(
                            sequence: row[0],
                            eventID: id.text,
                            type: row[2],
                            subjectID: row[3],
                            accountID: account.text,
                            createTime: GoogleProtobuf.Timestamp(milliseconds: row[5])
                        )
                    },
                    headSequence: try tables.database.number("SELECT MAX(sequence) FROM events")
                )
            }
        }
    }
}
