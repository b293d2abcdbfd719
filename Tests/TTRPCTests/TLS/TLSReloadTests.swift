import Foundation
import NIOCore
import Operations
import Testing

@testable import TTRPC

@Suite("TLS: new certificates while serving", .timeLimit(testBound))
struct TLSReloadTests {
    @Test("new connections meet the new certificate, and open ones live on")
    func replaced() async throws {
        try await withTLSServer { server in
            let files = try server.certificates.issue("client")
            try await server.withClient(files, identity: "remit://server") { old in
                #expect(try await old.text(Probe.echo, "") == "remit://client")
                try server.certificates.issue("server", identities: ["remit://next"])
                guard case .replaced = server.source.reload() else {
                    Issue.record("the new files were not taken")
                    return
                }
                #expect(try await old.text(Probe.echo, "") == "remit://client")
                let hosts = ["127.0.0.1"]
                try server.certificates.issue(
                    "server",
                    identities: ["remit://next"],
                    hosts: hosts
                )
                _ = server.source.reload()
                #expect(try await server.failure(files, identity: "remit://next") == nil)
                #expect(try await server.failure(files, identity: "remit://server") != nil)
                #expect(try await old.text(Probe.echo, "") == "remit://client")
            }
        }
    }

    @Test("files that did not change are not read again, unless it is asked for")
    func unchanged() throws {
        let certificates = try TestCertificates()
        let source = try TLSSource(try certificates.issue("client"), .client)
        #expect(source.reload() == .none)
        guard case .replaced = source.reload(force: true) else {
            Issue.record("it was asked for")
            return
        }
        try certificates.issue("client")
        guard case .replaced = source.reload() else {
            Issue.record("they changed")
            return
        }
        #expect(source.reload() == .none)
    }

    @Test("a new file that cannot be used leaves the old one, and says why once")
    func broken() async throws {
        try await withTLSServer { server in
            let certificates = server.certificates
            let files = try certificates.issue("client")
            let path = certificates.path("server.pem")
            try certificates.write("server.pem", "nonsense")
            #expect(server.source.reload() == .refused(.noCertificate(file: path)))
            #expect(server.source.reload() == .none)
            #expect(try await server.failure(files) == nil, "it serves with the old one")
            try FileManager.default.removeItem(atPath: path)
            guard case .refused(.unreadable) = server.source.reload() else {
                Issue.record("the file is not there")
                return
            }
            #expect(try await server.failure(files) == nil)
        }
    }

    @Test("a certificate without its key yet leaves the old pair until both are there")
    func half() async throws {
        try await withTLSServer { server in
            let certificates = server.certificates
            let files = try certificates.issue("client")
            let pair = try certificates.authority.leaf(
                identities: ["remit://next"],
                hosts: ["127.0.0.1"],
                days: 5
            )
            try certificates.write("server.pem", pair.certificate)
            guard case .refused(.mismatch) = server.source.reload() else {
                Issue.record("the key is another's")
                return
            }
            #expect(try await server.failure(files, identity: "remit://server") == nil)
            try certificates.write("server-key.pem", pair.key, mode: 0o400)
            guard case .replaced = server.source.reload() else {
                Issue.record("both are there")
                return
            }
            #expect(try await server.failure(files, identity: "remit://next") == nil)
        }
    }

    @Test(
        "before its client's certificate expires a connection closes, and the next has the new one"
    )
    func clientExpires() async throws {
        try await withTLSServer(configure: { $0.sweepInterval = .milliseconds(20) }) { server in
            let certificates = server.certificates
            let yesterday = Date(timeIntervalSinceNow: 12 - 86_400)
            let maker = try CertificateMaker(try certificates.authority.pair(), now: yesterday)
            let files = try certificates.issue("client", days: 1, maker: maker)
            let source = try TLSSource(files, .client)
            let settings = TLSClientSettings(
                source,
                identity: nil,
                handshakeTimeout: .seconds(waitSeconds)
            )
            try await withClient(port: server.port, { $0.tls = settings }) { client in
                #expect(try await client.text(Probe.echo, "") == "remit://client")
                try certificates.issue("client", identities: ["remit://renewed"])
                guard case .replaced = source.reload() else {
                    Issue.record("the new files were not taken")
                    return
                }
                #expect(try await client.text(Probe.echo, "") == "remit://client")
                let _: Bool = try await eventually("the new certificate is shown") {
                    do {
                        let name = try await client.text(Probe.echo, "")
                        return name == "remit://renewed" ? true : nil
                    } catch let error as RPCError where error.code == .unavailable {
                        // It crossed the word that the connection ends.
                        return nil
                    }
                }
            }
        }
    }

    @Test("an authority that is no longer trusted ends no connection, and begins none")
    func otherAuthority() async throws {
        try await withTLSServer { server in
            let certificates = server.certificates
            let files = try certificates.issue("client")
            let next = try CertificateMaker(now: Date())
            // What the client trusts stays: the server's certificate is the old authority's.
            let trusted = TLSFiles(
                certificate: files.certificate,
                key: files.key,
                authorities: certificates.path("old.pem")
            )
            try certificates.write("old.pem", try certificates.authority.pair().certificate)
            try await server.withClient(trusted) { old in
                #expect(try await old.text(Probe.echo, "") == "remit://client")
                try certificates.write("ca.pem", try next.pair().certificate)
                _ = server.source.reload()
                #expect(try await old.text(Probe.echo, "") == "remit://client")
                #expect(try await server.failure(trusted)?.reason == "CERTIFICATE_REFUSED")
            }
        }
    }
}

@Suite("TLS: files")
struct TLSFileTests {
    private func failure(_ files: TLSFiles, _ role: TLSRole = .client) -> TLSError? {
        do throws(TLSError) {
            _ = try TLSSource(files, role)
            return nil
        } catch { return error }
    }

    @Test("each file that cannot be used is named, with why")
    func wrong() throws {
        let certificates = try TestCertificates()
        let good = try certificates.issue("good")
        let path = certificates.path
        #expect(failure(good) == nil)

        var files = good
        files.certificate = path("none")
        #expect(
            failure(files)
                == .unreadable(file: path("none"), why: "No such file or directory")
        )
        files.certificate = "/dev/zero"
        #expect(failure(files) == .tooLong(file: "/dev/zero", limit: TLSFile.maxBytes))
        try certificates.write("empty.pem", "")
        files.certificate = path("empty.pem")
        #expect(failure(files) == .noCertificate(file: path("empty.pem")))
        try certificates.write(
            "bad.pem",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        )
        files.certificate = path("bad.pem")
        guard case .malformed(path("bad.pem"), _)? = failure(files) else {
            Issue.record("\(String(describing: failure(files)))")
            return
        }

        files = good
        files.authorities = path("empty.pem")
        #expect(failure(files) == .noCertificate(file: path("empty.pem")))
        files = good
        files.key = path("empty.pem")
        #expect(failure(files) == .noKey(file: path("empty.pem")))
        files.key = path("good.pem")
        #expect(failure(files) == .noKey(file: path("good.pem")))
        try certificates.issue("other")
        files.key = path("other-key.pem")
        #expect(
            failure(files) == .mismatch(certificate: path("good.pem"), key: path("other-key.pem"))
        )
    }

    @Test(
        "a key that others may read or change is refused",
        arguments: [0o604, 0o620, 0o602, 0o644]
    )
    func openKey(_ mode: Int) throws {
        let certificates = try TestCertificates()
        let files = try certificates.issue("good")
        let key = try #require(files.key)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: key)
        #expect(failure(files) == .openKey(file: key))
    }

    @Test("a key that the owner or the group may read is taken", arguments: [0o400, 0o600, 0o640])
    func closedKey(_ mode: Int) throws {
        let certificates = try TestCertificates()
        let files = try certificates.issue("good")
        let key = try #require(files.key)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: key)
        #expect(failure(files) == nil)
    }

    @Test("our own certificate must be good now, and say who we are")
    func own() throws {
        let certificates = try TestCertificates()
        let past = try certificates.issue("past", begin: -10, days: 5)
        guard case .expired(certificates.path("past.pem"), _)? = failure(past) else {
            Issue.record("it is over")
            return
        }
        let future = try certificates.issue("future", begin: 2)
        guard case .notYetValid(certificates.path("future.pem"), _)? = failure(future) else {
            Issue.record("it has not begun")
            return
        }
        let nobody = try certificates.issue("nobody", identities: [], hosts: ["localhost"])
        #expect(
            failure(nobody) == .noIdentity(file: certificates.path("nobody.pem"), count: 0)
        )
    }

    @Test("no error shows what is in a key")
    func secret() throws {
        let certificates = try TestCertificates()
        var files = try certificates.issue("good")
        let key = try String(contentsOfFile: try #require(files.key), encoding: .utf8)
        let broken = key.replacing("BEGIN PRIVATE KEY", with: "BEGIN ENCRYPTED PRIVATE KEY")
            .replacing("END PRIVATE KEY", with: "END ENCRYPTED PRIVATE KEY")
        try certificates.write("broken.pem", broken)
        files.key = certificates.path("broken.pem")
        let error = try #require(failure(files))
        #expect(error == .noKey(file: certificates.path("broken.pem")))
        let secret = key.split(separator: "\n")[1].prefix(20)
        #expect(!"\(error)".contains(secret))
    }
}
