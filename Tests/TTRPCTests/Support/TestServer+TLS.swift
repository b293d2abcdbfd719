import Foundation
import NIOCore
import NIOPosix

@testable import TTRPC

/// A server that speaks TLS, with its certificates and its log.
struct TLSTestServer {
    let port: Int
    let certificates: TestCertificates
    let source: TLSSource
    let log: TestLog

    /// Runs a client of this server while `body` runs.
    ///
    /// - Parameters:
    ///   - files: what it shows and trusts.
    ///   - identity: the server's, in place of its host.
    ///   - host: the name that is dialled.
    func withClient(
        _ files: TLSFiles,
        identity: String? = nil,
        host: String = "127.0.0.1",
        _ body: (RPCClient) async throws -> Void
    ) async throws {
        let source = try TLSSource(files, .client, checksOwn: false)
        // Time enough for a machine that does much else.
        let settings = TLSClientSettings(
            source,
            identity: identity,
            handshakeTimeout: .seconds(waitSeconds)
        )
        try await TTRPCTests.withClient(
            port: port,
            {
                $0.host = host
                $0.tls = settings
            },
            body
        )
    }

    /// What a call of such a client fails with; nil when it is answered.
    func failure(
        _ files: TLSFiles,
        identity: String? = nil,
        host: String = "127.0.0.1"
    ) async throws -> RPCError? {
        var failure: RPCError?
        try await withClient(files, identity: identity, host: host) { client in
            failure = await client.failure(Probe.echo)
        }
        return failure
    }
}

/// Runs a server with a certificate for localhost and 127.0.0.1, or others, while `body` runs.
/// Its method `Echo` answers with the caller's identity.
func withTLSServer(
    _ clients: ClientCertificates = .required,
    hosts: [String] = ["localhost", "127.0.0.1"],
    begin: Int = 0,
    days: Int = 30,
    handshakeTimeout: TimeAmount = .seconds(waitSeconds),
    configure: (inout ServerConfiguration) -> Void = { _ in },
    _ body: (TLSTestServer) async throws -> Void
) async throws {
    let certificates = try TestCertificates()
    var files = try certificates.issue("server", hosts: hosts, begin: begin, days: days)
    if clients == .none { files.authorities = nil }
    let source = try TLSSource(
        files,
        .server(clientCertificates: clients),
        checksOwn: false
    )
    let log = TestLog()
    var configuration = ServerConfiguration(host: "127.0.0.1", port: 0)
    configuration.drainTimeout = .milliseconds(200)
    configuration.tls = TLSServerSettings(source, handshakeTimeout: handshakeTimeout)
    configure(&configuration)
    var router = Router()
    router.text(Probe.echo) { (_, context) async throws(RPCError) in
        context.identity?.uri ?? "nobody"
    }
    let server = RPCServer(
        configuration: configuration,
        router: router,
        eventLoopGroup: TestServer.group,
        logger: log.logger
    )
    let address = try await server.start()
    let running = TLSTestServer(
        port: address.port ?? 0,
        certificates: certificates,
        source: source,
        log: log
    )
    do {
        try await body(running)
    } catch {
        await server.shutdown()
        throw error
    }
    await server.shutdown()
}
