import NIOCore

/// What a pool's lock guards: the machine, the connections it names, and the calls that wait.
struct PoolState {
    /// Why a call waits no more.
    enum WaitEnd: Sendable {
        case admitted
        case unreachable
        case deadline
        case cancelled
    }

    /// What a call is given.
    enum Picked {
        case use(RPCClientPool.Lease)
        case wait(UInt64)
        case refuse(PoolStateMachine.Refusal)
    }

    private enum Waiter {
        case new
        case waiting(UnsafeContinuation<WaitEnd, Never>)
        case ended(WaitEnd)
    }

    var machine: PoolStateMachine
    var budget: RetryBudget
    var retries: UInt64 = 0
    /// What the last connection failed with, when it says more than that it failed.
    var lastFailure: String?
    /// Every connection that is not closed, those that are being made included.
    var clients: [ConnectionID: RPCClient] = [:]
    private var bySlot: [RPCClient?] = []
    private var waiters: [UInt64: Waiter] = [:]
    private var nextWaiter: UInt64 = 0
    private var timer: NIODeadline?
    private var randomState: UInt64

    init(_ configuration: PoolConfiguration, hasNames: Bool, seed: UInt64) {
        machine = PoolStateMachine(configuration, hasNames: hasNames, seed: seed)
        budget = configuration.newBudget
        randomState = seed
    }

    /// 64 bits, uniform.
    ///
    /// - Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
    mutating func random() -> UInt64 {
        randomState &+= 0x9E37_79B9_7F4A_7C15
        var mixed = randomState
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func pick(
        isFirst: Bool,
        avoiding avoided: ConnectionID?,
        actions: inout [PoolStateMachine.Action]
    ) -> Picked {
        if isFirst { budget.called() }
        let pick = machine.pick(
            isFirst: isFirst,
            avoiding: avoided,
            now: .now(),
            actions: &actions
        )
        switch pick {
        case .use(let id):
            guard let client = bySlot[id.slot] else {
                preconditionFailure("a connection was picked that is not there")
            }
            return .use(RPCClientPool.Lease(id: id, client: client))
        case .wait:
            nextWaiter += 1
            waiters[nextWaiter] = .new
            return .wait(nextWaiter)
        case .refuse(let refusal): return .refuse(refusal)
        }
    }

    // MARK: Connections

    /// A connection was made.
    mutating func connected(
        _ id: ConnectionID,
        _ client: RPCClient,
        _ actions: inout [PoolStateMachine.Action]
    ) {
        machine.connected(id, actions: &actions)
        guard machine.isCurrent(id, .ready) else { return }
        while bySlot.count <= id.slot { bySlot.append(nil) }
        bySlot[id.slot] = client
    }

    /// A connection that is to be closed.
    mutating func take(_ id: ConnectionID) -> RPCClient? {
        guard let client = clients.removeValue(forKey: id) else { return nil }
        if id.slot < bySlot.count, bySlot[id.slot] === client { bySlot[id.slot] = nil }
        return client
    }

    /// All connections, to be closed.
    mutating func takeAll() -> [RPCClient] {
        let all = Array(clients.values)
        clients = [:]
        bySlot = []
        return all
    }

    // MARK: Waiting

    /// A call begins to wait.
    ///
    /// - Returns: why it needs not, when that has come meanwhile.
    mutating func wait(
        _ number: UInt64,
        _ continuation: UnsafeContinuation<WaitEnd, Never>
    ) -> WaitEnd? {
        guard case .ended(let end) = waiters[number] else {
            waiters[number] = .waiting(continuation)
            return nil
        }
        waiters[number] = nil
        machine.stoppedWaiting()
        return end
    }

    /// A call has waited long enough.
    ///
    /// - Returns: whom to tell; nil when it is told already.
    mutating func endWait(_ number: UInt64, _ end: WaitEnd) -> UnsafeContinuation<WaitEnd, Never>? {
        switch waiters[number] {
        case .new:
            waiters[number] = .ended(end)
            return nil
        case .waiting(let continuation):
            waiters[number] = nil
            machine.stoppedWaiting()
            return continuation
        case .ended, nil:
            return nil
        }
    }

    /// All calls have waited long enough; in the order they came.
    mutating func endWaits(_ end: WaitEnd) -> [UnsafeContinuation<WaitEnd, Never>] {
        waiters.keys.sorted().compactMap { endWait($0, end) }
    }

    // MARK: Time

    /// When a timer has to be set; nil when one that is set already comes soon enough.
    mutating func timeToSchedule() -> NIODeadline? {
        guard let next = machine.nextWake else { return nil }
        if let timer, timer <= next { return nil }
        timer = next
        return next
    }

    /// A timer fired; one that was overtaken by an earlier one does nothing but fire.
    mutating func timerFired(_ time: NIODeadline) {
        if timer == time { timer = nil }
    }
}
