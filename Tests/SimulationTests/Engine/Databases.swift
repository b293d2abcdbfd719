import Storage

@testable import Billing
@testable import Gateway

/// The databases of a world, which one world after the other uses.
struct Databases {
    let billing: MemoryDatabase
    let gateway: MemoryDatabase
    let cardKeys: MemoryDatabase
    let bank: MemoryDatabase

    init() throws {
        billing = try MemoryDatabase(migrations: BillingMigrations.all)
        gateway = try MemoryDatabase(migrations: GatewayMigrations.all)
        cardKeys = try MemoryDatabase(migrations: CardKeyStore.migrations)
        bank = try MemoryDatabase(migrations: SandboxBookMigrations.all)
    }

    func removeAllRows() throws {
        for database in [billing, gateway, cardKeys, bank] { try database.removeAllRows() }
    }
}
