import Foundation
import Operations
import Testing

@Suite("Security: configuration")
struct SecurityConfigurationTests {
    /// A command line that is refused; DIR stands for a folder of `certs init`.
    struct Wrong: Sendable, CustomTestStringConvertible {
        let program: Program
        let arguments: String
        /// Words of the one line on standard error.
        let words: String
        var testDescription: String { "\(program.rawValue) \(arguments)" }

        init(_ program: Program, _ arguments: String, _ words: String) {
            self.program = program
            self.arguments = arguments
            self.words = words
        }
    }

    private static let pair = "--tls-certificate DIR/billing.pem --tls-key DIR/billing-key.pem"
    private static let access = "--access DIR/NAME-access.json"

    static let wrong =
        [Program.gateway, .billing].flatMap { program in
            [
                Wrong(program, "--tls-certificate DIR/billing.pem", "--tls-key is missing"),
                Wrong(program, "--tls-key DIR/billing-key.pem", "--tls-certificate is missing"),
                Wrong(program, "--tls-client-ca DIR/ca.pem", "need --tls-certificate"),
                Wrong(program, pair, "--access is missing"),
                Wrong(program, access, "--access needs --tls-certificate"),
                Wrong(
                    program,
                    access + " --allow-plaintext-tokens --allow-plaintext --listen 0.0.0.0:0",
                    "--access needs --tls-certificate"
                ),
                Wrong(program, pair + " --access DIR/none.json", "DIR/none.json cannot be read"),
                Wrong(program, pair + " --access DIR/ca.pem", "DIR/ca.pem is no JSON object"),
                Wrong(program, pair + " --access DIR/wrong.json", "there is no scope 'everything'"),
                Wrong(
                    program,
                    "--tls-certificate DIR/none.pem --tls-key DIR/billing-key.pem",
                    "DIR/none.pem cannot be read"
                ),
                Wrong(
                    program,
                    "--tls-certificate DIR/wrong.json --tls-key DIR/billing-key.pem",
                    "DIR/wrong.json has no certificate"
                ),
                Wrong(
                    program,
                    "--tls-certificate DIR/billing.pem --tls-key DIR/gateway-key.pem",
                    "DIR/gateway-key.pem is not the private key"
                ),
                Wrong(
                    program,
                    "--tls-certificate DIR/open.pem --tls-key DIR/open-key.pem",
                    "chmod 600"
                ),
                Wrong(
                    program,
                    "--tls-certificate DIR/expired.pem --tls-key DIR/expired-key.pem",
                    "DIR/expired.pem expired on"
                ),
                Wrong(
                    program,
                    pair + " --tls-client-certificates required",
                    "needs --tls-client-ca"
                ),
                Wrong(
                    program,
                    pair + " --tls-client-ca DIR/ca.pem --tls-client-certificates sometimes",
                    "one of required, optional"
                ),
                Wrong(program, pair + " --tls-client-ca DIR/none", "DIR/none cannot be read"),
                Wrong(program, "--tls-reload-seconds 0", "--tls-reload-seconds"),
            ]
        } + [
            Wrong(
                .billing,
                "--gateway 192.0.2.1:7002",
                "--gateway 192.0.2.1:7002 is not a loopback"
            ),
            Wrong(.billing, "--gateway-identity remit://gateway", "--gateway-tls-ca is missing"),
            Wrong(
                .billing,
                "--gateway-tls-ca DIR/ca.pem --gateway-tls-certificate DIR/billing.pem",
                "go together"
            ),
            Wrong(.billing, "--gateway-tls-ca DIR/none.pem", "DIR/none.pem cannot be read"),
        ]

    @Test("a wrong setting is one clear line on standard error and status 2", arguments: wrong)
    func refused(_ wrong: Wrong) async throws {
        try await withFolder { folder in
            let files = folder + "/tls"
            let name = wrong.program == .billing ? "billing" : "gateway"
            func text(_ text: String) -> String {
                text.replacing("DIR", with: files).replacing("NAME", with: name)
            }
            var arguments = ["serve", "--data", folder]
            let more = text(wrong.arguments).split(separator: " ").map(String.init)
            if !more.contains("--listen") { arguments += ["--listen", "127.0.0.1:0"] }
            if wrong.program == .billing, !more.contains("--gateway") {
                arguments += ["--gateway", "127.0.0.1:1"]
            }
            let process = try ServiceProcess(
                wrong.program,
                arguments + more,
                files: folder + "/refused"
            )
            #expect(try await process.waitUntilEnded() == .exited(2))
            let log = process.log
            #expect(log.hasPrefix(wrong.program.rawValue + ": "), "\(log)")
            #expect(log.hasSuffix("\n"))
            #expect(log.count { $0 == "\n" } == 1, "\(log)")
            #expect(log.contains(text(wrong.words)), "\(log)")
            #expect(process.output == "")
        }
    }

    /// A command line of the client that is refused before it dials.
    static let wrongClient: [(String, String)] = [
        ("--billing 192.0.2.1:7001", "192.0.2.1:7001 is not a loopback address"),
        ("--billing 127.0.0.1:1 --tls-certificate DIR/operator.pem", "go together"),
        ("--billing 127.0.0.1:1 --billing-identity remit://billing", "--tls-ca is missing"),
        ("--billing 127.0.0.1:1 --tls-ca DIR/none.pem", "DIR/none.pem cannot be read"),
        (
            "--billing 192.0.2.1:1 --allow-plaintext --billing-token-file DIR/token",
            "a bearer token is not sent as plain text"
        ),
        ("--billing 127.0.0.1:1 --billing-token-file DIR/open-key.pem", "chmod 600"),
        ("--billing 127.0.0.1:1 --billing-token-file DIR/empty", "has no bearer token"),
    ]

    @Test("a wrong setting of the client is one clear line and status 2", arguments: wrongClient)
    func clientRefused(_ arguments: String, _ words: String) async throws {
        try await withFolder { folder in
            let files = folder + "/tls"
            let more = arguments.replacing("DIR", with: files).split(separator: " ")
            let process = try ServiceProcess(
                .client,
                ["health"] + more.map(String.init),
                files: folder + "/refused"
            )
            #expect(try await process.waitUntilEnded() == .exited(2))
            #expect(process.log.contains(words.replacing("DIR", with: files)), "\(process.log)")
            #expect(process.log.count { $0 == "\n" } == 1, "\(process.log)")
        }
    }

    /// A folder with certificates as they should be, and some as they should not.
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "remit-security-" + UUID().uuidString
        let files = folder + "/tls/"
        try FileManager.default.createDirectory(
            atPath: files,
            withIntermediateDirectories: true
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func write(_ name: String, _ text: String, _ mode: Int = 0o600) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: files + name))
            try FileManager.default.setAttributes(
                [.posixPermissions: mode],
                ofItemAtPath: files + name
            )
        }
        let authority = try CertificateMaker(now: Date())
        let past = try CertificateMaker(
            try authority.pair(),
            now: Date(timeIntervalSinceNow: -864_000)
        )
        try write("ca.pem", try authority.pair().certificate)
        for name in ["billing", "gateway", "operator", "open", "expired"] {
            let pair = try (name == "expired" ? past : authority).leaf(
                identities: ["remit://" + name],
                hosts: ["localhost"],
                days: 5
            )
            try write(name + ".pem", pair.certificate)
            try write(name + "-key.pem", pair.key, name == "open" ? 0o644 : 0o400)
        }
        try write("billing-access.json", "{}")
        try write("gateway-access.json", "{}")
        try write(
            "wrong.json",
            #"{"identities": [{"uri": "a://b", "tenant": "t", "scopes": ["everything"]}]}"#
        )
        try write("token", "remit_x\n")
        try write("empty", "\n")
        try await body(folder)
    }
}
