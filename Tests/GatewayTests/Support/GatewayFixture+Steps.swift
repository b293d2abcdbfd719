import Foundation
import GRDB
import Ledger
import Payments
import ServiceKit

@testable import Gateway

extension GatewayFixture {
    // MARK: Doing

    func newKey() -> AttemptID { store.ids.next() }

    func key(_ attempt: AttemptID) -> OperationKey {
        OperationKey(tenant: tenant, attempt: attempt)
    }

    /// A new token.
    func card(
        _ number: String = TestCard.visa,
        code: String? = "123",
        expiry: CardExpiry = TestCard.expiry
    ) async throws -> TokenID {
        let number = try TestCard.number(number)
        let code = try code.map { try CardVerificationCode(text: $0, brand: number.brand) }
        return try await vault.tokenize(number, expiry: expiry, code: code, tenant: tenant).token
    }

    func request(
        _ token: TokenID,
        key attempt: AttemptID? = nil,
        minorUnits: Int64 = 5000,
        currency: Currency = .CAD,
        retain: Bool = false
    ) -> SaleRequest {
        SaleRequest(
            key: key(attempt ?? newKey()),
            token: token,
            amount: Money(minorUnits: minorUnits, currency: currency),
            postalCode: "A1A1A1",
            hasStreet: true,
            wantsRetention: retain
        )
    }

    /// A sale with a new card, whatever it comes to.
    @discardableResult
    func sell(
        _ number: String = TestCard.visa,
        key: AttemptID? = nil,
        retain: Bool = false
    ) async throws -> OperationView {
        try await sales.sale(request(try await card(number), key: key, retain: retain))
    }

    /// A card that was saved by an approved sale. The bank must approve.
    func savedCard(_ number: String = TestCard.visa) async throws -> TokenID {
        let token = try await card(number)
        _ = try await sales.sale(request(token, retain: true))
        return token
    }

    /// An operation that is SENT, as a process that stopped in the middle leaves it.
    func sentOperation(_ token: TokenID, retain: Bool = false) async throws -> AttemptID {
        let request = request(token, retain: retain)
        _ = try await store.beginSale(request, isBlocked: { _ in false }, holdsCode: { _ in true })
        return request.key.attempt
    }

    /// An operation that is RECEIVED: stored, its token bound, the bank not asked.
    func receivedOperation(_ token: TokenID) async throws -> AttemptID {
        let request = request(token)
        let id: OperationID = store.ids.next()
        let now = clock.clock.milliseconds
        try await store.write { tables in
            try tables.setState(.used, of: token)
            try tables.operationBegan(on: token)
            try tables.insert(
                Operation(
                    key: request.key,
                    id: id,
                    version: 1,
                    state: .received,
                    bodyHash: request.bodyHash(isRetained: false),
                    amount: request.amount,
                    token: token,
                    wantsRetention: false,
                    createdAt: now,
                    updatedAt: now
                )
            )
        }
        return request.key.attempt
    }

    /// Makes every write to a table fail, until it is allowed again.
    func failWrites(to table: String) async throws {
        try await store.write { tables in
            for (name, action) in [("insert", "INSERT"), ("update", "UPDATE")] {
                try tables.database.execute(
                    sql: """
                        CREATE TRIGGER fail_\(name) BEFORE \(action) ON \(table)
                        BEGIN SELECT RAISE(ABORT, 'made to fail'); END
                        """
                )
            }
        }
    }

    func allowWrites() async throws {
        try await store.write { tables in
            try tables.database.execute(sql: "DROP TRIGGER fail_insert; DROP TRIGGER fail_update")
        }
    }

    /// Makes an operation's row one that means nothing, as another program might, or whole again.
    func setCurrency(_ currency: String, of attempt: AttemptID) async throws {
        try await store.write { tables in
            try tables.database.run(
                "UPDATE operations SET currency = ? WHERE key = ?",
                currency,
                attempt
            )
        }
    }

    // MARK: Looking

    func operation(_ attempt: AttemptID) async throws -> Gateway.Operation {
        try await store.operation(key(attempt)).operation
    }

    func storedCard(_ token: TokenID) async throws -> StoredCard {
        try await vault.card(token, tenant: tenant)
    }

    /// Whether a card's number can still be opened: its row has it, and its key is there.
    func holdsNumber(_ token: TokenID) async throws -> Bool {
        let sealed = try await storedCard(token).sealedNumber != nil
        let key = try await cardKeys.sealedCard(token, number: Data()) != nil
        return sealed || key
    }

    func liveOperations(_ token: TokenID) async throws -> Int64 {
        try await count("SELECT live_operations FROM cards WHERE token = ?", token)
    }

    func count(_ sql: String, _ token: TokenID? = nil) async throws -> Int64 {
        try await store.read { tables in
            guard let token else { return try tables.database.number(sql) }
            return try tables.database.number(sql, token)
        }
    }

    /// How many keys the store of card keys has.
    func keyCount() throws -> Int? {
        try DatabaseQueue(path: folder.file("card-keys.sqlite")).read { database in
            try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM card_keys")
        }
    }

    func events(after: Int64 = 0) async throws -> [GatewayTables.EventRow] {
        let tenant = tenant
        return try await store.read { tables in
            try tables.events(tenant: tenant, after: after, limit: 10_000)
        }
    }

    func ledger() async throws -> [LedgerEntry] {
        try await store.read { tables in
            try LedgerTable.entries(tables.database, after: 0, limit: 10_000).entries
        }
    }
}

extension Sequence<LedgerEntry> {
    /// What is wrong with the chain; nil when it is sound.
    var fault: ChainVerifier.Fault? {
        var verifier = ChainVerifier()
        for entry in self {
            if let fault = verifier.verify(entry) { return fault }
        }
        return nil
    }
}
