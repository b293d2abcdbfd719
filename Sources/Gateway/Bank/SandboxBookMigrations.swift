import GRDB
import Storage

/// The schema of the sandbox bank's book.
enum SandboxBookMigrations {
    static let all = [
        SchemaMigration("0001 charges and reversals") { database in
            // A charge has no unique reference: a second request is a second charge, as with a
            // bank that knows nothing of our keys.
            try database.execute(
                sql: """
                    CREATE TABLE charges (
                        sequence INTEGER PRIMARY KEY,
                        reference BLOB NOT NULL,
                        operation BLOB NOT NULL,
                        state INTEGER NOT NULL,
                        minor_units INTEGER NOT NULL,
                        currency TEXT NOT NULL,
                        response_code TEXT NOT NULL,
                        decline_code TEXT,
                        approval_code TEXT NOT NULL,
                        avs_result TEXT NOT NULL,
                        cvc_result TEXT NOT NULL,
                        created_at INTEGER NOT NULL,
                        decides_at INTEGER,
                        advice_due INTEGER NOT NULL
                    ) STRICT;
                    CREATE INDEX charges_by_reference ON charges (reference);
                    CREATE INDEX charges_pending ON charges (decides_at) WHERE state = 1;
                    CREATE INDEX charges_advised ON charges (sequence) WHERE advice_due = 1;
                    CREATE TABLE reversals (
                        reference BLOB PRIMARY KEY,
                        created_at INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    """
            )
        },
        SchemaMigration("0002 faults") { database in
            try database.execute(
                sql: "ALTER TABLE charges ADD COLUMN fault INTEGER NOT NULL DEFAULT 0"
            )
        },
    ]
}
