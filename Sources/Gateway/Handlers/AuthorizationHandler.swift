import Payments
import RemitAPI
import ServiceKit
import TTRPC

/// `remit.gateway.v1.AuthorizationService`.
struct AuthorizationHandler: GatewayV1.AuthorizationServiceHandler {
    let sales: SaleProcessor
    let tenants: TenantDirectory

    func sale(
        _ request: GatewayV1.SaleRequest,
        context: ServerContext
    ) async throws(RPCError) -> GatewayV1.OperationReply {
        let attempt: AttemptID = try RequestCheck.id(request.key, field: "key")
        let token: TokenID = try RequestCheck.id(request.token, field: "token")
        let amount = try RequestCheck.positiveMoney(request.amount, field: "amount")
        let address = try RequestCheck.address(request.billingAddress, field: "billing_address")
        let tenant = try tenants.number(of: context)
        let sale = SaleRequest(
            key: OperationKey(tenant: tenant, attempt: attempt),
            token: token,
            amount: amount,
            postalCode: PostalCode.normalize(address.postalCode),
            hasStreet: !address.line1.isEmpty,
            wantsRetention: request.retainCard,
            known: request.known.map(StoreCursor.init)
        )
        return try await answering {
            GatewayV1.OperationReply(try await sales.sale(sale))
        }
    }
}
