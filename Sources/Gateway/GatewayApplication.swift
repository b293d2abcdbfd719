import Foundation
package import Logging
import Payments
import RemitAPI
package import ServiceKit
import ServiceLifecycle
package import Storage
package import TTRPC

/// The gateway, wired: stores, vault, bank, use cases, handlers and background work.
package final class GatewayApplication: Service {
    /// Nil in a simulation, which has no folder.
    private let lock: FolderLock?
    private let scheduler: WorkScheduler
    private let store: GatewayStore
    private let cardKeys: CardKeyStore
    private let bank: SandboxBank
    let vault: Vault
    let sales: SaleProcessor
    let recovery: GatewayRecovery
    let tenant: Int64
    private let configuration: GatewayConfiguration

    /// - Parameter vault: its bank is the one that sales and recovery use.
    init(
        lock: FolderLock?,
        store: GatewayStore,
        cardKeys: CardKeyStore,
        bank: SandboxBank,
        vault: Vault,
        tenant: Int64,
        configuration: GatewayConfiguration,
        scheduler: WorkScheduler = .system,
        crashPoint: @escaping GatewayCrashHook,
        logger: Logger
    ) {
        self.lock = lock
        self.scheduler = scheduler
        self.store = store
        self.cardKeys = cardKeys
        self.bank = bank
        self.vault = vault
        self.tenant = tenant
        self.configuration = configuration
        let inFlight = SalesInFlight(limit: configuration.maxSalesInFlight)
        var blocked: Set<Data> = []
        if let number = try? CardNumber(text: SandboxScenario.blockedNumber) {
            blocked.insert(vault.keyRing.fingerprint(number, owner: tenant))
        }
        sales = SaleProcessor(
            store: store,
            vault: vault,
            bank: vault.bank,
            inFlight: inFlight,
            blocked: blocked,
            crashPoint: crashPoint,
            logger: logger,
            scheduler: scheduler
        )
        recovery = GatewayRecovery(
            store: store,
            cardKeys: cardKeys,
            bank: vault.bank,
            tenant: tenant,
            inFlight: inFlight,
            configuration: configuration,
            logger: logger
        )
    }

    /// Makes the folder, the key and the databases of a new gateway.
    ///
    /// - Throws: `DataFolder.Failure`, `StorageError`, `GatewayError`.
    package static func initialize(_ folder: DataFolder, logger: Logger) async throws {
        try folder.create()
        let application = try await open(
            folder,
            configuration: GatewayConfiguration(),
            logger: logger
        )
        await application.close()
    }

    /// Opens a gateway's folder. What was in doubt when it was left is not looked at yet: that is
    /// for `run`.
    ///
    /// - Parameters:
    ///   - folder: made by `initialize`.
    ///   - configuration: settings and limits.
    ///   - clock: of business.
    ///   - crashPoint: where tests stop the process.
    ///   - endProcess: plays the sandbox card whose process ends before the bank's reply.
    ///   - storeFailed: told of a commit of any store whose outcome is unknown, before anyone is
    ///     answered: the process must end, and its next start resolves by key.
    ///   - logger: for all of it.
    /// - Throws: `DataFolder.Failure`, `StorageError`, `GatewayError.vaultDamaged` (another
    ///   key-encryption key).
    package static func open(
        _ folder: DataFolder,
        configuration: GatewayConfiguration,
        clock: BusinessClock = .system,
        crashPoint: @escaping GatewayCrashHook = { _ in },
        endProcess: @escaping @Sendable () async -> Void = {},
        storeFailed: @escaping SQLiteStore.FailureHook = { _ in },
        logger: Logger
    ) async throws -> GatewayApplication {
        let keyEncryptionKey = try folder.readKeyEncryptionKey()
        let lock = try FolderLock(folder: folder.path)
        let (store, keyRing) = try await GatewayStore.open(
            path: folder.database,
            keyEncryptionKey: keyEncryptionKey,
            clock: clock,
            onFailure: storeFailed,
            logger: logger
        )
        let cardKeys = try CardKeyStore(
            path: folder.cardKeys,
            onFailure: storeFailed,
            logger: logger
        )
        let bank = try SandboxBank(
            path: folder.sandboxBank,
            clock: clock,
            timeoutMilliseconds: configuration.bankTimeoutMilliseconds,
            endProcess: endProcess,
            onFailure: storeFailed,
            logger: logger
        )
        let vault = Vault(
            store: store,
            cardKeys: cardKeys,
            keyRing: keyRing,
            codes: VerificationCodeCache(
                limit: configuration.maxVerificationCodes,
                lifetimeSeconds: configuration.verificationCodeSeconds
            ),
            bank: bank,
            clock: clock,
            configuration: configuration
        )
        return GatewayApplication(
            lock: lock,
            store: store,
            cardKeys: cardKeys,
            bank: bank,
            vault: vault,
            tenant: try await store.tenant(configuration.tenant),
            configuration: configuration,
            crashPoint: crashPoint,
            logger: logger
        )
    }

    /// The services served, by their full names.
    package static let services = [
        GatewayV1.VaultService.name, GatewayV1.AuthorizationService.name,
        GatewayV1.RecoveryService.name, GatewayV1.EventService.name,
        GatewayV1.LedgerService.name, GatewayV1.SandboxService.name,
    ]

    /// Serves the gateway's methods.
    package func register(on router: inout Router) {
        let tenants = TenantDirectory([configuration.tenant: tenant], standard: tenant)
        router.register(VaultHandler(vault: vault, tenants: tenants))
        router.register(AuthorizationHandler(sales: sales, tenants: tenants))
        router.register(RecoveryHandler(store: store, tenants: tenants))
        router.register(
            EventHandler(
                store: store,
                tenants: tenants,
                configuration: configuration,
                scheduler: scheduler
            )
        )
        router.register(LedgerHandler(store: store))
        router.register(
            SandboxHandler(bank: bank, store: store, recovery: recovery, tenants: tenants)
        )
    }

    /// Settles what a restart left open. Call it before serving.
    ///
    /// - Throws: `StorageError`.
    package func recover() async throws {
        try await recovery.afterRestart()
    }

    /// Ends the streams that are open, and those that come, with UNAVAILABLE (DRAINING): a server
    /// that shuts down does not wait for them.
    package func endStreams() {
        store.changes.close()
    }

    /// The background work, until graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in await work() }
    }

    /// The background work, until it is cancelled.
    func work() async {
        await withTaskGroup { group in
            group.addTask { [self] in
                await repeating(every: configuration.adviceIntervalMilliseconds) {
                    await self.recovery.collectAdvices()
                }
            }
            group.addTask { [self] in
                await repeating(every: configuration.recoveryIntervalMilliseconds) {
                    await self.recovery.resolveDoubts()
                    await self.recovery.expirePendings()
                    await self.recovery.destroyKeys()
                    self.vault.codes.expire(now: self.vault.now())
                }
            }
        }
    }

    private func repeating(
        every milliseconds: Int64,
        _ body: @Sendable @escaping () async -> Void
    ) async {
        while !Task.isCancelled {
            // The round itself is not cancelled: it is made of steps that are better finished.
            await scheduler.spawn { await body() }.value
            await scheduler.sleep(for: .milliseconds(milliseconds))
        }
    }

    /// Finishes what is being written and closes the files.
    package func close() async {
        await store.close()
        await cardKeys.close()
        await bank.close()
    }
}
