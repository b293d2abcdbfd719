import Crypto
import Foundation
import NIOCore
import Payments
import ProtobufC
import RemitAPI
import ServiceKit
import TTRPC

@testable import Gateway

/// What a life of the gateway serves: the real handlers, by the names of their methods.
struct GatewayServer: Sendable {
    typealias Route = @Sendable ([UInt8]) async -> Result<[UInt8], RPCError>

    let application: GatewayApplication
    let sandbox: Gateway.SandboxHandler
    let recovery: Gateway.RecoveryHandler
    private let routes: [String: Route]
    private let feed: Gateway.EventHandler

    init(
        _ application: GatewayApplication,
        store: GatewayStore,
        bank: SandboxBank,
        scheduler: WorkScheduler
    ) {
        self.application = application
        let tenants = TenantDirectory([:], standard: application.tenant)
        sandbox = SandboxHandler(
            bank: bank,
            store: store,
            recovery: application.recovery,
            tenants: tenants
        )
        recovery = RecoveryHandler(store: store, tenants: tenants)
        let vault = VaultHandler(vault: application.vault, tenants: tenants)
        let recovery = recovery
        let sales = AuthorizationHandler(sales: application.sales, tenants: tenants)
        let feed = Gateway.EventHandler(store: store, tenants: tenants, scheduler: scheduler)
        self.feed = feed
        routes = Dictionary(
            uniqueKeysWithValues: [
                Self.route(GatewayV1.VaultService.getCard) {
                    request,
                    context throws(RPCError) in
                    try await vault.getCard(request, context: context)
                },
                Self.route(GatewayV1.VaultService.delete) { request, context throws(RPCError) in
                    try await vault.delete(request, context: context)
                },
                Self.route(GatewayV1.AuthorizationService.sale) {
                    request,
                    context throws(RPCError) in
                    try await sales.sale(request, context: context)
                },
                Self.route(GatewayV1.RecoveryService.getOperation) {
                    request,
                    context throws(RPCError) in
                    try await recovery.getOperation(request, context: context)
                },
                Self.route(GatewayV1.RecoveryService.fence) {
                    request,
                    context throws(RPCError) in
                    try await recovery.fence(request, context: context)
                },
                Self.route(GatewayV1.EventService.list) { request, context throws(RPCError) in
                    try await feed.list(request, context: context)
                },
            ]
        )
    }

    private static func route<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ handle: @escaping @Sendable (Request, ServerContext) async throws(RPCError) -> Reply
    ) -> (String, Route) {
        (
            method.fullName,
            { bytes in
                do {
                    let request = try Request(serialized: bytes)
                    let reply = try await handle(request, ServerContext(method: method))
                    return .success(try reply.serialized())
                } catch {
                    return .failure(
                        error as? RPCError ?? RPCError(.internal, "The message cannot be read.")
                    )
                }
            }
        )
    }

    func answer(_ method: String, _ request: [UInt8]) async -> Result<[UInt8], RPCError> {
        guard let route = routes[method] else {
            return .failure(RPCError(.unimplemented, "Nothing of that name is served."))
        }
        return await route(request)
    }

    /// Streams the feed, which is the one stream that is served.
    ///
    /// - Returns: what the stream ends with; nil when it ends well.
    func stream(
        _ method: String,
        _ request: [UInt8],
        _ write: @escaping @Sendable ([UInt8]) async throws(RPCError) -> Void
    ) async -> RPCError? {
        guard method == GatewayV1.EventService.stream.fullName else {
            return RPCError(.unimplemented, "No stream of that name is served.")
        }
        do {
            try await feed.stream(
                GatewayV1.StreamEventsRequest(serialized: request),
                responses: RPCWriter { (message) async throws(RPCError) in
                    do {
                        try await write(try message.serialized())
                    } catch {
                        throw error as? RPCError
                            ?? RPCError(.internal, "The message cannot be written.")
                    }
                },
                context: ServerContext(method: GatewayV1.EventService.stream)
            )
            return nil
        } catch {
            return error as? RPCError ?? RPCError(.internal, "The message cannot be read.")
        }
    }
}

/// The gateway's process.
enum GatewayProcess {
    private static let keyEncryptionKey = SymmetricKey(data: Data(repeating: 7, count: 32))

    static func make(_ world: World) -> SimulatedProcess<GatewayServer> {
        var configuration = GatewayConfiguration()
        configuration.bankTimeoutMilliseconds = Int64(SimulatedBank.timeoutMilliseconds)
        configuration.adviceIntervalMilliseconds = 3000
        configuration.recoveryIntervalMilliseconds = 4000
        // Limits that are reached now and then.
        configuration.maxSalesInFlight = world.random.pick([1, 2, 100, 100])
        configuration.maxRecoveryBatch = world.random.pick([1, 2, 100, 100])
        return SimulatedProcess(
            "gateway",
            world: world,
            open: { [configuration, unowned world] life in
                try await open(life, world, configuration)
            },
            work: { await $0.application.work() }
        )
    }

    private static func open(
        _ life: Incarnation,
        _ world: World,
        _ configuration: GatewayConfiguration
    ) async throws -> GatewayServer {
        let (store, keyRing) = try await GatewayStore.open(
            life.open(world.databases.gateway),
            keyEncryptionKey: keyEncryptionKey,
            clock: world.clock,
            random: world.randomSource
        )
        let cardKeys = CardKeyStore(life.open(world.databases.cardKeys))
        let vault = Vault(
            store: store,
            cardKeys: cardKeys,
            keyRing: keyRing,
            codes: VerificationCodeCache(
                limit: configuration.maxVerificationCodes,
                lifetimeSeconds: configuration.verificationCodeSeconds
            ),
            bank: BankLine(life),
            clock: world.clock,
            configuration: configuration,
            scheduler: life.scheduler,
            random: world.randomSource
        )
        let application = GatewayApplication(
            lock: nil,
            store: store,
            cardKeys: cardKeys,
            bank: world.bank.book,
            vault: vault,
            tenant: try await store.tenant(configuration.tenant),
            configuration: configuration,
            scheduler: life.scheduler,
            crashPoint: { _ in life.passCrashPoint("in a sale") },
            logger: world.logger("gateway")
        )
        try await application.recover()
        return GatewayServer(
            application,
            store: store,
            bank: world.bank.book,
            scheduler: life.scheduler
        )
    }
}
