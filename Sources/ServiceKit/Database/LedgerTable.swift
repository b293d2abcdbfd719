import Foundation
package import GRDB
package import Ledger
package import Payments

/// The journal in a service's database: append-only, in the transaction of what it records.
package enum LedgerTable {
    /// Makes the tables.
    package static func create(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE ledger_entries (
                    sequence INTEGER PRIMARY KEY,
                    id BLOB NOT NULL,
                    kind TEXT NOT NULL,
                    reference TEXT NOT NULL,
                    recorded_at INTEGER NOT NULL,
                    hash BLOB NOT NULL
                ) STRICT;
                CREATE TABLE ledger_postings (
                    sequence INTEGER NOT NULL,
                    position INTEGER NOT NULL,
                    account TEXT NOT NULL,
                    minor_units INTEGER NOT NULL,
                    currency TEXT NOT NULL,
                    PRIMARY KEY (sequence, position)
                ) STRICT, WITHOUT ROWID;
                """
        )
    }

    /// The end of the chain, as it is in this transaction.
    package static func head(_ database: Database) throws -> LedgerChain {
        let row = try database.row(
            "SELECT sequence, hash FROM ledger_entries ORDER BY sequence DESC LIMIT 1"
        )
        guard let row else { return LedgerChain() }
        let hash: Data = try row[1]
        return try LedgerChain(sequence: row[0], hash: Array(hash))
    }

    /// Appends an entry.
    ///
    /// - Throws: `LedgerError`, or what SQLite said.
    package static func append(
        _ database: Database,
        id: JournalID,
        kind: EntryKind,
        reference: String,
        recordedAtMilliseconds: Int64,
        postings: [Posting]
    ) throws {
        var chain = try head(database)
        let entry = try chain.append(
            id: id,
            kind: kind,
            reference: reference,
            recordedAtMilliseconds: recordedAtMilliseconds,
            postings: postings
        )
        try database.run(
            """
            INSERT INTO ledger_entries (sequence, id, kind, reference, recorded_at, hash)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            entry.sequence,
            entry.id,
            entry.kind.rawValue,
            entry.reference,
            entry.recordedAtMilliseconds,
            Data(entry.hash)
        )
        for (position, posting) in entry.postings.enumerated() {
            try database.run(
                """
                INSERT INTO ledger_postings (sequence, position, account, minor_units, currency)
                VALUES (?, ?, ?, ?, ?)
                """,
                entry.sequence,
                position,
                posting.account.rawValue,
                posting.minorUnits,
                posting.currency
            )
        }
    }

    /// The entries after a sequence number, oldest first, and the number of the newest.
    ///
    /// - Throws: `DatabaseError` with SQLITE_CORRUPT for a row that no version has written.
    package static func entries(
        _ database: Database,
        after: Int64,
        limit: Int
    ) throws -> (entries: [LedgerEntry], headSequence: Int64) {
        var previous = LedgerChain.genesisHash
        if after > 0,
            let row = try database.row("SELECT hash FROM ledger_entries WHERE sequence = ?", after)
        {
            let hash: Data = try row[0]
            previous = Array(hash)
        }
        let rows = try database.rows(
            """
            SELECT sequence, id, kind, reference, recorded_at, hash FROM ledger_entries
            WHERE sequence > ? ORDER BY sequence LIMIT ?
            """,
            after,
            limit
        )
        var entries: [LedgerEntry] = []
        for row in rows {
            let kindName: String = try row[2]
            guard let kind = EntryKind(rawValue: kindName) else { throw corrupt("kind") }
            let hash: Data = try row[5]
            let entry = try LedgerEntry(
                sequence: row[0],
                id: row[1],
                kind: kind,
                reference: row[3],
                recordedAtMilliseconds: row[4],
                postings: postings(database, row[0]),
                previousHash: previous,
                hash: Array(hash)
            )
            previous = entry.hash
            entries.append(entry)
        }
        return (entries, try head(database).sequence)
    }

    private static func postings(_ database: Database, _ sequence: Int64) throws -> [Posting] {
        let rows = try database.rows(
            """
            SELECT account, minor_units, currency FROM ledger_postings
            WHERE sequence = ? ORDER BY position
            """,
            sequence
        )
        return try rows.map { row in
            let name: String = try row[0]
            guard let account = LedgerAccount(rawValue: name) else { throw corrupt("account") }
            return try Posting(account, row[1], row[2])
        }
    }

    /// Debits and credits of every account, per currency, and the newest entry they cover.
    package static func trialBalance(
        _ database: Database
    ) throws -> (balance: TrialBalance, headSequence: Int64) {
        let rows = try database.rows(
            """
            SELECT account, currency, SUM(MAX(minor_units, 0)), SUM(MAX(-minor_units, 0))
            FROM ledger_postings GROUP BY account, currency
            """
        )
        var balance = TrialBalance()
        for row in rows {
            let name: String = try row[0]
            guard let account = LedgerAccount(rawValue: name) else { throw corrupt("account") }
            try balance.add(account, row[1], debit: row[2], credit: row[3])
        }
        return (balance, try head(database).sequence)
    }

    private static func corrupt(_ column: String) -> DatabaseError {
        DatabaseError(resultCode: .SQLITE_CORRUPT, message: "unknown \(column) in the ledger")
    }
}
