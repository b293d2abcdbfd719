import Logging
import Operations
import RemitAPI
import TTRPC

/// What billing's calls to the gateway pass through.
enum GatewayCalls {
    static func interceptors(_ logger: Logger) -> [any ClientInterceptor] {
        let methods =
            GatewayV1.VaultService.methods + GatewayV1.AuthorizationService.methods
            + GatewayV1.RecoveryService.methods + GatewayV1.EventService.methods
        return [
            ClientWaitInterceptor(),
            ClientDeadlineInterceptor(),
            ClientRequestIDInterceptor(),
            ClientTracingInterceptor(),
            ClientMetricsInterceptor(methods: methods),
            ClientLogInterceptor(logger: logger),
        ]
    }
}
