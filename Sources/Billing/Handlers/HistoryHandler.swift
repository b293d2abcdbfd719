import Payments
import RemitAPI
import ServiceKit
import TTRPC

/// `remit.billing.v1.HistoryService`.
struct HistoryHandler: BillingV1.HistoryServiceHandler {
    let store: BillingStore

    func listTransactions(
        _ request: BillingV1.ListTransactionsRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.ListTransactionsResponse {
        let account: AccountID = try RequestCheck.id(request.accountID, field: "account_id")
        let size = try RequestCheck.pageSize(request.pageSize, default: 50, max: 200)
        var types: Set<HistoryType> = []
        for type in request.types {
            guard let known = HistoryType(rawValue: Int(type.rawValue)) else {
                throw RPCError(
                    .invalidArgument,
                    "The types are INVOICE, PAYMENT, CREDIT and REVERSAL.",
                    reason: "BAD_ENUM",
                    field: "types"
                )
            }
            types.insert(known)
        }
        let earliest = HistoryFilter.earliest(now: store.clock.milliseconds)
        let start = try RequestCheck.time(request.startTime, field: "start_time") ?? earliest
        let end = try RequestCheck.time(request.endTime, field: "end_time") ?? .max
        guard start < end else {
            throw RPCError(
                .invalidArgument,
                "The end_time must be later than the start_time.",
                reason: "BAD_TIME",
                field: "end_time"
            )
        }
        let wanted = types
        return try await answering {
            let filter = HistoryFilter(
                account: account,
                types: wanted,
                start: max(start, earliest),
                end: end,
                before: try PageToken.sequence(request.pageToken),
                limit: size
            )
            let page = try await store.history(filter)
            return BillingV1.ListTransactionsResponse(
                transactions: page.transactions.map { BillingV1.Transaction($0) },
                nextPageToken: page.next.map { PageToken.after($0) } ?? ""
            )
        }
    }

    func getTransaction(
        _ request: BillingV1.GetTransactionRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.Transaction {
        let account: AccountID = try RequestCheck.id(request.accountID, field: "account_id")
        let text = request.transactionID
        return try await answering {
            try await store.read { tables in
                _ = try tables.account(account)
                // What is not there and what is another's have one answer.
                let found: TransactionView?
                do {
                    found = try Self.find(text, of: account, tables)
                } catch BillingError.invoiceNotFound, BillingError.paymentNotFound {
                    found = nil
                }
                guard let found else { throw BillingError.transactionNotFound }
                return BillingV1.Transaction(found)
            }
        }
    }
}

extension HistoryHandler {
    private static func find(
        _ text: String,
        of account: AccountID,
        _ tables: BillingTables
    ) throws -> TransactionView? {
        if let id = InvoiceID(text: text) {
            try tables.transaction(id, of: account)
        } else if let id = PaymentID(text: text) {
            try tables.transaction(id, of: account)
        } else if let id = CreditID(text: text) {
            try tables.transaction(id, of: account)
        } else if let id = JournalID(text: text) {
            try tables.transaction(id, of: account)
        } else {
            nil
        }
    }
}

extension BillingV1.Transaction {
    init(_ view: TransactionView) {
        let money = { (amount: Int64) in
            RemitType.Money(minorUnits: amount, currency: view.currency.code)
        }
        self.init(
            transactionID: view.id,
            type: BillingV1.TransactionType(rawValue: Int32(view.type.rawValue)),
            time: GoogleProtobuf.Timestamp(milliseconds: view.time),
            description: view.description,
            amount: money(view.amount),
            balanceAfter: money(view.balanceAfter),
            status: view.status
        )
    }
}
