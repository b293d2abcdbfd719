import Foundation
import Operations
import RemitAPI
import TTRPC
import Testing

/// The real gateway against `openssl s_client` and our own client.
@Suite("Security: handshakes")
struct TLSMatrixTests {
    /// A client that is refused, with words of the reason in the gateway's log.
    enum Wrong: String, CaseIterable, Sendable {
        case oldVersion = "only TLS 1.3 is spoken here"
        case noCertificate = "no client certificate"
        case expired = "it expired on"
        case otherAuthority = "no authority trusted here"
        case noIdentity = "it has 0 URIs"

        /// Makes the certificate, and tells its name in the folder.
        func prepare(_ bench: SecureBench) throws -> String? {
            let name = "\(self)"
            let identity = ["remit://" + name]
            switch self {
            case .oldVersion: return "operator"
            case .noCertificate: return nil
            case .expired:
                let maker = try bench.authority(begin: -10)
                try bench.put(name, try maker.leaf(identities: identity, hosts: [], days: 5))
            case .otherAuthority:
                let maker = try CertificateMaker(now: Date())
                try bench.put(name, try maker.leaf(identities: identity, hosts: [], days: 5))
            case .noIdentity:
                let maker = try bench.authority()
                try bench.put(name, try maker.leaf(identities: [], hosts: [], days: 5))
            }
            return name
        }
    }

    /// A shell's words for `openssl s_client` to the gateway.
    private func openSSL(_ bench: SecureBench, as name: String?, _ more: String = "") -> String {
        let own = name.map {
            "-cert \(bench.path($0 + ".pem")) -key \(bench.path($0 + "-key.pem"))"
        }
        return "openssl s_client -connect \(bench.gatewayAddress) -CAfile \(bench.path("ca.pem")) "
            + "-verify_return_error -verify_ip \(bench.host) \(own ?? "") \(more)"
    }

    @Test("openssl with each wrong certificate is refused, with a reason in our log")
    func openSSLRefused() async throws {
        try await withSecureBench { bench in
            for wrong in Wrong.allCases {
                let name = try wrong.prepare(bench)
                let more = wrong == .oldVersion ? "-tls1_2" : "-ign_eof"
                let client = try Command([
                    "/bin/sh", "-c", "exec \(openSSL(bench, as: name, more))",
                ])
                let line = try await bench.logged(
                    "connection refused",
                    wrong.rawValue,
                    by: try bench.gateway
                )
                #expect(line.contains("\"peer\":\"127."), "\(line)")
                try await client.terminate()
            }
        }
    }

    @Test("openssl with a right certificate speaks TLS 1.3, and resumes its session as itself")
    func openSSLAccepted() async throws {
        try await withSecureBench { bench in
            // The echo needs the operator's rights, also on the resumed session.
            let frame = bench.folder + "/frame"
            let echo = HandEncoding.request(
                DebugV1.EchoService.name,
                "Echo",
                HandEncoding.data(1, Array("as myself".utf8))
            )
            try Data(HandEncoding.frame(echo)).write(to: URL(fileURLWithPath: frame))
            let session = bench.folder + "/session"
            let opening = openSSL(bench, as: "operator", "-ign_eof -sess_out \(session)")
            let first = try Command(["/bin/sh", "-c", "exec \(opening) < \(frame)"])
            // BoringSSL sends its tickets with the first that it writes.
            _ = try await eventually("a session ticket", within: .seconds(30)) {
                (FileManager.default.contents(atPath: session)?.count ?? 0) > 0 ? true : nil
            }
            let said = first.output
            try await first.terminate()
            #expect(said.contains("TLSv1.3"), "\(said)")
            #expect(said.contains("Verify return code: 0 (ok)"), "\(said)")

            let resumed = openSSL(bench, as: "operator", "-ign_eof -sess_in \(session)")
            let second = try Command(["/bin/sh", "-c", "exec \(resumed) < \(frame)"])
            let answer = try await eventually("the echo", within: .seconds(30)) {
                second.output.contains("as myself") ? second.output : nil
            }
            try await second.terminate()
            #expect(answer.contains("Reused, TLSv1.3"), "\(answer)")
        }
    }

    @Test("our client with each wrong certificate is refused, and nothing it sent was read")
    func ourClientRefused() async throws {
        try await withSecureBench { bench in
            for wrong in Wrong.allCases where wrong != .oldVersion {
                let name = try wrong.prepare(bench)
                let client = try await bench.client(false, as: name)
                let error = await SecureBench.failure(client, DebugV1.EchoService.echo, [])
                await client.shutdown()
                #expect(error?.code == .unauthenticated, "\(wrong) \(String(describing: error))")
                #expect(error?.reason == "CERTIFICATE_REFUSED")
                #expect(error?.origin == .notSent)
                _ = try await bench.logged(
                    "connection refused",
                    wrong.rawValue,
                    by: try bench.gateway
                )
            }
            let nobody = try await bench.remit(["health"], as: nil)
            #expect(nobody.poll() == .exited(3), "\(nobody.log)")
            #expect(nobody.log.contains("CERTIFICATE_REFUSED"), "\(nobody.log)")
        }
    }

    @Test("our client refuses a server of another name, authority or date, and sends it nothing")
    func serverRefused() async throws {
        try await withSecureBench { bench in
            func expect(_ words: String, _ arguments: [String]) async throws {
                let found = try await bench.remit(["health"] + arguments)
                #expect(found.poll() == .exited(7), "\(found.log)")
                #expect(found.log.contains(words), "\(found.log)")
                #expect(found.log.contains("is not trusted"), "\(found.log)")
            }
            try await expect(
                "it is not the expected remit://gateway",
                ["--billing-identity", "remit://gateway"]
            )
            try bench.write("other.pem", try CertificateMaker(now: Date()).pair().certificate)
            try await expect("no authority trusted here", ["--tls-ca", bench.path("other.pem")])
            let own = try await bench.remit([
                "health", "--service", "gateway", "--gateway-identity", "remit://gateway",
            ])
            #expect(own.poll() == .exited(0), "\(own.log)")
        }
    }

    @Test("a plain-text client is refused, and a client with an expired certificate says so itself")
    func plaintext() async throws {
        try await withSecureBench { bench in
            let plain = try bench.run(
                .client,
                ["health", "--service", "gateway", "--gateway", bench.gatewayAddress]
            )
            #expect(try await plain.waitUntilEnded() == .exited(6))
            _ = try await bench.logged("this is not TLS", by: try bench.gateway)
            let name = try #require(try Wrong.expired.prepare(bench))
            let expired = try await bench.remit(["health"], as: name)
            #expect(expired.poll() == .exited(2), "\(expired.log)")
            #expect(expired.log.contains("expired on"), "\(expired.log)")
        }
    }
}
