import Payments
import ProtobufC
import RemitAPI
import ServiceKit
import TTRPC

/// `remit.gateway.v1.VaultService`.
struct VaultHandler: GatewayV1.VaultServiceHandler {
    let vault: Vault
    let tenants: TenantDirectory

    func tokenize(
        _ request: GatewayV1.TokenizeRequest,
        context: ServerContext
    ) async throws(RPCError) -> GatewayV1.TokenizeResponse {
        let tenant = try tenants.number(of: context)
        return try await answering {
            let (number, expiry, code) = try card(request)
            let card = try await vault.tokenize(
                number,
                expiry: expiry,
                code: code,
                tenant: tenant
            )
            return GatewayV1.TokenizeResponse(
                card: GatewayV1.Card(card, holdsCode: code != nil)
            )
        }
    }

    private func card(
        _ request: GatewayV1.TokenizeRequest
    ) throws(GatewayError) -> (CardNumber, CardExpiry, CardVerificationCode?) {
        do throws(CardError) {
            let number = try request.number.withText { text throws(CardError) in
                try CardNumber(text: text)
            }
            let expiry = try CardExpiry(
                month: Int(request.expiryMonth),
                year: Int(request.expiryYear),
                now: YearMonth(milliseconds: vault.clock.milliseconds)
            )
            let code =
                request.verificationCode.isEmpty
                ? nil
                : try request.verificationCode.withText { text throws(CardError) in
                    try CardVerificationCode(text: text, brand: number.brand)
                }
            return (number, expiry, code)
        } catch {
            throw .card(error)
        }
    }

    func getCard(
        _ request: GatewayV1.GetCardRequest,
        context: ServerContext
    ) async throws(RPCError) -> GatewayV1.Card {
        let token: TokenID = try RequestCheck.id(request.token, field: "token")
        let tenant = try tenants.number(of: context)
        return try await answering {
            let card = try await vault.card(token, tenant: tenant)
            return GatewayV1.Card(card, holdsCode: vault.holdsCode(card))
        }
    }

    func delete(
        _ request: GatewayV1.DeleteCardRequest,
        context: ServerContext
    ) async throws(RPCError) -> GatewayV1.Card {
        let token: TokenID = try RequestCheck.id(request.token, field: "token")
        let tenant = try tenants.number(of: context)
        return try await answering {
            GatewayV1.Card(try await vault.delete(token, tenant: tenant), holdsCode: false)
        }
    }
}
