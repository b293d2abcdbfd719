import Billing
import Foundation
import Logging
import NIOPosix
import Operations
import RemitAPI
import ServiceKit
import ServiceLifecycle
import Storage
import TTRPC

/// The billing service's process: reads the configuration, wires, runs.
@main
struct BillingMain {
    static let schema = SettingsSchema(
        program: "remit-billing",
        settings: [
            Setting("listen", .text, standard: "127.0.0.1:7001", "HOST:PORT; port 0 is any"),
            Setting("data", .text, "the data folder; it must exist"),
            Setting("gateway", .text, "HOST:PORT of the payment gateway; commas between several"),
            Setting(
                "gateway-connections",
                .number(1...8),
                standard: "2",
                "connections to each address of the gateway"
            ),
            Setting("event-loops", .number(1...64), standard: "1", "threads that serve calls"),
            Setting("log-level", .text, standard: "info", "trace, debug, info, warning, error"),
            Setting(
                "drain-timeout-seconds",
                .number(0...3600),
                standard: "10",
                "how long a shutdown waits for calls"
            ),
            Setting(
                "sale-timeout-seconds",
                .number(1...600),
                standard: "30",
                "a sale's own deadline"
            ),
            Setting(
                "call-timeout-seconds",
                .number(1...600),
                standard: "5",
                "the deadline of other calls to the gateway"
            ),
            Setting(
                "feed-interval-milliseconds",
                .number(10...60_000),
                standard: "250",
                "the pause after the gateway's feed has ended, and between its pages"
            ),
            Setting("feed-by-pages", .toggle, "read the gateway's feed by pages, not as a stream"),
            Setting(
                "recovery-interval-milliseconds",
                .number(10...60_000),
                standard: "1000",
                "how often unknown payments are looked at"
            ),
            Setting(
                "unknown-horizon-seconds",
                .number(1...31_536_000),
                standard: "604800",
                "how long a payment may be live before people look at it"
            ),
        ] + ServerConfiguration.limitSettings + [
            Setting("debug-echo", .toggle, "serve remit.debug.v1 (tests)"),
            Setting("debug-stages", .text, "what looks at calls, or none (measurements)"),
            Setting("debug-crash-point", .text, "stop at this point of a payment (tests)"),
            Setting(
                "debug-crash-mode",
                .text,
                standard: "exit",
                "how to stop there: exit or hang"
            ),
        ] + ServerSecurity.settings + TLSClientSettings.gatewaySettings
    )

    static let usage = """
        usage: remit-billing serve --data DIR --gateway HOST:PORT …  (--help lists the settings)

        """

    static func main() async {
        await ServiceMain.run(schema.program) {
            var arguments = Array(CommandLine.arguments.dropFirst())
            let command = arguments.isEmpty ? "" : arguments.removeFirst()
            if command == "--help" || command == "help" { return print(usage, terminator: "") }
            guard command == "serve" else {
                throw ConfigurationError("say serve; remit-billing --help explains")
            }
            if arguments.contains("--help") {
                return print(schema.usage(command), terminator: "")
            }
            let settings = try await Settings(
                schema,
                arguments: arguments,
                environment: ProcessInfo.processInfo.environment
            )
            MemoryAllocator.keepFreedMemory()
            ProcessHardening.keepFilesPrivate()
            try ProcessHardening.disableCoreDumps()
            let logger = try LogLevel.bootstrap(settings, label: schema.program)
            try await serve(settings, logger)
        }
    }

    private static func serve(_ settings: Settings, _ logger: Logger) async throws {
        let listen = try ListenAddress(try settings.text("listen"), setting: "listen")
        let security = try ServerSecurity(
            settings,
            listen: listen,
            methods: BillingV1.methods + DebugV1.methods,
            now: { BusinessClock.system.milliseconds }
        )
        let gateway = try ListenAddress.list(try settings.text("gateway"), setting: "gateway")
        let gatewayTLS = try TLSClientSettings.gateway(settings, gateway)
        let folder = try settings.text("data")
        let configuration = try configuration(settings)
        let trigger = try CrashPointTrigger(settings, BillingCrashPoint.self)
        let group = MultiThreadedEventLoopGroup(
            numberOfThreads: try settings.number("event-loops")
        )
        var pool = PoolConfiguration(gateway)
        pool.maxConnectionsPerAddress = try settings.number("gateway-connections")
        pool.connection.tls = gatewayTLS
        let client = RPCClientPool(configuration: pool, eventLoopGroup: group, logger: logger)
        let caller = InterceptedCaller(client, GatewayCalls.interceptors(logger))
        let application = try open(folder, caller, configuration, trigger, logger)
        try await application.recover()
        var router = Router()
        application.register(on: &router)
        let health = HealthService(services: BillingApplication.services)
        router.register(health)
        let probe = try settings.toggle("debug-echo") ? probe(folder, logger) : nil
        if let probe {
            router.register(EchoHandler { try await probe.commit() })
            router.register(ProbeHandler())
        }
        var serverConfiguration = try ServerConfiguration(listen, settings)
        serverConfiguration.tls = security.tls
        serverConfiguration.makeRoomForConnections(logger)
        serverConfiguration.controlServices = [BillingV1.ReviewService.name]
        serverConfiguration.waitingMethods = [BillingV1.PaymentService.pay.fullName]
        let server = RPCServer(
            configuration: serverConfiguration,
            router: router,
            interceptors: StandardInterceptors.all(
                methods: router.methods,
                logger: logger,
                stages: try CallStage.wanted(settings)
            ),
            authorizer: security.access?.control,
            eventLoopGroup: group,
            logger: logger,
            onDrain: { application.endStreams() }
        )
        let reloader = try security.reloader(
            settings,
            gateway: gatewayTLS,
            logger: logger
        )
        let healthWatch = HealthWatch(application: application, health: health)
        try await ServiceMain.serve(
            server,
            beside: [reloader, application, healthWatch, LoadMetrics { server.statistics }],
            logger: logger
        )
        await client.shutdown()
        await application.close()
        await probe?.close()
    }

    private static func probe(_ folder: String, _ logger: Logger) throws -> CommitProbe {
        do {
            return try CommitProbe(folder: folder, logger: logger)
        } catch {
            throw StartupRefusal(error.description)
        }
    }

    private static func configuration(_ settings: Settings) throws -> BillingConfiguration {
        var configuration = BillingConfiguration()
        configuration.saleTimeoutMilliseconds =
            Int64(try settings.number("sale-timeout-seconds")) * 1000
        configuration.callTimeoutMilliseconds =
            Int64(try settings.number("call-timeout-seconds")) * 1000
        configuration.feedIntervalMilliseconds =
            Int64(try settings.number("feed-interval-milliseconds"))
        configuration.streamsFeed = try !settings.toggle("feed-by-pages")
        configuration.recoveryIntervalMilliseconds =
            Int64(try settings.number("recovery-interval-milliseconds"))
        configuration.unknownHorizonMilliseconds =
            Int64(try settings.number("unknown-horizon-seconds")) * 1000
        return configuration
    }

    private static func open(
        _ folder: String,
        _ caller: InterceptedCaller,
        _ configuration: BillingConfiguration,
        _ trigger: CrashPointTrigger,
        _ logger: Logger
    ) throws -> BillingApplication {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
            isFolder.boolValue
        else { throw StartupRefusal("--data \(folder) is no folder") }
        do {
            return try BillingApplication.open(
                folder,
                gateway: RPCGatewayLink(caller, configuration: configuration),
                configuration: configuration,
                crashPoint: { await trigger.reached($0.rawValue) },
                storeFailed: { ServiceMain.endForRestart(schema.program, "\($0)") },
                logger: logger
            )
        } catch let error as StorageError {
            throw StartupRefusal(error.description)
        }
    }
}

/// Tells supervisors when payments cannot be taken.
private struct HealthWatch: Service {
    let application: BillingApplication
    let health: HealthService
    private static let interval = Duration.milliseconds(500)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                health.set(
                    BillingV1.PaymentService.name,
                    serving: application.canTakePayments
                )
                try? await Task.sleep(for: Self.interval)
            }
        }
    }
}
