import Ledger
import Payments
import RemitAPI
import ServiceKit
import TTRPC

/// `remit.billing.v1.LedgerService`.
struct LedgerHandler: BillingV1.LedgerServiceHandler {
    let store: BillingStore

    func listEntries(
        _ request: BillingV1.ListLedgerEntriesRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.ListLedgerEntriesResponse {
        let after = try RequestCheck.sequence(request.after)
        let limit = try RequestCheck.pageSize(request.pageSize, default: 500, max: 1000)
        return try await answering {
            let page = try await store.read { tables in
                try LedgerTable.entries(tables.database, after: after, limit: limit)
            }
            return BillingV1.ListLedgerEntriesResponse(
                entries: page.entries.map { RemitType.LedgerEntry($0) },
                headSequence: page.headSequence
            )
        }
    }

    func trialBalance(
        _ request: BillingV1.TrialBalanceRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.TrialBalanceResponse {
        try await answering {
            let found = try await store.read { try LedgerTable.trialBalance($0.database) }
            return BillingV1.TrialBalanceResponse(
                lines: found.balance.lines.map { RemitType.TrialBalanceLine($0) },
                headSequence: found.headSequence
            )
        }
    }

    func listInFlight(
        _ request: BillingV1.ListInFlightRequest,
        context: ServerContext
    ) async throws(RPCError) -> BillingV1.ListInFlightResponse {
        let size = try RequestCheck.pageSize(request.pageSize, default: 500, max: 1000)
        return try await answering {
            let after: AccountID? = try PageToken.id(request.pageToken)
            let page = try await store.livePayments(after: after, limit: size + 1)
            let shown = page.prefix(size)
            let now = store.clock.milliseconds
            return BillingV1.ListInFlightResponse(
                payments: shown.map { payment in
                    BillingV1.InFlightPayment(
                        paymentID: payment.id.text,
                        attemptID: payment.attempt.text,
                        state: payment.state.name,
                        ageMilliseconds: max(0, now - payment.createdAt)
                    )
                },
                nextPageToken: page.count > size
                    ? shown.last.map { PageToken.after($0.account) } ?? "" : ""
            )
        }
    }
}
