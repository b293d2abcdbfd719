import TTRPC
import Testing

// One at a time: they compute, and the other tests of this target need threads that answer.
@Suite("A concurrency limit", .serialized)
struct ConcurrencyLimitTests {
    private static let millisecond: Int64 = 1_000_000

    /// Bounds that make tables short.
    private static var small: ConcurrencyLimit.Configuration {
        var configuration = ConcurrencyLimit.Configuration()
        configuration.minimum = 10
        configuration.initial = 100
        configuration.maximum = 1000
        return configuration
    }

    /// Feeds windows of samples that are all alike.
    private struct Feed {
        var limit = ConcurrencyLimit(ConcurrencyLimitTests.small)
        var now: Int64 = 1000 * ConcurrencyLimitTests.millisecond

        /// A window in which each call took so long and found so many in service.
        mutating func window(milliseconds: Int64, found: Int) {
            let latency = milliseconds * ConcurrencyLimitTests.millisecond
            let configuration = limit.configuration
            // What began before this window does not count: the first samples come after it.
            now += latency
            // The first window of all begins with its first sample.
            let pauses = Int64(configuration.minSamples - 1)
            for _ in 0..<configuration.minSamples {
                now += configuration.windowNanoseconds / pauses + 1
                limit.sample(latency: latency, found: found, inService: found, at: now)
            }
        }
    }

    @Test("the latency while hardly anything is in service is the base, whichever way it moves")
    func base() {
        var feed = Feed()
        for milliseconds in [3, 2, 40, 1] as [Int64] {
            feed.window(milliseconds: milliseconds, found: 4)
            #expect(feed.limit.baseNanoseconds == milliseconds * Self.millisecond)
            #expect(feed.limit.limit == 100)
        }
        // With more in service a shorter latency is believed, a longer one is not.
        feed.window(milliseconds: 30, found: 40)
        #expect(feed.limit.baseNanoseconds == Self.millisecond)
    }

    @Test("a limit that is used grows while latency is near its base, up to the maximum")
    func growth() {
        var feed = Feed()
        feed.window(milliseconds: 1, found: 1)
        feed.window(milliseconds: 2, found: 50)
        #expect(feed.limit.limit == 112)
        feed.window(milliseconds: 51, found: 112)
        #expect(feed.limit.limit == 126)
        for _ in 0..<100 { feed.window(milliseconds: 2, found: feed.limit.limit) }
        #expect(feed.limit.limit == 1000)
    }

    @Test("a limit that is not used stays; one that refused somebody grows")
    func unused() {
        var feed = Feed()
        feed.window(milliseconds: 1, found: 1)
        for _ in 0..<5 { feed.window(milliseconds: 1, found: 30) }
        #expect(feed.limit.limit == 100)
        feed.limit.refused()
        feed.window(milliseconds: 1, found: 30)
        #expect(feed.limit.limit == 112)
    }

    @Test(
        "a queue shrinks the limit by target over latency, and by no more than three tenths",
        arguments: [(60, 85), (68, 75), (102, 70), (5000, 70)] as [(Int64, Int)]
    )
    func gradient(milliseconds: Int64, expected: Int) {
        var feed = Feed()
        feed.window(milliseconds: 1, found: 1)
        feed.window(milliseconds: milliseconds, found: 100)
        #expect(feed.limit.limit == expected)
    }

    @Test(
        "a limit that was not reached shrinks, but not below what was there",
        arguments: [(30, 70), (80, 80), (99, 99), (100, 70)]
    )
    func notReached(found: Int, expected: Int) {
        var feed = Feed()
        feed.window(milliseconds: 1, found: 1)
        feed.window(milliseconds: 300, found: found)
        #expect(feed.limit.limit == expected)
    }

    @Test("after an overload a limit that is not used grows back to where it began, and no further")
    func growsBack() {
        var feed = Feed()
        feed.window(milliseconds: 1, found: 1)
        // A queue of our own: latency goes down with the limit.
        for _ in 0..<5 {
            let found = feed.limit.limit
            feed.window(milliseconds: Int64(found) * 20, found: found)
        }
        #expect(feed.limit.limit < 30)
        for _ in 0..<20 { feed.window(milliseconds: 1, found: 5) }
        #expect(feed.limit.limit == 100)
    }

    @Test("where many calls end, a limit that is not used grows to what the target holds of them")
    func growsWithTheRate() {
        var limit = ConcurrencyLimit(Self.small)
        // 10,000 calls a second of a millisecond each, for five seconds: within the target of
        // 51 ms there are 510 of them.
        for call in 0..<50_000 {
            let now = Int64(call) * 100_000 + 1000 * Self.millisecond
            limit.sample(latency: Self.millisecond, found: 10, inService: 10, at: now)
        }
        #expect((500...520).contains(limit.limit))
    }

    @Test("the limit never falls below its minimum, however long calls take")
    func floor() {
        var feed = Feed()
        feed.window(milliseconds: 1, found: 1)
        // A queue of our own: latency goes down with the limit.
        for _ in 0..<30 {
            let found = feed.limit.limit
            feed.window(milliseconds: Int64(found) * 20, found: found)
            #expect(feed.limit.limit >= 10)
        }
        // Now and then it looks whether a little more is really too much.
        for _ in 0..<10 {
            let found = feed.limit.limit
            feed.window(milliseconds: Int64(found) * 20, found: found)
            #expect([10, 15].contains(feed.limit.limit))
        }
        #expect(feed.limit.baseNanoseconds == Self.millisecond)
    }

    @Test("a tolerance in multiples counts where calls are long by nature")
    func tolerance() {
        var feed = Feed()
        feed.window(milliseconds: 500, found: 2)
        feed.window(milliseconds: 990, found: 100)
        #expect(feed.limit.limit == 112)
        feed.window(milliseconds: 1250, found: 112)
        #expect(feed.limit.limit == 89)
    }

    @Test("if fewer calls take as long as before, it was not our queue: the limit comes back")
    func outside() {
        var feed = Feed()
        feed.window(milliseconds: 10, found: 1)
        feed.window(milliseconds: 3000, found: 100)
        #expect(feed.limit.limit == 70)
        feed.window(milliseconds: 3000, found: 63)
        #expect(feed.limit.limit == 100)
        #expect(feed.limit.baseNanoseconds == 3000 * Self.millisecond)
        // And it is not tried again.
        feed.window(milliseconds: 3000, found: 90)
        #expect(feed.limit.limit >= 100)
        // When the outside is quick again, so is the base.
        feed.window(milliseconds: 10, found: 90)
        #expect(feed.limit.baseNanoseconds == 10 * Self.millisecond)
    }

    @Test("at its minimum the limit goes up to find out whether the time is spent elsewhere")
    func outsideAtTheMinimum() {
        var configuration = Self.small
        configuration.initial = configuration.minimum
        var feed = Feed(limit: ConcurrencyLimit(configuration))
        feed.window(milliseconds: 10, found: 1)
        feed.window(milliseconds: 3000, found: 10)
        #expect(feed.limit.limit == 15)
        feed.window(milliseconds: 3000, found: 15)
        #expect(feed.limit.baseNanoseconds == 3000 * Self.millisecond)
        #expect(feed.limit.limit == 15)
        feed.window(milliseconds: 3000, found: 15)
        #expect(feed.limit.limit == 19)
    }

    @Test("a call that began under another limit is no sample of this one")
    func straddling() {
        var feed = Feed()
        feed.window(milliseconds: 1, found: 1)
        let median = feed.limit.medianNanoseconds
        for _ in 0..<1000 {
            feed.now += Self.millisecond
            feed.limit.sample(
                latency: 2000 * Self.millisecond,
                found: 50,
                inService: 50,
                at: feed.now
            )
        }
        #expect(feed.limit.medianNanoseconds == median)
        #expect(feed.limit.limit == 100)
    }

    @Test("too few samples decide nothing, however long they take to come")
    func fewSamples() {
        var feed = Feed()
        for _ in 1..<ConcurrencyLimitTests.small.minSamples {
            feed.now += 10_000 * Self.millisecond
            feed.limit.sample(
                latency: 9000 * Self.millisecond,
                found: 50,
                inService: 50,
                at: feed.now
            )
        }
        #expect(feed.limit.baseNanoseconds == nil)
        #expect(feed.limit.limit == 100)
    }

    // MARK: A server with a queue

    /// 5,000 calls a second on one worker.
    private static func simulated(seed: UInt64) -> SimulatedServer {
        SimulatedServer(
            ConcurrencyLimit(),
            workers: 1,
            serviceNanoseconds: 200_000,
            seed: seed
        )
    }

    @Test(
        "three times the capacity yields all of it, and the wait stays bounded",
        arguments: seeds(5)
    )
    func overload(seed: Int) {
        var server = Self.simulated(seed: UInt64(seed))
        _ = server.run(rate: 2000, seconds: 2)
        _ = server.run(rate: 15_000, seconds: 3)
        let outcome = server.run(rate: 15_000, seconds: 10)
        #expect(outcome.done >= 48_000)
        #expect(outcome.refused > 80_000)
        #expect(outcome.medianLatency < 100 * Self.millisecond)
        #expect(server.limit.limit >= 32)
    }

    @Test("a burst that begins with an overload finds the limit all the same", arguments: seeds(3))
    func coldOverload(seed: Int) {
        var server = Self.simulated(seed: UInt64(seed))
        _ = server.run(rate: 15_000, seconds: 5)
        let outcome = server.run(rate: 15_000, seconds: 5)
        #expect(outcome.done >= 24_000)
        // Without a base from quieter times it takes what it sees for one, and no more.
        #expect(outcome.medianLatency < 500 * Self.millisecond)
    }

    @Test("below the capacity nothing is refused", arguments: seeds(3))
    func calm(seed: Int) {
        var server = Self.simulated(seed: UInt64(seed))
        let outcome = server.run(rate: 4000, seconds: 30)
        #expect(outcome.refused == 0)
        #expect(outcome.medianLatency < 10 * Self.millisecond)
    }

    @Test("after an overload nothing is refused any more within a second", arguments: seeds(3))
    func recovery(seed: Int) {
        var server = Self.simulated(seed: UInt64(seed))
        _ = server.run(rate: 2000, seconds: 2)
        _ = server.run(rate: 50_000, seconds: 10)
        _ = server.run(rate: 3500, seconds: 1)
        let outcome = server.run(rate: 3500, seconds: 20)
        #expect(outcome.refused == 0)
        #expect(outcome.medianLatency < 10 * Self.millisecond)
    }

    @Test("a pause of the disk is no overload, also soon after one", arguments: seeds(3))
    func pause(seed: Int) {
        var server = Self.simulated(seed: UInt64(seed))
        _ = server.run(rate: 2000, seconds: 2)
        _ = server.run(rate: 15_000, seconds: 2)
        _ = server.run(rate: 3500, seconds: 3)
        for _ in 0..<3 {
            server.pause(seconds: 0.15)
            #expect(server.run(rate: 3500, seconds: 2).refused == 0)
        }
    }

    @Test("half the capacity gone, the half that is left is used", arguments: seeds(3))
    func slower(seed: Int) {
        var server = Self.simulated(seed: UInt64(seed))
        _ = server.run(rate: 2000, seconds: 2)
        _ = server.run(rate: 15_000, seconds: 5)
        server.serviceNanoseconds = 400_000
        _ = server.run(rate: 15_000, seconds: 3)
        let outcome = server.run(rate: 15_000, seconds: 10)
        #expect(outcome.done >= 24_000)
        #expect(outcome.medianLatency < 250 * Self.millisecond)
    }

    @Test("a bank that takes its time is no reason to refuse payments", arguments: seeds(3))
    func slowBank(seed: Int) {
        var server = Self.simulated(seed: UInt64(seed))
        server.outsideNanoseconds = 50 * Self.millisecond
        let before = server.run(rate: 300, seconds: 10)
        server.outsideNanoseconds = 2000 * Self.millisecond
        // It is tried for a moment whether fewer calls are quicker ones.
        let during = server.run(rate: 300, seconds: 20)
        let after = server.run(rate: 300, seconds: 20)
        #expect(before.refused == 0)
        #expect(during.refused * 10 < during.done)
        #expect(after.refused == 0)
    }

    @Test("the limit stays in its bounds through any history", arguments: seeds(100))
    func anyHistory(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        var server = SimulatedServer(
            ConcurrencyLimit(Self.small),
            workers: Int.random(in: 1...8, using: &random),
            serviceNanoseconds: Int64.random(in: 10_000...5_000_000, using: &random),
            seed: random.next()
        )
        for _ in 0..<10 {
            server.outsideNanoseconds = Int64.random(in: 0...500_000_000, using: &random)
            _ = server.run(rate: Double.random(in: 1...5000, using: &random), seconds: 0.5)
            #expect((10...1000).contains(server.limit.limit))
            #expect(server.inService <= 1000)
        }
    }
}
