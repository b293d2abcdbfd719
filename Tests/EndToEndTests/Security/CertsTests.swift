import Foundation
import Glibc
import Operations
import Testing

/// What `remit certs` and `remit tokens` make, looked at by other programs.
@Suite("Security: certificates and tokens")
struct CertsTests {
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "remit-certs-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    private func remit(_ folder: String, _ arguments: [String]) async throws -> ServiceProcess {
        let files = folder + "/" + UUID().uuidString
        let process = try ServiceProcess(.client, arguments, files: files)
        _ = try await process.waitUntilEnded()
        return process
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    /// What openssl says, which must end with 0.
    private func openSSL(_ words: String...) throws -> String {
        let (said, isSuccess) = try Command(["/usr/bin/openssl"] + words).wait()
        #expect(isSuccess, "\(words): \(said)")
        return said
    }

    private static let leaves = ["billing", "gateway", "portal", "operator"]

    @Test("openssl verifies what init makes: chains, names, purposes, keys and modes")
    func initialize() async throws {
        try await withFolder { folder in
            let files = folder + "/tls"
            let made = try await remit(
                folder,
                [
                    "certs", "init", "--dir", files, "--billing-host", "billing.example",
                    "--gateway-host", "192.0.2.7", "--gateway-host", "2001:db8::7", "--days", "20",
                ]
            )
            #expect(made.poll() == .exited(0), "\(made.log)")
            #expect(try mode(files) == 0o700)
            let written = try FileManager.default.contentsOfDirectory(atPath: files).sorted()
            #expect(
                made.output.split(separator: "\n").map(String.init).sorted()
                    == written.map { files + "/" + $0 }
            )
            for name in written {
                let isKey = name.hasSuffix("-key.pem")
                #expect(try mode(files + "/" + name) == (isKey ? 0o400 : 0o600), "\(name)")
            }
            let authority = files + "/ca.pem"
            let about = try openSSL("x509", "-in", authority, "-noout", "-text")
            #expect(about.contains("CA:TRUE, pathlen:0"))
            #expect(about.contains("Certificate Sign, CRL Sign"))
            #expect(about.contains("NIST CURVE: P-256"))
            for name in Self.leaves {
                let path = files + "/\(name).pem"
                let serves = name == "billing" || name == "gateway"
                for purpose in serves ? ["sslserver", "sslclient"] : ["sslclient"] {
                    _ = try openSSL(
                        "verify",
                        "-x509_strict",
                        "-CAfile",
                        authority,
                        "-purpose",
                        purpose,
                        path
                    )
                }
                let text = try openSSL("x509", "-in", path, "-noout", "-text")
                #expect(text.contains("URI:remit://\(name)"), "\(text)")
                #expect(text.contains("DNS:localhost") == serves)
                #expect(text.contains("CA:FALSE"))
                _ = try openSSL("x509", "-in", path, "-noout", "-checkend", "1600000")
                let (_, isLong) = try Command([
                    "/usr/bin/openssl", "x509", "-in", path, "-noout", "-checkend", "1800000",
                ]).wait()
                #expect(!isLong, "20 days were asked for")
                #expect(
                    try openSSL("x509", "-in", path, "-noout", "-pubkey")
                        == openSSL("pkey", "-in", files + "/\(name)-key.pem", "-pubout")
                )
            }
            _ = try openSSL(
                "verify",
                "-CAfile",
                authority,
                "-verify_hostname",
                "billing.example",
                files + "/billing.pem"
            )
            for address in ["127.0.0.1", "192.0.2.7", "2001:db8::7"] {
                _ = try openSSL(
                    "verify",
                    "-CAfile",
                    authority,
                    "-verify_ip",
                    address,
                    files + "/gateway.pem"
                )
            }
        }
    }

    @Test("nothing is overwritten without --force, and then everything is new")
    func overwrite() async throws {
        try await withFolder { folder in
            let files = folder + "/tls"
            func content() throws -> [String: Data] {
                var all: [String: Data] = [:]
                for name in try FileManager.default.contentsOfDirectory(atPath: files) {
                    all[name] = FileManager.default.contents(atPath: files + "/" + name)
                }
                return all
            }
            _ = try await remit(folder, ["certs", "init", "--dir", files])
            let first = try content()
            #expect(first.count == 12)
            let second = try await remit(folder, ["certs", "init", "--dir", files])
            #expect(second.poll() == .exited(2))
            #expect(second.log.contains("--force"), "\(second.log)")
            #expect(second.output == "")
            #expect(try content() == first)
            let forced = try await remit(folder, ["certs", "init", "--dir", files, "--force"])
            #expect(forced.poll() == .exited(0), "\(forced.log)")
            let third = try content()
            #expect(third.keys.sorted() == first.keys.sorted())
            for name in first.keys where name.hasSuffix(".pem") {
                #expect(third[name] != first[name], "\(name)")
            }
            for name in third.keys where name.hasSuffix("-key.pem") {
                #expect(try mode(files + "/" + name) == 0o400)
            }
        }
    }

    @Test("renew keeps the authority and the names; add makes one more")
    func renew() async throws {
        try await withFolder { folder in
            let files = folder + "/tls"
            _ = try await remit(
                folder,
                ["certs", "init", "--dir", files, "--gateway-host", "2001:db8::7"]
            )
            func text(_ name: String) throws -> String {
                try String(contentsOfFile: files + "/" + name, encoding: .utf8)
            }
            let (authority, old) = (try text("ca.pem"), try text("gateway.pem"))
            let oldNames = try CertificateMaker.names(inPEM: old)
            #expect(oldNames.hosts == ["localhost", "127.0.0.1", "::1", "2001:db8::7"])
            let added = try await remit(
                folder,
                ["certs", "add", "--dir", files, "--name", "reports", "--host", "r.example"]
            )
            #expect(added.poll() == .exited(0), "\(added.log)")
            let renewed = try await remit(folder, ["certs", "renew", "--dir", files])
            #expect(renewed.poll() == .exited(0), "\(renewed.log)")
            #expect(try text("ca.pem") == authority)
            #expect(try text("gateway.pem") != old)
            let names = try CertificateMaker.names(inPEM: try text("gateway.pem"))
            #expect(names.identities == ["remit://gateway"])
            #expect(names.hosts == oldNames.hosts)
            for name in Self.leaves + ["reports"] {
                _ = try openSSL("verify", "-CAfile", files + "/ca.pem", files + "/\(name).pem")
            }
            let again = try await remit(
                folder,
                ["certs", "add", "--dir", files, "--name", "reports"]
            )
            #expect(again.poll() == .exited(2))
            let nowhere = try await remit(folder, ["certs", "renew", "--dir", folder + "/none"])
            #expect(nowhere.poll() == .exited(2))
            #expect(nowhere.log.contains("/none/ca.pem cannot be read"), "\(nowhere.log)")
        }
    }

    @Test("a token is shown once, and its line in the table lets it in, for its scopes alone")
    func token() async throws {
        try await withFolder { folder in
            let made = try await remit(
                folder,
                [
                    "tokens", "create", "--name", "feed reader", "--scope", "charge", "--days", "7",
                    "--token-file", folder + "/token",
                ]
            )
            #expect(made.poll() == .exited(0), "\(made.log)")
            let token = try String(contentsOfFile: folder + "/token", encoding: .utf8)
                .trimmingCharacters(in: .newlines)
            #expect(try mode(folder + "/token") == 0o400)
            #expect(!made.output.contains(token))
            #expect(made.output.contains(BearerToken.hexadecimalHash(token)))
            let table = "{\"tokens\": [\(made.output)]}"
            try Data(table.utf8).write(to: URL(fileURLWithPath: folder + "/access.json"))

            let data = folder + "/gateway"
            let initial = try ServiceProcess(
                .gateway,
                ["init", "--data", data],
                files: folder + "/init"
            )
            try #require(try await initial.waitUntilEnded() == .exited(0))
            let gateway = try ServiceProcess(
                .gateway,
                [
                    "serve", "--listen", "127.0.0.1:0", "--data", data, "--access",
                    folder + "/access.json", "--allow-plaintext-tokens",
                ],
                files: folder + "/serve"
            )
            let address = "127.0.0.1:\(try await gateway.listeningPort())"
            func call(_ arguments: [String]) async throws -> ServiceProcess {
                try await remit(folder, arguments + ["--gateway", address])
            }
            let file = ["--gateway-token-file", folder + "/token"]
            let events = try await call(["events", "gateway"] + file)
            #expect(events.poll() == .exited(0), "\(events.log)")
            let other = try await call(["sandbox", "charges"] + file)
            #expect(other.poll() == .exited(3))
            #expect(other.log.contains("SCOPE_MISSING"), "\(other.log)")
            let nobody = try await call(["events", "gateway"])
            #expect(nobody.poll() == .exited(3))
            #expect(nobody.log.contains("CREDENTIAL_MISSING"), "\(nobody.log)")
            let health = try await call(["health", "--service", "gateway"])
            #expect(health.poll() == .exited(0), "\(health.log)")
            gateway.terminate()
            #expect(try await gateway.waitUntilEnded() == .exited(0))
            #expect(gateway.log.contains("token feed reader"))
            #expect(!gateway.log.contains(token))
        }
    }

    @Test("without a file the token is the first line; a scope that is none is refused")
    func printed() async throws {
        try await withFolder { folder in
            let made = try await remit(
                folder,
                ["tokens", "create", "--name", "n", "--scope", "history.read"]
            )
            let lines = made.output.split(separator: "\n").map(String.init)
            #expect(lines.count == 2)
            #expect(lines[0].hasPrefix(BearerToken.prefix))
            #expect(lines[1].contains(BearerToken.hexadecimalHash(lines[0])))
            let wrong = try await remit(
                folder,
                ["tokens", "create", "--name", "n", "--scope", "everything"]
            )
            #expect(wrong.poll() == .exited(2))
            #expect(wrong.log.contains("history.read"), "\(wrong.log)")
        }
    }
}
