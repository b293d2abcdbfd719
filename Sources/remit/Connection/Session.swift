import Logging
import NIOCore
import NIOPosix
import Operations
import RemitAPI
import TTRPC

/// The two services, connected when they are first called.
final class Session {
    let options: ConnectionOptions
    let printer: Printer
    /// Connections to each address of a service.
    private let connections: Int
    private var pools: [ConnectionOptions.Service: RPCClientPool] = [:]
    /// Nothing is logged: what matters is in the errors.
    static let logger = Logger(label: "remit", factory: { _ in SwiftLogNoOpLogHandler() })
    /// For how long a service is looked for.
    private static let connectPatience = TimeAmount.milliseconds(250)

    /// - Parameters:
    ///   - options: where the services are.
    ///   - requestID: what an unknown outcome is asked by; shown with errors.
    ///   - connections: to each address of a service.
    init(_ options: ConnectionOptions, requestID: String? = nil, connections: Int = 1) {
        self.options = options
        self.connections = connections
        printer = Printer(options.output, requestID: requestID)
    }

    /// Runs a command and ends the process's part in it: errors become a line and a status.
    ///
    /// - Parameters:
    ///   - requestID: what an unknown outcome is asked by; shown with errors.
    ///   - connections: to each address of a service.
    static func run(
        _ options: ConnectionOptions,
        requestID: String? = nil,
        connections: Int = 1,
        _ body: (Session) async throws -> Void
    ) async throws {
        let session = Session(options, requestID: requestID, connections: connections)
        do {
            try await body(session)
            await session.close()
        } catch {
            await session.close()
            throw session.printer.fail(error)
        }
    }

    /// Calls a service.
    func caller(_ service: ConnectionOptions.Service) async throws -> any RPCCaller {
        let pool = try pool(service)
        return InterceptedCaller(
            pool,
            [
                ClientCredentialInterceptor(bearerToken: try options.token(service)),
                ClientDeadlineInterceptor(standard: .seconds(Int64(options.timeoutSeconds))),
                ClientRequestIDInterceptor(),
                ClientTracingInterceptor(),
            ]
        )
    }

    /// The connections to a service.
    func pool(_ service: ConnectionOptions.Service) throws -> RPCClientPool {
        if let pool = pools[service] { return pool }
        let addresses = try options.addresses(service)
        var configuration = PoolConfiguration(addresses)
        configuration.connection.tls = try options.tls(service, addresses)
        configuration.maxConnectionsPerAddress = connections
        configuration.connectPatience = Self.connectPatience
        let pool = RPCClientPool(
            configuration: configuration,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Self.logger
        )
        pools[service] = pool
        return pool
    }

    private func close() async {
        for pool in pools.values { await pool.shutdown() }
    }

    // The services' clients.
    func accounts() async throws -> BillingV1.AccountServiceClient {
        BillingV1.AccountServiceClient(try await caller(.billing))
    }
    func users() async throws -> BillingV1.UserServiceClient {
        BillingV1.UserServiceClient(try await caller(.billing))
    }
    func invoices() async throws -> BillingV1.InvoiceServiceClient {
        BillingV1.InvoiceServiceClient(try await caller(.billing))
    }
    func payments() async throws -> BillingV1.PaymentServiceClient {
        BillingV1.PaymentServiceClient(try await caller(.billing))
    }
    func methods() async throws -> BillingV1.PaymentMethodServiceClient {
        BillingV1.PaymentMethodServiceClient(try await caller(.billing))
    }
    func history() async throws -> BillingV1.HistoryServiceClient {
        BillingV1.HistoryServiceClient(try await caller(.billing))
    }
    func billingLedger() async throws -> BillingV1.LedgerServiceClient {
        BillingV1.LedgerServiceClient(try await caller(.billing))
    }
    func reviews() async throws -> BillingV1.ReviewServiceClient {
        BillingV1.ReviewServiceClient(try await caller(.billing))
    }
    func billingEvents() async throws -> BillingV1.EventServiceClient {
        BillingV1.EventServiceClient(try await caller(.billing))
    }
    func vault() async throws -> GatewayV1.VaultServiceClient {
        GatewayV1.VaultServiceClient(try await caller(.gateway))
    }
    func authorizations() async throws -> GatewayV1.AuthorizationServiceClient {
        GatewayV1.AuthorizationServiceClient(try await caller(.gateway))
    }
    func recovery() async throws -> GatewayV1.RecoveryServiceClient {
        GatewayV1.RecoveryServiceClient(try await caller(.gateway))
    }
    func gatewayEvents() async throws -> GatewayV1.EventServiceClient {
        GatewayV1.EventServiceClient(try await caller(.gateway))
    }
    func gatewayLedger() async throws -> GatewayV1.LedgerServiceClient {
        GatewayV1.LedgerServiceClient(try await caller(.gateway))
    }
    func sandbox() async throws -> GatewayV1.SandboxServiceClient {
        GatewayV1.SandboxServiceClient(try await caller(.gateway))
    }
}
