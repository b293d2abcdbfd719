import Foundation
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Operations
import ProtobufC
import RemitAPI
import Synchronization
import Testing

@testable import TTRPC

/// The two real services by TLS, with certificates that `remit certs init` made, and callers with
/// any certificate.
final class SecureBench: Sendable {
    private static let count = Atomic<Int>(0)

    let folder: String
    let host: String
    private let services = NIOLockedValueBox<(gateway: ServiceProcess?, billing: ServiceProcess?)>(
        (nil, nil)
    )
    private let ports = NIOLockedValueBox<(gateway: Int, billing: Int)>((0, 0))
    private let cards = NIOLockedValueBox(UsedCards())

    private init() throws {
        let number = Self.count.add(1, ordering: .relaxed).newValue
        host = "127.78.0.\(number)"
        folder = NSTemporaryDirectory() + "remit-secure-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder + "/billing",
            withIntermediateDirectories: true
        )
    }

    func path(_ name: String) -> String { folder + "/tls/" + name }

    var gateway: ServiceProcess {
        get throws { try #require(services.withLockedValue { $0.gateway }) }
    }
    var billing: ServiceProcess {
        get throws { try #require(services.withLockedValue { $0.billing }) }
    }
    var gatewayAddress: String { "\(host):\(ports.withLockedValue { $0.gateway })" }
    var billingAddress: String { "\(host):\(ports.withLockedValue { $0.billing })" }

    /// Makes certificates and starts both services.
    ///
    /// - Parameters:
    ///   - clients: `required` or `optional`.
    ///   - access: tables in place of those that `certs init` made; SCOPES in them is not replaced.
    ///   - billing: further options of billing.
    static func open(
        clients: String = "required",
        access: (gateway: String, billing: String)? = nil,
        billing options: [String] = []
    ) async throws -> SecureBench {
        let bench = try SecureBench()
        do {
            let made = try bench.run(
                .client,
                [
                    "certs", "init", "--dir", bench.folder + "/tls", "--billing-host", bench.host,
                    "--gateway-host", bench.host,
                ]
            )
            try #require(try await made.waitUntilEnded() == .exited(0), "\(made.log)")
            if let access {
                try bench.write("gateway-access.json", access.gateway)
                try bench.write("billing-access.json", access.billing)
            }
            try await bench.start(clients, options)
        } catch {
            await bench.close()
            throw error
        }
        return bench
    }

    private func start(_ clients: String, _ options: [String]) async throws {
        let initial = try run(.gateway, ["init", "--data", folder + "/gateway"])
        try #require(try await initial.waitUntilEnded() == .exited(0), "\(initial.log)")
        try await startGateway(clients)
        let billing = try run(
            .billing,
            [
                "serve", "--listen", "\(host):0", "--data", folder + "/billing",
                "--gateway", gatewayAddress, "--gateway-tls-ca", path("ca.pem"),
                "--gateway-identity", "remit://gateway",
            ] + TestBench.billingOptions + options + tls("billing", clients)
        )
        services.withLockedValue { $0.billing = billing }
        let billingPort = try await billing.listeningPort()
        ports.withLockedValue { $0.billing = billingPort }
    }

    /// Starts the gateway, on the port of its last run if there was one.
    private func startGateway(_ clients: String) async throws {
        let port = ports.withLockedValue { $0.gateway }
        let gateway = try run(
            .gateway,
            ["serve", "--listen", "\(host):\(port)", "--data", folder + "/gateway"]
                + tls("gateway", clients)
        )
        services.withLockedValue { $0.gateway = gateway }
        let found = try await gateway.listeningPort()
        ports.withLockedValue { $0.gateway = found }
    }

    /// Drains the gateway and starts another, which asks every client for its certificate anew.
    func restartGateway() async throws {
        let before = try gateway
        before.terminate()
        #expect(try await before.waitUntilEnded() == .exited(0), "\(before.log)")
        try await startGateway("required")
    }

    private func tls(_ name: String, _ clients: String) -> [String] {
        [
            "--tls-certificate", path(name + ".pem"), "--tls-key", path(name + "-key.pem"),
            "--tls-client-ca", path("ca.pem"), "--tls-client-certificates", clients,
            "--access", path(name + "-access.json"), "--tls-reload-seconds", "1", "--debug-echo",
        ]
    }

    private static let runs = Atomic<Int>(0)

    func run(
        _ program: Program,
        _ arguments: [String],
        environment: [String: String] = [:]
    ) throws -> ServiceProcess {
        let number = Self.runs.add(1, ordering: .relaxed).newValue
        return try ServiceProcess(
            program,
            arguments,
            environment: environment,
            files: "\(folder)/\(number)-\(program.rawValue)"
        )
    }

    /// Runs the client against both services, with a certificate of the folder. The number after
    /// `--card` is noted.
    func remit(_ arguments: [String], as name: String? = "operator") async throws -> ServiceProcess
    {
        var environment = [
            "REMIT_BILLING": billingAddress, "REMIT_GATEWAY": gatewayAddress,
            "REMIT_TLS_CA": path("ca.pem"), "REMIT_BILLING_IDENTITY": "remit://billing",
        ]
        if let name {
            environment["REMIT_TLS_CERTIFICATE"] = path(name + ".pem")
            environment["REMIT_TLS_KEY"] = path(name + "-key.pem")
        }
        if let flag = arguments.firstIndex(of: "--card") {
            cards.withLockedValue { $0.note(arguments[flag + 1]) }
        }
        let process = try run(.client, arguments, environment: environment)
        _ = try await process.waitUntilEnded()
        return process
    }

    /// Writes a file of the folder whole: who watches it sees the old one or the new one.
    func write(_ name: String, _ text: String, mode: Int = 0o600) throws {
        let temporary = path("." + name)
        try? FileManager.default.removeItem(atPath: temporary)
        try Data(text.utf8).write(to: URL(fileURLWithPath: temporary))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: temporary)
        guard rename(temporary, path(name)) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    func text(_ name: String) throws -> String {
        try String(contentsOfFile: path(name), encoding: .utf8)
    }

    /// The authority of the folder, for certificates that begin some days from now.
    func authority(begin: Int = 0) throws -> CertificateMaker {
        try CertificateMaker(
            CertificateMaker.Pair(
                certificate: try text("ca.pem"),
                key: try text("ca-key.pem")
            ),
            now: Date(timeIntervalSinceNow: Double(begin) * 86_400)
        )
    }

    /// Writes a certificate and its key.
    func put(_ name: String, _ pair: CertificateMaker.Pair) throws {
        try write(name + "-key.pem", pair.key, mode: 0o400)
        try write(name + ".pem", pair.certificate)
    }

    /// A caller of a service with a certificate of the folder, or with none.
    func client(_ isBilling: Bool, as name: String?) async throws -> RPCClient {
        let files = TLSFiles(
            certificate: name.map { path($0 + ".pem") },
            key: name.map { path($0 + "-key.pem") },
            authorities: path("ca.pem")
        )
        let (gateway, billing) = ports.withLockedValue { ($0.gateway, $0.billing) }
        var configuration = ClientConfiguration(host: host, port: isBilling ? billing : gateway)
        configuration.tls = TLSClientSettings(
            try TLSSource(files, .client, checksOwn: false),
            identity: isBilling ? "remit://billing" : "remit://gateway"
        )
        return await RPCClient(
            configuration: configuration,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "bench", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }

    /// What a call of raw bytes is answered with; nil when it succeeds.
    static func failure(
        _ client: RPCClient,
        _ method: MethodDescriptor,
        _ bytes: [UInt8],
        token: String? = nil
    ) async -> RPCError? {
        var metadata = Metadata()
        if let token { metadata.append("authorization", "Bearer " + token) }
        do throws(RPCError) {
            let _: RawMessage = try await client.call(
                method,
                RawMessage(bytes: bytes),
                options: CallOptions(timeout: .seconds(60), metadata: metadata)
            )
            return nil
        } catch { return error }
    }

    /// Waits until a service has logged a line with these words.
    func logged(_ words: String..., by process: ServiceProcess) async throws -> Substring {
        try await eventually("a line with \(words) in the log", within: .seconds(30)) {
            process.log.split(separator: "\n").first { line in
                words.allSatisfy { line.contains($0) }
            }
        }
    }

    /// Ends both services, which must drain. No card number lies in any file.
    func finish() async throws {
        for process in [try billing, try gateway] {
            process.terminate()
            #expect(try await process.waitUntilEnded() == .exited(0), "\(process.log)")
        }
        try cards.withLockedValue { $0 }.expectNone(in: folder)
    }

    func close() async {
        let (gateway, billing) = services.withLockedValue { ($0.gateway, $0.billing) }
        await billing?.kill()
        await gateway?.kill()
        guard ProcessInfo.processInfo.environment["REMIT_KEEP_BENCHES"] == nil else { return }
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// Runs a test with a pair of services of its own that speak TLS.
func withSecureBench(
    clients: String = "required",
    access: (gateway: String, billing: String)? = nil,
    billing options: [String] = [],
    _ body: (SecureBench) async throws -> Void
) async throws {
    await BenchGate.shared.enter()
    do {
        let bench = try await SecureBench.open(
            clients: clients,
            access: access,
            billing: options
        )
        do {
            try await body(bench)
            try await bench.finish()
        } catch {
            await bench.close()
            throw error
        }
        await bench.close()
    } catch {
        await BenchGate.shared.leave()
        throw error
    }
    await BenchGate.shared.leave()
}
