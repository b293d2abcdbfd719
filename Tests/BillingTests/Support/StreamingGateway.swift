import NIOConcurrencyHelpers
import Payments
import RemitAPI
import ServiceKit
import TTRPC

@testable import Billing

/// A scripted gateway whose feed is a stream that a test fills.
final class StreamingGateway: GatewayLink {
    /// What comes next on the stream.
    enum Step: Sendable {
        case batch([GatewayEvent], GatewayPosition)
        /// It breaks, or is refused.
        case failure(RPCError)
        /// It ends well.
        case end
    }

    private struct State {
        var steps: [Step] = []
        var opened: [Int64] = []
    }

    let scripted = ScriptedGateway()
    private let state = NIOLockedValueBox(State())
    private let changes = ChangeSignal()

    /// After which numbers the stream was opened, in order.
    var opened: [Int64] { state.withLockedValue { $0.opened } }
    /// Steps that nobody has taken.
    var stepsLeft: Int { state.withLockedValue { $0.steps.count } }

    /// Adds what comes next.
    func add(_ step: Step) {
        state.withLockedValue { $0.steps.append(step) }
        changes.bump()
    }

    func follow(
        after known: GatewayCursor?,
        _ body: ([GatewayEvent], GatewayPosition) async throws -> Bool
    ) async throws {
        state.withLockedValue { $0.opened.append(known?.sequence ?? 0) }
        while true {
            let seen = changes.version
            let step = state.withLockedValue { $0.steps.isEmpty ? nil : $0.steps.removeFirst() }
            switch step {
            case .batch(let events, let position)?:
                guard try await body(events, position) else { return }
            case .failure(let error)?: throw error
            case .end?: return
            case nil:
                guard case .changed = await changes.wait(after: seen) else {
                    throw RPCError(.cancelled, "The reader gave up.", origin: .lost)
                }
            }
        }
    }

    func card(_ token: TokenID) async throws(RPCError) -> GatewayCard {
        try await scripted.card(token)
    }

    func sale(
        _ attempt: AttemptID,
        token: TokenID,
        amount: Money,
        address: RemitType.BillingAddress,
        saveCard: Bool,
        known: GatewayCursor?
    ) async throws(RPCError) -> GatewayReply {
        try await scripted.sale(
            attempt,
            token: token,
            amount: amount,
            address: address,
            saveCard: saveCard,
            known: known
        )
    }

    func operation(
        _ attempt: AttemptID,
        known: GatewayCursor?
    ) async throws(RPCError) -> GatewayReply? {
        try await scripted.operation(attempt, known: known)
    }

    func fence(
        _ attempt: AttemptID,
        known: GatewayCursor?
    ) async throws(RPCError) -> GatewayReply {
        try await scripted.fence(attempt, known: known)
    }

    func events(
        after known: GatewayCursor?,
        limit: Int
    ) async throws(RPCError) -> (events: [GatewayEvent], position: GatewayPosition) {
        try await scripted.events(after: known, limit: limit)
    }

    func deleteCard(_ token: TokenID) async throws(RPCError) {
        try await scripted.deleteCard(token)
    }
}
