import NIOCore
import TTRPC
import Testing

/// A shell that does what the machine says, in a world where everything may happen, and checks
/// each step.
private struct PoolHistory {
    private enum Life { case dialling, connected, doomed, closed }

    private var random: SplitMix64
    private var bench: PoolBench
    private let configuration: PoolConfiguration
    private var life: [ConnectionID: Life] = [:]
    private var address: [ConnectionID: PoolAddress] = [:]
    private var leases: [ConnectionID] = []
    private var waiting = 0
    private var isResolving = false
    private(set) var problem: String?

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        var random = random
        var made = PoolConfiguration(endpoints: [PoolEndpoint(host: "a.test", port: 1)])
        made.maxConnectionsPerAddress = Int.random(in: 1...3, using: &random)
        made.maxAddresses = Int.random(in: 1...4, using: &random)
        made.maxCallsPerConnection = Int.random(in: 1...5, using: &random)
        made.maxWaitingCalls = Int.random(in: 1...5, using: &random)
        made.maxConsecutiveFailures = Int.random(in: 1...3, using: &random)
        made.connectPatience = .milliseconds(Int64.random(in: 0...500, using: &random))
        let configuration = made
        self.configuration = configuration
        bench = PoolBench(nil) { $0 = configuration }
        self.random = random
    }

    mutating func run(_ steps: Int) {
        for step in 0..<steps where problem == nil {
            bench.random = random.next()
            switch Int.random(in: 0..<12, using: &random) {
            case 0...3: pick()
            case 4...6: end()
            case 7, 8: dialResult()
            case 9: lose()
            case 10: lookUp()
            default: pass()
            }
            check()
            if let problem { self.problem = "step \(step): \(problem)" }
        }
        guard problem == nil else { return }
        finish()
    }

    private mutating func perform(_ actions: [PoolBench.Action]) {
        for action in actions {
            switch action {
            case .dial(let id, let to):
                if life[id] != nil { problem = "a connection was dialled twice" }
                life[id] = .dialling
                address[id] = to
            case .close(let id):
                if life[id] == .closed { problem = "a connection was closed twice" }
                if leases.contains(id) { problem = "a connection was closed under its calls" }
                life[id] = .closed
            case .resolve:
                if isResolving { problem = "two look-ups at once" }
                isResolving = true
            case .admit:
                stopWaiting()
            case .giveUp:
                stopWaiting()
            }
        }
    }

    private mutating func stopWaiting() {
        for _ in 0..<waiting { bench.machine.stoppedWaiting() }
        waiting = 0
    }

    private mutating func pick() {
        let avoided = Bool.random(using: &random) ? leases.randomElement(using: &random) : nil
        let before = bench.machine.statistics
        let (pick, actions) = bench.pick(isFirst: avoided == nil, avoiding: avoided)
        switch pick {
        case .use(let id):
            if life[id] != .connected { problem = "a call was given what is not connected" }
            leases.append(id)
            if leases.count(where: { $0 == id }) > configuration.maxCallsPerConnection {
                problem = "a connection has more calls than it may have"
            }
        case .wait:
            waiting += 1
            if before.connected > 0 { problem = "a call waits though there is a connection" }
        case .refuse(.tooManyCalls):
            if before.connected == 0 { problem = "refused for connections that are not there" }
        case .refuse(.unreachable), .refuse(.tooManyWaiting):
            if before.connected > 0 { problem = "refused though there is a connection" }
        case .refuse(.shutDown): problem = "refused as if it were shut down"
        }
        perform(actions)
    }

    private mutating func end() {
        guard let index = leases.indices.randomElement(using: &random) else { return }
        let id = leases.remove(at: index)
        let outcome: CallOutcome =
            switch life[id] {
            case .doomed: .lost
            default: CallOutcome.allCases.randomElement(using: &random) ?? .answered
            }
        let ejected = bench.machine.statistics.ejected
        perform(bench.end(id, outcome))
        if [.lost, .drained].contains(outcome), life[id] == .connected { life[id] = .doomed }
        let after = bench.machine.statistics
        if after.ejected > ejected,
            after.ejected * 100 > after.addresses * configuration.maxEjectedPercent
        {
            problem = "more addresses are ejected than may be"
        }
    }

    private mutating func dialResult() {
        let dialling = life.filter { $0.value == .dialling }.keys.sorted {
            ($0.slot, $0.generation) < ($1.slot, $1.generation)
        }
        guard let id = dialling.randomElement(using: &random) else { return }
        if Bool.random(using: &random) {
            life[id] = .connected
            perform(bench.connected(id))
        } else {
            life[id] = .closed
            perform(bench.connectFailed(id))
        }
    }

    /// A connection is found to be gone, though no call told.
    private mutating func lose() {
        let connected = life.filter { $0.value == .connected }.keys.sorted {
            ($0.slot, $0.generation) < ($1.slot, $1.generation)
        }
        guard let id = connected.randomElement(using: &random) else { return }
        life[id] = .doomed
        var actions: [PoolBench.Action] = []
        bench.machine.lost(id, now: bench.now, random: bench.random, actions: &actions)
        perform(actions)
    }

    private mutating func lookUp() {
        guard isResolving else { return }
        isResolving = false
        var actions: [PoolBench.Action] = []
        if Int.random(in: 0..<3, using: &random) == 0 {
            bench.machine.unresolved(now: bench.now, random: bench.random, actions: &actions)
        } else {
            let found = (0..<5).filter { _ in Bool.random(using: &random) }
            let addresses = (found.isEmpty ? [0] : found).map { PoolBench.address($0) }
            bench.machine.resolved(addresses, now: bench.now, actions: &actions)
            for (id, to) in address where !addresses.contains(to) && life[id] == .connected {
                life[id] = .doomed
            }
        }
        perform(actions)
    }

    private mutating func pass() {
        perform(bench.pass(.milliseconds(Int64.random(in: 0...400, using: &random))))
    }

    private mutating func check() {
        let statistics = bench.machine.statistics
        let perAddress = configuration.maxConnectionsPerAddress
        if statistics.addresses > configuration.maxAddresses { problem = "too many addresses" }
        if statistics.connected + statistics.dialling > statistics.addresses * perAddress {
            problem = "too many connections"
        }
        if statistics.waiting != waiting { problem = "calls that wait were miscounted" }
        if waiting > configuration.maxWaitingCalls { problem = "too many calls wait" }
        if waiting > 0, statistics.connected > 0 { problem = "calls wait for nothing" }
        let isMoving =
            statistics.dialling > 0 || isResolving || bench.machine.nextWake != nil
        if waiting > 0, !isMoving { problem = "calls wait and nothing will happen" }
    }

    /// Everything ends: each connection is closed, none twice.
    private mutating func finish() {
        while let id = leases.popLast() { perform(bench.end(id, .answered)) }
        var actions: [PoolBench.Action] = []
        bench.machine.shutDown(actions: &actions)
        let dialling = life.filter { $0.value == .dialling }.keys
        perform(actions)
        for id in dialling where life[id] == .dialling { perform(bench.connected(id)) }
        let left = life.values.count { $0 != .closed }
        if left > 0, problem == nil { problem = "\(left) connections were never closed" }
        if bench.machine.statistics.inFlight != 0 { problem = "calls were miscounted" }
    }
}

@Suite("Pool: histories")
struct PoolHistoryTests {
    @Test("whatever happens, limits hold, no call waits for nothing, and all is closed once")
    func histories() {
        for seed: UInt64 in 0..<400 {
            var history = PoolHistory(seed: seed)
            history.run(400)
            if let problem = history.problem {
                Issue.record("seed \(seed): \(problem)")
                return
            }
        }
    }
}
