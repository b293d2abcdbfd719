import RemitAPI
import TTRPC

/// Page sizes, page tokens and sequence numbers that no list takes.
enum BadPages {
    private typealias List = @Sendable (HostileBench, Int32, String) async throws -> any Sendable

    private static let lists: [(name: String, max: Int32, list: List)] = [
        (
            "Invoice.List", 200,
            {
                try await $0.bench.invoices.list(
                    BillingV1.ListInvoicesRequest(
                        accountID: $0.account,
                        pageSize: $1,
                        pageToken: $2
                    )
                )
            }
        ),
        (
            "History.ListTransactions", 200,
            {
                try await $0.bench.history.listTransactions(
                    BillingV1.ListTransactionsRequest(
                        accountID: $0.account,
                        pageSize: $1,
                        pageToken: $2
                    )
                )
            }
        ),
        (
            "Ledger.ListInFlight", 1000,
            {
                try await $0.bench.billingLedger.listInFlight(
                    BillingV1.ListInFlightRequest(pageSize: $1, pageToken: $2)
                )
            }
        ),
        (
            "Review.ListExceptions", 200,
            {
                try await BillingV1.ReviewServiceClient(try $0.bench.billingCaller())
                    .listExceptions(
                        BillingV1.ListExceptionsRequest(pageSize: $1, pageToken: $2)
                    )
            }
        ),
        (
            "Review.ListParkedEvents", 200,
            {
                try await BillingV1.ReviewServiceClient(try $0.bench.billingCaller())
                    .listParkedEvents(
                        BillingV1.ListParkedEventsRequest(pageSize: $1, pageToken: $2)
                    )
            }
        ),
        (
            "Recovery.ListInDoubt", 500,
            {
                try await $0.bench.recovery.listInDoubt(
                    GatewayV1.ListInDoubtRequest(pageSize: $1, pageToken: $2)
                )
            }
        ),
    ]

    private typealias Feed = @Sendable (HostileBench, Int64, Int32) async throws -> any Sendable

    private static let feeds: [(name: String, max: Int32, list: Feed)] = [
        (
            "Billing Ledger.ListEntries", 1000,
            {
                try await $0.bench.billingLedger.listEntries(
                    BillingV1.ListLedgerEntriesRequest(after: $1, pageSize: $2)
                )
            }
        ),
        (
            "Billing Event.List", 500,
            {
                try await BillingV1.EventServiceClient(try $0.bench.billingCaller()).list(
                    BillingV1.ListEventsRequest(after: $1, pageSize: $2)
                )
            }
        ),
        (
            "Gateway Ledger.ListEntries", 1000,
            {
                try await $0.bench.gatewayLedger.listEntries(
                    GatewayV1.ListLedgerEntriesRequest(after: $1, pageSize: $2)
                )
            }
        ),
        (
            "Gateway Event.List", 500,
            {
                try await GatewayV1.EventServiceClient(try $0.bench.gatewayCaller()).list(
                    GatewayV1.ListEventsRequest(after: $1, pageSize: $2)
                )
            }
        ),
        (
            "Sandbox.ListBankCharges", 1000,
            {
                try await $0.bench.sandbox.listBankCharges(
                    GatewayV1.ListBankChargesRequest(after: $1, pageSize: $2)
                )
            }
        ),
    ]

    private typealias Stream = @Sendable (HostileBench, Int64) async throws -> any Sendable

    private static let streams: [(name: String, open: Stream)] = [
        (
            "Billing Event.Stream",
            {
                let request = BillingV1.StreamEventsRequest(after: $1)
                return try await $0.bench.billingEvents.stream(request).next() == nil
            }
        ),
        (
            "Gateway Event.Stream",
            {
                let request = GatewayV1.StreamEventsRequest(after: $1)
                return try await $0.bench.gatewayEvents.stream(request).next() == nil
            }
        ),
    ]

    private static let badTokens = [
        "x", " ", "p1", "p1n", "p1n0", "p1n-1", "p1n+1", "p1nx", "p2n1", "p1n99999999999999999999",
        "p101J000000000000000000000", "p1acct_01J0000000000000000000000A", "P1N1",
        String(repeating: "p", count: 2000),
    ]

    static let cases: [BadInput] = sizes + tokens + sequences

    private static let sizes: [BadInput] = {
        var cases: [BadInput] = []
        let add = { (name: String, limit: Int32, list: @escaping List) in
            for size in [Int32.min, -1, limit + 1, .max] {
                cases.append(
                    BadInput("\(name), page_size \(size)", "BAD_PAGE_SIZE", "page_size") {
                        try await list($0, size, "")
                    }
                )
            }
        }
        for (name, limit, list) in lists { add(name, limit, list) }
        for (name, limit, feed) in feeds {
            add(name, limit) { hostile, size, _ in try await feed(hostile, 0, size) }
        }
        return cases
    }()

    private static let tokens: [BadInput] = lists.flatMap { name, _, list -> [BadInput] in
        badTokens.map { token in
            BadInput("\(name), '\(token.prefix(40))'", "BAD_PAGE_TOKEN", "page_token") {
                try await list($0, 0, token)
            }
        }
    }

    private static let sequences: [BadInput] = {
        var cases: [BadInput] = []
        for (name, _, feed) in feeds {
            cases += badSequences(name) { try await feed($0, $1, 0) }
        }
        for (name, open) in streams { cases += badSequences(name, open) }
        return cases
    }()

    private static func badSequences(_ name: String, _ call: @escaping Stream) -> [BadInput] {
        ([.min, -1] as [Int64]).map { after in
            BadInput("\(name), after \(after)", "BAD_SEQUENCE", "after", .outOfRange) {
                try await call($0, after)
            }
        }
    }
}
