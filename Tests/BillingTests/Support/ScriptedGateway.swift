import NIOConcurrencyHelpers
import Payments
import RemitAPI
import TTRPC

@testable import Billing

/// A gateway that answers as a test has written, and remembers what it was asked.
final class ScriptedGateway: GatewayLink {
    enum Call: Equatable, Sendable {
        case card(TokenID)
        case sale(AttemptID)
        case operation(AttemptID)
        case fence(AttemptID)
        case events(after: Int64)
        case deleteCard(TokenID)
    }

    /// What a sale was asked with.
    struct Sale: Equatable, Sendable {
        let attempt: AttemptID
        let token: TokenID
        let amount: Money
        let savesCard: Bool
    }

    typealias Answer<Value> = Result<Value, RPCError>

    /// The answers; those of a gateway at which every sale is approved, to begin with.
    struct Script: Sendable {
        var card: @Sendable (TokenID) async -> Answer<GatewayCard> = { _ in .success(.visa) }
        var sale: @Sendable (Sale) async -> Answer<GatewayReply> = {
            .success(.of($0.attempt, .approved))
        }
        var operation: @Sendable (AttemptID) async -> Answer<GatewayReply?> = { _ in
            .success(nil)
        }
        var fence: @Sendable (AttemptID) async -> Answer<GatewayReply> = {
            .success(.of($0, .fenced, version: 1))
        }
        var events: @Sendable (Int64, Int) async -> Answer<[GatewayEvent]> = { _, _ in
            .success([])
        }
        var position = GatewayPosition.first
        var deleteCard: @Sendable (TokenID) async -> Answer<Void> = { _ in .success(()) }
    }

    private struct State {
        var script = Script()
        var calls: [Call] = []
        var sales: [Sale] = []
        var known: [GatewayCursor?] = []
    }

    private let state = NIOLockedValueBox(State())

    /// Changes the answers.
    func script(_ change: (inout Script) -> Void) {
        state.withLockedValue { change(&$0.script) }
    }

    /// Everything asked so far, in order.
    var calls: [Call] { state.withLockedValue { $0.calls } }
    /// What each request said of the store, but for those about cards.
    var known: [GatewayCursor?] { state.withLockedValue { $0.known } }
    var sales: [Sale] { state.withLockedValue { $0.sales } }

    /// How often something was asked.
    func count(_ isWanted: (Call) -> Bool) -> Int { calls.filter(isWanted).count }

    private func note(_ call: Call) -> Script {
        state.withLockedValue { state in
            state.calls.append(call)
            return state.script
        }
    }

    private func note(_ known: GatewayCursor?) {
        state.withLockedValue { $0.known.append(known) }
    }

    func card(_ token: TokenID) async throws(RPCError) -> GatewayCard {
        try await note(.card(token)).card(token).get()
    }

    func sale(
        _ attempt: AttemptID,
        token: TokenID,
        amount: Money,
        address: RemitType.BillingAddress,
        saveCard: Bool,
        known: GatewayCursor?
    ) async throws(RPCError) -> GatewayReply {
        note(known)
        let sale = Sale(attempt: attempt, token: token, amount: amount, savesCard: saveCard)
        state.withLockedValue { $0.sales.append(sale) }
        return try await note(.sale(attempt)).sale(sale).get()
    }

    func operation(
        _ attempt: AttemptID,
        known: GatewayCursor?
    ) async throws(RPCError) -> GatewayReply? {
        note(known)
        return try await note(.operation(attempt)).operation(attempt).get()
    }

    func fence(
        _ attempt: AttemptID,
        known: GatewayCursor?
    ) async throws(RPCError) -> GatewayReply {
        note(known)
        return try await note(.fence(attempt)).fence(attempt).get()
    }

    func events(
        after known: GatewayCursor?,
        limit: Int
    ) async throws(RPCError) -> (events: [GatewayEvent], position: GatewayPosition) {
        note(known)
        let after = known?.sequence ?? 0
        let script = note(.events(after: after))
        return (try await script.events(after, limit).get(), script.position)
    }

    func deleteCard(_ token: TokenID) async throws(RPCError) {
        try await note(.deleteCard(token)).deleteCard(token).get()
    }
}

extension GatewayPosition {
    /// A gateway whose store has no event yet.
    static let first = GatewayPosition(epoch: "epoch-1", headSequence: 0)
}

extension GatewayCursor {
    /// Before the first event of that store.
    static let first = GatewayCursor.at(0)

    /// After an event of a store; its id is made of its number.
    static func at(_ sequence: Int64, epoch: String = "epoch-1") -> GatewayCursor {
        GatewayCursor(
            epoch: epoch,
            sequence: sequence,
            eventID: sequence > 0 ? "evt_\(sequence)" : ""
        )
    }
}

extension GatewayEvent {
    /// An event whose id is made of its number.
    init(sequence: Int64, key: String, proof: OperationProof?) {
        self.init(sequence: sequence, id: "evt_\(sequence)", key: key, proof: proof)
    }
}

extension GatewayReply {
    static func of(
        _ attempt: AttemptID,
        _ state: OperationState,
        version: Int64 = 2,
        saving: CardSaving = .none,
        position: GatewayPosition = .first
    ) -> GatewayReply {
        GatewayReply(
            proof: OperationProof(
                attempt: attempt,
                state: state,
                version: version,
                declineCode: state == .declined ? "do_not_honor" : "",
                retryClass: state == .declined ? "soft" : "",
                saving: saving
            ),
            position: position
        )
    }
}

extension RPCError {
    /// The request left and no answer came.
    static let lost = RPCError(.deadlineExceeded, "No answer came.", origin: .lost)
    /// The gateway does not have the event that billing knows.
    static let restored = RPCError(.dataLoss, "It was restored.", reason: "STORE_RESTORED")
    /// No byte left.
    static let notSent = RPCError(.unavailable, "Nothing was sent.", origin: .notSent)

    /// The gateway answered with a refusal.
    static func refused(_ reason: String) -> RPCError {
        RPCError(.failedPrecondition, "It was refused.", reason: reason)
    }
}
