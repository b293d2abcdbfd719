import Payments
import RemitAPI
import ServiceKit
import Storage
import TTRPC
import Testing

@testable import Billing

@Suite("Billing, wired")
struct BillingApplicationTests {
    private func open(
        _ folder: TemporaryFolder,
        _ gateway: ScriptedGateway,
        clock: TestClock = TestClock()
    ) throws -> BillingApplication {
        var configuration = BillingConfiguration()
        configuration.feedIntervalMilliseconds = 5
        configuration.recoveryIntervalMilliseconds = 5
        return try BillingApplication.open(
            folder.path,
            gateway: gateway,
            configuration: configuration,
            clock: clock.business,
            logger: Books.logger
        )
    }

    @Test("One process owns a folder")
    func ownsItsFolder() async throws {
        let folder = try TemporaryFolder()
        let application = try open(folder, ScriptedGateway())
        #expect(application.canTakePayments)
        #expect(throws: StorageError.self) { try open(folder, ScriptedGateway()) }
        await application.close()
    }

    @Test("What is served is the schema's table of methods, each with a scope")
    func methods() async throws {
        let folder = try TemporaryFolder()
        let application = try open(folder, ScriptedGateway())
        var router = Router()
        application.register(on: &router)
        await application.close()
        #expect(router.methods.map(\.fullName) == BillingV1.methods.map(\.fullName).sorted())
        for method in router.methods { #expect(!method.scope.isEmpty, "\(method.fullName)") }
    }

    @Test("A folder that is not there is refused")
    func needsItsFolder() throws {
        let folder = try TemporaryFolder()
        #expect(throws: StorageError.self) {
            try BillingApplication.open(
                folder.file("nowhere"),
                gateway: ScriptedGateway(),
                configuration: BillingConfiguration(),
                logger: Books.logger
            )
        }
    }

    @Test("What a crash left SUBMITTING is found out by the background work of the next start")
    func backgroundWork() async throws {
        let folder = try TemporaryFolder()
        let clock = TestClock()
        let store = try BillingStore(
            path: folder.file("billing.sqlite"),
            clock: clock.business,
            logger: Books.logger
        )
        let account = try await store.createAccount(
            RequestKey(ULID(high: 1, low: 1)),
            displayName: "Customer",
            currency: .CAD,
            address: Books.address
        ).id
        let request = PaymentRequest(
            key: RequestKey(ULID(high: 1, low: 2)),
            account: account,
            amount: Money(minorUnits: 100, currency: .CAD),
            source: .newCard(
                token: TokenID(ULID(high: 2, low: 1)),
                address: Books.address,
                email: "",
                save: false
            ),
            balanceVersion: 0,
            acceptsCredit: false
        )
        guard case .new(let payment, _) = try await store.reserve(request, card: .visa) else {
            return
        }
        await store.close()

        let gateway = ScriptedGateway()
        let application = try open(folder, gateway, clock: clock)
        try await application.recover()
        let work = Task { try await application.run() }
        try await eventually("two rounds of the feed") {
            gateway.count { $0 == .events(after: 0) } > 1
                && gateway.calls.contains(.fence(payment.attempt))
        }
        work.cancel()
        try await work.value
        await application.close()
        let again = try BillingStore(
            path: folder.file("billing.sqlite"),
            clock: clock.business,
            logger: Books.logger
        )
        #expect(try await again.payment(payment.id).payment.state == .failed)
        #expect(try await again.gatewayFeed() == .first)
        #expect(gateway.sales.isEmpty)
    }

    @Test("Every service of billing is served")
    func registers() async throws {
        let folder = try TemporaryFolder()
        let application = try open(folder, ScriptedGateway())
        var router = Router()
        application.register(on: &router)
        #expect(Set(router.methods.map(\.service)) == Set(BillingApplication.services))
        #expect(BillingApplication.services.count == 9)
        await application.close()
    }
}
