import Foundation
import GRDB
import Payments
import ServiceKit
import Storage

/// Statements on the gateway's tables, within one transaction.
struct GatewayTables {
    let database: Database

    // MARK: Cards

    func insert(_ card: StoredCard) throws {
        try database.run(
            """
            INSERT INTO cards (token, tenant, state, brand, last_four, expiry_month, expiry_year,
                fingerprint, sealed_number, has_verification_code, live_operations, created_at,
                expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)
            """,
            card.token,
            card.tenant,
            card.state.rawValue,
            card.brand.rawValue,
            card.lastFour,
            card.expiry.month,
            card.expiry.year,
            card.fingerprint,
            card.sealedNumber,
            card.hasVerificationCode,
            card.createdAt,
            card.expiresAt
        )
    }

    func card(_ token: TokenID) throws -> StoredCard? {
        let row = try database.row(
            """
            SELECT tenant, state, brand, last_four, expiry_month, expiry_year, fingerprint,
                sealed_number, has_verification_code, created_at, expires_at
            FROM cards WHERE token = ?
            """,
            token
        )
        guard let row else { return nil }
        let stateNumber: Int = try row[1]
        let brandName: String = try row[2]
        guard let state = StoredCardState(rawValue: stateNumber),
            let brand = CardBrand(rawValue: brandName)
        else { throw StorageError.undecodable("a card's state or brand") }
        return try StoredCard(
            token: token,
            tenant: row[0],
            state: state,
            brand: brand,
            lastFour: row[3],
            expiry: CardExpiry(storedMonth: row[4], year: row[5]),
            fingerprint: row[6],
            sealedNumber: row[7],
            hasVerificationCode: row[8],
            createdAt: row[9],
            expiresAt: row[10]
        )
    }

    func setState(_ state: StoredCardState, of token: TokenID) throws {
        try database.run("UPDATE cards SET state = ? WHERE token = ?", state.rawValue, token)
    }

    /// An operation on the card began: its number is needed until it ends.
    func operationBegan(on token: TokenID) throws {
        try database.run(
            "UPDATE cards SET live_operations = live_operations + 1 WHERE token = ?",
            token
        )
    }

    func operationEnded(on token: TokenID) throws {
        try database.run(
            "UPDATE cards SET live_operations = live_operations - 1 WHERE token = ?",
            token
        )
    }

    /// Counts the operations that need a card's number now.
    func countLiveOperations(on token: TokenID) throws {
        try database.run(
            """
            UPDATE cards SET live_operations = (
                SELECT COUNT(*) FROM operations
                WHERE token = cards.token AND state IN (1, 2, 6, 7, 8)
            ) WHERE token = ?
            """,
            token
        )
    }

    /// Forgets the sealed number of a card that cannot be charged again, and has its key
    /// destroyed, unless an operation still needs it.
    func destroyNumberIfUnneeded(_ token: TokenID) throws {
        try database.run(
            """
            UPDATE cards SET sealed_number = NULL
            WHERE token = ? AND state IN (2, 4) AND live_operations = 0
                AND sealed_number IS NOT NULL
            """,
            token
        )
        try destroyKeyIfChanged(token)
    }

    /// Forgets the sealed number of a token that was never used, unless it is used by now.
    func endExpired(_ token: TokenID) throws {
        try database.run(
            "UPDATE cards SET sealed_number = NULL WHERE token = ? AND state = 1",
            token
        )
        try destroyKeyIfChanged(token)
    }

    private func destroyKeyIfChanged(_ token: TokenID) throws {
        guard database.changesCount > 0 else { return }
        try database.run("INSERT OR IGNORE INTO key_destructions (token) VALUES (?)", token)
    }

    // MARK: Operations

    private static let operationColumns = """
        id, version, state, body_hash, minor_units, currency, token, retain_card, decline_code,
        response_code, approval_code, avs_result, cvc_result, retention, created_at, updated_at
        """

    func operation(_ key: OperationKey) throws -> Operation? {
        try database.row(
            "SELECT \(Self.operationColumns) FROM operations WHERE tenant = ? AND key = ?",
            key.tenant,
            key.attempt
        ).map { try Self.operation(key, $0, from: 0) }
    }

    /// Operations in a state, oldest first, without those whose rows are damaged.
    func operations(
        in state: OperationState,
        before: Int64,
        limit: Int
    ) throws -> ReadableRows<Operation> {
        let rows = try database.rows(
            """
            SELECT tenant, key, \(Self.operationColumns) FROM operations
            WHERE state = ? AND created_at <= ? AND state IN (1, 2, 6, 7, 8)
            ORDER BY created_at LIMIT ?
            """,
            state.rawValue,
            before,
            limit
        )
        return try ReadableRows(rows) { row in
            try Self.operation(OperationKey(tenant: row[0], attempt: row[1]), row, from: 2)
        }
    }

    /// A tenant's operations that have not ended, in the order of their keys, after one.
    func openOperations(
        tenant: Int64,
        after key: AttemptID?,
        limit: Int
    ) throws -> [Operation] {
        try database.rows(
            """
            SELECT tenant, key, \(Self.operationColumns)
            FROM operations INDEXED BY operations_live
            WHERE tenant = ? AND key > ? AND state IN (1, 2, 6, 7, 8) ORDER BY key LIMIT ?
            """,
            tenant,
            key ?? AttemptID(ULID(high: 0, low: 0)),
            limit
        ).map { row in
            try Self.operation(OperationKey(tenant: row[0], attempt: row[1]), row, from: 2)
        }
    }

    private static func operation(
        _ key: OperationKey,
        _ row: StoredRow,
        from first: Int
    ) throws -> Operation {
        let stateNumber: Int = try row[first + 2]
        guard let state = OperationState(rawValue: stateNumber) else {
            throw StorageError.undecodable("an operation's state \(stateNumber)")
        }
        return try Operation(
            key: key,
            id: row[first],
            version: row[first + 1],
            state: state,
            bodyHash: row[first + 3],
            amount: Money(minorUnits: row[first + 4], currency: row[first + 5]),
            token: row[first + 6],
            wantsRetention: row[first + 7],
            result: try result(row, from: first + 8),
            createdAt: row[first + 14],
            updatedAt: row[first + 15]
        )
    }

    private static func result(_ row: StoredRow, from first: Int) throws -> OperationResult {
        let declineName: String? = try row[first]
        let retentionNumber: Int = try row[first + 5]
        guard let retention = CardRetention(rawValue: retentionNumber) else {
            throw StorageError.undecodable("an operation's retention \(retentionNumber)")
        }
        return try OperationResult(
            declineCode: declineName.flatMap { DeclineCode(rawValue: $0) },
            responseCode: row[first + 1],
            approvalCode: row[first + 2],
            avsResult: row[first + 3],
            cvcResult: row[first + 4],
            retention: retention
        )
    }

    func insert(_ operation: Operation) throws {
        try database.run(
            """
            INSERT INTO operations (tenant, key, id, version, state, body_hash, minor_units,
                currency, token, retain_card, decline_code, response_code, approval_code,
                avs_result, cvc_result, retention, created_at, updated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            operation.key.tenant,
            operation.key.attempt,
            operation.id,
            operation.version,
            operation.state.rawValue,
            operation.bodyHash,
            operation.amount.minorUnits,
            operation.amount.currency,
            operation.token,
            operation.wantsRetention,
            operation.result.declineCode?.rawValue,
            operation.result.responseCode,
            operation.result.approvalCode,
            operation.result.avsResult,
            operation.result.cvcResult,
            operation.result.retention.rawValue,
            operation.createdAt,
            operation.updatedAt
        )
    }

    func update(_ operation: Operation) throws {
        try database.run(
            """
            UPDATE operations SET version = ?, state = ?, decline_code = ?, response_code = ?,
                approval_code = ?, avs_result = ?, cvc_result = ?, retention = ?, updated_at = ?
            WHERE tenant = ? AND key = ?
            """,
            operation.version,
            operation.state.rawValue,
            operation.result.declineCode?.rawValue,
            operation.result.responseCode,
            operation.result.approvalCode,
            operation.result.avsResult,
            operation.result.cvcResult,
            operation.result.retention.rawValue,
            operation.updatedAt,
            operation.key.tenant,
            operation.key.attempt
        )
    }

    // MARK: Events

    /// Writes the operation as it is now into the feed.
    func appendEvent(_ operation: Operation, id: EventID) throws {
        try database.run(
            """
            INSERT INTO events (id, tenant, key, version, state, decline_code, response_code,
                approval_code, avs_result, cvc_result, retention, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            id,
            operation.key.tenant,
            operation.key.attempt,
            operation.version,
            operation.state.rawValue,
            operation.result.declineCode?.rawValue,
            operation.result.responseCode,
            operation.result.approvalCode,
            operation.result.avsResult,
            operation.result.cvcResult,
            operation.result.retention.rawValue,
            operation.updatedAt
        )
    }

    /// Checks that this is the store that a caller knows: it has the event that the caller has
    /// applied. One that was restored from a backup may have another under the same number.
    ///
    /// - Parameters:
    ///   - known: what the caller says; nil is nothing.
    ///   - epoch: this store's.
    /// - Throws: `GatewayError.storeRestored`.
    func check(_ known: StoreCursor?, _ epoch: String) throws {
        guard let known else { return }
        guard known.epoch == epoch else { throw GatewayError.storeRestored }
        guard known.sequence > 0 else { return }
        let row = try database.row("SELECT id FROM events WHERE sequence = ?", known.sequence)
        let id: EventID? = try row.map { try $0[0] }
        guard let id, known.eventID.isEmpty || id.text == known.eventID else {
            throw GatewayError.storeRestored
        }
    }

    func headSequence() throws -> Int64 {
        try database.number("SELECT MAX(sequence) FROM events")
    }

    /// An event: the operation as it was then.
    struct EventRow: Sendable {
        let sequence: Int64
        let id: EventID
        let operation: Operation
    }

    func events(tenant: Int64, after: Int64, limit: Int) throws -> [EventRow] {
        let rows = try database.rows(
            """
            SELECT e.sequence, e.id, e.key, o.id, e.version, e.state, o.body_hash, o.minor_units,
                o.currency, o.token, o.retain_card, e.decline_code, e.response_code,
                e.approval_code, e.avs_result, e.cvc_result, e.retention, o.created_at,
                e.created_at
            FROM events e JOIN operations o ON o.tenant = e.tenant AND o.key = e.key
            WHERE e.sequence > ? AND e.tenant = ? ORDER BY e.sequence LIMIT ?
            """,
            after,
            tenant,
            limit
        )
        return try rows.map { row in
            try EventRow(
                sequence: row[0],
                id: row[1],
                operation: try Self.operation(
                    OperationKey(tenant: tenant, attempt: row[2]),
                    row,
                    from: 3
                )
            )
        }
    }
}
