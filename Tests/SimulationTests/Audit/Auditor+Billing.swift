import GRDB
import Ledger
import Payments
import ServiceKit

@testable import Billing

extension Auditor {
    /// Balances are the sums of what they are balances of, in the tables and in the ledger.
    func checkBalances(_ database: Database) throws {
        let wrong = try database.number(
            """
            SELECT COUNT(*) FROM balances b WHERE
                (b.outstanding > 0 AND b.credit > 0)
                OR b.outstanding <> (SELECT COALESCE(SUM(due), 0) FROM invoices i
                    WHERE i.account = b.account AND i.state = 2)
                OR b.credit <> (SELECT COALESCE(SUM(remaining), 0) FROM credits c
                    WHERE c.account = b.account)
            """
        )
        if wrong != 0 { fail("\(wrong) balances are not the sums of their parts") }
        let sums = try database.row(
            "SELECT COALESCE(SUM(outstanding), 0), COALESCE(SUM(credit), 0) FROM balances"
        )
        let (outstanding, credit): (Int64, Int64) = try (sums?[0] ?? 0, sums?[1] ?? 0)
        var ledger: [LedgerAccount: Int64] = [:]
        for line in try LedgerTable.trialBalance(database).balance.lines {
            ledger[line.account] = line.debitMinorUnits - line.creditMinorUnits
        }
        let receivable = ledger[.accountsReceivable] ?? 0
        let owed = 0 - (ledger[.customerCredit] ?? 0)
        if receivable != outstanding {
            fail("receivables are \(receivable), and \(outstanding) is outstanding")
        }
        if owed != credit { fail("customer_credit is \(owed), and the credit is \(credit)") }
        try checkAllocations(database)
    }

    /// A payment's money is on invoices or in its credit, and nowhere once it is taken back; an
    /// invoice's due is what no allocation has paid.
    private func checkAllocations(_ database: Database) throws {
        let payments = try database.number(
            """
            SELECT COUNT(*) FROM payments p WHERE state = 6 AND credited
                + (SELECT COALESCE(SUM(amount), 0) FROM allocations a WHERE a.source = p.id)
                <> CASE WHEN id IN (SELECT payment FROM reversals) THEN 0 ELSE amount END
            """
        )
        if payments != 0 { fail("\(payments) payments are not where their money is") }
        let credits = try database.number(
            """
            SELECT COUNT(*) FROM credits c WHERE remaining
                + (SELECT COALESCE(SUM(amount), 0) FROM allocations a WHERE a.source = c.id)
                <> CASE WHEN payment IN (SELECT payment FROM reversals) THEN 0 ELSE amount END
            """
        )
        if credits != 0 { fail("\(credits) credits are not where their money is") }
        let idle = try database.number(
            """
            SELECT COUNT(*) FROM allocations a JOIN payments p ON p.id = a.source
            WHERE p.state <> 6
            """
        )
        if idle != 0 { fail("\(idle) allocations are of payments that did not succeed") }
        let invoices = try database.number(
            """
            SELECT COUNT(*) FROM invoices i WHERE state IN (2, 3) AND (due <> total
                - (SELECT COALESCE(SUM(amount), 0) FROM allocations a WHERE a.invoice = i.id)
                OR (state = 3) <> (due = 0))
            """
        )
        if invoices != 0 { fail("\(invoices) invoices are not what is left of them") }
        try checkOrder(database)
    }

    /// The oldest invoice is paid first, and the oldest credit is used first: nothing newer is
    /// touched while something older is left. What is taken back reopens invoices wherever they
    /// stand, and takes a credit of any age.
    private func checkOrder(_ database: Database) throws {
        let invoices = try database.number(
            """
            SELECT COUNT(*) FROM invoices newer JOIN invoices older
                ON older.account = newer.account
                    AND (older.posted_at, older.number) < (newer.posted_at, newer.number)
            WHERE older.state = 2 AND newer.state IN (2, 3) AND newer.due < newer.total
                AND newer.account NOT IN (SELECT account FROM reversals)
            """
        )
        if invoices != 0 { fail("\(invoices) invoices were paid before older ones") }
        let credits = try database.number(
            """
            SELECT COUNT(*) FROM credits newer JOIN credits older
                ON older.account = newer.account AND older.id < newer.id
            WHERE older.remaining > 0 AND newer.remaining < newer.amount
                AND newer.account NOT IN (SELECT account FROM reversals)
            """
        )
        if credits != 0 { fail("\(credits) credits were used before older ones") }
    }

    /// Each row of the history carries the balance that the rows before it add up to.
    func checkHistory(_ database: Database) throws {
        let rows = try database.rows(
            """
            SELECT h.account, h.sequence, h.type, h.amount, h.balance_after, p.state
            FROM history h LEFT JOIN credits c ON c.id = h.subject
                LEFT JOIN payments p ON p.id = COALESCE(c.payment, h.subject)
            ORDER BY h.account, h.sequence LIMIT 10000
            """
        )
        var account: AccountID?
        var (balance, sequence): (Int64, Int64) = (0, 0)
        for row in rows {
            if try row[0] as AccountID != account {
                account = try row[0]
                (balance, sequence) = (0, 0)
            }
            let state: Int? = try row[5]
            let isPaid = state == PaymentState.succeeded.rawValue
            let type = HistoryType(rawValue: try row[2])
            let counts =
                switch type {
                case .invoice, .reversal: true
                case .payment: isPaid
                // What is left over counts with its payment; what operators credited, itself.
                case .credit: !isPaid
                case nil: false
                }
            if counts { balance += try row[3] as Int64 }
            sequence += 1
            let (number, after): (Int64, Int64) = try (row[1], row[4])
            if number != sequence || after != balance {
                fail("history row \(number) says \(after), and it is \(balance)")
            }
        }
        let missing = try database.number(
            """
            SELECT COUNT(*) FROM payments p WHERE state IN (6, 7, 8, 9) AND (SELECT COUNT(*)
                FROM history h WHERE h.account = p.account AND h.subject = p.id) <> 1
            """
        )
        if missing != 0 { fail("\(missing) payments are not in the history once") }
    }

    /// Numbers without gaps; each payment ends once; nothing is parked.
    func checkEvents(_ database: Database) throws {
        let gap = try database.number(
            "SELECT COALESCE(MAX(sequence), 0) - COUNT(*) FROM events"
        )
        if gap != 0 { fail("\(gap) numbers are missing in billing's events") }
        let rows = try database.rows(
            """
            SELECT subject, COUNT(*) FROM events WHERE type IN ('payment.succeeded',
                'payment.declined', 'payment.failed', 'payment.canceled')
            GROUP BY subject LIMIT 10000
            """
        )
        for row in rows where try row[1] as Int != 1 {
            try fail("\(row[0] as String) has ended \(row[1] as Int) times")
        }
        let ended = try database.number(
            "SELECT COUNT(*) FROM payments WHERE state IN (6, 7, 8, 9)"
        )
        if ended != rows.count { fail("\(ended) payments have ended in \(rows.count) events") }
        let parked = try database.number("SELECT COUNT(*) FROM parked_events")
        if parked != 0 { fail("\(parked) events of the gateway are parked") }
        if world.billing.app?.application.canTakePayments == false {
            fail("billing says that the gateway has lost data")
        }
    }

    /// One line for each user who wants mail and each event that makes one.
    func checkMail(_ database: Database) throws {
        let expected = """
            SELECT e.sequence AS event, u.id AS user FROM events e JOIN users u
                ON u.account = e.account AND u.notifications = 1
            WHERE e.type IN ('payment.succeeded', 'payment.declined', 'invoice.posted')
            """
        let missing = try database.number(
            """
            SELECT COUNT(*) FROM (\(expected)) x WHERE NOT EXISTS (SELECT 1 FROM outbox o
                WHERE o.event = x.event AND o.user = x.user)
            """
        )
        if missing != 0 { fail("\(missing) mails are missing") }
        let lines = try database.number(
            "SELECT COUNT(*) FROM outbox WHERE kind <> 'invitation'"
        )
        let wanted = try database.number("SELECT COUNT(*) FROM (\(expected))")
        if lines != wanted { fail("the outbox has \(lines) mails, and \(wanted) are due") }
        let invited = try database.number(
            """
            SELECT (SELECT COUNT(*) FROM outbox WHERE kind = 'invitation')
                - (SELECT COUNT(*) FROM users)
            """
        )
        if invited != 0 { fail("invitations and users differ by \(invited)") }
    }
}
