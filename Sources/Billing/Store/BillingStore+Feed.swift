import GRDB
import Payments
import Storage

extension BillingStore {
    /// How far the gateway's feed has been applied; nil before the first contact.
    func gatewayFeed() async throws -> GatewayCursor? {
        try await read { try $0.gatewayFeed() }
    }

    /// The first contact: remembers which store this is.
    ///
    /// - Returns: the epoch of the store that was met first.
    @discardableResult
    func beginFeed(_ position: GatewayPosition) async throws -> String {
        try await write { tables in
            if let known = try tables.gatewayFeed() { return known.epoch }
            try tables.setGatewayFeed(
                GatewayCursor(epoch: position.epoch, sequence: 0, eventID: "")
            )
            return position.epoch
        }
    }

    /// What applying a page of events came to.
    struct FeedPage: Sendable {
        var settled: [PaymentView] = []
        var parked = 0
        var exceptions = 0
    }

    /// Applies events and moves the cursor past them, in one step. An event that cannot be applied
    /// is parked with its reason, and the cursor moves on.
    ///
    /// - Throws: `StorageError`.
    func apply(_ events: [GatewayEvent], epoch: String) async throws -> FeedPage {
        try await write { tables in
            var page = FeedPage()
            let known = try tables.gatewayFeed()
            for event in events where event.sequence > (known?.sequence ?? 0) {
                guard let proof = event.proof else {
                    try tables.park(event, reason: "cannot be read")
                    page.parked += 1
                    continue
                }
                // Nearly always the sale's own reply has brought this already.
                if try tables.isKnown(proof) { continue }
                do {
                    let settlement = try Self.applyOne(proof, tables)
                    if settlement.action == .openException { page.exceptions += 1 }
                    if settlement.action != .ignore { page.settled.append(settlement.view) }
                } catch let error where Self.isOfOneEvent(error) {
                    // Whatever is wrong with it, it must not keep the others from coming.
                    try tables.park(event, reason: "\(error)")
                    page.parked += 1
                }
            }
            if let last = events.last, last.sequence > (known?.sequence ?? 0) {
                try tables.setGatewayFeed(
                    GatewayCursor(epoch: epoch, sequence: last.sequence, eventID: last.id)
                )
            }
            return page
        }
    }

    /// Whether an event alone is at fault: its payment is not there, its sum does not fit, a row that
    /// it needs cannot be understood. What disk, file or memory refuse, they refuse to all events.
    private static func isOfOneEvent(_ error: any Error) -> Bool {
        switch StorageError(error) {
        case nil, .undecodable: true
        case .outcomeUnknown, .full, .io, .corrupt, .overloaded, .abandoned, .closed, .schemaTooNew,
            .synchronousNotFull, .folderInUse, .cannotOpen:
            false
        }
    }

    private static func applyOne(
        _ proof: OperationProof,
        _ tables: BillingTables
    ) throws -> Settlement {
        var settlement: Settlement?
        try tables.database.inSavepoint {
            settlement = try settle(proof, failureReason: "", tables)
            return .commit
        }
        guard let settlement else { throw BillingError.unexpected("no settlement") }
        return settlement
    }

    /// Payments that are not decided, in a stable order, after an account.
    func livePayments(after account: AccountID?, limit: Int) async throws -> [PaymentRecord] {
        try await read { try $0.livePayments(after: account, limit: limit) }
    }

    /// Ends a saved card. Ending it twice is the same as once.
    ///
    /// - Throws: `BillingError.methodNotFound`, `StorageError`.
    func deleteMethod(_ id: PaymentMethodID, of account: AccountID) async throws -> MethodRecord {
        try await write { tables in
            var method = try tables.method(id, of: account)
            guard !method.isDeleted else { return method }
            try tables.deleteMethod(id)
            try tables.appendEvent("payment_method.deleted", subject: id.text, account: account)
            method.isDeleted = true
            return method
        }
    }
}
