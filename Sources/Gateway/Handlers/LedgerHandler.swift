import Ledger
import RemitAPI
import ServiceKit
import TTRPC

/// `remit.gateway.v1.LedgerService`.
struct LedgerHandler: GatewayV1.LedgerServiceHandler {
    let store: GatewayStore

    func listEntries(
        _ request: GatewayV1.ListLedgerEntriesRequest,
        context: ServerContext
    ) async throws(RPCError) -> GatewayV1.ListLedgerEntriesResponse {
        let after = try RequestCheck.sequence(request.after)
        let limit = try RequestCheck.pageSize(request.pageSize, default: 500, max: 1000)
        return try await answering {
            let page = try await store.read { tables in
                try LedgerTable.entries(tables.database, after: after, limit: limit)
            }
            return GatewayV1.ListLedgerEntriesResponse(
                entries: page.entries.map { RemitType.LedgerEntry($0) },
                headSequence: page.headSequence
            )
        }
    }

    func trialBalance(
        _ request: GatewayV1.TrialBalanceRequest,
        context: ServerContext
    ) async throws(RPCError) -> GatewayV1.TrialBalanceResponse {
        try await answering {
            let found = try await store.read { try LedgerTable.trialBalance($0.database) }
            return GatewayV1.TrialBalanceResponse(
                lines: found.balance.lines.map { RemitType.TrialBalanceLine($0) },
                headSequence: found.headSequence
            )
        }
    }
}
