import Foundation
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import RemitAPI
import Synchronization
import TTRPC
import Testing

/// The two real services in a temporary folder, on an address of their own, and clients of both.
final class TestBench: Sendable {
    /// What is running.
    private struct Running {
        var gateway: ServiceProcess?
        var billing: ServiceProcess?
        var gatewayPort = 0
        var billingPort = 0
        var starts = 0
        var gatewayClient: RPCClient?
        var billingClient: RPCClient?
        var cardNumbers = UsedCards()
        /// An account that nothing is paid for, made when it is first wanted.
        var askingAccount: String?
    }

    /// What every bench starts the services with: background work that does not keep tests
    /// waiting, and calls to the gateway that may take as long as a sanitizer makes them.
    static let billingOptions = [
        "--recovery-interval-milliseconds", "100", "--feed-interval-milliseconds", "50",
        "--call-timeout-seconds", "\(5 * patienceFactor)",
    ]
    private static let count = Atomic<Int>(0)

    let folder: String
    /// An address of this bench's own within 127/8: after a restart its ports are still free.
    let host: String
    private let running = NIOLockedValueBox(Running())

    private init() throws {
        let number = Self.count.add(1, ordering: .relaxed).newValue
        host = "127.77.\(number / 250).\(number % 250 + 1)"
        folder = NSTemporaryDirectory() + "remit-bench-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder + "/billing",
            withIntermediateDirectories: true
        )
    }

    var gatewayFolder: String { folder + "/gateway" }
    var billingFolder: String { folder + "/billing" }
    var gateway: ServiceProcess? { running.withLockedValue { $0.gateway } }
    var billing: ServiceProcess? { running.withLockedValue { $0.billing } }
    var gatewayAddress: String { running.withLockedValue { "\(host):\($0.gatewayPort)" } }
    var billingAddress: String { running.withLockedValue { "\(host):\($0.billingPort)" } }

    /// Makes a folder and starts both services.
    static func open(
        gateway gatewayOptions: [String] = [],
        billing billingOptions: [String] = []
    ) async throws -> TestBench {
        let bench = try TestBench()
        do {
            try await bench.initializeGateway()
            try await bench.startGateway(gatewayOptions)
            try await bench.startBilling(billingOptions)
        } catch {
            await bench.abandon()
            throw error
        }
        return bench
    }

    /// Starts any of the programs, with its output in this bench's folder.
    func run(
        _ program: Program,
        _ arguments: [String],
        environment: [String: String] = [:]
    ) throws -> ServiceProcess {
        let number = running.withLockedValue { running in
            running.starts += 1
            return running.starts
        }
        return try ServiceProcess(
            program,
            arguments,
            environment: environment,
            files: "\(folder)/\(number)-\(program.rawValue)"
        )
    }

    private func initializeGateway() async throws {
        let process = try run(.gateway, ["init", "--data", gatewayFolder])
        try #require(try await process.waitUntilEnded() == .exited(0), "\(process.log)")
    }

    /// Starts the gateway, on the port of its last run if there was one, and waits until billing
    /// reaches it, if billing runs.
    func startGateway(_ options: [String] = []) async throws {
        let port = running.withLockedValue { $0.gatewayPort }
        let process = try run(
            .gateway,
            ["serve", "--listen", "\(host):\(port)", "--data", gatewayFolder] + options
        )
        running.withLockedValue { $0.gateway = process }
        let found = try await process.listeningPort()
        let isFirst = running.withLockedValue { running in
            running.gatewayPort = found
            return running.gatewayClient == nil
        }
        if isFirst {
            let client = await client(found)
            running.withLockedValue { $0.gatewayClient = client }
        }
        guard let billing, billing.poll() == nil else { return }
        let bound = Self.maxDecision
        let _: Bool = try await eventually("billing reaches the gateway", within: bound) {
            await reachesGateway() || process.poll() != nil ? true : nil
        }
    }

    /// Asks billing to take a card that the gateway never had: it asks the gateway first, and then
    /// nothing is stored.
    private func reachesGateway() async -> Bool {
        do {
            let known = running.withLockedValue { $0.askingAccount }
            let account = if let known { known } else { try await newAccount() }
            running.withLockedValue { $0.askingAccount = account }
            let never = BillingV1.NewCard(
                token: "tok_00000000000000000000000001",
                billingAddress: .home
            )
            _ = try await pay(account, money(1), .newCard(never))
            return true
        } catch {
            return (error as? RPCError)?.reason != "GATEWAY_UNAVAILABLE"
        }
    }

    /// Starts billing, on the port of its last run if there was one.
    func startBilling(_ options: [String] = []) async throws {
        let port = running.withLockedValue { $0.billingPort }
        let process = try run(
            .billing,
            [
                "serve", "--listen", "\(host):\(port)", "--data", billingFolder,
                "--gateway", gatewayAddress,
            ] + Self.billingOptions + options
        )
        running.withLockedValue { $0.billing = process }
        let found = try await process.listeningPort()
        let isFirst = running.withLockedValue { running in
            running.billingPort = found
            return running.billingClient == nil
        }
        guard isFirst else { return }
        let client = await client(found)
        running.withLockedValue { $0.billingClient = client }
    }

    private func client(_ port: Int) async -> RPCClient {
        await RPCClient(
            configuration: ClientConfiguration(host: host, port: port),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "bench", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }

    /// Drains the gateway.
    func stopGateway() async throws {
        try await Self.drain(running.withLockedValue { $0.gateway })
    }

    /// Drains billing.
    func stopBilling() async throws {
        try await Self.drain(running.withLockedValue { $0.billing })
    }

    private static func drain(_ process: ServiceProcess?) async throws {
        guard let process, process.poll() == nil else { return }
        process.terminate()
        let ending = try await process.waitUntilEnded()
        #expect(ending == .exited(0), "a service that drains ends with 0: \(process.log)")
    }

    /// Calls to the gateway.
    ///
    /// - Throws: when it was never started.
    func gatewayCaller() throws -> PatientCaller {
        PatientCaller(client: try #require(running.withLockedValue { $0.gatewayClient }))
    }

    /// Calls to billing.
    func billingCaller() throws -> PatientCaller {
        PatientCaller(client: try #require(running.withLockedValue { $0.billingClient }))
    }

    /// Notes a card number that was used here: it must be in no file.
    func used(_ number: String) {
        running.withLockedValue { $0.cardNumbers.note(number) }
    }

    /// Ends the bench, and checks what must hold after anything: the books agree, both services
    /// drain with 0, and no card number lies in any file.
    func close() async throws {
        if gateway?.poll() == nil, billing?.poll() == nil { try await checkBooks() }
        try await stopBilling()
        try await stopGateway()
        try running.withLockedValue { $0.cardNumbers }.expectNone(in: folder)
        await abandon()
    }

    /// Ends the bench after a failure.
    func abandon() async {
        await billing?.kill()
        await gateway?.kill()
        await running.withLockedValue { $0.billingClient }?.shutdown()
        await running.withLockedValue { $0.gatewayClient }?.shutdown()
        guard ProcessInfo.processInfo.environment["REMIT_KEEP_BENCHES"] == nil else { return }
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// Runs a test with a pair of services of its own.
func withBench(
    gateway gatewayOptions: [String] = [],
    billing billingOptions: [String] = [],
    _ body: (TestBench) async throws -> Void
) async throws {
    await BenchGate.shared.enter()
    do {
        let bench = try await TestBench.open(gateway: gatewayOptions, billing: billingOptions)
        do {
            try await body(bench)
            try await bench.close()
        } catch {
            await bench.abandon()
            throw error
        }
    } catch {
        await BenchGate.shared.leave()
        throw error
    }
    await BenchGate.shared.leave()
}
