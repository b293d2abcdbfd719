import Foundation
import Glibc
import RemitAPI
import TTRPC
import Testing

@Suite("Configuration")
struct ConfigurationTests {
    /// The status of a wrong configuration.
    private static let wrongConfiguration = ServiceProcess.Ending.exited(2)

    /// A command line that is refused; DATA stands for a good data folder.
    struct Wrong: Sendable, CustomTestStringConvertible {
        let program: Program
        let arguments: [String]
        /// A word of the line on standard error that tells what is wrong.
        let word: String
        var testDescription: String { ([program.rawValue] + arguments).joined(separator: " ") }

        init(_ program: Program, _ arguments: [String], _ word: String) {
            self.program = program
            self.arguments = arguments
            self.word = word
        }
    }

    static let wrong =
        [Program.gateway, .billing].flatMap { program in
            let rest = program == .billing ? ["--gateway", "127.0.0.1:1"] : []
            let listen = ["--listen", "127.0.0.1:0"]
            let data = ["--data", "DATA"]
            return [
                Wrong(program, [], "serve"),
                Wrong(program, ["dance"], "serve"),
                Wrong(
                    program,
                    ["serve", "--no-such-flag"] + listen + data + rest,
                    "--no-such-flag"
                ),
                Wrong(program, ["serve", "stray"] + listen + data + rest, "stray"),
                Wrong(program, ["serve", "--listen", "nonsense"] + data + rest, "nonsense"),
                Wrong(program, ["serve", "--listen", "127.0.0.1:65536"] + data + rest, "65536"),
                Wrong(program, ["serve", "--listen"], "--listen"),
                Wrong(program, ["serve"] + listen + rest, "--data"),
                Wrong(program, ["serve", "--data", "DATA/none"] + listen + rest, "DATA/none"),
                Wrong(
                    program,
                    ["serve", "--log-level", "loud"] + listen + data + rest,
                    "loud"
                ),
                Wrong(
                    program,
                    ["serve", "--drain-timeout-seconds", "-1"] + listen + data + rest,
                    "--drain-timeout-seconds"
                ),
                Wrong(
                    program,
                    ["serve", "--drain-timeout-seconds", "soon"] + listen + data + rest,
                    "--drain-timeout-seconds"
                ),
                Wrong(
                    program,
                    ["serve", "--debug-crash-point", "nowhere"] + listen + data + rest,
                    "nowhere"
                ),
                Wrong(
                    program,
                    ["serve", "--config", "DATA/none.json"] + listen + data + rest,
                    "none.json"
                ),
                Wrong(
                    program,
                    ["serve", "--listen", "0.0.0.0:0"] + data + rest,
                    "--allow-plaintext"
                ),
                Wrong(program, ["serve", "--listen", "[::]:0"] + data + rest, "--allow-plaintext"),
            ]
        } + [
            Wrong(.billing, ["serve", "--listen", "127.0.0.1:0", "--data", "DATA"], "--gateway"),
            Wrong(
                .billing,
                ["serve", "--listen", "127.0.0.1:0", "--data", "DATA", "--gateway", "nonsense"],
                "nonsense"
            ),
            Wrong(.gateway, ["init"], "--data"),
            Wrong(.gateway, ["init", "--data", "/proc/none"], "/proc/none"),
        ]

    @Test(
        "a wrong configuration is one clear line on standard error and status 2",
        arguments: wrong
    )
    func refused(_ wrong: Wrong) async throws {
        try await withFolder { folder in
            let data = folder + "/data"
            if wrong.program == .gateway {
                let initial = try ServiceProcess(
                    .gateway,
                    ["init", "--data", data],
                    files: folder + "/init"
                )
                try #require(try await initial.waitUntilEnded() == .exited(0))
            } else {
                try FileManager.default.createDirectory(
                    atPath: data,
                    withIntermediateDirectories: true
                )
            }
            let process = try ServiceProcess(
                wrong.program,
                wrong.arguments.map { $0.replacing("DATA", with: data) },
                files: folder + "/refused"
            )
            try await expectRefused(
                process,
                wrong.program,
                wrong.word.replacing("DATA", with: data)
            )
        }
    }

    /// One line that begins with the program's name, nothing on standard output, and status 2.
    private func expectRefused(
        _ process: ServiceProcess,
        _ program: Program,
        _ word: String
    ) async throws {
        #expect(try await process.waitUntilEnded() == Self.wrongConfiguration)
        let log = process.log
        #expect(log.hasPrefix(program.rawValue + ": "), "\(log)")
        #expect(log.hasSuffix("\n"))
        #expect(log.count { $0 == "\n" } == 1, "\(log)")
        #expect(log.contains(word), "\(log)")
        #expect(process.output == "")
    }

    @Test("a data folder that another process uses is refused, and that process goes on")
    func folderInUse() async throws {
        try await withBench { bench in
            for (program, data) in [
                (Program.gateway, bench.gatewayFolder), (.billing, bench.billingFolder),
            ] {
                let rest = program == .billing ? ["--gateway", bench.gatewayAddress] : []
                let second = try bench.run(
                    program,
                    ["serve", "--listen", bench.host + ":0", "--data", data] + rest
                )
                try await expectRefused(second, program, data)
            }
            let account = try await bench.newAccount()
            let payment = try await bench.pay(
                account,
                money(100),
                try await bench.newCard(SandboxCard.visa)
            )
            #expect(payment.state == .succeeded)
        }
    }

    @Test("an address that is taken is refused")
    func addressInUse() async throws {
        try await withBench { bench in
            let data = bench.folder + "/other"
            let initial = try bench.run(.gateway, ["init", "--data", data])
            try #require(try await initial.waitUntilEnded() == .exited(0))
            let second = try bench.run(
                .gateway,
                ["serve", "--listen", bench.billingAddress, "--data", data]
            )
            #expect(try await second.waitUntilEnded() == Self.wrongConfiguration)
            #expect(second.log.contains("--listen"))
            #expect(second.output == "")
        }
    }

    @Test("init makes a key that its owner alone may read, and never overwrites one")
    func initialize() async throws {
        try await withFolder { folder in
            let data = folder + "/data"
            let key = data + "/keys/key-encryption-key"
            let first = try ServiceProcess(
                .gateway,
                ["init", "--data", data],
                files: folder + "/first"
            )
            #expect(try await first.waitUntilEnded() == .exited(0))
            let attributes = try FileManager.default.attributesOfItem(atPath: key)
            #expect(attributes[.posixPermissions] as? Int == 0o400)
            #expect(attributes[.size] as? Int == 32)
            let content = FileManager.default.contents(atPath: key)
            let second = try ServiceProcess(
                .gateway,
                ["init", "--data", data],
                files: folder + "/second"
            )
            try await expectRefused(second, .gateway, key)
            #expect(FileManager.default.contents(atPath: key) == content)
        }
    }

    @Test("a key that others may read, another key, and a missing one are refused")
    func wrongKey() async throws {
        try await withFolder { folder in
            let data = folder + "/data"
            let key = data + "/keys/key-encryption-key"
            let first = try ServiceProcess(
                .gateway,
                ["init", "--data", data],
                files: folder + "/init"
            )
            try #require(try await first.waitUntilEnded() == .exited(0))
            let content = try #require(FileManager.default.contents(atPath: key))
            let serve = ["serve", "--listen", "127.0.0.1:0", "--data", data]

            try #require(chmod(key, 0o444) == 0)
            let open = try ServiceProcess(.gateway, serve, files: folder + "/open")
            try await expectRefused(open, .gateway, key)

            try FileManager.default.removeItem(atPath: key)
            let missing = try ServiceProcess(.gateway, serve, files: folder + "/missing")
            try await expectRefused(missing, .gateway, key)

            let other = Data(content.map { ~$0 })
            try other.write(to: URL(fileURLWithPath: key))
            try #require(chmod(key, 0o400) == 0)
            let wrong = try ServiceProcess(.gateway, serve, files: folder + "/wrong")
            try await expectRefused(wrong, .gateway, "key")
        }
    }

    @Test("settings come from flags, else from the environment, else from a file")
    func sources() async throws {
        try await withBench { bench in
            try await bench.stopBilling()
            let file = bench.folder + "/billing.json"
            let host = bench.host
            try Data(
                """
                {"listen": "nonsense", "data": "\(bench.billingFolder)", "log-level": "nonsense"}
                """.utf8
            ).write(to: URL(fileURLWithPath: file))
            let process = try bench.run(
                .billing,
                ["serve", "--config", file, "--listen", "\(host):0"],
                environment: [
                    "REMIT_BILLING_LISTEN": "nonsense",
                    "REMIT_BILLING_LOG_LEVEL": "debug",
                    "REMIT_BILLING_GATEWAY": bench.gatewayAddress,
                ]
            )
            #expect(try await process.listeningPort() > 0)
            process.terminate()
            #expect(try await process.waitUntilEnded() == .exited(0))
            try await bench.startBilling()
        }
    }

    @Test("an unknown key of a file is refused")
    func unknownKey() async throws {
        try await withFolder { folder in
            let file = folder + "/gateway.json"
            try Data(#"{"listne": "127.0.0.1:0"}"#.utf8).write(to: URL(fileURLWithPath: file))
            let process = try ServiceProcess(
                .gateway,
                ["serve", "--config", file],
                files: folder + "/refused"
            )
            try await expectRefused(process, .gateway, "listne")
        }
    }

    @Test("--help prints the settings and ends with 0", arguments: [Program.gateway, .billing])
    func help(_ program: Program) async throws {
        try await withFolder { folder in
            for arguments in [["--help"], ["serve", "--help"]] {
                let process = try ServiceProcess(program, arguments, files: folder + "/help")
                #expect(try await process.waitUntilEnded() == .exited(0))
                #expect(process.output.contains("usage: " + program.rawValue))
                #expect(process.log == "")
            }
        }
    }

    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "remit-configuration-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }
}
