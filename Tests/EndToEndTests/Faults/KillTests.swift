import RemitAPI
import Testing

@Suite("Services are killed at random under load")
struct KillTests {
    private static let callers = 16
    /// Kills between two audits.
    private static let auditEvery = 20
    /// How long after a restart the next kill comes.
    private static let delayMilliseconds = 1...60

    private enum Victim {
        case gateway, billing, both

        static func random(using random: inout SplitMix64) -> Victim {
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<45: .gateway
            case 45..<90: .billing
            default: .both
            }
        }
    }

    @Test(
        """
        whichever service is killed whenever, nothing acknowledged is lost, the bank charges each \
        payment once if it succeeds and never otherwise, and the books agree
        """,
        .timeLimit(.minutes(60))
    )
    func kills() async throws {
        let kills = FaultSettings.kills
        let seed = FaultSettings.seed
        print("kills: \(kills), seed: \(seed) (again with REMIT_KILLS=\(kills) REMIT_SEED=\(seed))")
        try await withBench(gateway: ["--bank-timeout-milliseconds", "1500"]) { bench in
            var random = SplitMix64(seed: seed)
            let load = PaymentLoad(bench, callers: Self.callers, seed: seed)
            var audit = PaymentAudit(bench)
            load.start()
            for number in 1...kills {
                // A random moment of the load is what is wanted here, not a condition.
                let delay = Int.random(in: Self.delayMilliseconds, using: &random)
                try await Task.sleep(for: .milliseconds(delay))
                try await kill(Victim.random(using: &random), bench)
                guard number % Self.auditEvery == 0, number < kills else { continue }
                try await load.finish()
                try await audit.check(load.intentions, isFinal: false)
                report(number, load, audit)
                load.start()
            }
            try await load.finish()
            try await audit.check(load.intentions, isFinal: true)
            report(kills, load, audit)
            #expect(audit.outcomes["SUCCEEDED", default: 0] > 0, "a load that never pays")
        }
    }

    private func kill(_ victim: Victim, _ bench: TestBench) async throws {
        switch victim {
        case .gateway:
            await bench.gateway?.kill()
            try await bench.startGateway()
        case .billing:
            await bench.billing?.kill()
            try await bench.startBilling()
        case .both:
            await bench.gateway?.kill()
            await bench.billing?.kill()
            try await bench.startGateway()
            try await bench.startBilling()
        }
    }

    private func report(_ kills: Int, _ load: PaymentLoad, _ audit: PaymentAudit) {
        let outcomes = audit.outcomes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        print(
            "kills: \(kills), payments: \(load.intentions.count), calls: \(load.tries), "
                + outcomes.joined(separator: ", ")
        )
    }
}
