import Foundation
import Testing

@Suite("Simulation of both services", .serialized)
struct SimulationTests {
    private static func number(_ name: String, default standard: UInt64) -> UInt64 {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } ?? standard
    }

    @Test("Whatever is lost, doubled, late or crashes, no seed breaks a promise")
    func seeds() async throws {
        let first = Self.number("REMIT_SIMULATION_FIRST", default: 1)
        let count = Self.number("REMIT_SIMULATION_SEEDS", default: 10_000)
        if Self.number("REMIT_SIMULATION_TRACE", default: 0) == 1 {
            let outcome = try await Self.trace(first)
            #expect(outcome.violations == [])
            return
        }
        let summary = try await Seeds.run(first..<(first + count))
        for outcome in summary.broken {
            Issue.record(
                """
                seed \(outcome.seed): \(outcome.violations.prefix(3).joined(separator: "; "))
                replay it: Tests/simulate.sh 1 \(outcome.seed)
                """
            )
        }
        print(
            "simulated \(summary.histories) histories: \(summary.payments) payments,",
            "\(summary.crashes) crashes, \(summary.steps) steps;",
            "\(summary.tally.reviews) reviews, \(summary.tally.exceptions) exceptions,",
            "\(summary.tally.differences) differences,",
            "\(summary.tally.disagreements) disagreements, \(summary.tally.misfits) misfits;",
            summary.tally.decisions.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
                .joined(separator: ", ")
        )
        #expect(summary.histories == Int(count) || !summary.broken.isEmpty)
        #expect(summary.payments > summary.histories)
        // A simulation that reaches nothing proves nothing.
        guard count >= 500 else { return }
        #expect(summary.crashes > summary.histories / 2)
        for ending in ["APPROVED", "DECLINED", "PENDING", "EXPIRED", "FENCED"] {
            #expect(summary.endings[ending, default: 0] > 0, "no operation is \(ending)")
        }
        // The rarest of it comes once in a hundred histories.
        if count >= 2000 { Self.expectOperators(summary.tally) }
    }

    /// Operators were needed, and decided, in every way that they can.
    private static func expectOperators(_ tally: ReviewTally) {
        let decisions = tally.decisions
        for decision in ["SUCCEEDED", "FAILED", "CREDIT", "REVERSE", "DISMISS"] {
            #expect(decisions[decision, default: 0] > 0, "nothing was decided \(decision)")
        }
        let verdicts = decisions["SUCCEEDED", default: 0] + decisions["FAILED", default: 0]
        #expect(tally.reviews > verdicts, "no payment has left REVIEW by proof")
        #expect(tally.exceptions > 0, "no decision was contradicted")
        #expect(tally.differences > 0, "no books differ by what was decided")
        #expect(tally.disagreements > 0, "operators always agreed")
        #expect(tally.misfits > 0, "no vote was refused for where the money is")
    }

    @Test("Seeds that once broke a promise keep it", arguments: Regression.all)
    func regression(_ regression: Regression) async throws {
        let outcome = try await Seeds.onThread {
            try History.run(seed: regression.seed, databases: Databases())
        }
        #expect(outcome.violations == [], "\(regression.what)")
    }

    private static func trace(_ seed: UInt64) async throws -> History.Outcome {
        try await Seeds.onThread {
            let databases = try Databases()
            let outcome = try History.run(seed: seed, databases: databases, isPrinted: true)
            for violation in outcome.violations { print("VIOLATION: \(violation)") }
            return outcome
        }
    }

    @Test("A seed replays exactly")
    func replay() async throws {
        let (first, second) = try await Seeds.onThread {
            let databases = try Databases()
            let first = try (1...20).map {
                try History.run(seed: UInt64($0), databases: databases)
            }
            let others = try Databases()
            let second = try (1...20).reversed().map {
                try History.run(seed: UInt64($0), databases: others)
            }
            return (first, second)
        }
        #expect(first == second.reversed())
        #expect(Set(first.map(\.hash)).count == first.count, "other seeds are other histories")
        #expect(first.contains { $0.crashes > 0 })
        #expect(first.contains { !$0.tally.decisions.isEmpty })
    }

    @Test("The auditor finds a planted bug", arguments: Sabotage.allCases)
    func sabotage(_ sabotage: Sabotage) async throws {
        // Not every history has what the bug needs; some do.
        let others = try await Seeds.onThread { () -> [String]? in
            let databases = try Databases()
            var others: [String] = []
            for seed in UInt64(1)...200 {
                let outcome = try History.run(
                    seed: seed,
                    databases: databases,
                    sabotage: sabotage
                )
                if outcome.violations.contains(where: { $0.contains(sabotage.symptom) }) {
                    return nil
                }
                others += outcome.violations.prefix(1)
            }
            return others
        }
        #expect(others == nil, "\(sabotage) was not found, but \(others?.prefix(5) ?? [])")
    }
}
