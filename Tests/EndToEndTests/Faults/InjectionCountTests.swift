import Foundation
import RemitAPI
import Testing

@Suite(
    "The calls of one payment, counted twice",
    .enabled(if: SystemCallTrace.isPossible, "strace is not installed, or may not attach here")
)
struct InjectionCountTests {
    @Test(
        "inject.so sees every write, sync and send that strace sees: no call escapes injection",
        .timeLimit(.minutes(5)),
        arguments: [Program.gateway, .billing]
    )
    func countTwice(_ program: Program) async throws {
        try await withBench { bench in
            let gateway = try await FaultyService(bench, .gateway)
            let billing = try await FaultyService(bench, .billing)
            let target = program == .gateway ? gateway : billing
            let account = try await bench.newAccount()
            // Saved: a card of one payment has its key destroyed some time afterwards.
            let method = try await bench.savedMethod(account)
            let trace = try await SystemCallTrace(
                target.process.pid,
                folder: bench.folder(of: program),
                output: bench.folder + "/trace"
            )
            try target.control.arm(.fileWrite, nth: 0, .killBefore)
            let payment = try await bench.pay(account, money(500), .paymentMethodID(method))
            #expect(payment.state == .succeeded)
            let counted = try target.control.disarm().counts
            let traced = try await trace.end()
            print("\(program.rawValue): \(counted)")
            #expect(counted == traced.counts)
            #expect(counted.allSatisfy { $0.value > 0 })
            // Requests and replies go to the socket itself; a channel would write them.
            #expect(traced.sends == ["sendto"])
            try await gateway.end()
            try await billing.end()
        }
    }
}

/// What strace sees of a running process.
final class SystemCallTrace {
    private static let strace = "/usr/bin/strace"
    private static let calls =
        "write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync,sync_file_range,msync,"
        + "sendto,sendmsg,sendmmsg,sendfile"

    /// Whether it may look into another process.
    static let isPossible: Bool = {
        guard FileManager.default.isExecutableFile(atPath: strace) else { return false }
        do {
            // A process of a second; strace attaches, and ends with it.
            let other = try Command(["/bin/sleep", "1"])
            let trace = try Command([strace, "-p", "\(other.pid)"]).wait()
            _ = other.wait()
            return trace.output.contains("attached")
        } catch {
            return false
        }
    }()

    private let command: Command
    private let output: String
    private let folder: String

    init(_ pid: Int32, folder: String, output: String) async throws {
        self.folder = folder
        self.output = output
        let command = try Command([
            Self.strace, "-f", "-y", "-p", "\(pid)", "-e", "trace=" + Self.calls, "-o", output,
        ])
        self.command = command
        _ = try await eventually("strace", within: .seconds(20)) {
            command.output.contains("attached") ? true : nil
        }
    }

    /// Detaches, and counts; `sends` are the calls by which anything was sent on a connection.
    func end() async throws -> (counts: [FaultControl.Kind: Int], sends: Set<String>) {
        try await command.terminate()
        var counts: [FaultControl.Kind: Int] = [:]
        var sends: Set<String> = []
        for line in try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n") {
            guard let (name, kind) = call(line) else { continue }
            counts[kind, default: 0] += 1
            if kind == .socketSend { sends.insert(name) }
        }
        return (counts, sends)
    }

    /// "1324  pwrite64(14</data/a.sqlite-wal>, …": the call and what its descriptor is.
    private func call(_ line: Substring) -> (name: String, kind: FaultControl.Kind)? {
        let words = line.drop { $0 != " " }.drop { $0 == " " }
        let name = words.prefix { $0 != "(" }
        let file = words.drop { $0 != "<" }.dropFirst().prefix { $0 != ">" }
        guard !words.hasPrefix("<..."), !file.isEmpty else { return nil }
        let isSync = name.contains("sync")
        if file.hasPrefix(folder) { return (String(name), isSync ? .fileSync : .fileWrite) }
        guard file.hasPrefix("socket:") || file.hasPrefix("TCP:") else { return nil }
        return (String(name), .socketSend)
    }
}
