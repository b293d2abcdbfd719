import NIOConcurrencyHelpers
import Payments
import RemitAPI
import TTRPC

@testable import Billing

/// A gateway with a truth of its own behind a wire that loses, doubles and delays.
///
/// What becomes of a sale is drawn from the seed and the amount, so that it does not depend on the
/// order in which tasks run.
final class SimulatedGateway: GatewayLink {
    struct Operation: Sendable {
        let amount: Money
        var state: OperationState
        var version: Int64
    }

    /// What the wire does to a sale.
    private enum Fate: CaseIterable {
        case answered, doubled, replyLost, replyDelayed, requestLost, requestLate, refused
    }

    private struct State {
        var operations: [AttemptID: Operation] = [:]
        var events: [(attempt: AttemptID, state: OperationState, version: Int64)] = []
        /// What the bank has charged, by attempt. A second charge of one adds to it.
        var charged: [AttemptID: Int64] = [:]
        /// Sales that are still on their way.
        var late: [(attempt: AttemptID, amount: Money)] = []
        var delayed: [Gate] = []
        var random: SplitMix64
        var hasFaults = true
        var arrivals = 0
    }

    private let seed: UInt64
    private let state: NIOLockedValueBox<State>

    init(seed: UInt64) {
        self.seed = seed
        state = NIOLockedValueBox(State(random: SplitMix64(seed: seed)))
    }

    // MARK: What a test sees and does

    var operations: [AttemptID: Operation] { state.withLockedValue { $0.operations } }
    var charged: [AttemptID: Int64] { state.withLockedValue { $0.charged } }
    /// Sales that came in, repeated ones included.
    var arrivals: Int { state.withLockedValue { $0.arrivals } }

    /// From now on the wire is a good one, and what was held up comes in.
    func heal() {
        state.withLockedValue { $0.hasFaults = false }
        deliver(all: true)
    }

    /// Lets through some of what is held up, or all of it.
    func deliver(all: Bool = false) {
        let gates: [Gate] = state.withLockedValue { state in
            let late = state.late.filter { _ in all || state.random.chance(40) }
            state.late.removeAll { sale in late.contains { $0.attempt == sale.attempt } }
            for sale in late { _ = Self.arrive(sale.attempt, sale.amount, seed, &state) }
            let open = state.delayed.filter { _ in all || state.random.chance(60) }
            state.delayed.removeAll { gate in open.contains { $0 === gate } }
            return open
        }
        for gate in gates { gate.open() }
    }

    /// The bank decides about some of what is pending or in doubt, or about all of it.
    func decide(all: Bool = false) {
        state.withLockedValue { state in
            for attempt in state.operations.keys.sorted() {
                guard let operation = state.operations[attempt], !operation.state.isTerminal,
                    all || state.random.chance(30)
                else { continue }
                let next: OperationState = state.random.chance(60) ? .approved : .declined
                Self.record(attempt, next, &state)
            }
        }
    }

    // MARK: The gateway itself

    private static func record(
        _ attempt: AttemptID,
        _ next: OperationState,
        _ state: inout State
    ) {
        guard var operation = state.operations[attempt] else { return }
        operation.state = next
        operation.version += 1
        state.operations[attempt] = operation
        state.events.append((attempt, next, operation.version))
        if next == .approved {
            state.charged[attempt, default: 0] += operation.amount.minorUnits
        }
    }

    /// A sale comes in: once it is decided, a second time it is looked up.
    private static func arrive(
        _ attempt: AttemptID,
        _ amount: Money,
        _ seed: UInt64,
        _ state: inout State
    ) -> Result<GatewayReply, RPCError> {
        state.arrivals += 1
        if let operation = state.operations[attempt] {
            return operation.state == .fenced
                ? .failure(RPCError(.aborted, "The key is fenced.", reason: "KEY_FENCED"))
                : .success(reply(attempt, operation, state))
        }
        var random = SplitMix64(seed: seed ^ UInt64(amount.minorUnits) &* 31)
        let outcomes: [OperationState] = [.approved, .approved, .declined, .pending, .inDoubt]
        state.operations[attempt] = Operation(amount: amount, state: .received, version: 0)
        record(attempt, outcomes.randomElement(using: &random) ?? .approved, &state)
        guard let operation = state.operations[attempt] else { return .failure(.lost) }
        return .success(reply(attempt, operation, state))
    }

    private static func reply(
        _ attempt: AttemptID,
        _ operation: Operation,
        _ state: State
    ) -> GatewayReply {
        .of(
            attempt,
            operation.state,
            version: operation.version,
            position: position(state)
        )
    }

    private static func position(_ state: State) -> GatewayPosition {
        GatewayPosition(epoch: "epoch-1", headSequence: Int64(state.events.count))
    }

    /// Whether a call or its reply is lost.
    private func isLost(_ percent: Int) -> Bool {
        state.withLockedValue { $0.hasFaults && $0.random.chance(percent) }
    }

    // MARK: The wire

    func card(_ token: TokenID) async throws(RPCError) -> GatewayCard {
        if isLost(5) { throw .notSent }
        return .visa
    }

    func sale(
        _ attempt: AttemptID,
        token: TokenID,
        amount: Money,
        address: RemitType.BillingAddress,
        saveCard: Bool,
        known: GatewayCursor?
    ) async throws(RPCError) -> GatewayReply {
        let gate = Gate()
        let (fate, answer): (Fate, Result<GatewayReply, RPCError>) = state.withLockedValue {
            state in
            var random = SplitMix64(seed: seed &* 77 ^ UInt64(amount.minorUnits))
            let drawn = Fate.allCases.randomElement(using: &random) ?? .answered
            let fate = state.hasFaults ? drawn : .answered
            switch fate {
            case .answered, .replyLost:
                return (fate, Self.arrive(attempt, amount, seed, &state))
            case .doubled:
                _ = Self.arrive(attempt, amount, seed, &state)
                return (fate, Self.arrive(attempt, amount, seed, &state))
            case .replyDelayed:
                state.delayed.append(gate)
                return (fate, Self.arrive(attempt, amount, seed, &state))
            case .requestLost: return (fate, .failure(.lost))
            case .requestLate:
                state.late.append((attempt, amount))
                return (fate, .failure(.lost))
            case .refused: return (fate, .failure(.refused("CVC_EXPIRED")))
            }
        }
        if fate == .replyLost { throw .lost }
        if fate == .replyDelayed { await gate.pass() }
        return try answer.get()
    }

    func operation(
        _ attempt: AttemptID,
        known: GatewayCursor?
    ) async throws(RPCError) -> GatewayReply? {
        if isLost(30) { throw .lost }
        let reply = state.withLockedValue { state in
            state.operations[attempt].map { Self.reply(attempt, $0, state) }
        }
        if isLost(20) { throw .lost }
        return reply
    }

    func fence(
        _ attempt: AttemptID,
        known: GatewayCursor?
    ) async throws(RPCError) -> GatewayReply {
        if isLost(20) { throw .lost }
        let reply = state.withLockedValue { state in
            if let operation = state.operations[attempt] {
                return Self.reply(attempt, operation, state)
            }
            let nothing = Money.zero(.CAD)
            let tombstone = Operation(amount: nothing, state: .received, version: 0)
            state.operations[attempt] = tombstone
            Self.record(attempt, .fenced, &state)
            return Self.reply(attempt, state.operations[attempt] ?? tombstone, state)
        }
        if isLost(20) { throw .lost }
        return reply
    }

    func events(
        after known: GatewayCursor?,
        limit: Int
    ) async throws(RPCError) -> (events: [GatewayEvent], position: GatewayPosition) {
        if isLost(20) { throw .lost }
        return state.withLockedValue { state in
            let events = state.events.enumerated().dropFirst(Int(known?.sequence ?? 0)).prefix(
                limit
            ).map {
                index,
                event in
                GatewayEvent(
                    sequence: Int64(index + 1),
                    key: event.attempt.text,
                    proof: OperationProof(
                        attempt: event.attempt,
                        state: event.state,
                        version: event.version
                    )
                )
            }
            return (events, Self.position(state))
        }
    }

    func deleteCard(_ token: TokenID) async throws(RPCError) {}
}
