import Logging
import NIOConcurrencyHelpers
import Payments
import ServiceKit
import TTRPC

/// The background work: payments whose outcome is not known, the gateway's feed, cards to end.
final class BillingRecovery: Sendable {
    /// When a payment is looked at again, by the business clock.
    private struct Pause {
        var tries = 0
        var until: Int64 = 0
    }

    private let store: BillingStore
    private let gateway: any GatewayLink
    private let resolver: PaymentResolver
    private let inFlight: PaymentsInFlight
    private let configuration: BillingConfiguration
    private let logger: Logger
    private let pauses = NIOLockedValueBox<[PaymentID: Pause]>([:])

    init(
        store: BillingStore,
        gateway: any GatewayLink,
        resolver: PaymentResolver,
        inFlight: PaymentsInFlight,
        configuration: BillingConfiguration,
        logger: Logger
    ) {
        self.store = store
        self.gateway = gateway
        self.resolver = resolver
        self.inFlight = inFlight
        self.configuration = configuration
        self.logger = logger
    }

    /// At start: what was on its way when the process ended is unknown.
    func afterRestart() async throws {
        try await eachLive { payment in
            if payment.state == .submitting { _ = try await self.store.replyLost(payment.id) }
        }
    }

    /// Looks at every payment whose outcome is not known, and at those live too long.
    func resolveUnknown() async {
        do {
            var live: Set<PaymentID> = []
            try await eachLive { payment in
                live.insert(payment.id)
                guard !self.inFlight.contains(payment.id) else { return }
                try await self.look(at: payment)
            }
            keepPauses(of: live)
        } catch {
            logger.warning("recovery failed", metadata: ["error": "\(error)"])
        }
    }

    private func look(at payment: PaymentRecord) async throws {
        let now = store.clock.milliseconds
        switch payment.state {
        case .submitting:
            // Nothing carries it out any more: its settlement could not be stored.
            _ = try await store.replyLost(payment.id)
        case .unknown, .review:
            guard isDue(payment.id, now) else { break }
            let view = await resolver.resolve(payment)
            note(payment.id, now, isOver: view?.payment.state.isTerminal ?? false)
        case .pending, .requiresAction:
            break
        case .succeeded, .declined, .failed, .canceled:
            return
        }
        if now - payment.createdAt > configuration.unknownHorizonMilliseconds {
            _ = try await store.horizonPassed(payment.id)
        }
    }

    private func isDue(_ id: PaymentID, _ now: Int64) -> Bool {
        pauses.withLockedValue { ($0[id]?.until ?? 0) <= now }
    }

    /// Doubles the pause with each try, up to a limit.
    private func note(_ id: PaymentID, _ now: Int64, isOver: Bool) {
        pauses.withLockedValue { pauses in
            guard !isOver else {
                pauses[id] = nil
                return
            }
            var pause = pauses[id] ?? Pause()
            pause.tries = min(pause.tries + 1, 16)
            let doubled = configuration.recoveryIntervalMilliseconds << Int64(pause.tries - 1)
            pause.until = now + min(doubled, configuration.maxRecoveryPauseMilliseconds)
            pauses[id] = pause
        }
    }

    /// Forgets payments that the feed, or a reply, has settled meanwhile.
    private func keepPauses(of live: Set<PaymentID>) {
        pauses.withLockedValue { $0 = $0.filter { live.contains($0.key) } }
    }

    private func eachLive(_ body: (PaymentRecord) async throws -> Void) async throws {
        var after: AccountID?
        while true {
            let page = try await store.livePayments(
                after: after,
                limit: configuration.maxRecoveryBatch
            )
            for payment in page { try await body(payment) }
            guard page.count == configuration.maxRecoveryBatch, let last = page.last else { return }
            after = last.account
        }
    }

    /// Reads the gateway's feed up to its end.
    func readFeed() async {
        do {
            while try await readPage() {}
        } catch let error as RPCError {
            logger.debug("the gateway's feed cannot be read", metadata: ["error": "\(error)"])
        } catch {
            logger.warning("the gateway's feed was not applied", metadata: ["error": "\(error)"])
        }
    }

    /// - Returns: whether there may be more.
    private func readPage() async throws -> Bool {
        guard !resolver.health.hasDataLoss else { return false }
        let known = try await store.gatewayFeed()
        let (events, position) = try await gateway.events(
            after: known?.headSequence ?? 0,
            limit: configuration.feedPageSize
        )
        guard try await resolver.isKnown(position, since: known), !events.isEmpty else {
            return false
        }
        let page = try await store.apply(events, epoch: position.epoch)
        if page.parked > 0 {
            logger.error(
                "events of the gateway could not be applied and are parked",
                metadata: ["count": "\(page.parked)"]
            )
        }
        if page.exceptions > 0 {
            logger.error(
                "the gateway contradicts how payments ended: exceptions are open",
                metadata: ["count": "\(page.exceptions)"]
            )
        }
        return events.count == configuration.feedPageSize
    }

    /// Ends deleted cards at the gateway, until it has acknowledged each.
    func deleteCards() async {
        do {
            let limit = configuration.maxRecoveryBatch
            for (id, token) in try await store.read({ try $0.methodsToDelete(limit: limit) }) {
                do {
                    try await gateway.deleteCard(token)
                    try await store.write { try $0.methodDeletedAtGateway(id) }
                } catch let error as RPCError {
                    // One that is refused keeps no other waiting; a lost gateway keeps them all.
                    logger.info("a card's end is left for later", metadata: ["error": "\(error)"])
                    guard error.origin == .peer else { return }
                }
            }
        } catch {
            logger.warning("ending cards failed", metadata: ["error": "\(error)"])
        }
    }
}
