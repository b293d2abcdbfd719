import RemitAPI
import TTRPC

/// How far billing has come with what the gateway tells, at one look.
struct FeedLook {
    /// Nil when billing did not say.
    let status: BillingV1.GetStatusResponse?
    /// Whether the gateway has events after billing's cursor.
    let isBehind: Bool
    let live: [BillingV1.InFlightPayment]?
    let open: [GatewayV1.OpenOperation]?
    /// The operations of live payments that have ended at the gateway, by their keys.
    let ended: [String: GatewayV1.OperationState]

    /// Whether a second look has to tell what is stuck from what is on its way.
    var mayBeStuck: Bool { isBehind || !ended.isEmpty }

    /// Whether nothing was applied since an earlier look, which found that there was something.
    func isStuck(since earlier: FeedLook) -> Bool {
        guard let status, let before = earlier.status else { return false }
        return earlier.isBehind && isBehind && status.gatewayCursor == before.gatewayCursor
    }
}

extension Doctor {
    func lookAtFeed() async -> FeedLook {
        let status = await ask(\.billing) {
            try await session.reviews().getStatus(BillingV1.GetStatusRequest())
        }
        var isBehind = false
        if let status {
            isBehind = await ask(\.gateway) { try await hasEvents(status.gatewayCursor) } ?? false
        }
        // What is live first: what ends meanwhile at the gateway may not be known to billing yet.
        let live = await ask(\.billing) { try await books.livePayments() }
        let open = await ask(\.gateway) { try await openOperations() }
        var ended: [String: GatewayV1.OperationState]?
        if let live, let open {
            let keys = Set(live.map(\.attemptID)).subtracting(open.map(\.key))
            ended = await ask(\.gateway) { try await endedOperations(keys) }
        }
        return FeedLook(
            status: status,
            isBehind: isBehind,
            live: live,
            open: open,
            ended: ended ?? [:]
        )
    }

    /// Whether the gateway has events of this tenant after a number. The head of its store tells
    /// nothing about that: the newest events may be another tenant's.
    private func hasEvents(_ after: Int64) async throws -> Bool {
        let events = try await session.gatewayEvents()
        let request = GatewayV1.ListEventsRequest(after: after, pageSize: 1)
        return try await !events.list(request).events.isEmpty
    }

    private func openOperations() async throws -> [GatewayV1.OpenOperation] {
        let recovery = try await session.recovery()
        return try await pages { token in
            let page = try await recovery.listInDoubt(
                GatewayV1.ListInDoubtRequest(pageSize: Self.pageSize, pageToken: token)
            )
            return (page.operations, page.nextPageToken)
        }
    }

    /// Those of some keys under which an operation has ended.
    private func endedOperations(
        _ keys: Set<String>
    ) async throws -> [String: GatewayV1.OperationState] {
        let recovery = try await session.recovery()
        var ended: [String: GatewayV1.OperationState] = [:]
        for key in keys {
            do throws(RPCError) {
                let reply = try await recovery.getOperation(
                    GatewayV1.GetOperationRequest(key: key)
                )
                if let state = reply.operation?.state, state.isEnd { ended[key] = state }
            } catch {
                // Not there yet, or never: billing's recovery finds out which.
                guard error.code == .notFound else { throw error }
            }
        }
        return ended
    }
}

extension GatewayV1.OperationState {
    /// Whether billing's payment ends with it.
    fileprivate var isEnd: Bool {
        switch self {
        case .approved, .captured, .declined, .voided, .expired, .fenced, .notSent: true
        case .unspecified, .received, .sent, .pending, .requiresAction, .inDoubt, .unrecognized:
            false
        }
    }
}
