import Payments
import RemitAPI
import ServiceKit
import TTRPC

/// `remit.gateway.v1.SandboxService`.
struct SandboxHandler: GatewayV1.SandboxServiceHandler {
    let bank: SandboxBank
    let store: GatewayStore
    let recovery: GatewayRecovery
    let tenants: TenantDirectory

    func resolvePending(
        _ request: GatewayV1.ResolvePendingRequest,
        context: ServerContext
    ) async throws(RPCError) -> GatewayV1.OperationReply {
        let attempt: AttemptID = try RequestCheck.id(request.key, field: "key")
        let code: ResponseCode?
        switch request.decision {
        case .unspecified: code = nil
        case .approve: code = ResponseCode("00")
        case .decline: code = ResponseCode("05")
        case .unrecognized:
            throw RPCError(
                .invalidArgument,
                "The decision is none that this gateway knows.",
                reason: "BAD_ENUM",
                field: "decision"
            )
        }
        let tenant = try tenants.number(of: context)
        let key = OperationKey(tenant: tenant, attempt: attempt)
        return try await answering {
            let before = try await store.operation(key)
            guard try await bank.resolve(attempt, code) else {
                // Asked twice: the first decision stands.
                if before.operation.state.isTerminal, try await store.wasPending(key) {
                    return GatewayV1.OperationReply(before)
                }
                throw GatewayError.operationNotPending
            }
            await recovery.collectAdvices()
            return GatewayV1.OperationReply(try await store.operation(key))
        }
    }

    func listBankCharges(
        _ request: GatewayV1.ListBankChargesRequest,
        context: ServerContext
    ) async throws(RPCError) -> GatewayV1.ListBankChargesResponse {
        let after = try RequestCheck.sequence(request.after)
        let limit = try RequestCheck.pageSize(request.pageSize, default: 500, max: 1000)
        return try await answering {
            let page = try await bank.charges(after: after, limit: limit)
            return GatewayV1.ListBankChargesResponse(
                charges: page.charges.map { charge in
                    GatewayV1.BankCharge(
                        sequence: charge.sequence,
                        operationID: charge.operation.text,
                        key: charge.reference.text,
                        state: GatewayV1.BankChargeState(rawValue: Int32(charge.state.rawValue)),
                        amount: RemitType.Money(charge.amount),
                        responseCode: charge.responseCode,
                        createTime: GoogleProtobuf.Timestamp(milliseconds: charge.createdAt)
                    )
                },
                headSequence: page.headSequence
            )
        }
    }
}
