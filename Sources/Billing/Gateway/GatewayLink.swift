package import Payments
package import RemitAPI
package import TTRPC

/// Where the gateway's store stands.
package struct GatewayPosition: Equatable, Sendable {
    /// Another epoch is another store.
    package let epoch: String
    package let headSequence: Int64

    package init(epoch: String, headSequence: Int64) {
        self.epoch = epoch
        self.headSequence = headSequence
    }
}

/// How far the gateway's feed has been applied: with each request the gateway is asked to do
/// nothing if it is not the store that this event came from.
package struct GatewayCursor: Equatable, Sendable {
    package let epoch: String
    /// The last event's number; 0 before the first.
    package let sequence: Int64
    /// The last event's id; empty before the first.
    package let eventID: String

    package init(epoch: String, sequence: Int64, eventID: String) {
        self.epoch = epoch
        self.sequence = sequence
        self.eventID = eventID
    }
}

/// What became of the wish to save a card.
package enum CardSaving: Int, Sendable {
    case none = 0
    case saved = 1
    case refusedPostalCode = 2
    case refusedNotApproved = 3
}

/// What the gateway proves about an attempt.
package struct OperationProof: Equatable, Sendable {
    package let attempt: AttemptID
    package let state: OperationState
    /// Rises with each change of the operation.
    package let version: Int64
    /// For operators; empty unless declined.
    package let declineCode: String
    /// "soft", "update_card", "hard", "step_up"; empty unless declined.
    package let retryClass: String
    package let saving: CardSaving

    package init(
        attempt: AttemptID,
        state: OperationState,
        version: Int64,
        declineCode: String = "",
        retryClass: String = "",
        saving: CardSaving = .none
    ) {
        self.attempt = attempt
        self.state = state
        self.version = version
        self.declineCode = declineCode
        self.retryClass = retryClass
        self.saving = saving
    }
}

/// A proof, and where the gateway's store stood.
package struct GatewayReply: Equatable, Sendable {
    package let proof: OperationProof
    package let position: GatewayPosition

    package init(proof: OperationProof, position: GatewayPosition) {
        self.proof = proof
        self.position = position
    }
}

/// One event of the gateway's feed.
package struct GatewayEvent: Equatable, Sendable {
    package let sequence: Int64
    /// "evt_…", as it came.
    package let id: String
    /// "att_…", as it came.
    package let key: String
    /// Nil when the event says something that this version cannot read.
    package let proof: OperationProof?

    package init(sequence: Int64, id: String, key: String, proof: OperationProof?) {
        self.sequence = sequence
        self.id = id
        self.key = key
        self.proof = proof
    }
}

/// A masked card.
package struct GatewayCard: Equatable, Sendable {
    /// Whether the token is still good for its one charge.
    package enum Usability: Equatable, Sendable {
        case usable
        case used
        case deleted
        case expired
        /// Its verification code is gone: it is never charged without.
        case codeExpired
    }

    package let brand: String
    package let lastFour: String
    package let expiryMonth: Int
    package let expiryYear: Int
    package let usability: Usability

    package init(
        brand: String,
        lastFour: String,
        expiryMonth: Int,
        expiryYear: Int,
        usability: Usability
    ) {
        self.brand = brand
        self.lastFour = lastFour
        self.expiryMonth = expiryMonth
        self.expiryYear = expiryYear
        self.usability = usability
    }
}

/// What billing asks of the gateway. Tests put a scripted one in its place.
///
/// `known` is how far the feed had been applied, nil before the first contact. A gateway whose store
/// does not have that event does nothing and answers DATA_LOSS, reason STORE_RESTORED.
package protocol GatewayLink: Sendable {
    /// The masked card of a token.
    ///
    /// - Throws: `RPCError`: NOT_FOUND, or whatever kept the answer from coming.
    func card(_ token: TokenID) async throws(RPCError) -> GatewayCard

    /// Charges, under the attempt's key.
    ///
    /// - Throws: `RPCError`; a failure proves nothing about the bank.
    func sale(
        _ attempt: AttemptID,
        token: TokenID,
        amount: Money,
        address: RemitType.BillingAddress,
        saveCard: Bool,
        known: GatewayCursor?
    ) async throws(RPCError) -> GatewayReply

    /// What is under a key; nil when nothing is yet, which proves nothing.
    ///
    /// - Throws: `RPCError`.
    func operation(
        _ attempt: AttemptID,
        known: GatewayCursor?
    ) async throws(RPCError) -> GatewayReply?

    /// Leaves a tombstone under a key, or answers with what arrived first.
    ///
    /// - Throws: `RPCError`.
    func fence(
        _ attempt: AttemptID,
        known: GatewayCursor?
    ) async throws(RPCError) -> GatewayReply

    /// The events after those that were applied.
    ///
    /// - Throws: `RPCError`.
    func events(
        after known: GatewayCursor?,
        limit: Int
    ) async throws(RPCError) -> (events: [GatewayEvent], position: GatewayPosition)

    /// The events after those that were applied, then those that come, until nobody wants them.
    ///
    /// - Parameters:
    ///   - known: the last event that was applied.
    ///   - body: gets each batch with where the gateway's store stood; the first comes at once, and
    ///     may be empty. It says whether it wants another.
    /// - Throws: `RPCError`: what the stream ended with; UNIMPLEMENTED when the gateway has none.
    ///   What `body` throws.
    func follow(
        after known: GatewayCursor?,
        _ body: (_ events: [GatewayEvent], _ position: GatewayPosition) async throws -> Bool
    ) async throws

    /// Ends a card; one that is not there is ended.
    ///
    /// - Throws: `RPCError`.
    func deleteCard(_ token: TokenID) async throws(RPCError)
}

extension GatewayLink {
    /// A gateway that has pages alone.
    package func follow(
        after known: GatewayCursor?,
        _ body: (_ events: [GatewayEvent], _ position: GatewayPosition) async throws -> Bool
    ) async throws {
        throw RPCError(
            .unimplemented,
            "This gateway has no stream of events.",
            reason: "STREAMING",
            origin: .notSent
        )
    }
}
