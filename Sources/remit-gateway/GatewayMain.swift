import Foundation
import Gateway
import Glibc
import Logging
import NIOPosix
import Operations
import RemitAPI
import ServiceKit
import ServiceLifecycle
import Storage
import TTRPC

/// The payment gateway's process: reads the configuration, wires, runs.
@main
struct GatewayMain {
    static let schema = SettingsSchema(
        program: "remit-gateway",
        settings: [
            Setting("listen", .text, standard: "127.0.0.1:7002", "HOST:PORT; port 0 is any"),
            Setting("data", .text, "the data folder, made by init"),
            Setting("event-loops", .number(1...64), standard: "1", "threads that serve calls"),
            Setting("log-level", .text, standard: "info", "trace, debug, info, warning, error"),
            Setting(
                "drain-timeout-seconds",
                .number(0...3600),
                standard: "10",
                "how long a shutdown waits for calls"
            ),
            Setting(
                "pending-horizon-seconds",
                .number(1...31_536_000),
                standard: "604800",
                "how long the bank may leave a charge pending"
            ),
            Setting(
                "bank-timeout-milliseconds",
                .number(10...120_000),
                standard: "10000",
                "how long a reply of the bank is waited for"
            ),
        ] + ServerConfiguration.limitSettings + [
            Setting("debug-echo", .toggle, "serve remit.debug.v1 (tests)"),
            Setting("debug-stages", .text, "what looks at calls, or none (measurements)"),
            Setting("debug-crash-point", .text, "stop at this point of a sale (tests)"),
            Setting(
                "debug-crash-mode",
                .text,
                standard: "exit",
                "how to stop there: exit or hang"
            ),
        ] + ServerSecurity.settings
    )

    static let usage = """
        usage: remit-gateway init --data DIR     make the keys and the databases
               remit-gateway serve --data DIR …  serve (--help lists the settings)

        """

    static func main() async {
        await ServiceMain.run(schema.program) {
            var arguments = Array(CommandLine.arguments.dropFirst())
            let command = arguments.isEmpty ? "" : arguments.removeFirst()
            if command == "--help" || command == "help" { return print(usage, terminator: "") }
            guard ["init", "serve"].contains(command) else {
                throw ConfigurationError("say init or serve; remit-gateway --help explains")
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
            let folder = DataFolder(try settings.text("data"))
            if command == "init" {
                try await refusing {
                    try await GatewayApplication.initialize(folder, logger: logger)
                }
                print("initialized \(folder.path)")
            } else {
                try await serve(settings, folder, logger)
            }
        }
    }

    private static func serve(
        _ settings: Settings,
        _ folder: DataFolder,
        _ logger: Logger
    ) async throws {
        let listen = try ListenAddress(try settings.text("listen"), setting: "listen")
        let security = try ServerSecurity(
            settings,
            listen: listen,
            methods: GatewayV1.methods + DebugV1.methods,
            now: { BusinessClock.system.milliseconds }
        )
        var configuration = GatewayConfiguration()
        configuration.tenant = try settings.text("tenant")
        configuration.pendingHorizonMilliseconds =
            Int64(try settings.number("pending-horizon-seconds")) * 1000
        configuration.bankTimeoutMilliseconds =
            Int64(try settings.number("bank-timeout-milliseconds"))
        let trigger = try CrashPointTrigger(settings, GatewayCrashPoint.self)
        let opened = configuration
        let application = try await refusing {
            try await GatewayApplication.open(
                folder,
                configuration: opened,
                crashPoint: { await trigger.reached($0.rawValue) },
                endProcess: { _exit(CrashPointTrigger.exitStatus) },
                storeFailed: { ServiceMain.endForRestart(schema.program, "\($0)") },
                logger: logger
            )
        }
        try await application.recover()
        var router = Router()
        application.register(on: &router)
        router.register(HealthService(services: GatewayApplication.services))
        let probe = try settings.toggle("debug-echo") ? probe(folder, logger) : nil
        if let probe {
            router.register(EchoHandler { try await probe.commit() })
            router.register(ProbeHandler())
        }
        var serverConfiguration = try ServerConfiguration(listen, settings)
        serverConfiguration.tls = security.tls
        serverConfiguration.makeRoomForConnections(logger)
        // Under load it is these calls that find out what became of the others.
        serverConfiguration.controlServices = [GatewayV1.RecoveryService.name]
        serverConfiguration.waitingMethods = [GatewayV1.AuthorizationService.sale.fullName]
        let server = RPCServer(
            configuration: serverConfiguration,
            router: router,
            interceptors: StandardInterceptors.all(
                methods: router.methods,
                logger: logger,
                stages: try CallStage.wanted(settings)
            ),
            authorizer: security.access?.control,
            eventLoopGroup: MultiThreadedEventLoopGroup(
                numberOfThreads: try settings.number("event-loops")
            ),
            logger: logger,
            onDrain: { application.endStreams() }
        )
        let reloader = try security.reloader(settings, logger: logger)
        try await ServiceMain.serve(
            server,
            beside: [reloader, application, LoadMetrics { server.statistics }],
            logger: logger
        )
        await application.close()
        await probe?.close()
    }

    private static func probe(_ folder: DataFolder, _ logger: Logger) throws -> CommitProbe {
        do {
            return try CommitProbe(folder: folder.path, logger: logger)
        } catch {
            throw StartupRefusal(error.description)
        }
    }

    /// What only the operator can put right ends with the status of a wrong configuration.
    private static func refusing<Value>(
        _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch let error as DataFolder.Failure {
            throw StartupRefusal(error.description)
        } catch let error as StorageError {
            throw StartupRefusal(error.description)
        } catch GatewayError.vaultDamaged {
            throw StartupRefusal("the key-encryption key is not the one of this database")
        }
    }
}
