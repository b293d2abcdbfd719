import Foundation
import Glibc
import NIOConcurrencyHelpers
import Operations
import RemitAPI
import Synchronization
import TTRPC
import Testing

@Suite("Security: rotation")
struct RotationTests {
    /// Callers that never stop: some on connections of long ago, some on a new one for each call.
    private final class Load: Sendable {
        let isOver = Atomic<Bool>(false)
        let calls = Atomic<Int>(0)
        let failures = NIOLockedValueBox<[RPCError]>([])

        func run(_ bench: SecureBench) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for isBilling in [true, false] {
                    for _ in 0..<2 {
                        group.addTask { try await self.onOne(bench, isBilling) }
                        group.addTask { try await self.onMany(bench, isBilling) }
                    }
                }
                try await group.waitForAll()
            }
        }

        /// Also when the test has failed, which cancels this.
        private var hasEnded: Bool { isOver.load(ordering: .relaxed) || Task.isCancelled }

        private func onOne(_ bench: SecureBench, _ isBilling: Bool) async throws {
            let client = try await bench.client(isBilling, as: "operator")
            while !hasEnded { await call(client) }
            await client.shutdown()
        }

        private func onMany(_ bench: SecureBench, _ isBilling: Bool) async throws {
            while !hasEnded {
                let client: RPCClient
                do {
                    client = try await bench.client(isBilling, as: "caller")
                } catch TLSError.mismatch {
                    // Just now the key is new and the certificate old: nothing was called.
                    continue
                }
                await call(client)
                await client.shutdown()
            }
        }

        private func call(_ client: RPCClient) async {
            let error = await SecureBench.failure(client, DebugV1.EchoService.echo, [])
            calls.add(1, ordering: .relaxed)
            if let error { failures.withLockedValue { $0.append(error) } }
        }
    }

    /// How often a service has read its own certificates again.
    private func reloads(_ process: ServiceProcess) -> Int {
        process.log.split(separator: "\n")
            .count { $0.contains("certificates were read again") && $0.contains("this service") }
    }

    private func wait(for process: ServiceProcess, after count: Int) async throws {
        _ = try await eventually("new certificates", within: .seconds(60)) {
            reloads(process) > count ? true : nil
        }
    }

    /// Has both services read what lies there now.
    private func reload(_ processes: [ServiceProcess]) async throws {
        for process in processes {
            let before = reloads(process)
            kill(process.pid, SIGHUP)
            try await wait(for: process, after: before)
        }
    }

    /// Lets a hundred more calls go through what is in place now.
    private func hundredCalls(_ load: Load) async throws {
        let before = load.calls.load(ordering: .relaxed)
        _ = try await eventually("a hundred calls", within: .seconds(60)) {
            load.calls.load(ordering: .relaxed) >= before + 100 ? true : nil
        }
    }

    @Test("new certificates and a new authority under load lose no call")
    func underLoad() async throws {
        try await withSecureBench { bench in
            // The load's own certificate, which changes with the authority.
            try bench.put(
                "caller",
                try bench.authority().leaf(
                    identities: ["remit://operator"],
                    hosts: [],
                    days: 5
                )
            )
            let load = Load()
            async let running: Void = load.run(bench)
            let processes = [try bench.gateway, try bench.billing]
            try await hundredCalls(load)

            // Leaves: as an operator renews them, noticed by the files' times.
            let before = processes.map(reloads)
            let renewed = try await bench.remit([
                "certs", "renew", "--dir", bench.folder + "/tls", "--name", "gateway", "--name",
                "billing",
            ])
            #expect(renewed.poll() == .exited(0), "\(renewed.log)")
            for (process, count) in zip(processes, before) {
                try await wait(for: process, after: count)
            }
            try await hundredCalls(load)

            // The authority: first both are trusted, then leaves change, then the old one goes.
            let old = try bench.text("ca.pem")
            let next = try CertificateMaker(now: Date())
            let new = try next.pair()
            try bench.write("ca.pem", old + new.certificate)
            try await reload(processes)
            try await hundredCalls(load)
            for name in ["gateway", "billing", "caller"] {
                let names = try CertificateMaker.names(inPEM: try bench.text(name + ".pem"))
                let pair = try next.leaf(
                    identities: names.identities,
                    hosts: names.hosts,
                    days: 5
                )
                try bench.put(name, pair)
            }
            try await reload(processes)
            try await hundredCalls(load)
            try bench.write("ca.pem", new.certificate)
            try await reload(processes)
            try await hundredCalls(load)

            load.isOver.store(true, ordering: .relaxed)
            try await running
            let failures = load.failures.withLockedValue { $0 }
            #expect(failures.isEmpty, "\(failures.prefix(3))")
            #expect(load.calls.load(ordering: .relaxed) >= 500)

            // What the old authority signed is not let in any more.
            let former = try await bench.client(false, as: "operator")
            let error = await SecureBench.failure(former, DebugV1.EchoService.echo, [])
            #expect(error?.reason == "CERTIFICATE_REFUSED")
            await former.shutdown()
        }
    }

    @Test("SIGHUP does not end a service that has no files to read")
    func nothingToRead() async throws {
        try await withBench { bench in
            for process in [bench.gateway, bench.billing] {
                kill(try #require(process).pid, SIGHUP)
            }
            // Ending the bench expects both to drain.
            _ = try await bench.newAccount()
        }
    }

    @Test("a broken new certificate or table keeps the old, and the log says why")
    func broken() async throws {
        try await withSecureBench { bench in
            let gateway = try bench.gateway
            let old = try bench.text("gateway.pem")
            try bench.write("gateway.pem", "nonsense")
            _ = try await bench.logged("the old ones stay", "no certificate in PEM", by: gateway)
            let client = try await bench.client(false, as: "operator")
            #expect(await SecureBench.failure(client, DebugV1.EchoService.echo, []) == nil)
            try bench.write("gateway.pem", old)
            _ = try await bench.logged("certificates were read again", by: gateway)

            let table = try bench.text("gateway-access.json")
            try bench.write("gateway-access.json", table.replacing("tokenize", with: "tokenise"))
            _ = try await bench.logged("the old one stays", "tokenise", by: gateway)
            #expect(await SecureBench.failure(client, DebugV1.EchoService.echo, []) == nil)

            // A grant that is taken back is gone for connections that are open.
            try bench.write("gateway-access.json", #"{"identities": []}"#)
            _ = try await bench.logged("the access table was read again", by: gateway)
            let error = await SecureBench.failure(client, DebugV1.EchoService.echo, [])
            #expect(error?.reason == "IDENTITY_UNKNOWN")
            await client.shutdown()
        }
    }
}
