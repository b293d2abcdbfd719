import Payments
import ServiceKit

/// A line of billing's feed.
struct EventRecord: Sendable {
    let sequence: Int64
    let id: EventID
    /// "payment.succeeded".
    let type: String
    /// What it is about: "pay_…".
    let subject: String
    let account: AccountID
    /// Milliseconds since 1970-01-01T00:00:00Z.
    let createdAt: Int64
}

extension BillingTables {
    /// The sequence number of the newest event; 0 before the first.
    func headSequence() throws -> Int64 {
        try database.number("SELECT MAX(sequence) FROM events")
    }

    /// The events after a sequence number, oldest first.
    func events(after: Int64, limit: Int) throws -> [EventRecord] {
        try database.rows(
            """
            SELECT sequence, id, type, subject, account, created_at FROM events
            WHERE sequence > ? ORDER BY sequence LIMIT ?
            """,
            after,
            limit
        ).map { row in
            try EventRecord(
                sequence: row[0],
                id: row[1],
                type: row[2],
                subject: row[3],
                account: row[4],
                createdAt: row[5]
            )
        }
    }

    /// What the events after a sequence number are about, oldest first.
    func eventSubjects(
        after: Int64,
        limit: Int
    ) throws -> [(sequence: Int64, subject: String)] {
        try database.rows(
            "SELECT sequence, subject FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?",
            after,
            limit
        ).map { try ($0[0], $0[1]) }
    }
}
