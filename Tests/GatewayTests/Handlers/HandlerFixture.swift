import Payments
import ProtobufC
import RemitAPI
import TTRPC
import Testing

@testable import Gateway

/// The gateway's handlers in process, over the sandbox bank.
struct HandlerFixture {
    let bank: SandboxBankFixture
    let gateway: GatewayFixture

    init() async throws {
        bank = try SandboxBankFixture()
        gateway = try await GatewayFixture.open(bank.bank, clock: bank.clock)
    }

    var vault: VaultHandler { VaultHandler(vault: gateway.vault, tenants: gateway.tenants) }
    var authorization: AuthorizationHandler {
        AuthorizationHandler(sales: gateway.sales, tenants: gateway.tenants)
    }
    var recovery: RecoveryHandler {
        RecoveryHandler(store: gateway.store, tenants: gateway.tenants)
    }
    var events: EventHandler { EventHandler(store: gateway.store, tenants: gateway.tenants) }
    var ledger: LedgerHandler { LedgerHandler(store: gateway.store) }
    var sandbox: SandboxHandler {
        SandboxHandler(
            bank: bank.bank,
            store: gateway.store,
            recovery: gateway.recovery,
            tenants: gateway.tenants
        )
    }

    func tokenize(
        _ number: String = TestCard.visa,
        month: Int32 = 12,
        year: Int32 = 2030,
        code: String = "123"
    ) async throws(RPCError) -> GatewayV1.Card? {
        try await vault.tokenize(
            GatewayV1.TokenizeRequest(
                number: SensitiveText(number),
                expiryMonth: month,
                expiryYear: year,
                verificationCode: SensitiveText(code)
            ),
            context: ServerContext(method: GatewayV1.VaultService.tokenize)
        ).card
    }

    /// A request that is right in every field.
    func saleRequest(_ number: String = TestCard.visa) async throws -> GatewayV1.SaleRequest {
        let card = try #require(try await tokenize(number))
        return GatewayV1.SaleRequest(
            key: gateway.newKey().text,
            token: card.token,
            amount: RemitType.Money(minorUnits: 5000, currency: "CAD"),
            billingAddress: RemitType.BillingAddress(line1: "1 Main St", postalCode: "a1a 1a1")
        )
    }

    func sale(
        _ request: GatewayV1.SaleRequest
    ) async throws(RPCError) -> GatewayV1.OperationReply {
        try await authorization.sale(
            request,
            context: ServerContext(method: GatewayV1.AuthorizationService.sale)
        )
    }

    func getOperation(_ key: String) async throws(RPCError) -> GatewayV1.OperationReply {
        try await recovery.getOperation(
            GatewayV1.GetOperationRequest(key: key),
            context: ServerContext(method: GatewayV1.RecoveryService.getOperation)
        )
    }

    func fence(_ key: String) async throws(RPCError) -> GatewayV1.OperationReply {
        try await recovery.fence(
            GatewayV1.FenceRequest(key: key),
            context: ServerContext(method: GatewayV1.RecoveryService.fence)
        )
    }

    func listEvents(
        after: Int64 = 0,
        pageSize: Int32 = 0
    ) async throws(RPCError) -> GatewayV1.ListEventsResponse {
        try await events.list(
            GatewayV1.ListEventsRequest(after: after, pageSize: pageSize),
            context: ServerContext(method: GatewayV1.EventService.list)
        )
    }
}

/// What a caller hears of an error, but for its sentence.
struct Refusal: Equatable, Sendable {
    let code: RPCCode
    let reason: String?
    let field: String?

    init(_ code: RPCCode, _ reason: String?, _ field: String?) {
        self.code = code
        self.reason = reason
        self.field = field
    }

    init(_ error: RPCError) {
        self.init(error.code, error.reason, error.field)
    }
}

/// Expects a call to be refused, with a sentence that carries no digits of a card.
func expectRefused<Reply>(
    _ expected: Refusal,
    _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ call: () async throws -> Reply
) async {
    do {
        _ = try await call()
        Issue.record("it was not refused", sourceLocation: sourceLocation)
    } catch let error as RPCError {
        #expect(Refusal(error) == expected, comment, sourceLocation: sourceLocation)
        #expect(error.message.hasSuffix("."), comment, sourceLocation: sourceLocation)
        let digits = error.message.filter(\.isNumber)
        #expect(!digits.contains("4242"), comment, sourceLocation: sourceLocation)
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
    }
}

extension GatewayFixture {
    /// Calls without a grant are this gateway's own tenant's.
    var tenants: TenantDirectory { TenantDirectory(["default": tenant], standard: tenant) }
}
