import Ledger
import Operations
import Payments
import RemitAPI
import ServiceKit
import TTRPC

/// Reads and compares the three books.
struct Books {
    private let session: Session
    /// Entries or charges read at a time.
    private static let pageSize: Int32 = 1000

    init(_ session: Session) {
        self.session = session
    }

    /// All entries of billing's book.
    func billingEntries() async throws -> [LedgerEntry] {
        let ledger = try await session.billingLedger()
        return try await all { after in
            let page = try await ledger.listEntries(
                BillingV1.ListLedgerEntriesRequest(after: after, pageSize: Self.pageSize)
            )
            return page.entries
        }
    }

    /// All entries of the gateway's book.
    func gatewayEntries() async throws -> [LedgerEntry] {
        let ledger = try await session.gatewayLedger()
        return try await all { after in
            let page = try await ledger.listEntries(
                GatewayV1.ListLedgerEntriesRequest(after: after, pageSize: Self.pageSize)
            )
            return page.entries
        }
    }

    private func all(
        _ page: (Int64) async throws -> [RemitType.LedgerEntry]
    ) async throws -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        while true {
            let found = try await page(entries.last?.sequence ?? 0)
            for message in found {
                guard let entry = LedgerEntry(message) else {
                    throw ConfigurationError("entry \(message.sequence) has an unknown name in it")
                }
                entries.append(entry)
            }
            if found.count < Int(Self.pageSize) { return entries }
        }
    }

    /// All charges of the bank's book.
    func charges() async throws -> [GatewayV1.BankCharge] {
        let sandbox = try await session.sandbox()
        var charges: [GatewayV1.BankCharge] = []
        while true {
            let page = try await sandbox.listBankCharges(
                GatewayV1.ListBankChargesRequest(
                    after: charges.last?.sequence ?? 0,
                    pageSize: Self.pageSize
                )
            )
            charges += page.charges
            if page.charges.count < Int(Self.pageSize) { return charges }
        }
    }

    /// The payments that have not ended.
    func livePayments() async throws -> [BillingV1.InFlightPayment] {
        let ledger = try await session.billingLedger()
        var found: [BillingV1.InFlightPayment] = []
        var token = ""
        repeat {
            let page = try await ledger.listInFlight(
                BillingV1.ListInFlightRequest(pageSize: Self.pageSize, pageToken: token)
            )
            found += page.payments
            token = page.nextPageToken
        } while !token.isEmpty
        return found
    }

    /// Verifies both chains and compares the three books.
    func reconcile() async throws -> Reconciliation {
        // What is in flight first: what is decided while the books are read is then still listed.
        let live = try await livePayments()
        let billing = try await billingEntries()
        let gateway = try await gatewayEntries()
        _ = try Self.verify(billing, book: "billing")
        _ = try Self.verify(gateway, book: "gateway")
        return Self.compare(billing, gateway, try await charges(), live: live)
    }

    /// Compares books that were read in this order, what is live before all of them.
    static func compare(
        _ billing: [LedgerEntry],
        _ gateway: [LedgerEntry],
        _ charges: [GatewayV1.BankCharge],
        live: [BillingV1.InFlightPayment]
    ) -> Reconciliation {
        let bank: [Reconciliation.BookLine] = charges.compactMap { charge in
            guard charge.state == .approved, let amount = charge.amount,
                let currency = Currency(code: amount.currency)
            else { return nil }
            return Reconciliation.BookLine(
                reference: charge.key,
                minorUnits: amount.minorUnits,
                currency: currency
            )
        }
        return Reconciliation(
            billing: lines(billing, .gatewayClearing, sign: 1),
            gateway: lines(gateway, .merchantPayable, sign: -1),
            bank: bank,
            inFlight: Set(live.map(\.attemptID))
        )
    }

    /// The gateway's keys under which the bank has more than one line, in any state: it was asked
    /// twice. What it declined or reversed moved no money, and so is no difference in the sums.
    static func doubled(_ charges: [GatewayV1.BankCharge]) -> [String] {
        Dictionary(grouping: charges, by: \.key).filter { $0.value.count > 1 }.keys.sorted()
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
                    minorUnits: posting.minorUnits &* sign,
                    currency: posting.currency
                )
            }
        }
    }

    /// Checks a chain from its beginning.
    ///
    /// - Returns: the newest entry's hash, abbreviated.
    /// - Throws: `ConfigurationError` naming the entry at fault.
    static func verify(
        _ entries: [LedgerEntry],
        book: String
    ) throws(BrokenBook) -> String {
        var verifier = ChainVerifier()
        for entry in entries {
            if let fault = verifier.verify(entry) { throw BrokenBook(book: book, fault: fault) }
        }
        return verifier.head.hash.prefix(6).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// The sums, one row a currency.
    static func table(_ reconciliation: Reconciliation) -> Table {
        let rows = reconciliation.totals.sorted { $0.key.code < $1.key.code }
        return Table(
            ["currency", "billing", "gateway", "bank", "payments that agree"],
            rows.map { currency, totals in
                let text = { (amount: Int64) in
                    AmountText.format(Money(minorUnits: amount, currency: currency))
                }
                return [
                    currency.code, text(totals.billingMinorUnits), text(totals.gatewayMinorUnits),
                    text(totals.bankMinorUnits), "\(totals.matched)",
                ]
            }
        )
    }

    /// A line for each payment on which the books differ.
    static func lines(_ reconciliation: Reconciliation) -> [String] {
        reconciliation.differences.map { difference in
            let amounts =
                "billing \(difference.billingMinorUnits), gateway \(difference.gatewayMinorUnits), "
                + "bank \(difference.bankMinorUnits)"
            let what = difference.isInFlight ? "in flight" : "DIFFERENCE"
            return "\(what): \(difference.reference) \(difference.currency.code) \(amounts)"
        }
    }
}

/// A book that does not verify.
struct BrokenBook: Error, CustomStringConvertible {
    let book: String
    let fault: ChainVerifier.Fault

    var description: String { "the \(book) ledger is broken: \(fault)" }
}
