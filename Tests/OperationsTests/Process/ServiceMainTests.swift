import Dispatch
import Glibc
import Logging
import NIOCore
import NIOPosix
import Operations
import ServiceLifecycle
import TTRPC
import Testing

private struct Failure: Error, CustomStringConvertible {
    let description: String
}

/// Sends its own process a signal as soon as it runs.
private struct SelfSignal: Service {
    let signal: Int32

    func run() async throws {
        kill(getpid(), signal)
        try await gracefulShutdown()
    }
}

@Suite("Service main")
struct ServiceMainTests {
    /// PR_GET_DUMPABLE of linux/prctl.h.
    private static let getDumpable: CInt = 3

    private static func serveUntil(_ signal: Int32) async -> Never {
        await ServiceMain.run("remit-billing") {
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let server = RPCServer(
                configuration: ServerConfiguration(host: "127.0.0.1", port: 0),
                router: Router(),
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
                logger: logger
            )
            try await ServiceMain.serve(
                server,
                beside: [SelfSignal(signal: signal)],
                logger: logger
            )
        }
    }

    private func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    @Test("a wrong configuration is one line on standard error and status 2")
    func wrongConfiguration() async throws {
        let result = try await #require(
            processExitsWith: .exitCode(2),
            observing: [\.standardErrorContent]
        ) {
            await ServiceMain.run("remit-billing") {
                throw ConfigurationError("--data is\r\nmissing")
            }
        }
        #expect(
            text(result.standardErrorContent).hasSuffix("remit-billing: --data is\\r\\nmissing\n")
        )
    }

    @Test("a refusal to start is status 2 as well, and any other error status 1")
    func otherErrors() async throws {
        let refusal = try await #require(
            processExitsWith: .exitCode(2),
            observing: [\.standardErrorContent]
        ) {
            await ServiceMain.run("remit-billing") { throw StartupRefusal("in use") }
        }
        #expect(text(refusal.standardErrorContent).hasSuffix("remit-billing: in use\n"))
        let failure = try await #require(
            processExitsWith: .exitCode(1),
            observing: [\.standardErrorContent]
        ) {
            await ServiceMain.run("remit-billing") { throw Failure(description: "a\nb") }
        }
        #expect(text(failure.standardErrorContent).hasSuffix("remit-billing: a\\nb\n"))
    }

    @Test("a service that is to be started again ends at once, with one line and status 74")
    func endsForRestart() async throws {
        let result = try await #require(
            processExitsWith: .exitCode(74),
            observing: [\.standardErrorContent]
        ) {
            await ServiceMain.run("remit-billing") {
                let stuck = Task { try await Task.sleep(for: .seconds(86_400)) }
                DispatchQueue(label: "writer").async {
                    ServiceMain.endForRestart("remit-billing", "the outcome\nis unknown")
                }
                try await stuck.value
            }
        }
        #expect(
            text(result.standardErrorContent).hasSuffix(
                "remit-billing: the outcome\\nis unknown; ended at once, to be started again\n"
            )
        )
    }

    @Test("it says where it listens, and a signal sent at that moment drains it with status 0")
    func terminates() async throws {
        let terminated = try await #require(
            processExitsWith: .exitCode(0),
            observing: [\.standardOutputContent]
        ) { await ServiceMainTests.serveUntil(SIGTERM) }
        let lines = text(terminated.standardOutputContent).split(separator: "\n")
            .filter { $0.hasPrefix("listening ") }
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        let address = try ListenAddress(String(line.dropFirst(10)), setting: "listen")
        #expect(address.host == "127.0.0.1")
        #expect(address.port > 0)
    }

    @Test("SIGINT drains it as well")
    func interrupted() async {
        await #expect(processExitsWith: .exitCode(0)) {
            await ServiceMainTests.serveUntil(SIGINT)
        }
    }

    @Test("a port that is taken is status 2")
    func portTaken() async throws {
        let result = try await #require(
            processExitsWith: .exitCode(2),
            observing: [\.standardErrorContent, \.standardOutputContent]
        ) {
            await ServiceMain.run("remit-billing") {
                let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                func server(_ port: Int) -> RPCServer {
                    RPCServer(
                        configuration: ServerConfiguration(host: "127.0.0.1", port: port),
                        router: Router(),
                        eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
                        logger: logger
                    )
                }
                let first = server(0)
                let port = try await first.start().port ?? 0
                try await ServiceMain.serve(server(port), beside: [], logger: logger)
            }
        }
        #expect(text(result.standardErrorContent).contains("remit-billing: --listen cannot be"))
        #expect(!text(result.standardOutputContent).contains("listening "))
    }

    @Test("plain text is served on loopback only, unless it is allowed")
    func plaintext() throws {
        let loopback = ListenAddress(host: "::1", port: 1)
        let open = ListenAddress(host: "0.0.0.0", port: 1)
        try ServiceMain.checkPlaintext(loopback, isAllowed: false)
        try ServiceMain.checkPlaintext(open, isAllowed: true)
        #expect(throws: ConfigurationError.self) {
            try ServiceMain.checkPlaintext(open, isAllowed: false)
        }
    }

    @Test("no core file is written and nobody may look into the process")
    func hardening() async {
        await #expect(processExitsWith: .exitCode(0)) {
            try ProcessHardening.disableCoreDumps()
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
            // By its address, since Swift does not import what is variadic in C.
            typealias Prctl = @convention(c) (CInt, CUnsignedLong) -> CInt
            let prctl = unsafeBitCast(dlsym(nil, "prctl"), to: Prctl.self)
            guard prctl(ServiceMainTests.getDumpable, 0) == 0 else { exit(2) }
            exit(limit.rlim_cur == 0 && limit.rlim_max == 0 ? 0 : 1)
        }
    }

    @Test("new files are for their owner alone")
    func privateFiles() async {
        await #expect(processExitsWith: .exitCode(0)) {
            ProcessHardening.keepFilesPrivate()
            exit(umask(0) == 0o077 ? 0 : 1)
        }
    }
}
