package import Logging
import Payments
import RemitAPI
package import ServiceKit
import ServiceLifecycle
package import Storage
package import TTRPC

/// Billing, wired: store, gateway link, use cases, handlers and background work.
package final class BillingApplication: Service {
    /// Nil in a simulation, which has no folder.
    private let lock: FolderLock?
    private let scheduler: WorkScheduler
    private let store: BillingStore
    private let hub: EventHub
    let processor: PaymentProcessor
    let recovery: BillingRecovery
    private let health: GatewayHealth
    private let configuration: BillingConfiguration

    init(
        lock: FolderLock?,
        store: BillingStore,
        gateway: any GatewayLink,
        configuration: BillingConfiguration,
        scheduler: WorkScheduler = .system,
        crashPoint: @escaping BillingCrashHook,
        logger: Logger
    ) {
        self.lock = lock
        self.scheduler = scheduler
        self.store = store
        self.configuration = configuration
        health = GatewayHealth()
        hub = EventHub(store: store, configuration: configuration, scheduler: scheduler)
        let inFlight = PaymentsInFlight(
            limit: configuration.maxPaymentsInFlight,
            scheduler: scheduler
        )
        let resolver = PaymentResolver(
            store: store,
            gateway: gateway,
            health: health,
            logger: logger
        )
        processor = PaymentProcessor(
            store: store,
            gateway: gateway,
            resolver: resolver,
            inFlight: inFlight,
            crashPoint: crashPoint,
            logger: logger,
            scheduler: scheduler
        )
        recovery = BillingRecovery(
            store: store,
            gateway: gateway,
            resolver: resolver,
            inFlight: inFlight,
            configuration: configuration,
            logger: logger,
            scheduler: scheduler
        )
    }

    /// Opens billing's folder, which must exist; its database is made when it is not there.
    ///
    /// - Parameters:
    ///   - folder: of the data.
    ///   - gateway: what billing asks of it.
    ///   - configuration: settings and limits.
    ///   - clock: of business.
    ///   - crashPoint: where tests stop the process.
    ///   - storeFailed: told of a commit whose outcome is unknown, before anyone is answered: the
    ///     process must end, and its next start resolves by key.
    ///   - logger: for all of it.
    /// - Throws: `StorageError`.
    package static func open(
        _ folder: String,
        gateway: any GatewayLink,
        configuration: BillingConfiguration,
        clock: BusinessClock = .system,
        crashPoint: @escaping BillingCrashHook = { _ in },
        storeFailed: @escaping SQLiteStore.FailureHook = { _ in },
        logger: Logger
    ) throws -> BillingApplication {
        let lock = try FolderLock(folder: folder)
        let store = try BillingStore(
            path: folder + "/billing.sqlite",
            clock: clock,
            onFailure: storeFailed,
            logger: logger
        )
        return BillingApplication(
            lock: lock,
            store: store,
            gateway: gateway,
            configuration: configuration,
            crashPoint: crashPoint,
            logger: logger
        )
    }

    /// The services served, by their full names.
    package static let services = [
        BillingV1.AccountService.name, BillingV1.UserService.name,
        BillingV1.InvoiceService.name, BillingV1.PaymentService.name,
        BillingV1.PaymentMethodService.name, BillingV1.HistoryService.name,
        BillingV1.LedgerService.name, BillingV1.EventService.name,
        BillingV1.ReviewService.name,
    ]

    /// Whether payments may be taken: false once the gateway has lost records we rely on.
    package var canTakePayments: Bool { !health.hasDataLoss }

    /// Serves billing's methods.
    package func register(on router: inout Router) {
        router.register(AccountHandler(store: store))
        router.register(UserHandler(store: store))
        router.register(InvoiceHandler(store: store))
        router.register(
            PaymentHandler(
                store: store,
                processor: processor,
                hub: hub,
                configuration: configuration
            )
        )
        router.register(PaymentMethodHandler(store: store))
        router.register(HistoryHandler(store: store))
        router.register(LedgerHandler(store: store))
        router.register(
            EventHandler(store: store, configuration: configuration, scheduler: scheduler)
        )
        router.register(ReviewHandler(store: store, health: health))
    }

    /// Marks what a restart left open as unknown. Call it before serving.
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
                // Not as a whole in a task of its own: a stream ends when this is cancelled.
                while !Task.isCancelled {
                    await recovery.followFeed()
                    await scheduler.sleep(
                        for: .milliseconds(configuration.feedIntervalMilliseconds)
                    )
                }
            }
            group.addTask { [self] in
                await repeating(every: configuration.recoveryIntervalMilliseconds) {
                    await self.recovery.resolveUnknown()
                    await self.recovery.deleteCards()
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
    }
}
