import RemitAPI
import TTRPC
import Testing

@testable import Gateway

@Suite("Tenants of calls")
struct TenantTests {
    private func context(_ method: MethodDescriptor, _ tenant: String?) -> ServerContext {
        ServerContext(
            method: method,
            caller: tenant.map { Caller(name: "remit://caller", tenant: $0) }
        )
    }

    @Test("A call without a grant is the standard tenant's; one of an unknown tenant is refused")
    func numbers() throws {
        let tenants = TenantDirectory(["one": 1, "two": 2], standard: 1)
        let method = GatewayV1.VaultService.tokenize
        #expect(try tenants.number(of: context(method, nil)) == 1)
        #expect(try tenants.number(of: context(method, "one")) == 1)
        #expect(try tenants.number(of: context(method, "two")) == 2)
        let error = #expect(throws: RPCError.self) {
            try tenants.number(of: context(method, "three"))
        }
        #expect(error?.code == .permissionDenied)
        #expect(error?.reason == "TENANT_NOT_SERVED")
    }

    @Test("A grant of the tenant that served without TLS finds what was made then")
    func turningTLSOn() async throws {
        let fixture = try await HandlerFixture()
        let request = try await fixture.saleRequest()
        let first = try await fixture.sale(request)
        let again = try await fixture.authorization.sale(
            request,
            context: context(GatewayV1.AuthorizationService.sale, "default")
        )
        #expect(again.operation?.operationID == first.operation?.operationID)
    }

    @Test("Another tenant finds neither cards nor operations nor events")
    func another() async throws {
        let fixture = try await HandlerFixture()
        let request = try await fixture.saleRequest()
        _ = try await fixture.sale(request)
        let number = try await fixture.gateway.store.tenant("other")
        let tenants = TenantDirectory(
            ["default": fixture.gateway.tenant, "other": number],
            standard: fixture.gateway.tenant
        )
        func code(_ body: () async throws(RPCError) -> Void) async -> RPCCode? {
            do throws(RPCError) {
                try await body()
                return nil
            } catch { return error.code }
        }
        let vault = VaultHandler(vault: fixture.gateway.vault, tenants: tenants)
        let recovery = RecoveryHandler(store: fixture.gateway.store, tenants: tenants)
        for (tenant, expected) in [("default", nil), ("other", RPCCode.notFound)] {
            #expect(
                await code { () async throws(RPCError) in
                    _ = try await vault.getCard(
                        GatewayV1.GetCardRequest(token: request.token),
                        context: context(GatewayV1.VaultService.getCard, tenant)
                    )
                } == expected
            )
            #expect(
                await code { () async throws(RPCError) in
                    _ = try await recovery.getOperation(
                        GatewayV1.GetOperationRequest(key: request.key),
                        context: context(GatewayV1.RecoveryService.getOperation, tenant)
                    )
                } == expected
            )
        }
    }

    @Test("What is served is the schema's table of methods")
    func methods() async throws {
        let temporary = try TemporaryFolder()
        let folder = DataFolder(temporary.file("data"))
        try await GatewayApplication.initialize(folder, logger: GatewayFixture.logger)
        let application = try await GatewayApplication.open(
            folder,
            configuration: GatewayConfiguration(),
            logger: GatewayFixture.logger
        )
        var router = Router()
        application.register(on: &router)
        await application.close()
        #expect(router.methods.map(\.fullName) == GatewayV1.methods.map(\.fullName).sorted())
        for method in router.methods { #expect(!method.scope.isEmpty, "\(method.fullName)") }
    }
}
