import Payments
import RemitAPI
import ServiceKit
import TTRPC

/// `remit.billing.v1.PaymentMethodService`.
struct PaymentMethodHandler: BillingV1.PaymentMethodServiceHandler {
    let store: BillingStore

    func list(
        _ request: BillingV1.ListPaymentMethodsRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.ListPaymentMethodsResponse {
        let account: AccountID = try RequestCheck.id(request.accountID, field: "account_id")
        return try await answering {
            let methods = try await store.read { tables in
                _ = try tables.account(account)
                return try tables.methods(of: account)
            }
            return BillingV1.ListPaymentMethodsResponse(
                paymentMethods: try methods.map { try BillingV1.PaymentMethod($0) }
            )
        }
    }

    func delete(
        _ request: BillingV1.DeletePaymentMethodRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.PaymentMethod {
        let account: AccountID = try RequestCheck.id(request.accountID, field: "account_id")
        let id: PaymentMethodID = try RequestCheck.id(
            request.paymentMethodID,
            field: "payment_method_id"
        )
        return try await answering {
            try BillingV1.PaymentMethod(try await store.deleteMethod(id, of: account))
        }
    }
}
