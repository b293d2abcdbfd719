import GRDB
import Ledger
import Payments
import ServiceKit
import Testing

@testable import Billing

extension Books {
    /// Every row of every table, exactly: two dumps are equal when nothing was written between.
    func dump() async throws -> [String: [String]] {
        try await store.read { tables in
            let names = try String.fetchAll(
                tables.database,
                sql: """
                    SELECT name FROM sqlite_master
                    WHERE type = 'table' AND name NOT LIKE 'sqlite_%' LIMIT 100
                    """
            )
            var rows: [String: [String]] = [:]
            for name in names {
                let columns = try tables.database.columns(in: name).map { "quote(\($0.name))" }
                rows[name] = try String.fetchAll(
                    tables.database,
                    sql: "SELECT \(columns.joined(separator: " || '|' || ")) FROM \(name)"
                ).sorted()
            }
            return rows
        }
    }

    /// Makes every statement of a kind on a table fail until `heal`.
    ///
    /// - Parameter statement: "INSERT ON outbox".
    func fail(_ statement: String) async throws {
        try await store.write { tables in
            try tables.database.execute(
                sql: """
                    CREATE TRIGGER injected BEFORE \(statement)
                    BEGIN SELECT RAISE(ABORT, 'injected'); END
                    """
            )
        }
    }

    func heal() async throws {
        try await store.write { try $0.database.execute(sql: "DROP TRIGGER injected") }
    }

    func entries() async throws -> [LedgerEntry] {
        try await store.read {
            try LedgerTable.entries($0.database, after: 0, limit: 1_000_000).entries
        }
    }

    /// What the ledger says moved to the gateway for each attempt, in minor units.
    func clearing() async throws -> [String: Int64] {
        var sums: [String: Int64] = [:]
        for entry in try await entries() {
            for posting in entry.postings where posting.account == .gatewayClearing {
                sums[entry.reference, default: 0] += posting.minorUnits
            }
        }
        return sums
    }

    /// Expects that the books agree with themselves.
    func expectSound(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await expectBalances(sourceLocation)
        try await expectAllocations(sourceLocation)
        let entries = try await entries()
        var verifier = ChainVerifier()
        for entry in entries {
            #expect(verifier.verify(entry) == nil, sourceLocation: sourceLocation)
        }
        let trial = try await store.read { try LedgerTable.trialBalance($0.database).balance }
        #expect(trial.isBalanced, sourceLocation: sourceLocation)
        try await expectHistory(sourceLocation)
    }

    /// The balances are the sums of what they are balances of, in the tables and in the ledger.
    private func expectBalances(_ sourceLocation: SourceLocation) async throws {
        let wrong = try await store.read { tables in
            try tables.database.number(
                """
                SELECT COUNT(*) FROM balances b WHERE
                    (b.outstanding > 0 AND b.credit > 0)
                    OR b.outstanding <> (SELECT COALESCE(SUM(due), 0) FROM invoices i
                        WHERE i.account = b.account AND i.state = 2)
                    OR b.credit <> (SELECT COALESCE(SUM(remaining), 0) FROM credits c
                        WHERE c.account = b.account)
                """
            )
        }
        #expect(wrong == 0, "balances that are not their sums", sourceLocation: sourceLocation)
        let (kept, ledger) = try await store.read { tables in
            let rows = try tables.database.rows(
                """
                SELECT a.currency, SUM(b.outstanding), SUM(b.credit)
                FROM balances b JOIN accounts a ON a.id = b.account GROUP BY a.currency
                """
            )
            let kept: [String] = try rows.flatMap { row in
                let (currency, outstanding, credit): (String, Int64, Int64) = try (
                    row[0], row[1], row[2]
                )
                return [
                    "\(currency) accounts_receivable \(outstanding)",
                    "\(currency) customer_credit \(0 - credit)",
                ]
            }
            let lines = try LedgerTable.trialBalance(tables.database).balance.lines
            let ledger: [String: Int64] = Dictionary(
                uniqueKeysWithValues: lines.map { line in
                    (
                        "\(line.currency.code) \(line.account.rawValue)",
                        line.debitMinorUnits - line.creditMinorUnits
                    )
                }
            )
            return (kept, ledger)
        }
        for line in kept {
            let words = line.split(separator: " ")
            let account = words.prefix(2).joined(separator: " ")
            #expect(
                "\(account) \(ledger[account] ?? 0)" == line,
                sourceLocation: sourceLocation
            )
        }
    }

    /// What is due of an invoice is its total less its allocations, and what is left of a credit is
    /// its amount less its own, unless its payment was taken back.
    private func expectAllocations(_ sourceLocation: SourceLocation) async throws {
        let wrong = try await store.read { tables in
            try tables.database.number(
                """
                SELECT (SELECT COUNT(*) FROM invoices i WHERE i.state IN (2, 3) AND (
                        i.due <> i.total - (SELECT COALESCE(SUM(a.amount), 0) FROM allocations a
                            WHERE a.invoice = i.id)
                        OR (i.due = 0) <> (i.state = 3)))
                    + (SELECT COUNT(*) FROM credits c WHERE c.remaining <> c.amount
                        - (SELECT COALESCE(SUM(a.amount), 0) FROM allocations a
                            WHERE a.source = c.id)
                        AND NOT (c.remaining = 0 AND EXISTS (SELECT 1 FROM reversals r
                            WHERE r.payment = c.payment)
                            AND NOT EXISTS (SELECT 1 FROM allocations a WHERE a.source = c.id)))
                """
            )
        }
        #expect(wrong == 0, "allocations that do not add up", sourceLocation: sourceLocation)
    }

    /// Each row of each account's history carries the balance that the rows before it add up to.
    private func expectHistory(_ sourceLocation: SourceLocation) async throws {
        let wrong = try await store.read { tables in
            let rows = try tables.database.rows(
                """
                SELECT h.account, h.sequence, h.type, h.amount, h.balance_after, p.state,
                    (SELECT q.state FROM credits c JOIN payments q ON q.id = c.payment
                        WHERE c.id = h.subject)
                FROM history h LEFT JOIN payments p ON p.id = h.subject
                ORDER BY h.account, h.sequence LIMIT 1000000
                """
            )
            var balances: [AccountID: Int64] = [:]
            var sequences: [AccountID: Int64] = [:]
            var wrong: [String] = []
            for row in rows {
                let account: AccountID = try row[0]
                let type: Int = try row[2]
                let state: Int? = try row[5]
                let amount: Int64 = try row[3]
                let creditedState: Int? = try row[6]
                let succeeded = PaymentState.succeeded.rawValue
                let changes =
                    switch HistoryType(rawValue: type) {
                    case .invoice, .reversal: true
                    case .payment: state == succeeded
                    // What is left over is part of its payment; the credit of a payment that had
                    // ended without money stands for itself.
                    case .credit: creditedState != succeeded
                    case nil: false
                    }
                balances[account, default: 0] += changes ? amount : 0
                sequences[account, default: 0] += 1
                let (sequence, after): (Int64, Int64) = try (row[1], row[4])
                if after != balances[account] || sequence != sequences[account] {
                    wrong.append("\(account) row \(sequence): \(after)")
                }
            }
            for (account, balance) in balances
            where try tables.account(account).balance.current != balance {
                wrong.append("\(account): \(balance)")
            }
            return wrong
        }
        #expect(wrong == [], sourceLocation: sourceLocation)
    }
}
