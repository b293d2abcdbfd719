import Foundation
import RemitAPI
import TTRPC
import Testing

@Suite("The power is cut: every write that was not synced is gone")
struct PowerLossTests {
    private static let callers = 8
    /// How long the load runs before each cut.
    private static let delayMilliseconds = 20...200

    @Test(
        """
        nothing acknowledged is lost, the bank charges each payment once if it succeeds and never \
        otherwise, and the books agree
        """,
        .timeLimit(.minutes(60))
    )
    func powerCuts() async throws {
        let cuts = FaultSettings.powerCuts
        let seed = FaultSettings.seed
        print("power cuts: \(cuts), seed: \(seed)")
        try await withBench { bench in
            var random = SplitMix64(seed: seed)
            let load = PaymentLoad(bench, callers: Self.callers, seed: seed)
            var audit = PaymentAudit(bench)
            var services = try await begin(bench)
            for _ in 1...cuts {
                load.start()
                // A random moment of the load is what is wanted here, not a condition.
                let delay = Int.random(in: Self.delayMilliseconds, using: &random)
                try await Task.sleep(for: .milliseconds(delay))
                for service in services { await service.kill() }
                for program in [Program.gateway, .billing] {
                    try DurableFiles.restore(bench.folder(of: program))
                }
                services = try await start(bench)
                try await load.finish()
                try await audit.check(load.intentions, isFinal: false)
            }
            try await audit.check(load.intentions, isFinal: true)
            print("power cuts: \(cuts), payments: \(load.intentions.count), \(audit.outcomes)")
            #expect(audit.outcomes["SUCCEEDED", default: 0] > 0, "a load that never pays")
            for service in services { await service.kill() }
            try await bench.startGateway()
            try await bench.startBilling()
        }
    }

    @Test("on a disk that lies about its syncs, payments are lost: the cut above is a real one")
    func lyingDisk() async throws {
        try await withBench { bench in
            try await bench.stopBilling()
            try DurableFiles.begin(bench.billingFolder)
            let billing = try await bench.startPreloaded(
                .billing,
                .powerloss,
                environment: ["POWERLOSS_FOLDER": bench.billingFolder, "POWERLOSS_LIE": "1"]
            )
            let lost = try await bench.newAccount()
            await billing.kill()
            try DurableFiles.restore(bench.billingFolder)
            try await bench.startBilling()
            await expectRefusal(.notFound, "NOT_FOUND") { try await bench.balance(lost) }
        }
    }

    private func begin(_ bench: TestBench) async throws -> [ServiceProcess] {
        try await bench.stopBilling()
        try await bench.stopGateway()
        for program in [Program.gateway, .billing] {
            try DurableFiles.begin(bench.folder(of: program))
        }
        return try await start(bench)
    }

    private func start(_ bench: TestBench) async throws -> [ServiceProcess] {
        var services: [ServiceProcess] = []
        for program in [Program.gateway, .billing] {
            services.append(
                try await bench.startPreloaded(
                    program,
                    .powerloss,
                    environment: ["POWERLOSS_FOLDER": bench.folder(of: program)]
                )
            )
        }
        return services
    }
}

/// The copies that powerloss.so keeps of what was synced.
private enum DurableFiles {
    private static let suffix = ".durable"

    /// Makes the copies of what a service that has ended left behind.
    static func begin(_ folder: String) throws {
        for name in try names(folder) where !name.hasSuffix(suffix) {
            try copy("\(folder)/\(name)", "\(folder)/\(name)\(suffix)")
        }
    }

    /// Puts the copies in the files' places: what was not synced is gone.
    static func restore(_ folder: String) throws {
        for name in try names(folder) where !name.hasSuffix(suffix) {
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
        for name in try names(folder) where name.hasSuffix(suffix) {
            try copy("\(folder)/\(name)", "\(folder)/\(name.dropLast(suffix.count))")
        }
    }

    private static func copy(_ from: String, _ to: String) throws {
        if FileManager.default.fileExists(atPath: to) {
            try FileManager.default.removeItem(atPath: to)
        }
        try FileManager.default.copyItem(atPath: from, toPath: to)
    }

    /// The databases with their logs, and the copies.
    private static func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            $0.contains(".sqlite")
        }
    }
}
