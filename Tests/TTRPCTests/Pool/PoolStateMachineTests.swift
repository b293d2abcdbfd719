import NIOCore
import TTRPC
import Testing

/// A machine, its clock, and what it asked for last.
struct PoolBench {
    typealias Action = PoolStateMachine.Action

    var machine: PoolStateMachine
    var now = NIODeadline.uptimeNanoseconds(1_000_000_000)
    var random = UInt64.max

    /// - Parameter addresses: what the endpoints stand for from the start; nil for names that are
    ///   not looked up yet.
    init(_ addresses: Int?, _ configure: (inout PoolConfiguration) -> Void = { _ in }) {
        var configuration = PoolConfiguration(endpoints: [PoolEndpoint(host: "a.test", port: 1)])
        configuration.maxConnectionsPerAddress = 1
        configuration.reconnectBase = .milliseconds(100)
        configuration.reconnectCap = .seconds(1)
        configure(&configuration)
        machine = PoolStateMachine(configuration, hasNames: addresses == nil, seed: 7)
        guard let addresses else { return }
        var actions: [Action] = []
        machine.resolved((0..<addresses).map { Self.address($0) }, now: now, actions: &actions)
    }

    static func address(_ number: Int) -> PoolAddress {
        PoolAddress(host: "10.0.0.\(number)", port: 1, name: "a.test")
    }

    mutating func pick(
        isFirst: Bool = true,
        avoiding: ConnectionID? = nil
    ) -> (pick: PoolStateMachine.Pick, actions: [Action]) {
        var actions: [Action] = []
        let pick = machine.pick(isFirst: isFirst, avoiding: avoiding, now: now, actions: &actions)
        return (pick, actions)
    }

    /// The connection that a call is given.
    mutating func use(avoiding: ConnectionID? = nil) throws -> ConnectionID {
        guard case .use(let id) = pick(avoiding: avoiding).pick else { throw NotGiven() }
        return id
    }

    struct NotGiven: Error {}

    mutating func end(_ id: ConnectionID, _ outcome: CallOutcome) -> [Action] {
        var actions: [Action] = []
        machine.ended(id, outcome, now: now, random: random, actions: &actions)
        return actions
    }

    mutating func connected(_ id: ConnectionID) -> [Action] {
        var actions: [Action] = []
        machine.connected(id, actions: &actions)
        return actions
    }

    mutating func connectFailed(_ id: ConnectionID) -> [Action] {
        var actions: [Action] = []
        machine.connectFailed(id, now: now, random: random, actions: &actions)
        return actions
    }

    /// Lets time pass, and the machine wake if it wants to.
    mutating func pass(_ time: TimeAmount) -> [Action] {
        now = now + time
        var actions: [Action] = []
        guard let wake = machine.nextWake, wake <= now else { return [] }
        machine.wake(now: now, actions: &actions)
        return actions
    }

    /// Dials on a first call, and connects what is dialled.
    ///
    /// - Returns: the connections.
    mutating func connectAll() -> [ConnectionID] {
        let (pick, actions) = pick()
        let ids = Self.dialled(actions)
        for id in ids { _ = connected(id) }
        if pick == .wait { machine.stoppedWaiting() }
        return ids
    }

    static func dialled(_ actions: [Action]) -> [ConnectionID] {
        actions.compactMap { if case .dial(let id, _) = $0 { id } else { nil } }
    }
}

@Suite("Pool: state machine")
struct PoolStateMachineTests {
    @Test("the first call dials every connection and waits; the first connection admits it")
    func first() {
        var bench = PoolBench(2) { $0.maxConnectionsPerAddress = 2 }
        #expect(bench.machine.nextWake == nil)
        let (pick, actions) = bench.pick()
        #expect(pick == .wait)
        let ids = PoolBench.dialled(actions)
        #expect(ids.count == 4 && Set(ids).count == 4)
        #expect(bench.connected(ids[0]) == [.admit])
        bench.machine.stoppedWaiting()
        #expect(bench.pick(isFirst: false).pick == .use(ids[0]))
        #expect(bench.connected(ids[1]) == [], "nobody waits any more")
    }

    @Test("calls go to the less busy connections, and to all of them")
    func balance() throws {
        var bench = PoolBench(3)
        let ids = bench.connectAll()
        var counts: [ConnectionID: Int] = [:]
        for _ in 0..<300 { counts[try bench.use(), default: 0] += 1 }
        #expect(Set(counts.keys) == Set(ids))
        for count in counts.values { #expect((90...110).contains(count), "\(counts)") }
    }

    @Test("a second attempt goes to another address if there is one")
    func avoiding() throws {
        var bench = PoolBench(2) { $0.maxConnectionsPerAddress = 2 }
        let ids = bench.connectAll()
        for _ in 0..<20 {
            let id = try bench.use(avoiding: ids[0])
            #expect(id.slot / 2 != ids[0].slot / 2)
        }
        var single = PoolBench(1)
        let only = single.connectAll()[0]
        #expect(try single.use(avoiding: only) == only)
    }

    @Test("a full connection takes no more calls, and when all are full one is refused")
    func full() throws {
        var bench = PoolBench(2) { $0.maxCallsPerConnection = 2 }
        _ = bench.connectAll()
        var ids: [ConnectionID] = []
        for _ in 0..<4 { ids.append(try bench.use()) }
        #expect(Dictionary(grouping: ids) { $0 }.values.allSatisfy { $0.count == 2 })
        #expect(bench.pick().pick == .refuse(.tooManyCalls))
        #expect(bench.end(ids[0], .answered) == [])
        #expect(try bench.use() == ids[0])
    }

    @Test("after a failed dial the pauses grow, and one connection at a time is tried")
    func backoff() {
        var bench = PoolBench(1) {
            $0.maxConnectionsPerAddress = 3
            $0.connectPatience = .hours(1)
        }
        var dialled = PoolBench.dialled(bench.pick().actions)
        #expect(dialled.count == 3)
        for id in dialled { #expect(bench.connectFailed(id) == []) }
        for milliseconds: Int64 in [100, 200, 400, 800, 1000, 1000] {
            #expect(bench.machine.nextWake == bench.now + .milliseconds(milliseconds))
            #expect(bench.pass(.milliseconds(milliseconds) - .nanoseconds(1)) == [])
            #expect(bench.pick().actions == [], "a call does not shorten the pause")
            dialled = PoolBench.dialled(bench.pass(.nanoseconds(1)))
            #expect(dialled.count == 1)
            #expect(bench.connectFailed(dialled[0]) == [])
        }
        let last = PoolBench.dialled(bench.pass(.seconds(1)))
        #expect(bench.connected(last[0]) == [.admit])
        for _ in 0..<bench.machine.statistics.waiting { bench.machine.stoppedWaiting() }
        let (pick, actions) = bench.pick()
        #expect(pick == .use(last[0]))
        #expect(PoolBench.dialled(actions).count == 2, "the others follow")
    }

    @Test("the pauses begin anew only when a call was answered")
    func proven() throws {
        var bench = PoolBench(1) { $0.connectPatience = .hours(1) }
        var id = bench.connectAll()[0]
        for milliseconds: Int64 in [100, 200, 400] {
            #expect(try bench.use() == id)
            _ = bench.end(id, .lost)
            #expect(bench.pick().pick == .wait)
            let dialled = PoolBench.dialled(bench.pass(.milliseconds(milliseconds)))
            id = try #require(dialled.first)
            _ = bench.connected(id)
            bench.machine.stoppedWaiting()
        }
        #expect(try bench.use() == id)
        #expect(bench.end(id, .answered) == [])
        #expect(try bench.use() == id)
        _ = bench.end(id, .lost)
        #expect(bench.machine.nextWake == bench.now + .milliseconds(100))
    }

    @Test("a connection that served is made again; one that nobody used is not until a call comes")
    func demand() throws {
        var bench = PoolBench(1)
        let id = bench.connectAll()[0]
        _ = bench.end(try bench.use(), .answered)
        _ = bench.end(try bench.use(), .lost)
        let again = PoolBench.dialled(bench.pass(.milliseconds(100)))
        #expect(again.count == 1 && again != [id])
        _ = bench.connected(again[0])
        var actions: [PoolStateMachine.Action] = []
        bench.machine.lost(again[0], now: bench.now, random: 0, actions: &actions)
        #expect(actions == [.close(again[0])])
        #expect(bench.pass(.milliseconds(200)) == [])
        #expect(bench.machine.nextWake == nil, "nothing is tried for nobody")
        #expect(PoolBench.dialled(bench.pick().actions).count == 1)
    }

    @Test("a connection that is lost is closed after its last call")
    func lostWithCalls() throws {
        var bench = PoolBench(1)
        let id = bench.connectAll()[0]
        for _ in 0..<3 { _ = try bench.use() }
        #expect(bench.end(id, .lost) == [])
        #expect(bench.machine.statistics.leaving == 1)
        #expect(bench.end(id, .lost) == [])
        #expect(bench.end(id, .answered) == [.close(id)])
        #expect(bench.machine.statistics.leaving == 0)
        #expect(bench.machine.statistics.inFlight == 0)
    }

    @Test("a drained connection finishes its calls and takes none")
    func drained() throws {
        var bench = PoolBench(2)
        let ids = bench.connectAll()
        var open: [ConnectionID] = []
        for _ in 0..<10 { open.append(try bench.use()) }
        let calls = open.count { $0 == ids[0] }
        #expect(bench.end(ids[0], .drained) == [])
        for _ in 0..<20 { #expect(try bench.use() == ids[1]) }
        for call in 1..<calls {
            #expect(bench.end(ids[0], .answered) == (call == calls - 1 ? [.close(ids[0])] : []))
        }
        #expect(bench.machine.statistics.ejected == 0, "to drain is no failure")
    }

    @Test("calls wait for as long as the patience, then new ones are refused at once")
    func patience() throws {
        var bench = PoolBench(1) { $0.connectPatience = .milliseconds(250) }
        let (pick, actions) = bench.pick()
        #expect(pick == .wait)
        #expect(bench.connectFailed(PoolBench.dialled(actions)[0]) == [])
        let second = PoolBench.dialled(bench.pass(.milliseconds(100)))
        // A dial on its way is waited for.
        #expect(bench.pass(.milliseconds(200)) == [])
        #expect(bench.pick().pick == .wait)
        #expect(bench.connectFailed(second[0]) == [.giveUp])
        bench.machine.stoppedWaiting()
        bench.machine.stoppedWaiting()
        #expect(bench.pick().pick == .refuse(.unreachable))
        // It is tried on, and the next that waits is admitted.
        let third = PoolBench.dialled(bench.pass(.milliseconds(200)))
        #expect(bench.pick().pick == .wait)
        #expect(bench.connected(third[0]) == [.admit])
    }

    @Test("when nothing was tried for a while, calls wait again")
    func patienceAgain() {
        var bench = PoolBench(1) { $0.connectPatience = .milliseconds(250) }
        let dialled = PoolBench.dialled(bench.pick().actions)
        bench.machine.stoppedWaiting()
        _ = bench.connectFailed(dialled[0])
        #expect(bench.pass(.hours(1)) == [], "nobody asked meanwhile")
        let (pick, actions) = bench.pick()
        #expect(pick == .wait)
        #expect(bench.connectFailed(PoolBench.dialled(actions)[0]) == [], "not given up yet")
    }

    @Test("no more calls wait than may")
    func waiting() {
        var bench = PoolBench(1) { $0.maxWaitingCalls = 2 }
        #expect(bench.pick().pick == .wait)
        #expect(bench.pick().pick == .wait)
        #expect(bench.pick().pick == .refuse(.tooManyWaiting))
        bench.machine.stoppedWaiting()
        #expect(bench.pick().pick == .wait)
    }

    @Test("an address is ejected after failures in a row, and taken back")
    func ejection() throws {
        var bench = PoolBench(2) { $0.maxConsecutiveFailures = 3 }
        let ids = bench.connectAll()
        for _ in 0..<40 { _ = try bench.use() }
        for _ in 0..<2 { _ = bench.end(ids[0], .failed) }
        _ = bench.end(ids[0], .neutral)
        #expect(bench.machine.statistics.ejected == 0)
        _ = bench.end(ids[0], .failed)
        #expect(bench.machine.statistics.ejected == 1)
        for _ in 0..<20 { #expect(try bench.use() == ids[1]) }
        // Half of the addresses may be ejected: the other one stays, whatever it does.
        for _ in 0..<10 { _ = bench.end(ids[1], .failed) }
        #expect(bench.machine.statistics.ejected == 1)
        #expect(bench.machine.nextWake == bench.now + .seconds(10))
        _ = bench.pass(.seconds(10))
        #expect(bench.machine.statistics.ejected == 0)
        #expect(try (0..<40).map { _ in try bench.use() }.contains(ids[0]))
    }

    @Test("the only address is never ejected, and an ejected one is better than none")
    func lastResort() throws {
        var single = PoolBench(1) { $0.maxConsecutiveFailures = 1 }
        let only = single.connectAll()[0]
        _ = single.end(try single.use(), .failed)
        #expect(try single.use() == only)
        var bench = PoolBench(2) { $0.maxConsecutiveFailures = 1 }
        let ids = bench.connectAll()
        let failed = try bench.use()
        _ = bench.end(failed, .failed)
        let other = try #require(ids.first { $0 != failed })
        #expect(try bench.use() == other)
        _ = bench.end(other, .lost)
        #expect(try bench.use() == failed)
    }

    @Test("names are looked up with the first call, and again when a connection fails")
    func names() throws {
        var bench = PoolBench(nil) { $0.minResolveInterval = .seconds(1) }
        let (pick, actions) = bench.pick()
        #expect(pick == .wait && actions == [.resolve])
        #expect(bench.pick().actions == [], "one look-up at a time")
        var found: [PoolStateMachine.Action] = []
        bench.machine.resolved([PoolBench.address(1)], now: bench.now, actions: &found)
        let first = PoolBench.dialled(found)[0]
        _ = bench.connected(first)
        bench.machine.stoppedWaiting()
        bench.machine.stoppedWaiting()
        #expect(bench.end(try bench.use(), .answered) == [])
        bench.now = bench.now + .seconds(2)
        #expect(bench.end(try bench.use(), .lost) == [.close(first), .resolve])
        var moved: [PoolStateMachine.Action] = []
        #expect(bench.pick().pick == .wait)
        bench.machine.resolved([PoolBench.address(2)], now: bench.now, actions: &moved)
        guard case .dial(_, PoolBench.address(2)) = moved.first else {
            Issue.record("the new address is not dialled: \(moved)")
            return
        }
    }

    @Test("an address that went away finishes its calls; a dial to it is closed when it is through")
    func movedAway() throws {
        var bench = PoolBench(nil) { $0.maxConnectionsPerAddress = 2 }
        _ = bench.pick()
        bench.machine.stoppedWaiting()
        var actions: [PoolStateMachine.Action] = []
        bench.machine.resolved([PoolBench.address(1)], now: bench.now, actions: &actions)
        let dialled = PoolBench.dialled(bench.pick().actions)
        _ = bench.connected(dialled[0])
        bench.machine.stoppedWaiting()
        #expect(try bench.use() == dialled[0])
        actions = []
        bench.machine.resolved([PoolBench.address(2)], now: bench.now, actions: &actions)
        #expect(actions == [])
        #expect(bench.connected(dialled[1]) == [.close(dialled[1])])
        #expect(bench.pick().pick == .wait)
        #expect(bench.end(dialled[0], .answered) == [.close(dialled[0])])
        #expect(bench.machine.statistics.addresses == 1)
    }

    @Test("a name that nobody knows is asked for again, until the patience is over")
    func unknownName() {
        var bench = PoolBench(nil) { $0.connectPatience = .milliseconds(250) }
        #expect(bench.pick().pick == .wait)
        var actions: [PoolStateMachine.Action] = []
        bench.machine.unresolved(now: bench.now, random: .max, actions: &actions)
        #expect(actions == [])
        #expect(bench.pass(.milliseconds(100)) == [.resolve])
        bench.now = bench.now + .milliseconds(200)
        bench.machine.unresolved(now: bench.now, random: .max, actions: &actions)
        #expect(actions == [.giveUp])
    }

    @Test("no more addresses are used than may be, and each once")
    func addressLimit() {
        var bench = PoolBench(nil) { $0.maxAddresses = 3 }
        var actions: [PoolStateMachine.Action] = []
        let many = (0..<10).map { PoolBench.address($0 / 2) }
        bench.machine.resolved(many, now: bench.now, actions: &actions)
        #expect(bench.machine.statistics.addresses == 3)
        #expect(PoolBench.dialled(bench.pick().actions).count == 3)
    }

    @Test("a pool that is shut down closes everything and refuses calls")
    func shutDown() throws {
        var bench = PoolBench(2)
        let ids = bench.connectAll()
        _ = try bench.use()
        var actions: [PoolStateMachine.Action] = []
        bench.machine.shutDown(actions: &actions)
        #expect(actions == [.close(ids[0]), .close(ids[1])])
        #expect(bench.pick().pick == .refuse(.shutDown))
        #expect(bench.machine.nextWake == nil)
        var waiting = PoolBench(1)
        let dialled = PoolBench.dialled(waiting.pick().actions)
        actions = []
        waiting.machine.shutDown(actions: &actions)
        #expect(actions == [.close(dialled[0]), .giveUp])
        #expect(waiting.connected(dialled[0]) == [.close(dialled[0])])
    }
}
