import Payments
import TTRPC

@testable import Billing

/// Billing's use cases over a store of their own and a gateway that a test writes.
struct PaymentFixture {
    let books: Books
    let gateway: any GatewayLink
    let health: GatewayHealth
    let hub: EventHub
    let inFlight: PaymentsInFlight
    let resolver: PaymentResolver
    let processor: PaymentProcessor
    let recovery: BillingRecovery
    let configuration: BillingConfiguration

    /// - Parameters:
    ///   - books: a store; another process's, when this one stands for a restart.
    ///   - gateway: what is asked.
    ///   - configure: changes the limits.
    ///   - crashPoint: called at each crash point.
    init(
        _ books: Books,
        _ gateway: any GatewayLink,
        configure: (inout BillingConfiguration) -> Void = { _ in },
        crashPoint: @escaping BillingCrashHook = { _ in }
    ) {
        var configuration = BillingConfiguration()
        configure(&configuration)
        self.books = books
        self.gateway = gateway
        self.configuration = configuration
        health = GatewayHealth()
        hub = EventHub(store: books.store, configuration: configuration)
        inFlight = PaymentsInFlight(limit: configuration.maxPaymentsInFlight)
        resolver = PaymentResolver(
            store: books.store,
            gateway: gateway,
            health: health,
            logger: Books.logger
        )
        processor = PaymentProcessor(
            store: books.store,
            gateway: gateway,
            resolver: resolver,
            inFlight: inFlight,
            crashPoint: crashPoint,
            logger: Books.logger
        )
        recovery = BillingRecovery(
            store: books.store,
            gateway: gateway,
            resolver: resolver,
            inFlight: inFlight,
            configuration: configuration,
            logger: Books.logger
        )
    }

    /// Pays by a new card, and waits as long as it takes.
    func pay(_ account: AccountID, _ amount: Int64 = 1000) async throws -> PaymentRecord {
        try await processor.pay(books.request(account, amount), timeout: nil).payment
    }

    /// A payment whose sale's reply was lost; nothing is known of it.
    func unknown(_ account: AccountID, _ amount: Int64 = 1000) async throws -> PaymentRecord {
        let payment = try await books.reserve(account, amount)
        return try await books.store.replyLost(payment.id).payment
    }

    var feed: GatewayCursor? {
        get async throws { try await books.store.gatewayFeed() }
    }
}
