package import NIOCore

/// One connection of a pool, the same name never given twice.
package struct ConnectionID: Hashable, Sendable {
    /// Its place; another connection may have had it before.
    package let slot: Int
    /// Rises with each connection of a place.
    package let generation: UInt64
}

/// Decides which connection takes a call, when to connect, and when to give up. Pure: time and
/// random numbers come in as arguments, and what is to be done goes out as actions.
///
/// Each address has a few slots; a slot holds one connection at a time. While an address fails,
/// one connection at a time is tried, with growing pauses. A connection that is lost or drained
/// leaves its slot at once; calls that it still has to finish do not count there any more.
package struct PoolStateMachine: Sendable {
    /// What the shell has to do.
    package enum Action: Equatable, Sendable {
        case dial(ConnectionID, PoolAddress)
        case close(ConnectionID)
        /// Look up what the endpoints' names stand for, and report `resolved` or `unresolved`.
        case resolve
        /// Calls that wait pick again.
        case admit
        /// Calls that wait fail: nothing can be reached.
        case giveUp
    }

    /// What becomes of a call.
    package enum Pick: Equatable, Sendable {
        case use(ConnectionID)
        /// Until `admit` or `giveUp`, or the call's own deadline; then `stoppedWaiting`.
        case wait
        case refuse(Refusal)
    }

    /// Why a call is refused; nothing of it was sent.
    package enum Refusal: Equatable, Sendable {
        case unreachable
        case tooManyWaiting
        case tooManyCalls
        case shutDown
    }

    struct Slot {
        enum State: Equatable {
            /// Of an address that is not used any more.
            case free
            case idle
            case dialling
            case ready
        }

        var state = State.idle
        var address: Int
        var generation: UInt64 = 0
        var inFlight = 0
        /// It has answered a call.
        var isProven = false
    }

    struct Address {
        let address: PoolAddress
        var isGone = false
        var health: EndpointHealth
        var backoff: Backoff
        /// When it is tried again after a failure; nil when it may be tried at once.
        var dialAt: NIODeadline?
        /// It had served calls when its connection was lost.
        var isMissed = false
        /// Calls that the pool had been asked for when it failed last.
        var callsAtFailure: UInt64 = 0
        let slots: Range<Int>
    }

    let configuration: PoolConfiguration
    /// Whether there is a name to look up.
    let hasNames: Bool
    var addresses: [Address] = []
    var slots: [Slot] = []
    /// Slots that may be picked.
    var open: [Int] = []
    /// Idle slots that may be dialled at once.
    var dialable = 0
    /// Drained connections, and the calls that each still has.
    var leaving: [ConnectionID: Int] = [:]
    var calls: UInt64 = 0
    var waiting = 0
    /// Since when nothing is connected though it was wanted.
    var downSince: NIODeadline?
    var isResolving = false
    var isResolved = false
    var resolveBackoff: Backoff
    var resolveAt: NIODeadline?
    var lastResolved: NIODeadline?
    private var isShutDown = false
    private var chooser: UInt64

    /// - Parameters:
    ///   - configuration: the limits.
    ///   - hasNames: whether endpoints are names, which may come to stand for other addresses.
    ///   - seed: spreads calls; any number.
    package init(_ configuration: PoolConfiguration, hasNames: Bool, seed: UInt64) {
        self.configuration = configuration
        self.hasNames = hasNames
        resolveBackoff = Backoff(
            base: configuration.reconnectBase,
            cap: configuration.reconnectCap
        )
        chooser = seed | 1
    }

    // MARK: Calls

    /// A call wants a connection.
    ///
    /// - Parameters:
    ///   - isFirst: not one that has waited, or a call's second attempt.
    ///   - avoided: where an earlier attempt failed: another address is taken if there is one.
    ///   - now: read only while connections are missing.
    ///   - actions: what is to be done now.
    package mutating func pick(
        isFirst: Bool = true,
        avoiding avoided: ConnectionID? = nil,
        now: @autoclosure () -> NIODeadline,
        actions: inout [Action]
    ) -> Pick {
        guard !isShutDown else { return .refuse(.shutDown) }
        if isFirst { calls &+= 1 }
        if dialable > 0 { dial(now(), &actions) }
        guard !open.isEmpty else { return pickNone(now(), &actions) }
        let chosen = avoided == nil ? choose() : choose(avoiding: avoided)
        guard let chosen else { return .refuse(.tooManyCalls) }
        slots[chosen].inFlight += 1
        return .use(ConnectionID(slot: chosen, generation: slots[chosen].generation))
    }

    /// A call that was given a connection has ended.
    ///
    /// - Parameters:
    ///   - now: read only for `failed`, `lost` and `drained`, and so is `random`.
    package mutating func ended(
        _ id: ConnectionID,
        _ outcome: CallOutcome,
        now: @autoclosure () -> NIODeadline,
        random: @autoclosure () -> UInt64,
        actions: inout [Action]
    ) {
        guard isCurrent(id, .ready) else { return endedElsewhere(id, &actions) }
        slots[id.slot].inFlight -= 1
        let address = slots[id.slot].address
        switch outcome {
        case .neutral: break
        case .answered:
            addresses[address].health.answered()
            if !slots[id.slot].isProven {
                slots[id.slot].isProven = true
                addresses[address].backoff.succeeded()
            }
        case .failed: failed(address, now())
        case .drained: drained(id, now: now(), random: random(), actions: &actions)
        case .lost: lost(id, now: now(), random: random(), actions: &actions)
        }
    }

    /// A call that waited has been admitted or given up, or its own time was over.
    package mutating func stoppedWaiting() {
        precondition(waiting > 0, "more calls stopped waiting than began to")
        waiting -= 1
    }

    /// Nothing is connected.
    private mutating func pickNone(_ now: NIODeadline, _ actions: inout [Action]) -> Pick {
        if !isResolved, !isResolving, resolveAt == nil { resolve(now, &actions) }
        let since = downSince ?? now
        downSince = since
        guard isDialling || isResolving || now - since < configuration.connectPatience else {
            return .refuse(.unreachable)
        }
        guard waiting < configuration.maxWaitingCalls else { return .refuse(.tooManyWaiting) }
        waiting += 1
        return .wait
    }

    /// The less busy of two that are chosen at random.
    ///
    /// - Source: Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing" (2001).
    private mutating func choose() -> Int? {
        var chosen = open[0]
        if open.count > 1 {
            // xorshift64 (Marsaglia, 2003): it need not be good, only cheap.
            chooser ^= chooser << 13
            chooser ^= chooser >> 7
            chooser ^= chooser << 17
            let count = UInt64(open.count)
            let first = chooser % count
            let second = (first + 1 + (chooser >> 32) % (count - 1)) % count
            chosen = open[Int(first)]
            let other = open[Int(second)]
            if slots[other].inFlight < slots[chosen].inFlight { chosen = other }
        }
        return slots[chosen].inFlight < configuration.maxCallsPerConnection
            ? chosen : leastBusy(where: { _ in true })
    }

    private func choose(avoiding avoided: ConnectionID?) -> Int? {
        let address = avoided.map { slots[$0.slot].address }
        return leastBusy { slots[$0].address != address } ?? leastBusy { _ in true }
    }

    private func leastBusy(where isWanted: (Int) -> Bool) -> Int? {
        open.filter { isWanted($0) && slots[$0].inFlight < configuration.maxCallsPerConnection }
            .min { slots[$0].inFlight < slots[$1].inFlight }
    }

    private mutating func endedElsewhere(_ id: ConnectionID, _ actions: inout [Action]) {
        guard let left = leaving[id] else { return }
        leaving[id] = left > 1 ? left - 1 : nil
        if left == 1 { actions.append(.close(id)) }
    }

    // MARK: Life

    /// No call is taken any more; every connection is closed.
    package mutating func shutDown(actions: inout [Action]) {
        guard !isShutDown else { return }
        isShutDown = true
        for (index, slot) in slots.enumerated()
        where slot.state == .ready || slot.state == .dialling {
            actions.append(.close(ConnectionID(slot: index, generation: slot.generation)))
            slots[index].state = .idle
        }
        for id in leaving.keys { actions.append(.close(id)) }
        leaving = [:]
        for index in addresses.indices { addresses[index].dialAt = nil }
        resolveAt = nil
        if waiting > 0 { actions.append(.giveUp) }
        refresh()
        dialable = 0
    }

    /// When `wake` has to be called; nil when nothing waits for a time.
    package var nextWake: NIODeadline? {
        guard !isShutDown else { return nil }
        var next = resolveAt
        func consider(_ time: NIODeadline?) {
            guard let time else { return }
            next = next.map { min($0, time) } ?? time
        }
        for address in addresses where !address.isGone {
            consider(address.dialAt)
            consider(address.health.ejectedUntil)
        }
        if waiting > 0, !isDialling, !isResolving, let downSince {
            consider(downSince + configuration.connectPatience)
        }
        return next
    }

    /// A time has come.
    package mutating func wake(now: NIODeadline, actions: inout [Action]) {
        guard !isShutDown else { return }
        for index in addresses.indices where !addresses[index].isGone {
            _ = addresses[index].health.returned(now)
            if let dialAt = addresses[index].dialAt, dialAt <= now { addresses[index].dialAt = nil }
        }
        refresh()
        if dialable > 0 { dial(now, &actions, wantedOnly: true) }
        if let resolveAt, resolveAt <= now {
            self.resolveAt = nil
            if waiting > 0 { resolve(now, &actions) }
        }
        giveUp(now, &actions)
    }

    func isCurrent(_ id: ConnectionID, _ state: Slot.State) -> Bool {
        slots[id.slot].generation == id.generation && slots[id.slot].state == state
    }

    var isDialling: Bool { slots.contains { $0.state == .dialling } }

    /// What the pool looks like now.
    package var statistics: PoolStatistics {
        PoolStatistics(
            addresses: addresses.count { !$0.isGone },
            ejected: addresses.count { !$0.isGone && $0.health.isEjected },
            connected: slots.count { $0.state == .ready },
            dialling: slots.count { $0.state == .dialling },
            leaving: leaving.count,
            inFlight: slots.reduce(0) { $0 + $1.inFlight } + leaving.values.reduce(0, +),
            waiting: waiting
        )
    }
}

/// A pool's numbers at one moment.
package struct PoolStatistics: Equatable, Sendable {
    /// Addresses in use.
    package let addresses: Int
    /// Those that take no calls for a time.
    package let ejected: Int
    /// Connections that take calls, those of ejected addresses included.
    package let connected: Int
    package let dialling: Int
    /// Connections that finish their last calls.
    package let leaving: Int
    /// Calls that were given a connection.
    package let inFlight: Int
    /// Calls that wait for one.
    package let waiting: Int
    /// Attempts beyond a call's first, since the pool was made.
    package var retries: UInt64 = 0
}
