import NIOConcurrencyHelpers
import ServiceKit
import TTRPC
import Testing

@testable import Billing

@Suite("Who watches is told of events", .timeLimit(testBound))
struct EventHubTests {
    /// Watches a subject until its counter has come to a number, as a handler does.
    private func watch(
        _ hub: EventHub,
        _ subject: String,
        _ counters: NIOLockedValueBox<[String: Int]>,
        until last: Int
    ) -> Task<Bool, Never> {
        Task {
            let error = await streaming { () async throws(RPCError) in
                try await hub.watching(subject) { (signal) async throws(RPCError) in
                    while true {
                        let seen = signal.version
                        if counters.withLockedValue({ $0[subject] ?? 0 }) >= last { return }
                        try await signal.nextChange(after: seen, .zero, .system)
                    }
                }
            }.value
            return error == nil
        }
    }

    @Test(
        "Nobody misses the last event about a subject, whenever the watching began",
        arguments: 1...8 as ClosedRange<UInt64>
    )
    func history(seed: UInt64) async throws {
        let books = try Books()
        var configuration = BillingConfiguration()
        configuration.streamCoalescingMilliseconds = 1
        let hub = EventHub(store: books.store, configuration: configuration)
        let account = try await books.account()
        let counters = NIOLockedValueBox<[String: Int]>([:])
        var random = SplitMix64(seed: seed)
        let (subjects, rounds) = (["pay_a", "pay_b", "pay_c"], 30)
        var watchers: [Task<Bool, Never>] = []
        for round in 1...rounds {
            for subject in subjects where Bool.random(using: &random) {
                watchers.append(watch(hub, subject, counters, until: rounds))
            }
            for subject in subjects {
                // What is seen is committed before it is told of.
                _ = try await books.store.write { tables in
                    counters.withLockedValue { $0[subject] = round }
                    return try tables.appendEvent("x", subject: subject, account: account)
                }
            }
        }
        for watcher in watchers { #expect(await watcher.value) }
        #expect(hub.subjectCount == 0)
        // The follower ends at the next change.
        _ = try await books.account()
        try await eventually("the follower's end") { !hub.isFollowed }
    }
}
