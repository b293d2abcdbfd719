import Foundation
import NIOConcurrencyHelpers

/// Runs many seeds, each world on one thread, as many at a time as there are processors.
enum Seeds {
    /// What all of them came to.
    struct Summary: Sendable {
        var histories = 0
        var payments = 0
        var endings: [String: Int] = [:]
        var tally = ReviewTally()
        var crashes = 0
        var steps = 0
        /// The first few that broke a promise.
        var broken: [History.Outcome] = []
    }

    /// How many broken seeds are kept.
    private static let maxBroken = 20
    private static let stackBytes = 8 << 20

    static func run(_ seeds: Range<UInt64>) async throws -> Summary {
        let progress = Progress(seeds)
        let threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
        // Threads of their own: the tests beside this one keep those of the runtime.
        try await withThrowingTaskGroup { group in
            for _ in 0..<threads {
                group.addTask {
                    try await onThread {
                        let databases = try Databases()
                        while let seed = progress.next() {
                            progress.add(try History.run(seed: seed, databases: databases))
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        return progress.summary
    }

    /// Hands out the seeds and adds up what they came to.
    private final class Progress: Sendable {
        private let end: UInt64
        private let state: NIOLockedValueBox<(next: UInt64, summary: Summary)>

        init(_ seeds: Range<UInt64>) {
            end = seeds.upperBound
            state = NIOLockedValueBox((seeds.lowerBound, Summary()))
        }

        var summary: Summary { state.withLockedValue { $0.summary } }

        func next() -> UInt64? {
            state.withLockedValue { state in
                guard state.next < end, state.summary.broken.count < maxBroken else { return nil }
                defer { state.next += 1 }
                return state.next
            }
        }

        func add(_ outcome: History.Outcome) {
            state.withLockedValue { state in
                state.summary.histories += 1
                state.summary.payments += outcome.payments
                state.summary.endings.merge(outcome.endings, uniquingKeysWith: +)
                state.summary.tally.add(outcome.tally)
                state.summary.crashes += outcome.crashes
                state.summary.steps += outcome.steps
                if !outcome.violations.isEmpty { state.summary.broken.append(outcome) }
            }
        }
    }

    /// Runs work on a thread of its own.
    static func onThread<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                continuation.resume(with: Result { try work() })
            }
            thread.stackSize = stackBytes
            thread.start()
        }
    }
}
