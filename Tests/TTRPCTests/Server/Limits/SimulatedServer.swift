import Foundation
import TTRPC

/// A server with a queue, in virtual time: calls come in a Poisson stream, wait first in, first
/// out for one of its workers, then for something outside. A `ConcurrencyLimit` lets them in.
struct SimulatedServer {
    /// What happened in a stretch of time.
    struct Outcome {
        var done = 0
        var refused = 0
        var latencies: [Int64] = []

        /// In nanoseconds.
        var medianLatency: Int64 {
            latencies.isEmpty ? 0 : latencies.sorted()[latencies.count / 2]
        }
    }

    static let second: Int64 = 1_000_000_000
    static let millisecond: Int64 = 1_000_000

    var limit: ConcurrencyLimit
    /// What one call keeps a worker busy, on average, in nanoseconds.
    var serviceNanoseconds: Int64
    /// What a call waits elsewhere after that, whatever the load is, in nanoseconds.
    var outsideNanoseconds: Int64 = 0
    private var freeAt: [Int64]
    private var random: SplitMix64
    private var leaving = MinHeap()
    private(set) var now: Int64 = 0

    init(
        _ limit: ConcurrencyLimit,
        workers: Int,
        serviceNanoseconds: Int64,
        seed: UInt64
    ) {
        self.limit = limit
        self.serviceNanoseconds = serviceNanoseconds
        freeAt = Array(repeating: 0, count: workers)
        random = SplitMix64(seed: seed)
    }

    /// Calls in service.
    var inService: Int { leaving.count }

    /// Offers `rate` calls a second for some seconds.
    mutating func run(rate: Double, seconds: Double) -> Outcome {
        var outcome = Outcome()
        let end = now + Int64(seconds * Double(Self.second))
        while true {
            let next = now + exponential(Double(Self.second) / rate)
            leave(until: min(next, end), &outcome)
            guard next < end else { break }
            now = next
            arrive(&outcome)
        }
        now = end
        return outcome
    }

    /// No worker does anything for some seconds: what is in service ends so much later.
    mutating func pause(seconds: Double) {
        let length = Int64(seconds * Double(Self.second))
        for index in freeAt.indices { freeAt[index] = max(now, freeAt[index]) + length }
        leaving.delay(by: length)
    }

    private mutating func arrive(_ outcome: inout Outcome) {
        guard inService < limit.limit else {
            limit.refused()
            outcome.refused += 1
            return
        }
        var worker = 0
        for index in freeAt.indices where freeAt[index] < freeAt[worker] { worker = index }
        let done = max(now, freeAt[worker]) + exponential(Double(serviceNanoseconds))
        freeAt[worker] = done
        let found = inService + 1
        leaving.insert(MinHeap.Entry(at: done + outsideNanoseconds, since: now, found: found))
    }

    private mutating func leave(until time: Int64, _ outcome: inout Outcome) {
        while let first = leaving.first, first.at <= time {
            leaving.removeFirst()
            let latency = first.at - first.since
            limit.sample(
                latency: latency,
                found: first.found,
                inService: inService + 1,
                at: first.at
            )
            outcome.done += 1
            outcome.latencies.append(latency)
        }
    }

    private mutating func exponential(_ mean: Double) -> Int64 {
        let unit = Double(random.next() >> 11) / Double(1 << 53)
        return Int64(mean * -log(1 - unit))
    }
}

/// Who leaves when, the next one first.
private struct MinHeap {
    struct Entry {
        let at: Int64
        let since: Int64
        let found: Int
    }

    private var entries: [Entry] = []

    var count: Int { entries.count }
    var first: Entry? { entries.first }

    mutating func insert(_ entry: Entry) {
        entries.append(entry)
        var child = entries.count - 1
        while child > 0, entries[child].at < entries[(child - 1) / 2].at {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func delay(by length: Int64) {
        entries = entries.map { Entry(at: $0.at + length, since: $0.since, found: $0.found) }
    }

    mutating func removeFirst() {
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < entries.count && entries[child].at < entries[least].at {
                least = child
            }
            guard least != parent else { return }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}
