import Payments
import RemitAPI
import TTRPC

@testable import Billing

/// A bug that is planted, to see that the auditor finds it.
enum Sabotage: CaseIterable {
    /// Billing sells a second time, under another key.
    case sellsUnderTwoKeys
    /// The gateway sends each charge to the bank twice.
    case chargesTwice
    /// The same, and the bank takes the second charge back: no book is wrong.
    case chargesTwiceAndReverses
    /// A reversal is taken for acknowledged that the bank never saw.
    case forgetsReversals
    /// A settled payment is settled again by the next proof: no compare-and-set.
    case settlesTwice
    /// A line of the outbox is lost.
    case losesMail
    /// An unknown payment is taken for failed without a fence.
    case guessesFailure
    /// A commit that was answered is not there after a restart.
    case losesAnsweredPayment
    /// An event's number is used for nothing.
    case skipsEventNumber
    /// A posting is changed after it was written.
    case rewritesLedger
    /// Credit is left free beside an open invoice.
    case leavesCreditFree
    /// A proof that contradicts operators is dropped.
    case losesException
    /// An operator carries out what nobody else has proposed.
    case decidesAlone
    /// Money is credited, and the books say that operators dismissed it.
    case creditsWhatWasDismissed

    /// A part of what the auditor says about it.
    var symptom: String {
        switch self {
        case .sellsUnderTwoKeys: "and billing has no such payment"
        case .chargesTwice, .chargesTwiceAndReverses: "the bank was asked 2 times about att_"
        case .forgetsReversals: "and the bank charged ["
        case .settlesTwice: "has ended 2 times"
        case .losesMail: "mails are missing"
        case .guessesFailure: "is FAILED, and the gateway has"
        case .losesAnsweredPayment: "was answered and is not there"
        case .skipsEventNumber: "numbers are missing in billing's events"
        case .rewritesLedger: "the chain of billing"
        case .leavesCreditFree: "balances are not the sums of their parts"
        case .losesException: "has the exceptions [], and not ["
        case .decidesAlone: "were decided by one operator"
        case .creditsWhatWasDismissed: "in the gateway's, and the books agree"
        }
    }
}

/// Sells twice: the second time under a key of its own.
struct TwoKeysLink: GatewayLink {
    private let link: any GatewayLink
    private unowned let world: World

    init(_ link: any GatewayLink, _ world: World) {
        self.link = link
        self.world = world
    }

    func card(_ token: TokenID) async throws(RPCError) -> GatewayCard {
        try await link.card(token)
    }

    func sale(
        _ attempt: AttemptID,
        token: TokenID,
        amount: Money,
        address: RemitType.BillingAddress,
        saveCard: Bool,
        known: GatewayCursor?
    ) async throws(RPCError) -> GatewayReply {
        let reply = try await link.sale(
            attempt,
            token: token,
            amount: amount,
            address: address,
            saveCard: saveCard,
            known: known
        )
        let second = AttemptID(ULID(high: attempt.ulid.high, low: attempt.ulid.low ^ 1))
        _ = try? await link.sale(
            second,
            token: token,
            amount: amount,
            address: address,
            saveCard: false,
            known: known
        )
        return reply
    }

    func operation(
        _ attempt: AttemptID,
        known: GatewayCursor?
    ) async throws(RPCError) -> GatewayReply? {
        try await link.operation(attempt, known: known)
    }

    func fence(
        _ attempt: AttemptID,
        known: GatewayCursor?
    ) async throws(RPCError) -> GatewayReply {
        try await link.fence(attempt, known: known)
    }

    func events(
        after known: GatewayCursor?,
        limit: Int
    ) async throws(RPCError) -> (events: [GatewayEvent], position: GatewayPosition) {
        try await link.events(after: known, limit: limit)
    }

    func deleteCard(_ token: TokenID) async throws(RPCError) {
        try await link.deleteCard(token)
    }
}

extension Sabotage {
    /// Statements that plant the bug in billing's books; each is tried after every commit until
    /// one has changed a row.
    var statements: [String] {
        switch self {
        case .sellsUnderTwoKeys, .chargesTwice, .chargesTwiceAndReverses, .forgetsReversals: []
        case .settlesTwice:
            ["UPDATE payments SET state = 4, gateway_version = 0 WHERE state = 6"]
        case .losesMail:
            ["DELETE FROM outbox WHERE kind = 'payment_succeeded'"]
        case .guessesFailure:
            ["UPDATE payments SET state = 8, settled_at = created_at WHERE state = 4"]
        case .losesAnsweredPayment:
            ["DELETE FROM payments WHERE state IN (7, 8)"]
        case .skipsEventNumber:
            [
                """
                UPDATE events SET sequence = sequence + 1
                WHERE sequence > 5 AND sequence = (SELECT MAX(sequence) FROM events)
                """
            ]
        case .rewritesLedger:
            ["UPDATE ledger_postings SET minor_units = minor_units * 2 WHERE sequence = 2"]
        case .leavesCreditFree:
            ["UPDATE credits SET remaining = amount WHERE remaining < amount"]
        case .losesException:
            ["DELETE FROM payment_exceptions"]
        case .decidesAlone:
            ["UPDATE review_decisions SET confirmer = proposer WHERE confirmed_at IS NOT NULL"]
        case .creditsWhatWasDismissed:
            [
                """
                UPDATE review_decisions SET decision = 5
                WHERE decision = 3 AND confirmed_at IS NOT NULL
                """
            ]
        }
    }
}
