import Logging
import NIOConcurrencyHelpers
import Payments
import RemitAPI
import ServiceKit
import TTRPC

/// Carries out a payment: commit the intent, sell once, settle by proof.
struct PaymentProcessor: Sendable {
    let store: BillingStore
    let gateway: any GatewayLink
    let resolver: PaymentResolver
    let inFlight: PaymentsInFlight
    let crashPoint: BillingCrashHook
    let logger: Logger
    var scheduler = WorkScheduler.system

    /// Pays, and waits for the bank as long as the caller does.
    ///
    /// - Parameters:
    ///   - request: what is asked.
    ///   - timeout: how long the caller waits; nil as long as it takes.
    /// - Returns: the payment, as far as it has come.
    /// - Throws: `BillingError` in the cases of `BillingStore.reserve`, `token`,
    ///   `gatewayUnavailable`, `gatewayDataLoss`; nothing is stored then.
    func pay(
        _ request: PaymentRequest,
        timeout: Duration?
    ) async throws(BillingError) -> PaymentView {
        do {
            if case .newCard = request.source, let view = try await store.payment(of: request) {
                return try await current(view, timeout: timeout)
            }
            let card: GatewayCard?
            do throws(BillingError) {
                card = try await admit(request)
            } catch {
                // The key comes before every refusal, and its first use may have come meanwhile:
                // the token is used then because this very payment has used it.
                guard let view = try await store.payment(of: request) else { throw error }
                return try await current(view, timeout: timeout)
            }
            return try await begin(request, card, timeout: timeout)
        } catch {
            throw .wrap(error)
        }
    }

    /// Takes a place among the payments in flight, if a new payment can be begun at all.
    ///
    /// - Returns: the masked new card; nil for a saved method.
    private func admit(_ request: PaymentRequest) async throws(BillingError) -> GatewayCard? {
        guard !resolver.health.hasDataLoss else { throw .gatewayDataLoss }
        let card = try await newCard(request)
        guard inFlight.enter() else { throw .overloaded }
        return card
    }

    private func begin(
        _ request: PaymentRequest,
        _ card: GatewayCard?,
        timeout: Duration?
    ) async throws -> PaymentView {
        await crashPoint(.beforeIntentCommit)
        let begun = BegunPayment()
        let reservation: BillingStore.Reservation
        do {
            reservation = try await store.reserve(request, card: card) { [inFlight] id in
                // A repeat that sees the payment waits for it: it is in flight from here on.
                inFlight.begin(id)
                begun.note(id)
            }
        } catch {
            inFlight.leave()
            if let id = begun.id { inFlight.finish(id, nil) }
            throw error
        }
        switch reservation {
        case .existing(let view):
            inFlight.leave()
            return try await current(view, timeout: timeout)
        case .new(let payment, let known):
            // A task of its own: from here on the sale has its own deadline, and the caller's
            // ends only the caller's wait.
            scheduler.spawn {
                await ServerContext.withoutDeadline { await carryOut(payment, since: known) }
            }
            return try await waited(payment.id, timeout: timeout)
        }
    }

    /// The masked card behind a new token.
    private func newCard(_ request: PaymentRequest) async throws(BillingError) -> GatewayCard? {
        guard case .newCard(let token, _, _, _) = request.source else { return nil }
        let card: GatewayCard
        do throws(RPCError) {
            card = try await gateway.card(token)
        } catch {
            if error.code == .notFound, error.origin == .peer { throw .token(.notFound) }
            logger.warning("the gateway did not show a card", metadata: ["error": "\(error)"])
            throw .gatewayUnavailable
        }
        switch card.usability {
        case .usable: return card
        case .used: throw .token(.used)
        case .deleted: throw .token(.deleted)
        case .expired: throw .token(.expired)
        case .codeExpired: throw .token(.codeExpired)
        }
    }

    /// What a repeat is answered with: what the first has come to, when that is on its way here.
    private func current(_ view: PaymentView, timeout: Duration?) async throws -> PaymentView {
        guard inFlight.contains(view.payment.id) else {
            return view.payment.state == .submitting
                ? try await store.payment(view.payment.id) : view
        }
        return try await ServerContext.elsewhere {
            try await waited(view.payment.id, timeout: timeout)
        }
    }

    private func waited(_ id: PaymentID, timeout: Duration?) async throws -> PaymentView {
        if let view = await inFlight.wait(id, timeout: timeout) { return view }
        return try await store.payment(id)
    }

    private func carryOut(_ payment: PaymentRecord, since known: GatewayCursor?) async {
        defer { inFlight.leave() }
        await crashPoint(.afterIntentCommit)
        let view = await sell(payment, since: known)
        inFlight.finish(payment.id, view)
    }

    /// - Returns: the payment as far as it has come; nil when even that could not be stored.
    private func sell(
        _ payment: PaymentRecord,
        since known: GatewayCursor?
    ) async -> PaymentView? {
        let failure: RPCError
        do throws(RPCError) {
            let reply = try await gateway.sale(
                payment.attempt,
                token: payment.token,
                amount: payment.amount,
                address: try address(of: payment),
                saveCard: payment.savesCard,
                known: known
            )
            await crashPoint(.beforeSettle)
            return await resolver.apply(reply, since: known)
        } catch {
            failure = error
        }
        logger.warning(
            "a sale had no result",
            metadata: ["payment": "\(payment.id)", "error": "\(failure)"]
        )
        return await resolver.afterLostReply(payment, failure)
    }
}

extension PaymentProcessor {
    /// The address that goes to the bank.
    ///
    /// - Throws: `RPCError` when its row is damaged: nothing was sent then.
    private func address(
        of payment: PaymentRecord
    ) throws(RPCError) -> RemitType.BillingAddress {
        do {
            return try payment.billingAddress.decoded()
        } catch {
            throw RPCError(.internal, "The address cannot be read: \(error)", origin: .notSent)
        }
    }
}

/// The payment that a step began, in case its commit fails.
private final class BegunPayment: Sendable {
    private let noted = NIOLockedValueBox<PaymentID?>(nil)

    var id: PaymentID? { noted.withLockedValue { $0 } }

    func note(_ id: PaymentID) {
        noted.withLockedValue { $0 = id }
    }
}
