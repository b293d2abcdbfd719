import Foundation
import ProtobufC
import RemitAPI
import TTRPC
import Testing

extension SharedServices {
    @Suite("Health")
    struct HealthTests {
        @Test("both services say that they are serving, as a whole and each service of theirs")
        func serving() async throws {
            let bench = try TestBench.shared
            for service in ["", BillingV1.PaymentService.name, BillingV1.AccountService.name] {
                let reply = try await bench.billingHealth.check(
                    GRPCHealthV1.HealthCheckRequest(service: service)
                )
                #expect(reply.status == .serving)
            }
            for service in ["", GatewayV1.AuthorizationService.name, GatewayV1.VaultService.name] {
                let reply = try await bench.gatewayHealth.check(
                    GRPCHealthV1.HealthCheckRequest(service: service)
                )
                #expect(reply.status == .serving)
            }
        }

        @Test("a service that is not there is not found")
        func unknown() async throws {
            let bench = try TestBench.shared
            await expectRefusal(.notFound, "UNKNOWN_SERVICE", field: "service") {
                try await bench.billingHealth.check(
                    GRPCHealthV1.HealthCheckRequest(service: GatewayV1.VaultService.name)
                )
            }
        }

        @Test("billing has no method that takes a card, and the gateway none that knows an invoice")
        func apart() async throws {
            let bench = try TestBench.shared
            bench.used(SandboxCard.visa)
            let billing = try bench.billingCaller()
            await expectUnimplemented {
                try await GatewayV1.VaultServiceClient(billing).tokenize(
                    GatewayV1.TokenizeRequest(number: SensitiveText(SandboxCard.visa))
                )
            }
            let gateway = try bench.gatewayCaller()
            await expectUnimplemented {
                try await BillingV1.InvoiceServiceClient(gateway).list(
                    BillingV1.ListInvoicesRequest()
                )
            }
        }

        private func expectUnimplemented(_ body: () async throws -> some Sendable) async {
            let error = await #expect(throws: RPCError.self) { _ = try await body() }
            #expect(error?.code == .unimplemented)
        }

        @Test("the echo is not served unless it is asked for")
        func noEcho() async throws {
            let bench = try TestBench.shared
            let caller = try bench.gatewayCaller()
            await expectUnimplemented {
                try await DebugV1.EchoServiceClient(caller).echo(DebugV1.EchoMessage())
            }
        }
    }
}
