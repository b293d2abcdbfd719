/// How many calls of one kind may be in service at once, found from how long they take.
///
/// Pure: latencies and counts come in with their time, a limit goes out. More calls at once than
/// there is capacity for only wait in a queue, and by Little's law the delay grows with their
/// number. So, a window of samples after the other:
///
/// - The *base* is the median latency without a queue: the least median seen, and every median of a
///   window in which hardly anything was in service.
/// - While the median stays within a target over the base, a limit that is used grows. One that is
///   not grows back to where it began, or to what would take the target's time at the present rate:
///   a pause of the disk is no overload, whatever came before it.
/// - Above the target the limit shrinks by the gradient target / median; one that was not reached
///   does not shrink below what was there, which may have been such a pause. A queue of our own gets
///   shorter then. If calls that found another number in service took *as long all the same*, the
///   time is spent elsewhere (a slow bank): the limit comes back, and the latency is the new base.
///   At its minimum the limit goes up for a window now and then, to find that out.
///
/// - Source: Little's law; the gradient of Envoy's adaptive concurrency and Netflix's
///   concurrency-limits, which compare with a base latency too; the target delay of CoDel
///   (RFC 8289, section 4.4), without which a cheap call would look queued at once.
package struct ConcurrencyLimit: Sendable {
    /// The bounds and the pace of a limit.
    package struct Configuration: Sendable, Equatable {
        /// The limit never falls below this.
        package var minimum = 256
        /// The limit to begin with.
        package var initial = 1024
        /// The limit never grows above this.
        package var maximum = 16_384
        /// A queue with a shorter delay than this is no overload, in nanoseconds.
        package var queueTargetNanoseconds: Int64 = 50_000_000
        /// A latency of less than this many times the base is no overload.
        package var tolerance = 2.0
        /// The least length of a window, in nanoseconds.
        package var windowNanoseconds: Int64 = 100_000_000
        /// The fewest samples of a window.
        package var minSamples = 16
        /// With at most this many in service, a latency is a base.
        package var quietCount = 4

        package init() {}
    }

    /// A call that has ended.
    private struct Sample {
        let latency: Int64
        let found: Int
    }

    /// What a window above the target saw.
    private struct Overrun {
        let median: Double
        let found: Double
    }

    private static let ringSize = 128
    /// The most that one window may take off.
    private static let steepest = 0.7
    /// A whole number that a product of fractions falls short of is that number.
    private static let roundingError = 1e-6
    /// Two windows tell something when calls found so many times fewer or more in service.
    private static let tellingRatios = (fewer: 0.75, more: 1.33)
    /// A change of latency below this part of what a queue would have changed is none.
    private static let flatPart = 0.3

    package let configuration: Configuration
    /// Calls that may be in service at once.
    package private(set) var limit: Int
    /// The latency without a queue, in nanoseconds; nil before the first window.
    package private(set) var baseNanoseconds: Int64?
    /// The median of the last window, in nanoseconds; 0 before the first.
    package private(set) var medianNanoseconds: Int64 = 0

    private var ring: [Sample] = []
    private var count = 0
    private var windowStart: Int64?
    private var peak = 0
    private var wasFull = false
    private var overrun: Overrun?
    /// The limit before it was lowered; nil while it was not.
    private var limitBefore: Int?

    package init(_ configuration: Configuration = Configuration()) {
        precondition(configuration.minimum > 0)
        precondition(configuration.minimum <= configuration.initial)
        precondition(configuration.initial <= configuration.maximum)
        precondition(configuration.minSamples > 0)
        self.configuration = configuration
        limit = configuration.initial
        ring.reserveCapacity(Self.ringSize)
    }

    /// A call was refused because of the limit.
    package mutating func refused() {
        wasFull = true
    }

    /// A call has ended.
    ///
    /// - Parameters:
    ///   - latency: from its arrival to its end, in nanoseconds.
    ///   - found: calls of this kind in service when it arrived, itself included: what it had to
    ///     wait for, if there is a queue.
    ///   - inService: the same now.
    ///   - now: nanoseconds of a monotonic clock.
    package mutating func sample(latency: Int64, found: Int, inService: Int, at now: Int64) {
        let start = windowStart ?? now - latency
        windowStart = start
        // What began under another limit says nothing about this one.
        guard now - latency >= start else { return }
        peak = max(peak, found)
        let sample = Sample(latency: latency, found: found)
        if ring.count < Self.ringSize {
            ring.append(sample)
        } else {
            ring[count % Self.ringSize] = sample
        }
        count += 1
        if count >= configuration.minSamples, now - start >= configuration.windowNanoseconds {
            closeWindow(inService, now)
        }
    }

    private mutating func closeWindow(_ inService: Int, _ now: Int64) {
        ring.sort { $0.latency < $1.latency }
        let median = max(1, ring[ring.count / 2].latency)
        let found = Double(ring.reduce(0) { $0 + $1.found }) / Double(ring.count)
        let rate = Double(count) / Double(max(1, now - (windowStart ?? now)))
        decide(Overrun(median: Double(median), found: found), inService, rate)
        medianNanoseconds = median
        ring.removeAll(keepingCapacity: true)
        count = 0
        windowStart = now
        peak = 0
        wasFull = false
    }

    /// - Parameter rate: calls that ended, for each nanosecond.
    private mutating func decide(_ window: Overrun, _ inService: Int, _ rate: Double) {
        let median = Int64(window.median)
        let isQuiet = peak <= configuration.quietCount
        let base = isQuiet ? median : min(baseNanoseconds ?? median, median)
        baseNanoseconds = base
        let target = max(
            Double(base) * configuration.tolerance,
            Double(base + configuration.queueTargetNanoseconds)
        )
        let before = overrun
        guard window.median > target else {
            overrun = nil
            limitBefore = nil
            let isUsed = wasFull || peak * 2 >= limit
            let unused = max(limit, configuration.initial, Int(rate * target))
            let most = isUsed ? configuration.maximum : min(configuration.maximum, unused)
            limit = min(most, limit + max(4, limit / 8))
            return
        }
        overrun = window
        if let before, isFlat(before, window, Double(base)) {
            // It is not our queue.
            baseNanoseconds = median
            limit = max(limit, limitBefore ?? limit)
            overrun = nil
            limitBefore = nil
            return
        }
        shrink(max(Self.steepest, target / window.median), inService)
    }

    private mutating func shrink(_ gradient: Double, _ inService: Int) {
        limitBefore = limitBefore ?? limit
        guard limit > configuration.minimum else {
            limit = min(configuration.maximum, limit + (limit + 1) / 2)
            return
        }
        let isReached = wasFull || peak >= limit
        let busy = isReached ? min(limit, max(inService, 1)) : limit
        let wanted = Int(Double(busy) * gradient + Self.roundingError)
        limit = max(configuration.minimum, isReached ? wanted : max(wanted, peak))
    }

    /// Whether the latency did not follow the number that calls found in service, as that of a
    /// queue of our own does.
    private func isFlat(_ before: Overrun, _ window: Overrun, _ base: Double) -> Bool {
        let ratio = window.found / max(before.found, 1)
        guard ratio <= Self.tellingRatios.fewer || ratio >= Self.tellingRatios.more else {
            return false
        }
        let expected = (before.median - base) * (ratio - 1)
        return (window.median - before.median).magnitude < expected.magnitude * Self.flatPart
    }
}
