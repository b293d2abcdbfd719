import Payments
import RemitAPI
import ServiceKit
import TTRPC

/// `remit.gateway.v1.RecoveryService`.
struct RecoveryHandler: GatewayV1.RecoveryServiceHandler {
    let store: GatewayStore
    let tenant: Int64

    func getOperation(
        _ request: GatewayV1.GetOperationRequest,
        context: ServerContext
    ) async throws(RPCError) -> GatewayV1.OperationReply {
        let attempt: AttemptID = try RequestCheck.id(request.key, field: "key")
        return try await answering {
            GatewayV1.OperationReply(
                try await store.operation(OperationKey(tenant: tenant, attempt: attempt))
            )
        }
    }

    func fence(
        _ request: GatewayV1.FenceRequest,
        context: ServerContext
    ) async throws(RPCError) -> GatewayV1.OperationReply {
        let attempt: AttemptID = try RequestCheck.id(request.key, field: "key")
        return try await answering {
            GatewayV1.OperationReply(
                try await store.fence(OperationKey(tenant: tenant, attempt: attempt))
            )
        }
    }
}
