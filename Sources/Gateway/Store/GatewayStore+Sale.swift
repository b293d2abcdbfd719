import Foundation
import Payments
import ServiceKit

extension GatewayStore {
    /// What a sale's first commit came to.
    enum SaleBeginning: Sendable {
        /// The key is new and the operation is SENT: ask the bank.
        case send(Operation, StoredCard)
        /// The operation is what it is: there is nothing to ask.
        case answer(OperationView)
    }

    /// Commits the intent to charge. RECEIVED and SENT share the commit: nothing that could fail
    /// lies between them.
    ///
    /// The key is looked at before everything else but the store itself, the token's use and expiry
    /// included: a repeat gets the first answer whatever became of its token.
    ///
    /// - Parameters:
    ///   - request: what is asked.
    ///   - isBlocked: our own risk rule on a card's fingerprint.
    ///   - holdsCode: whether a single-use token's code is still in memory.
    /// - Throws: `GatewayError` in the cases `storeRestored`, `keyFenced`, `keyReused`,
    ///   `tokenNotFound`, `cardDeleted`, `tokenUsed`, `tokenExpired`, `verificationCodeExpired`;
    ///   `StorageError`.
    func beginSale(
        _ request: SaleRequest,
        isBlocked: @escaping @Sendable (Data) -> Bool,
        holdsCode: @escaping @Sendable (TokenID) -> Bool
    ) async throws -> SaleBeginning {
        let now = clock.milliseconds
        let operationID = ids.next(OperationID.self)
        let eventID = ids.next(EventID.self)
        return try await write { [epoch] tables in
            try tables.check(request.known, epoch)
            if let existing = try tables.operation(request.key) {
                try Self.checkRepeat(existing, request, tables)
                return .answer(try Self.view(existing, tables, epoch))
            }
            let card = try Self.chargeable(request, tables, now: now, holdsCode: holdsCode)
            var machine = OperationStateMachine(.received)
            let isRefused = isBlocked(card.fingerprint)
            let action = machine.event(isRefused ? .riskRefused : .sent)
            guard case .record(let state) = action else {
                throw GatewayError.unexpected("a new operation did not move")
            }
            var operation = Operation(
                key: request.key,
                id: operationID,
                version: 2,
                state: state,
                bodyHash: request.bodyHash(isRetained: card.state == .retained),
                amount: request.amount,
                token: request.token,
                wantsRetention: request.wantsRetention && card.state == .singleUse,
                createdAt: now,
                updatedAt: now
            )
            if card.state == .singleUse { try tables.setState(.used, of: card.token) }
            if isRefused {
                operation.result.declineCode = .fraudulent
                if operation.wantsRetention { operation.result.retention = .refusedNotApproved }
                try tables.insert(operation)
                try tables.appendEvent(operation, id: eventID)
                try tables.destroyNumberIfUnneeded(card.token)
                return .answer(try Self.view(operation, tables, epoch))
            }
            try tables.insert(operation)
            if card.state == .singleUse { try tables.operationBegan(on: card.token) }
            return .send(operation, card)
        }
    }

    private static func checkRepeat(
        _ existing: Operation,
        _ request: SaleRequest,
        _ tables: GatewayTables
    ) throws {
        guard existing.state != .fenced else { throw GatewayError.keyFenced }
        // Whether the first was a retained card is known by its hash alone.
        let hashes = [true, false].map { request.bodyHash(isRetained: $0) }
        let isRetained = try tables.card(request.token)?.state == .retained
        // A single-use token that its sale retained is still "new card" to a repeat.
        let isOwnToken = existing.token == request.token
        let isSame =
            isOwnToken
            ? hashes.contains(existing.bodyHash)
            : existing.bodyHash == request.bodyHash(isRetained: isRetained)
        guard isSame else { throw GatewayError.keyReused }
    }

    private static func chargeable(
        _ request: SaleRequest,
        _ tables: GatewayTables,
        now: Int64,
        holdsCode: (TokenID) -> Bool
    ) throws -> StoredCard {
        guard let card = try tables.card(request.token), card.tenant == request.key.tenant else {
            throw GatewayError.tokenNotFound
        }
        switch card.state {
        case .deleted: throw GatewayError.cardDeleted
        case .used: throw GatewayError.tokenUsed
        case .retained: break
        case .singleUse:
            guard card.expiresAt > now else { throw GatewayError.tokenExpired }
            // Never sent without the code that came with it.
            guard !card.hasVerificationCode || holdsCode(card.token) else {
                throw GatewayError.verificationCodeExpired
            }
        }
        return card
    }

    /// An operation with its card and the store's position, as they are in this transaction.
    static func view(
        _ operation: Operation,
        _ tables: GatewayTables,
        _ epoch: String
    ) throws -> OperationView {
        OperationView(
            operation: operation,
            card: try operation.token.flatMap { try tables.card($0) },
            position: StorePosition(epoch: epoch, headSequence: try tables.headSequence())
        )
    }

    /// The operation under a key.
    ///
    /// - Throws: `GatewayError.storeRestored`, `GatewayError.operationNotFound`, `StorageError`.
    func operation(
        _ key: OperationKey,
        known: StoreCursor? = nil
    ) async throws -> OperationView {
        try await read { [epoch] tables in
            try tables.check(known, epoch)
            guard let operation = try tables.operation(key) else {
                throw GatewayError.operationNotFound
            }
            return try Self.view(operation, tables, epoch)
        }
    }

    /// Whether the bank ever left an operation pending.
    func wasPending(_ key: OperationKey) async throws -> Bool {
        try await read { tables in
            try tables.database.number(
                """
                SELECT EXISTS (SELECT 1 FROM events WHERE tenant = ? AND key = ? AND state = ?)
                """,
                key.tenant,
                key.attempt,
                OperationState.pending.rawValue
            ) != 0
        }
    }

    /// Leaves a tombstone under a key, or answers with what arrived first.
    ///
    /// - Throws: `GatewayError.storeRestored`, `StorageError`.
    func fence(_ key: OperationKey, known: StoreCursor? = nil) async throws -> OperationView {
        let now = clock.milliseconds
        let operationID = ids.next(OperationID.self)
        let eventID = ids.next(EventID.self)
        return try await write { [epoch] tables in
            try tables.check(known, epoch)
            if let existing = try tables.operation(key) {
                return try Self.view(existing, tables, epoch)
            }
            let tombstone = Operation(
                key: key,
                id: operationID,
                version: 1,
                state: .fenced,
                bodyHash: Data(),
                amount: Money(minorUnits: 0, currency: .CAD),
                token: nil,
                wantsRetention: false,
                createdAt: now,
                updatedAt: now
            )
            try tables.insert(tombstone)
            try tables.appendEvent(tombstone, id: eventID)
            return try Self.view(tombstone, tables, epoch)
        }
    }
}
