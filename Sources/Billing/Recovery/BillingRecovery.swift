import Logging
import NIOConcurrencyHelpers
import Payments
import ServiceKit
import Storage
import TTRPC

/// The background work: payments whose outcome is not known, the gateway's feed, cards to end.
final class BillingRecovery: Sendable {
    /// When a payment is looked at again, by the business clock.
    private struct Pause {
        var tries = 0
        var until: Int64 = 0
    }

    let store: BillingStore
    let gateway: any GatewayLink
    let resolver: PaymentResolver
    private let inFlight: PaymentsInFlight
    let configuration: BillingConfiguration
    let logger: Logger
    let scheduler: WorkScheduler
    /// How often the feed is read by pages before a stream of it is asked for again.
    let pagesLeft = NIOLockedValueBox(0)
    private let pauses = NIOLockedValueBox<[PaymentID: Pause]>([:])

    init(
        store: BillingStore,
        gateway: any GatewayLink,
        resolver: PaymentResolver,
        inFlight: PaymentsInFlight,
        configuration: BillingConfiguration,
        logger: Logger,
        scheduler: WorkScheduler = .system
    ) {
        self.store = store
        self.gateway = gateway
        self.resolver = resolver
        self.inFlight = inFlight
        self.configuration = configuration
        self.logger = logger
        self.scheduler = scheduler
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

    /// Does something with every live payment. One whose row is damaged, or with which it fails,
    /// keeps no other from it; a later round looks at it again.
    private func eachLive(_ body: (PaymentRecord) async throws -> Void) async throws {
        let limit = configuration.maxRecoveryBatch
        var after: AccountID?
        var left = 0
        var reason: (any Error)?
        repeat {
            let start = after
            let page = try await store.read {
                try $0.readableLivePayments(after: start, limit: limit)
            }
            left += page.payments.damaged
            reason = reason ?? page.payments.fault
            for payment in page.payments.values {
                do {
                    try await body(payment)
                } catch {
                    left += 1
                    reason = reason ?? error
                }
            }
            after = page.next
        } while after != nil
        guard let reason else { return }
        logger.warning(
            "payments are left for a later round",
            metadata: ["count": "\(left)", "error": "\(reason)"]
        )
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
