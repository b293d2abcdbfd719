package import Logging
import NIOConcurrencyHelpers
package import NIOCore
package import ProtobufC

/// Calls servers over a few connections: reconnects, spreads calls, avoids what fails, and repeats
/// what is safe to repeat.
///
/// The first call dials. What to do is decided by `PoolStateMachine` and `CallAttempts`; this is
/// their shell.
package final class RPCClientPool: RPCCaller {
    /// A call's hold of a connection; given back by `release`.
    struct Lease {
        let id: ConnectionID
        let client: RPCClient
    }

    private let configuration: PoolConfiguration
    private let group: any EventLoopGroup
    private let eventLoop: any EventLoop
    private let resolver: NameResolver
    private let logger: Logger
    private let retryBackoff: Backoff
    let state: NIOLockedValueBox<PoolState>

    /// - Parameters:
    ///   - configuration: where to, and the limits.
    ///   - eventLoopGroup: its loops serve the connections.
    ///   - resolver: looks names up.
    ///   - seed: spreads calls and pauses.
    ///   - logger: for what is lost, ejected, and cannot be reached, at debug.
    package init(
        configuration: PoolConfiguration,
        eventLoopGroup: any EventLoopGroup,
        resolver: NameResolver = .system,
        seed: UInt64 = .random(in: 0 ... .max),
        logger: Logger
    ) {
        precondition(!configuration.endpoints.isEmpty, "a pool of no server")
        self.configuration = configuration
        group = eventLoopGroup
        eventLoop = eventLoopGroup.next()
        self.resolver = resolver
        self.logger = logger
        retryBackoff = Backoff(base: configuration.retryBase, cap: configuration.retryCap)
        let numeric = configuration.endpoints.compactMap { NameResolver.numeric($0) }
        let hasNames = numeric.count < configuration.endpoints.count
        var state = PoolState(configuration, hasNames: hasNames, seed: seed)
        if !hasNames {
            var actions: [PoolStateMachine.Action] = []
            state.machine.resolved(numeric, now: .now(), actions: &actions)
        }
        self.state = NIOLockedValueBox(state)
    }

    package func call<Request: WireMessage, Reply: WireMessage>(
        _ method: MethodDescriptor,
        _ request: Request,
        options: CallOptions
    ) async throws(RPCError) -> Reply {
        var options = options
        options.fixDeadline()
        var lease = try await acquire(isFirst: true, deadline: options.deadline)
        var failure: RPCError
        do throws(RPCError) {
            let reply: Reply = try await lease.client.call(method, request, options: options)
            release(lease, nil)
            return reply
        } catch {
            release(lease, error)
            failure = error
        }
        var attempts = CallAttempts(
            isRepeatable: method.idempotent && options.repeats == .asDeclared,
            maxAttempts: configuration.maxAttempts,
            backoff: retryBackoff
        )
        while true {
            try await pause(&attempts, failure, deadline: options.deadline)
            do throws(RPCError) {
                lease = try await acquire(
                    isFirst: false,
                    avoiding: lease.id,
                    deadline: options.deadline
                )
            } catch {
                throw attempts.told(error)
            }
            do throws(RPCError) {
                let reply: Reply = try await lease.client.call(method, request, options: options)
                release(lease, nil)
                return reply
            } catch {
                release(lease, error)
                failure = error
            }
        }
    }

    /// Waits before another attempt.
    ///
    /// - Throws: `RPCError`, what the caller is told when there is none.
    private func pause(
        _ attempts: inout CallAttempts,
        _ failure: RPCError,
        deadline: NIODeadline?
    ) async throws(RPCError) {
        let timeLeft = deadline.map { $0 - .now() }
        switch verdict(&attempts, failure, timeLeft) {
        case .fail(let error): throw error
        case .again(let pause):
            do {
                if pause > .zero { try await Task.sleep(for: .nanoseconds(pause.nanoseconds)) }
            } catch {
                throw attempts.told(
                    RPCError(.cancelled, "The caller gave up.", origin: .notSent)
                )
            }
        }
    }

    private func verdict(
        _ attempts: inout CallAttempts,
        _ failure: RPCError,
        _ timeLeft: TimeAmount?
    ) -> CallAttempts.Verdict {
        state.withLockedValue { state in
            let verdict = attempts.failed(
                failure,
                timeLeft: timeLeft,
                budget: &state.budget,
                random: state.random()
            )
            if case .again = verdict { state.retries &+= 1 }
            return verdict
        }
    }

    // MARK: Connections

    /// Picks the connection for a call, and waits for one when there is none.
    ///
    /// Every lease is given back by `release`, whatever is called over it: one answer, or a stream
    /// of them.
    ///
    /// - Parameters:
    ///   - isFirst: the call's first attempt; it fills the retry budget.
    ///   - avoided: where an earlier attempt failed.
    ///   - deadline: the call's.
    /// - Throws: `RPCError` with origin `notSent`.
    func acquire(
        isFirst: Bool,
        avoiding avoided: ConnectionID? = nil,
        deadline: NIODeadline?
    ) async throws(RPCError) -> Lease {
        var isFirst = isFirst
        while true {
            var actions: [PoolStateMachine.Action] = []
            let picked = state.withLockedValue { state in
                state.pick(isFirst: isFirst, avoiding: avoided, actions: &actions)
            }
            if !actions.isEmpty { perform(actions) }
            isFirst = false
            switch picked {
            case .use(let lease): return lease
            case .refuse(let refusal): throw error(refusal)
            case .wait(let number):
                schedule()
                try await wait(number, deadline)
            }
        }
    }

    /// A call over a lease has ended.
    ///
    /// - Parameter error: what it failed with; nil when it succeeded.
    func release(_ lease: Lease, _ error: RPCError?) {
        let outcome = CallOutcome(error)
        var actions: [PoolStateMachine.Action] = []
        let random = outcome == .answered ? 0 : state.withLockedValue { $0.random() }
        state.withLockedValue { state in
            state.machine.ended(
                lease.id,
                outcome,
                now: .now(),
                random: random,
                actions: &actions
            )
        }
        guard outcome != .answered || !actions.isEmpty else { return }
        if let error, outcome != .neutral {
            logger.debug(
                "a call says that its server failed",
                metadata: ["outcome": "\(outcome)", "error": "\(error)"]
            )
        }
        perform(actions)
    }

    private func wait(_ number: UInt64, _ deadline: NIODeadline?) async throws(RPCError) {
        let timer = deadline.map { deadline in
            eventLoop.scheduleTask(deadline: deadline) { self.endWait(number, .deadline) }
        }
        let end = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let end = state.withLockedValue { $0.wait(number, continuation) }
                if let end { continuation.resume(returning: end) }
            }
        } onCancel: {
            endWait(number, .cancelled)
        }
        timer?.cancel()
        switch end {
        case .admitted: return
        case .unreachable: throw error(.unreachable)
        case .cancelled: throw RPCError(.cancelled, "The caller gave up.", origin: .notSent)
        case .deadline:
            throw RPCError(
                .deadlineExceeded,
                "There was no connection before the deadline.",
                origin: .notSent
            )
        }
    }

    private func endWait(_ number: UInt64, _ end: PoolState.WaitEnd) {
        state.withLockedValue { $0.endWait(number, end) }?.resume(returning: end)
    }

    private func error(_ refusal: PoolStateMachine.Refusal) -> RPCError {
        let servers = configuration.endpoints.map { endpoint in
            PoolAddress(host: endpoint.host, port: endpoint.port, name: "").description
        }
        switch refusal {
        case .unreachable:
            let reason = state.withLockedValue { $0.lastFailure }.map { " " + $0 } ?? ""
            return RPCError(
                .unavailable,
                "\(servers.joined(separator: ", ")) cannot be reached." + reason,
                reason: "UNREACHABLE",
                origin: .notSent
            )
        case .shutDown:
            return RPCError(
                .unavailable,
                "The client is shut down.",
                reason: "UNREACHABLE",
                origin: .notSent
            )
        case .tooManyWaiting, .tooManyCalls:
            return RPCError(
                .resourceExhausted,
                "This client has as many calls under way as it may.",
                reason: "OVERLOAD",
                retryAfterMilliseconds: 100,
                origin: .notSent
            )
        }
    }

    /// The pool's numbers now.
    package var statistics: PoolStatistics {
        state.withLockedValue { state in
            var statistics = state.machine.statistics
            statistics.retries = state.retries
            return statistics
        }
    }

    /// Closes every connection; calls in flight fail with origin `.lost`, later ones are refused.
    package func shutdown() async {
        var actions: [PoolStateMachine.Action] = []
        let clients = state.withLockedValue { state in
            state.machine.shutDown(actions: &actions)
            return state.takeAll()
        }
        perform(actions)
        for client in clients { await client.shutdown() }
    }

    // MARK: Actions

    private func event(
        _ body: (inout PoolState, inout [PoolStateMachine.Action]) -> Void
    ) {
        var actions: [PoolStateMachine.Action] = []
        state.withLockedValue { body(&$0, &actions) }
        perform(actions)
    }

    private func perform(_ actions: [PoolStateMachine.Action]) {
        for action in actions {
            switch action {
            case .dial(let id, let address):
                Task.detached { await self.dial(id, address) }
            case .close(let id):
                guard let client = state.withLockedValue({ $0.take(id) }) else { continue }
                Task.detached { await client.shutdown() }
            case .resolve:
                Task.detached { await self.resolve() }
            case .admit: endWaits(.admitted)
            case .giveUp: endWaits(.unreachable)
            }
        }
        schedule()
    }

    private func endWaits(_ end: PoolState.WaitEnd) {
        for continuation in state.withLockedValue({ $0.endWaits(end) }) {
            continuation.resume(returning: end)
        }
    }

    private func dial(_ id: ConnectionID, _ address: PoolAddress) async {
        let client = await RPCClient(
            configuration: configuration.client(address),
            eventLoopGroup: group,
            logger: logger
        )
        state.withLockedValue { $0.clients[id] = client }
        do throws(RPCError) {
            try await client.connect()
            event { state, actions in state.connected(id, client, &actions) }
        } catch {
            logger.debug(
                "a server cannot be reached",
                metadata: ["server": "\(address)", "error": "\(error)"]
            )
            event { state, actions in
                state.clients[id] = nil
                let isPlain = error.message == "\(address) cannot be reached."
                state.lastFailure = isPlain ? nil : error.message
                let random = state.random()
                state.machine.connectFailed(id, now: .now(), random: random, actions: &actions)
            }
            await client.shutdown()
        }
    }

    private func resolve() async {
        let found = await resolver.resolve(configuration.endpoints)
        event { state, actions in
            guard found.isEmpty else {
                return state.machine.resolved(found, now: .now(), actions: &actions)
            }
            let random = state.random()
            state.machine.unresolved(now: .now(), random: random, actions: &actions)
        }
    }

    /// Wakes the machine when it wants to be woken next.
    private func schedule() {
        guard let time = state.withLockedValue({ $0.timeToSchedule() }) else { return }
        eventLoop.scheduleTask(deadline: time) { [weak self] in
            self?.event { state, actions in
                state.timerFired(time)
                state.machine.wake(now: .now(), actions: &actions)
            }
        }
    }
}
