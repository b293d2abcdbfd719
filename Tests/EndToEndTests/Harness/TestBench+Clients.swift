import RemitAPI
import TTRPC

// The services' clients.
extension TestBench {
    var accounts: BillingV1.AccountServiceClient {
        get throws { BillingV1.AccountServiceClient(try billingCaller()) }
    }
    var users: BillingV1.UserServiceClient {
        get throws { BillingV1.UserServiceClient(try billingCaller()) }
    }
    var invoices: BillingV1.InvoiceServiceClient {
        get throws { BillingV1.InvoiceServiceClient(try billingCaller()) }
    }
    var payments: BillingV1.PaymentServiceClient {
        get throws { BillingV1.PaymentServiceClient(try billingCaller()) }
    }
    var methods: BillingV1.PaymentMethodServiceClient {
        get throws { BillingV1.PaymentMethodServiceClient(try billingCaller()) }
    }
    var history: BillingV1.HistoryServiceClient {
        get throws { BillingV1.HistoryServiceClient(try billingCaller()) }
    }
    var billingLedger: BillingV1.LedgerServiceClient {
        get throws { BillingV1.LedgerServiceClient(try billingCaller()) }
    }
    var billingEvents: BillingV1.EventServiceClient {
        get throws { BillingV1.EventServiceClient(try billingCaller()) }
    }
    var billingHealth: GRPCHealthV1.HealthClient {
        get throws { GRPCHealthV1.HealthClient(try billingCaller()) }
    }
    var vault: GatewayV1.VaultServiceClient {
        get throws { GatewayV1.VaultServiceClient(try gatewayCaller()) }
    }
    var authorizations: GatewayV1.AuthorizationServiceClient {
        get throws { GatewayV1.AuthorizationServiceClient(try gatewayCaller()) }
    }
    var recovery: GatewayV1.RecoveryServiceClient {
        get throws { GatewayV1.RecoveryServiceClient(try gatewayCaller()) }
    }
    var gatewayLedger: GatewayV1.LedgerServiceClient {
        get throws { GatewayV1.LedgerServiceClient(try gatewayCaller()) }
    }
    var sandbox: GatewayV1.SandboxServiceClient {
        get throws { GatewayV1.SandboxServiceClient(try gatewayCaller()) }
    }
    var gatewayEvents: GatewayV1.EventServiceClient {
        get throws { GatewayV1.EventServiceClient(try gatewayCaller()) }
    }
    var gatewayHealth: GRPCHealthV1.HealthClient {
        get throws { GRPCHealthV1.HealthClient(try gatewayCaller()) }
    }
}
