import Ledger
import Payments
import RemitAPI
import ServiceKit
import TTRPC
import Testing

// The three books.
extension TestBench {
    /// Rows asked for at a time.
    private static let pageSize: Int32 = 500
    /// How long the books may take to agree once nothing is decided any more.
    private static let maxAgreement = Duration.seconds(20)

    /// Billing's journal.
    func billingEntries() async throws -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        while true {
            let page = try await billingLedger.listEntries(
                BillingV1.ListLedgerEntriesRequest(
                    after: entries.last?.sequence ?? 0,
                    pageSize: Self.pageSize
                )
            )
            entries += try page.entries.map { try #require(LedgerEntry($0)) }
            if page.entries.isEmpty { return entries }
        }
    }

    /// The gateway's journal.
    func gatewayEntries() async throws -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        while true {
            let page = try await gatewayLedger.listEntries(
                GatewayV1.ListLedgerEntriesRequest(
                    after: entries.last?.sequence ?? 0,
                    pageSize: Self.pageSize
                )
            )
            entries += try page.entries.map { try #require(LedgerEntry($0)) }
            if page.entries.isEmpty { return entries }
        }
    }

    /// The bank's book.
    func allCharges() async throws -> [GatewayV1.BankCharge] {
        var charges: [GatewayV1.BankCharge] = []
        while true {
            let page = try await sandbox.listBankCharges(
                GatewayV1.ListBankChargesRequest(
                    after: charges.last?.sequence ?? 0,
                    pageSize: Self.pageSize
                )
            )
            charges += page.charges
            if page.charges.isEmpty { return charges }
        }
    }

    /// The gateway keys of payments that are not decided.
    func inFlight() async throws -> Set<String> {
        var found: Set<String> = []
        var token = ""
        repeat {
            let page = try await billingLedger.listInFlight(
                BillingV1.ListInFlightRequest(pageSize: Self.pageSize, pageToken: token)
            )
            for payment in page.payments { found.insert(payment.attemptID) }
            token = page.nextPageToken
        } while !token.isEmpty
        return found
    }

    /// Verifies both chains and compares the three books.
    func reconcile() async throws -> Reconciliation {
        // What is in flight comes first: what is decided meanwhile is then still excused.
        let inFlight = try await inFlight()
        let billing = try await billingEntries()
        let gateway = try await gatewayEntries()
        for (entries, book) in [(billing, "billing"), (gateway, "gateway")] {
            var verifier = ChainVerifier()
            for entry in entries {
                #expect(verifier.verify(entry) == nil, "the \(book) ledger's chain")
            }
        }
        let bank = try await allCharges().filter { $0.state == .approved }.map { charge in
            let amount = try #require(charge.amount)
            return Reconciliation.BookLine(
                reference: charge.key,
                minorUnits: amount.minorUnits,
                currency: try #require(Currency(code: amount.currency))
            )
        }
        return Reconciliation(
            billing: Self.lines(billing, .gatewayClearing, sign: 1),
            gateway: Self.lines(gateway, .merchantPayable, sign: -1),
            bank: bank,
            inFlight: inFlight
        )
    }

    private static func lines(
        _ entries: [LedgerEntry],
        _ account: LedgerAccount,
        sign: Int64
    ) -> [Reconciliation.BookLine] {
        entries.flatMap { entry in
            entry.postings.filter { $0.account == account }.map { posting in
                Reconciliation.BookLine(
                    reference: entry.reference,
                    minorUnits: posting.minorUnits * sign,
                    currency: posting.currency
                )
            }
        }
    }

    /// The three books agree but for what is in flight, the bank has one line at the most under
    /// each key, and debits are credits in each trial balance.
    func checkBooks() async throws {
        do {
            _ = try await eventually("agreement of the books", within: Self.maxAgreement) {
                try await reconcile().isReconciled ? true : nil
            }
        } catch is TimedOut {
            let differences = try await reconcile().differences.filter { !$0.isInFlight }
            Issue.record("the books differ: \(differences)")
        }
        let asked = try await allCharges().map(\.key)
        #expect(Set(asked).count == asked.count, "the bank was asked twice under a key")
        let trials = [
            try await billingLedger.trialBalance(BillingV1.TrialBalanceRequest()).lines,
            try await gatewayLedger.trialBalance(GatewayV1.TrialBalanceRequest()).lines,
        ]
        for lines in trials {
            var sums: [String: Int64] = [:]
            for line in lines {
                let debits = try #require(line.debits)
                let credits = try #require(line.credits)
                sums[debits.currency, default: 0] += debits.minorUnits
                sums[credits.currency, default: 0] -= credits.minorUnits
            }
            #expect(sums.allSatisfy { $0.value == 0 }, "a trial balance is off: \(sums)")
        }
    }
}
