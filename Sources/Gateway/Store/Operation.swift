import Foundation
import Payments

/// What became of the wish to keep a card.
enum CardRetention: Int, Sendable {
    /// Nobody asked, or it is not decided.
    case none = 0
    case retained = 1
    case refusedPostalCode = 2
    case refusedNotApproved = 3
}

/// A key within a tenant: what an operation is found by.
struct OperationKey: Hashable, Sendable {
    let tenant: Int64
    let attempt: AttemptID
}

/// An operation's row.
struct Operation: Sendable {
    let key: OperationKey
    let id: OperationID
    var version: Int64
    var state: OperationState
    let bodyHash: Data
    let amount: Money
    /// Nil for a key that was fenced.
    let token: TokenID?
    let wantsRetention: Bool
    var result = OperationResult()
    let createdAt: Int64
    var updatedAt: Int64
}

/// What the bank, or our rules, said.
struct OperationResult: Equatable, Sendable {
    var declineCode: DeclineCode?
    var responseCode = ""
    var approvalCode = ""
    var avsResult = ""
    var cvcResult = ""
    var retention = CardRetention.none

    /// Whether the bank knows the card's holder under the postal code given.
    ///
    /// - Source: Visa and Mastercard address verification: Y both match, Z the postal code alone.
    var postalCodeMatches: Bool { avsResult == "Y" || avsResult == "Z" }
}

/// Where the gateway's store stands.
struct StorePosition: Equatable, Sendable {
    /// Random, made with the store.
    let epoch: String
    /// The newest event.
    let headSequence: Int64
}

/// The last event that a caller has applied, as it says.
struct StoreCursor: Equatable, Sendable {
    let epoch: String
    /// 0 before the first event.
    let sequence: Int64
    /// "evt_…"; empty before the first event.
    let eventID: String
}

/// An operation, its card and the store's position: what a reply is made of.
struct OperationView: Sendable {
    let operation: Operation
    /// Nil on a fenced key.
    let card: StoredCard?
    let position: StorePosition
}
