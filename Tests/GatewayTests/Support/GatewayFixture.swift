import Crypto
import Foundation
import Logging
import Payments
import ServiceKit

@testable import Gateway

/// A gateway without its RPC layer: stores in a folder of their own, a bank and a clock.
final class GatewayFixture: Sendable {
    static let logger = Logger(label: "gateway-tests") { _ in SwiftLogNoOpLogHandler() }
    static let keyEncryptionKey = SymmetricKey(data: Data(repeating: 7, count: 32))

    let folder: TemporaryFolder
    let clock: TestClock
    let bank: any BankLink
    let store: GatewayStore
    let cardKeys: CardKeyStore
    let vault: Vault
    let inFlight: SalesInFlight
    let sales: SaleProcessor
    let recovery: GatewayRecovery
    let tenant: Int64
    private let configuration: GatewayConfiguration

    private init(
        folder: TemporaryFolder,
        clock: TestClock,
        bank: any BankLink,
        store: GatewayStore,
        vault: Vault,
        tenant: Int64,
        configuration: GatewayConfiguration,
        crashPoint: @escaping GatewayCrashHook
    ) throws {
        self.folder = folder
        self.clock = clock
        self.bank = bank
        self.store = store
        self.vault = vault
        self.tenant = tenant
        self.configuration = configuration
        cardKeys = vault.cardKeys
        inFlight = SalesInFlight(limit: configuration.maxSalesInFlight)
        let blocked = try TestCard.number(TestCard.blocked)
        sales = SaleProcessor(
            store: store,
            vault: vault,
            bank: bank,
            inFlight: inFlight,
            blocked: [vault.keyRing.fingerprint(blocked, owner: tenant)],
            crashPoint: crashPoint,
            logger: Self.logger
        )
        recovery = GatewayRecovery(
            store: store,
            cardKeys: vault.cardKeys,
            bank: bank,
            tenant: tenant,
            inFlight: inFlight,
            configuration: configuration,
            logger: Self.logger
        )
    }

    static func open(
        _ bank: any BankLink,
        in folder: TemporaryFolder? = nil,
        clock: TestClock = TestClock(),
        configure: (inout GatewayConfiguration) -> Void = { _ in },
        crashPoint: @escaping GatewayCrashHook = { _ in }
    ) async throws -> GatewayFixture {
        let folder = try folder ?? TemporaryFolder()
        var configuration = GatewayConfiguration()
        configure(&configuration)
        let (store, keyRing) = try await GatewayStore.open(
            path: folder.file("gateway.sqlite"),
            keyEncryptionKey: keyEncryptionKey,
            clock: clock.clock,
            logger: logger
        )
        let vault = Vault(
            store: store,
            cardKeys: try CardKeyStore(path: folder.file("card-keys.sqlite"), logger: logger),
            keyRing: keyRing,
            codes: VerificationCodeCache(
                limit: configuration.maxVerificationCodes,
                lifetimeSeconds: configuration.verificationCodeSeconds
            ),
            bank: bank,
            clock: clock.clock,
            configuration: configuration
        )
        return try GatewayFixture(
            folder: folder,
            clock: clock,
            bank: bank,
            store: store,
            vault: vault,
            tenant: try await store.tenant("default"),
            configuration: configuration,
            crashPoint: crashPoint
        )
    }

    /// Closes the files and opens them anew, as another process would.
    func reopened(
        _ bank: (any BankLink)? = nil,
        crashPoint: @escaping GatewayCrashHook = { _ in }
    ) async throws -> GatewayFixture {
        await close()
        return try await Self.open(
            bank ?? self.bank,
            in: folder,
            clock: clock,
            configure: { $0 = configuration },
            crashPoint: crashPoint
        )
    }

    func close() async {
        await store.close()
        await cardKeys.close()
    }
}
