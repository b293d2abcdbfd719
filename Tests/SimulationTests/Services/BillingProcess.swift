import Payments
import RemitAPI
import ServiceKit
import TTRPC

@testable import Billing

/// What a life of billing serves: its use cases.
struct BillingServer: Sendable {
    let application: BillingApplication
    let store: BillingStore
}

/// Billing's process.
enum BillingProcess {
    static func make(_ world: World) -> SimulatedProcess<BillingServer> {
        var configuration = BillingConfiguration()
        configuration.saleTimeoutMilliseconds = 8000
        configuration.callTimeoutMilliseconds = 3000
        configuration.feedIntervalMilliseconds = 3000
        configuration.recoveryIntervalMilliseconds = 2500
        configuration.maxRecoveryPauseMilliseconds = 10_000
        configuration.feedPageSize = 5
        configuration.streamsFeed = world.random.pick([true, true, false])
        // Limits that are reached now and then.
        configuration.maxPaymentsInFlight = world.random.pick([1, 2, 100, 100])
        configuration.maxRecoveryBatch = world.random.pick([1, 2, 100, 100])
        if world.hasOperators {
            configuration.unknownHorizonMilliseconds = world.random.pick([3000, 6000, 12_000])
        }
        return SimulatedProcess(
            "billing",
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
        _ configuration: BillingConfiguration
    ) async throws -> BillingServer {
        let store = BillingStore(
            sqlite: life.open(world.databases.billing) { [unowned world] in
                world.watch.committed()
            },
            clock: world.clock,
            random: world.randomSource
        )
        let link: any GatewayLink = RPCGatewayLink(
            SimulatedCaller(life: life),
            configuration: configuration,
            clock: world.clock
        )
        let application = BillingApplication(
            lock: nil,
            store: store,
            gateway: world.sabotage == .sellsUnderTwoKeys ? TwoKeysLink(link, world) : link,
            configuration: configuration,
            scheduler: life.scheduler,
            crashPoint: { _ in life.passCrashPoint("in a payment") },
            logger: world.logger("billing")
        )
        try await application.recover()
        return BillingServer(application: application, store: store)
    }
}
