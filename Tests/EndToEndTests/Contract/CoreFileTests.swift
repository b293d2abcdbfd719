import Foundation
import Glibc
import Testing

@Suite("Card numbers in memory stay there")
struct CoreFileTests {
    @Test("neither the services nor the client may leave a core file")
    func limits() async throws {
        try await withBench { bench in
            _ = try await bench.newAccount()
            // Any command that lasts: each begins in the same way.
            let client = try bench.run(
                .client,
                ["events", "billing", "--follow", "--billing", bench.billingAddress]
            )
            _ = try await eventually("a line", within: TestBench.maxDecision) {
                client.output.hasSuffix("\n") ? true : nil
            }
            for process in [client, try #require(bench.billing), try #require(bench.gateway)] {
                // The limit, and how far the process itself could raise it again.
                #expect(try Self.coreFileLimit(of: process) == ["0", "0", "bytes"])
            }
            kill(client.pid, SIGINT)
            #expect(try await client.waitUntilEnded() == .exited(0), "\(client.log)")
        }
    }

    private static func coreFileLimit(of process: ServiceProcess) throws -> [Substring] {
        let limits = try String(contentsOfFile: "/proc/\(process.pid)/limits", encoding: .utf8)
        let line = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
        return try #require(line, "\(limits)").split(separator: " ").suffix(3)
    }
}
