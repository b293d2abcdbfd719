package import Payments

/// Debits and credits of each account, per currency: never added across currencies.
package struct TrialBalance: Equatable, Sendable {
    /// One account in one currency.
    package struct Line: Equatable, Sendable {
        package let account: LedgerAccount
        package let currency: Currency
        /// The sum of the debits, zero or more, in minor units.
        package var debitMinorUnits: Int64 = 0
        /// The sum of the credits, zero or more, in minor units.
        package var creditMinorUnits: Int64 = 0
    }

    private struct Key: Hashable {
        let account: LedgerAccount
        let currency: Currency
    }

    private var byKey: [Key: Line] = [:]

    package init() {}

    /// Adds an entry's postings.
    ///
    /// - Throws: `LedgerError.overflow`.
    package mutating func add(_ postings: [Posting]) throws(LedgerError) {
        for posting in postings {
            // The smallest number has no opposite.
            guard posting.minorUnits != .min else { throw .overflow }
            try add(
                posting.account,
                posting.currency,
                debit: max(0, posting.minorUnits),
                credit: max(0, -posting.minorUnits)
            )
        }
    }

    /// Adds sums, zero or more.
    ///
    /// - Throws: `LedgerError.overflow`.
    package mutating func add(
        _ account: LedgerAccount,
        _ currency: Currency,
        debit: Int64,
        credit: Int64
    ) throws(LedgerError) {
        let key = Key(account: account, currency: currency)
        var line = byKey[key] ?? Line(account: account, currency: currency)
        let (debits, debitOverflow) = line.debitMinorUnits.addingReportingOverflow(debit)
        let (credits, creditOverflow) = line.creditMinorUnits.addingReportingOverflow(credit)
        guard !debitOverflow, !creditOverflow else { throw .overflow }
        line.debitMinorUnits = debits
        line.creditMinorUnits = credits
        byKey[key] = line
    }

    /// The lines, in the order of the chart of accounts, then of the currency's code.
    package var lines: [Line] {
        let order = Dictionary(
            uniqueKeysWithValues: LedgerAccount.allCases.enumerated().map { ($1, $0) }
        )
        return byKey.values.sorted { left, right in
            (order[left.account] ?? 0, left.currency.code)
                < (order[right.account] ?? 0, right.currency.code)
        }
    }

    /// Whether debits and credits are the same in every currency.
    package var isBalanced: Bool {
        var sums: [Currency: Int64] = [:]
        for line in byKey.values {
            sums[line.currency, default: 0] &+= line.debitMinorUnits &- line.creditMinorUnits
        }
        return sums.values.allSatisfy { $0 == 0 }
    }
}
