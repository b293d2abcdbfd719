import Logging
import NIOCore
import NIOPosix
import Operations
import ProtobufC
import RemitAPI
import TTRPC

/// The two services, connected when they are first called.
final class Session {
    let options: ConnectionOptions
    let printer: Printer
    private var clients: [ConnectionOptions.Service: RPCClient] = [:]

    init(_ options: ConnectionOptions, requestID: String? = nil) {
        self.options = options
        printer = Printer(options.output, requestID: requestID)
    }

    /// Runs a command and ends the process's part in it: errors become a line and a status.
    ///
    /// - Parameter requestID: what an unknown outcome is asked by; shown with errors.
    static func run(
        _ options: ConnectionOptions,
        requestID: String? = nil,
        _ body: (Session) async throws -> Void
    ) async throws {
        let session = Session(options, requestID: requestID)
        do {
            try await body(session)
            await session.close()
        } catch {
            await session.close()
            throw session.printer.fail(error)
        }
    }

    /// How calls are made: with a deadline, and with the bearer token if there is one.
    private func callOptions(_ service: ConnectionOptions.Service) throws -> CallOptions {
        var metadata = Metadata()
        if let token = try options.token(service) {
            metadata.append("authorization", "Bearer " + token)
        }
        return CallOptions(timeout: .seconds(Int64(options.timeoutSeconds)), metadata: metadata)
    }

    /// A connection to a service.
    func caller(_ service: ConnectionOptions.Service) async throws -> any RPCCaller {
        if let client = clients[service] { return Patient(client, try callOptions(service)) }
        let address = try options.address(service)
        var configuration = ClientConfiguration(host: address.host, port: address.port)
        configuration.tls = try options.tls(service, address)
        let standard = try callOptions(service)
        let client = await RPCClient(
            configuration: configuration,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "remit", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        clients[service] = client
        return Patient(client, standard)
    }

    private func close() async {
        for client in clients.values { await client.shutdown() }
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

/// Gives every call the session's deadline and metadata unless it brings its own.
private struct Patient: RPCCaller {
    private let caller: RPCClient
    private let standard: CallOptions

    init(_ caller: RPCClient, _ standard: CallOptions) {
        self.caller = caller
        self.standard = standard
    }

    func call<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request,
        options: CallOptions
    ) async throws(RPCError) -> Reply {
        var options = options
        options.timeout = options.timeout ?? standard.timeout
        for (key, value) in standard.metadata.pairs where options.metadata[key] == nil {
            options.metadata.append(key, value)
        }
        return try await caller.call(method, request, options: options)
    }

    /// A stream lasts as long as it likes, unless the call brings a time-out of its own.
    func open<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request?,
        options: CallOptions
    ) async throws(RPCError) -> RPCStream<Request, Reply> {
        try await caller.open(method, request, options: options)
    }
}
