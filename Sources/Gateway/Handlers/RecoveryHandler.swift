import Payments
import RemitAPI
import ServiceKit
import TTRPC

/// `remit.gateway.v1.RecoveryService`.
struct RecoveryHandler: GatewayV1.RecoveryServiceHandler {
    let store: GatewayStore
    let tenants: TenantDirectory

    func getOperation(
        _ request: GatewayV1.GetOperationRequest,
        context: ServerContext
    ) async throws(RPCError) -> GatewayV1.OperationReply {
        let attempt: AttemptID = try RequestCheck.id(request.key, field: "key")
        let tenant = try tenants.number(of: context)
        return try await answering {
            GatewayV1.OperationReply(
                try await store.operation(
                    OperationKey(tenant: tenant, attempt: attempt),
                    known: request.known.map(StoreCursor.init)
                )
            )
        }
    }

    func fence(
        _ request: GatewayV1.FenceRequest,
        context: ServerContext
    ) async throws(RPCError) -> GatewayV1.OperationReply {
        let attempt: AttemptID = try RequestCheck.id(request.key, field: "key")
        let tenant = try tenants.number(of: context)
        return try await answering {
            GatewayV1.OperationReply(
                try await store.fence(
                    OperationKey(tenant: tenant, attempt: attempt),
                    known: request.known.map(StoreCursor.init)
                )
            )
        }
    }

    func listInDoubt(
        _ request: GatewayV1.ListInDoubtRequest,
        context: ServerContext
    ) async throws(RPCError) -> GatewayV1.ListInDoubtResponse {
        let size = try RequestCheck.pageSize(request.pageSize, default: 100, max: 500)
        let after = try Self.key(request.pageToken)
        let (tenant, epoch) = (try tenants.number(of: context), store.epoch)
        return try await answering {
            let (page, head) = try await store.read { tables in
                (
                    try tables.openOperations(tenant: tenant, after: after, limit: size + 1),
                    try tables.headSequence()
                )
            }
            let shown = page.prefix(size)
            let now = store.clock.milliseconds
            return GatewayV1.ListInDoubtResponse(
                operations: shown.map { GatewayV1.OpenOperation($0, now: now) },
                nextPageToken: page.count > size
                    ? shown.last.map { Self.token($0.key.attempt) } ?? "" : "",
                position: GatewayV1.StorePosition(
                    StorePosition(epoch: epoch, headSequence: head)
                )
            )
        }
    }

    // A page token is opaque to callers: they give back what they got.
    private static let tokenPrefix = "p1"

    private static func token(_ attempt: AttemptID) -> String {
        tokenPrefix + attempt.ulid.text
    }

    /// - Returns: nil for the first page.
    private static func key(_ token: String) throws(RPCError) -> AttemptID? {
        guard !token.isEmpty else { return nil }
        guard token.hasPrefix(tokenPrefix),
            let ulid = ULID(text: token.dropFirst(tokenPrefix.count))
        else {
            throw RPCError(
                .invalidArgument,
                "The page_token is none that this list gave out.",
                reason: "BAD_PAGE_TOKEN",
                field: "page_token"
            )
        }
        return AttemptID(ulid)
    }
}

extension GatewayV1.OpenOperation {
    /// - Parameters:
    ///   - operation: one that has not ended.
    ///   - now: milliseconds since 1970-01-01T00:00:00Z.
    init(_ operation: Operation, now: Int64) {
        self.init(
            operationID: operation.id.text,
            key: operation.key.attempt.text,
            state: GatewayV1.OperationState(rawValue: Int32(operation.state.rawValue)),
            amount: RemitType.Money(operation.amount),
            ageMilliseconds: max(0, now - operation.createdAt)
        )
    }
}
