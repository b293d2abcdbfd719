package import TTRPC

extension BillingV1 {
    /// Every method of billing, with its scope.
    package static let methods: [MethodDescriptor] =
        AccountService.methods + UserService.methods + InvoiceService.methods
        + PaymentService.methods + PaymentMethodService.methods + HistoryService.methods
        + LedgerService.methods + EventService.methods + ReviewService.methods
}

extension GatewayV1 {
    /// Every method of the gateway, with its scope.
    package static let methods: [MethodDescriptor] =
        VaultService.methods + AuthorizationService.methods + RecoveryService.methods
        + EventService.methods + LedgerService.methods + SandboxService.methods
}

extension DebugV1 {
    /// What both serve with `--debug-echo`.
    package static let methods: [MethodDescriptor] =
        EchoService.methods + ProbeService.methods
}
