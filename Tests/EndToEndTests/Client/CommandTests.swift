import Foundation
import Testing

/// These count on being alone: they read whole books and the first numbers.
@Suite("The client's commands, one after the other")
struct CommandTests {
    private func remit(
        _ bench: TestBench,
        _ arguments: [String]
    ) async throws -> ServiceProcess {
        let process = try bench.run(
            .client,
            arguments,
            environment: [
                "REMIT_BILLING": bench.billingAddress, "REMIT_GATEWAY": bench.gatewayAddress,
            ]
        )
        _ = try await process.waitUntilEnded()
        return process
    }

    @Test("each command reaches its method and prints a table")
    func commands() async throws {
        try await withBench { bench in
            let created = try await remit(
                bench,
                ["account", "create", "--name", "Ann", "--output", "json"]
            )
            let object = try JSONSerialization.jsonObject(with: Data(created.output.utf8))
            let account = try #require((object as? [String: Any])?["account_id"] as? String)
            bench.used(SandboxCard.visa)
            for arguments in [
                ["account", "get", "000001"],
                [
                    "user", "invite", "--account", account, "--first-name", "A", "--last-name",
                    "B", "--username", "ab", "--email", "a@example.com",
                ],
                ["user", "list", "--account", account],
                [
                    "invoice", "create", "--account", account, "--line", "Service:2:10.00",
                    "--tax", "HST:13:2.60", "--post",
                ],
                ["invoice", "list", "--account", account], ["invoice", "get", "INV00000001"],
                [
                    "pay", "--account", account, "--card", SandboxCard.visa, "--expiry",
                    "12/\(SandboxCard.expiryYear)", "--postal-code", "A1A1A1", "--save",
                ],
                ["payment", "prepare", "--account", account],
                ["method", "list", "--account", account],
                ["history", "list", "--account", account, "--type", "payment"],
                ["ledger", "entries"], ["ledger", "trial-balance", "--book", "gateway"],
                ["ledger", "verify"], ["ledger", "reconcile"], ["events", "billing"],
                ["events", "gateway"], ["sandbox", "charges"], ["health"],
            ] {
                let process = try await remit(bench, arguments)
                #expect(process.poll() == .exited(0), "\(arguments): \(process.log)")
                #expect(!process.output.isEmpty, "\(arguments)")
            }
        }
    }

    @Test("a card number may come from a file, and comes back masked")
    func cardFile() async throws {
        try await withBench { bench in
            let file = bench.folder + "/card"
            try "\(SandboxCard.visa)\n123\n".write(
                toFile: file,
                atomically: true,
                encoding: .utf8
            )
            let process = try await remit(
                bench,
                [
                    "card", "tokenize", "--card-file", file, "--expiry",
                    "12/\(SandboxCard.expiryYear)",
                ]
            )
            #expect(process.poll() == .exited(0), "\(process.log)")
            #expect(process.output.contains("4242"))
            try FileManager.default.removeItem(atPath: file)
            // Closing the bench looks for it in every file, the client's output included.
            bench.used(SandboxCard.visa)
        }
    }

    @Test("the demo plays to its end and finds the three books equal")
    func demo() async throws {
        try await withBench { bench in
            let process = try await remit(bench, ["demo"])
            #expect(process.poll() == .exited(0), "\(process.output) \(process.log)")
            #expect(process.output.contains("The three books agree."))
        }
    }
}
