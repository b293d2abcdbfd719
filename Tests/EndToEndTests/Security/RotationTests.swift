import Foundation
import Glibc
import NIOConcurrencyHelpers
import NIOCore
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

    /// Payments with a card that the gateway never had: billing asks the gateway for it, is told so,
    /// and stores nothing. Each is a call from the one service to the other.
    private final class LookUps: Sendable {
        typealias Instant = ContinuousClock.Instant

        struct Failure: Sendable, CustomStringConvertible {
            let error: RPCError?
            let begin: Instant
            let end: Instant

            var description: String { error.map { "\($0)" } ?? "a card that nobody has was taken" }
        }

        struct Seen: Sendable {
            var answered = 0
            var failures: [Failure] = []
            /// When the latest of those that the gateway answered was begun.
            var latest: Instant?
        }

        let isOver = Atomic<Bool>(false)
        let seen = NIOLockedValueBox(Seen())

        func run(_ bench: SecureBench) async throws {
            let client = try await bench.client(true, as: "operator")
            let account = try await BillingV1.AccountServiceClient(client).create(
                BillingV1.CreateAccountRequest(
                    requestID: newRequestID(),
                    displayName: "A customer",
                    currency: "CAD",
                    billingAddress: .home
                ),
                options: CallOptions(timeout: .seconds(60))
            ).accountID
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        while !self.isOver.load(ordering: .relaxed), !Task.isCancelled {
                            await self.ask(client, account)
                        }
                    }
                }
            }
            await client.shutdown()
        }

        private func ask(_ client: RPCClient, _ account: String) async {
            let begin = ContinuousClock.now
            var error: RPCError?
            do throws(RPCError) {
                _ = try await BillingV1.PaymentServiceClient(client).pay(
                    BillingV1.PayRequest(
                        requestID: newRequestID(),
                        accountID: account,
                        amount: money(1),
                        source: .newCard(
                            BillingV1.NewCard(
                                token: "tok_00000000000000000000000001",
                                billingAddress: .home
                            )
                        )
                    ),
                    options: CallOptions(timeout: .seconds(60))
                )
            } catch let caught {
                error = caught
            }
            if error?.reason == "TOKEN_NOT_FOUND" {
                seen.withLockedValue {
                    $0.answered += 1
                    $0.latest = max(begin, $0.latest ?? begin)
                }
                return
            }
            let failure = Failure(error: error, begin: begin, end: .now)
            seen.withLockedValue { $0.failures.append(failure) }
            // While the gateway is away every one fails at once.
            try? await Task.sleep(for: .milliseconds(10))
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

    /// Lets a hundred more calls go through what is in place now, and ten from billing to the gateway.
    private func moreCalls(_ load: Load, _ lookUps: LookUps) async throws {
        let calls = load.calls.load(ordering: .relaxed)
        let answered = lookUps.seen.withLockedValue { $0.answered }
        _ = try await eventually("more calls", within: .seconds(60)) {
            load.calls.load(ordering: .relaxed) >= calls + 100
                && lookUps.seen.withLockedValue { $0.answered } >= answered + 10 ? true : nil
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
            let lookUps = LookUps()
            async let running: Void = load.run(bench)
            async let asking: Void = lookUps.run(bench)
            try await moreCalls(load, lookUps)
            try await renewLeaves(bench)
            try await moreCalls(load, lookUps)
            try await replaceAuthority(bench) { try await moreCalls(load, lookUps) }

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

            try await redial(bench, lookUps)
            lookUps.isOver.store(true, ordering: .relaxed)
            try await asking
        }
    }

    /// As an operator renews certificates, noticed by the files' times.
    private func renewLeaves(_ bench: SecureBench) async throws {
        let processes = [try bench.gateway, try bench.billing]
        let before = processes.map(reloads)
        let renewed = try await bench.remit([
            "certs", "renew", "--dir", bench.folder + "/tls", "--name", "gateway", "--name",
            "billing",
        ])
        #expect(renewed.poll() == .exited(0), "\(renewed.log)")
        for (process, count) in zip(processes, before) {
            try await wait(for: process, after: count)
        }
    }

    /// First both authorities are trusted, then leaves change, then the old one goes; `use` after
    /// each step.
    private func replaceAuthority(
        _ bench: SecureBench,
        _ use: () async throws -> Void
    ) async throws {
        let processes = [try bench.gateway, try bench.billing]
        let old = try bench.text("ca.pem")
        let next = try CertificateMaker(now: Date())
        let new = try next.pair()
        try bench.write("ca.pem", old + new.certificate)
        try await reload(processes)
        try await use()
        for name in ["gateway", "billing", "caller"] {
            let names = try CertificateMaker.names(inPEM: try bench.text(name + ".pem"))
            let pair = try next.leaf(identities: names.identities, hosts: names.hosts, days: 5)
            try bench.put(name, pair)
        }
        try await reload(processes)
        try await use()
        try bench.write("ca.pem", new.certificate)
        try await reload(processes)
        try await use()
    }

    /// A new gateway, which trusts the new authority alone, is dialled by billing with its new
    /// certificate. Only calls that were on their way while there was no gateway may fail.
    private func redial(_ bench: SecureBench, _ lookUps: LookUps) async throws {
        let stopped = ContinuousClock.now
        try await bench.restartGateway()
        let started = ContinuousClock.now
        _ = try await eventually("billing reaches the new gateway", within: .seconds(60)) {
            lookUps.seen.withLockedValue { $0.latest.map { $0 > started } } == true ? true : nil
        }
        let reached = ContinuousClock.now
        let answered = lookUps.seen.withLockedValue { $0.answered }
        _ = try await eventually("more calls", within: .seconds(60)) {
            lookUps.seen.withLockedValue { $0.answered } >= answered + 100 ? true : nil
        }
        let lost = lookUps.seen.withLockedValue { seen in
            seen.failures.filter { $0.end < stopped || $0.begin > reached }
        }
        #expect(lost.isEmpty, "\(lost.prefix(3))")
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
