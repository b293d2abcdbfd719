import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import NIOSSL
import Operations
import Testing

@testable import TTRPC

@Suite("TLS: who may connect", .timeLimit(testBound))
struct TLSHandshakeTests {
    @Test("a client with a certificate is known by its URI")
    func identity() async throws {
        try await withTLSServer { server in
            let files = try server.certificates.issue("billing")
            try await server.withClient(files) { client in
                let name = try await client.text(Probe.echo, "")
                #expect(name == "remit://billing")
            }
        }
    }

    @Test("an identity ends with its certificate")
    func identityEnds() async throws {
        let certificates = try TestCertificates()
        let files = try certificates.issue("billing", days: 3)
        let path = try #require(files.certificate)
        let verifier = PeerVerifier(
            credentials: try TLSSource(files, .client).credentials,
            expectation: .client
        )
        let chain = try NIOSSLCertificate.fromPEMFile(path)
        let identity = try #require(try await verifier.verify(chain))
        #expect(identity.expiry == Int64(chain[0].notValidAfter) * 1000)
        let end = Date(timeIntervalSince1970: Double(identity.expiry) / 1000)
        #expect(abs(end.timeIntervalSinceNow / 86_400 - 3) < 0.1)
    }

    @Test("where certificates are optional, a client without one is nobody")
    func optional() async throws {
        try await withTLSServer(.optional) { server in
            try await server.withClient(server.certificates.trustAlone) { client in
                let name = try await client.text(Probe.echo, "")
                #expect(name == "nobody")
            }
            let files = try server.certificates.issue("billing")
            try await server.withClient(files) { client in
                let name = try await client.text(Probe.echo, "")
                #expect(name == "remit://billing")
            }
        }
    }

    @Test("where certificates are not asked for, one that is shown counts for nothing")
    func none() async throws {
        try await withTLSServer(.none) { server in
            let files = try server.certificates.issue("billing")
            try await server.withClient(files) { client in
                let name = try await client.text(Probe.echo, "")
                #expect(name == "nobody")
            }
        }
    }

    /// A client's certificate that is refused, with words of the reason.
    enum WrongClient: String, CaseIterable, Sendable {
        case nothing = "no client certificate"
        case expired = "expired on"
        case early = "is not valid before"
        case otherAuthority = "no authority trusted here"
        case noIdentity = "0 URIs"
        case twoIdentities = "2 URIs"

        func files(_ certificates: TestCertificates) throws -> TLSFiles {
            switch self {
            case .nothing: certificates.trustAlone
            case .expired: try certificates.issue("client", begin: -10, days: 5)
            case .early: try certificates.issue("client", begin: 2)
            case .otherAuthority:
                try certificates.issue("client", maker: try CertificateMaker(now: Date()))
            case .noIdentity: try certificates.issue("client", identities: [])
            case .twoIdentities:
                try certificates.issue("client", identities: ["a://b", "c://d"])
            }
        }
    }

    @Test(
        "a client with a wrong certificate is refused, with a reason in the server's log",
        arguments: WrongClient.allCases
    )
    func wrongClient(_ wrong: WrongClient) async throws {
        try await withTLSServer { server in
            let files = try wrong.files(server.certificates)
            let error = try await server.failure(files)
            #expect(error?.code == .unauthenticated, "\(String(describing: error))")
            #expect(error?.reason == "CERTIFICATE_REFUSED")
            #expect(error?.origin == .notSent, "the server has read nothing of it")
            let line = await server.log.line(with: "connection refused")
            #expect(line?.contains(wrong.rawValue) == true, "\(line ?? "none")")
            #expect(line?.contains("peer=127.0.0.1:") == true)
            // Others are served all the same.
            let good = try server.certificates.issue("good")
            #expect(try await server.failure(good) == nil)
        }
    }

    @Test("a certificate that is there but wrong is refused where none is needed, too")
    func wrongOptional() async throws {
        try await withTLSServer(.optional) { server in
            let files = try WrongClient.expired.files(server.certificates)
            #expect(try await server.failure(files)?.reason == "CERTIFICATE_REFUSED")
        }
    }

    @Test("a certificate for servers alone does not make a client, nor the other way")
    func purpose() async throws {
        try await withTLSServer(hosts: []) { server in
            let files = try server.certificates.issue("client")
            let error = try await server.failure(files, identity: "remit://server")
            #expect(error?.message.contains("it is not one of a server") == true)
            #expect(error?.origin == .notSent)
        }
    }

    @Test("a plain-text client is refused, with a reason in the log")
    func plaintext() async throws {
        try await withTLSServer { server in
            try await withClient(port: server.port) { client in
                let error = try #require(await client.failure(Probe.echo))
                #expect(error.origin == .lost)
            }
            let line = await server.log.line(with: "connection refused")
            #expect(line?.contains("this is not TLS") == true, "\(line ?? "none")")
        }
    }

    @Test("a flood of failed handshakes has a few lines, and the next line counts the others")
    func flood() throws {
        let certificates = try TestCertificates()
        let source = try TLSSource(
            try certificates.issue("server"),
            .server(clientCertificates: .required),
            checksOwn: false
        )
        let settings = TLSServerSettings(source, handshakeTimeout: .seconds(1))
        let log = TestLog()
        let now = NIOLockedValueBox(NIODeadline.uptimeNanoseconds(5_000_000_000))
        let lines = LineBudget { now.withLockedValue { $0 } }
        let eventLoop = EmbeddedEventLoop()
        let loop = ServerLoop(
            eventLoop,
            configuration: ServerConfiguration(host: "127.0.0.1", port: 0),
            router: Router(),
            interceptors: [],
            authorizer: nil,
            load: ServerLoad(),
            logger: log.logger
        )
        func fail() throws {
            let channel = EmbeddedChannel(loop: eventLoop)
            try TLSServerGate.install(
                settings,
                on: channel,
                before: ServerConnection(loop),
                logger: log.logger,
                lines: lines
            )
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
            _ = try? channel.finish()
        }
        let most = LineBudget.linesPerSecond
        for _ in 0..<3 * most { try fail() }
        #expect(log.all.count == most)
        now.withLockedValue { $0 = $0 + .seconds(1) }
        for _ in 0..<2 { try fail() }
        #expect(log.all.count == most + 2)
        #expect(log.all[most].contains("refusals_not_logged=\(2 * most)"))
        #expect(log.all.filter { $0.contains("refusals_not_logged=") }.count == 1)
        loop.stop()
    }

    @Test("a peer that never finishes its handshake is closed")
    func silent() async throws {
        try await withTLSServer(handshakeTimeout: .milliseconds(50)) { server in
            let address = try SocketAddress(ipAddress: "127.0.0.1", port: server.port)
            let peer = try await RawPeer.connect(to: address)
            try await peer.end()
            let line = await server.log.line(with: "connection refused")
            #expect(line?.contains("the handshake took too long") == true, "\(line ?? "none")")
        }
    }
}

@Suite("TLS: whom a client trusts", .timeLimit(testBound))
struct TLSServerIdentityTests {
    @Test("a server is known by its address, by its name, or by the URI it must have")
    func right() async throws {
        try await withTLSServer { server in
            let files = try server.certificates.issue("client")
            #expect(try await server.failure(files) == nil)
            #expect(try await server.failure(files, host: "localhost") == nil)
            #expect(try await server.failure(files, identity: "remit://server") == nil)
        }
    }

    @Test("a server with another name is refused, and gets no byte of a call")
    func wrongHost() async throws {
        try await withTLSServer(hosts: ["gateway.example", "127.0.0.2"]) { server in
            let files = try server.certificates.issue("client")
            for host in ["127.0.0.1", "localhost"] {
                let error = try #require(try await server.failure(files, host: host))
                #expect(error.code == .unavailable)
                #expect(error.origin == .notSent)
                #expect(error.message.contains("it is not one of \(host)"), "\(error)")
            }
        }
    }

    @Test("the common name of a certificate counts for nothing")
    func commonName() async throws {
        try await withTLSServer { server in
            let pair = try server.certificates.authority.leaf(
                identities: ["127.0.0.1"],
                hosts: ["elsewhere"],
                days: 5
            )
            try server.certificates.write("server.pem", pair.certificate)
            try server.certificates.write("server-key.pem", pair.key, mode: 0o400)
            #expect(server.source.reload() != .none)
            let files = try server.certificates.issue("client")
            let error = try #require(try await server.failure(files))
            #expect(error.message.contains("it is not one of 127.0.0.1"), "\(error)")
        }
    }

    @Test("a server with another identity than the expected one is refused")
    func wrongIdentity() async throws {
        try await withTLSServer { server in
            let files = try server.certificates.issue("client")
            let failure = try await server.failure(files, identity: "remit://gateway")
            let error = try #require(failure)
            #expect(error.origin == .notSent)
            #expect(error.message.contains("it is not the expected remit://gateway"), "\(error)")
        }
    }

    @Test("an expired server is refused")
    func expired() async throws {
        try await withTLSServer(begin: -10, days: 5) { server in
            let files = try server.certificates.issue("client")
            let error = try #require(try await server.failure(files))
            #expect(error.origin == .notSent)
            #expect(error.message.contains("it expired on"), "\(error)")
            let line = await server.log.line(with: "connection refused")
            #expect(line?.contains("the peer refused the handshake") == true, "\(line ?? "none")")
        }
    }

    @Test("a server of another authority is refused")
    func otherAuthority() async throws {
        try await withTLSServer { server in
            var files = try server.certificates.issue("client")
            let other = try CertificateMaker(now: Date()).pair()
            try server.certificates.write("other.pem", other.certificate)
            files.authorities = server.certificates.path("other.pem")
            let error = try #require(try await server.failure(files))
            #expect(error.origin == .notSent)
            #expect(error.message.contains("no authority trusted here"), "\(error)")
        }
    }

    @Test("a server that speaks plain text is refused, and gets no byte of a call")
    func plaintext() async throws {
        let certificates = try TestCertificates()
        let files = try certificates.issue("client")
        try await withServer { server in
            let settings = TLSClientSettings(try TLSSource(files, .client), identity: nil)
            try await withClient(port: server.port, { $0.tls = settings }) { client in
                let error = try #require(await client.failure(Probe.echo))
                #expect(error.origin == .notSent)
                #expect(error.code == .unavailable)
            }
        }
    }
}
