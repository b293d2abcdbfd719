import GRDB
import ServiceKit
import Storage

/// The schema of the gateway's database. Never edited after a release: a change is a new one.
enum GatewayMigrations {
    static let all = [
        SchemaMigration("0001 vault, operations, events, ledger") { database in
            try database.execute(
                sql: """
                    CREATE TABLE store (
                        epoch TEXT NOT NULL
                    ) STRICT;
                    CREATE TABLE tenants (
                        id INTEGER PRIMARY KEY,
                        name TEXT NOT NULL UNIQUE
                    ) STRICT;
                    CREATE TABLE data_keys (
                        id INTEGER PRIMARY KEY,
                        wrapped_key BLOB NOT NULL
                    ) STRICT;
                    CREATE TABLE fingerprint_key (
                        wrapped_key BLOB NOT NULL
                    ) STRICT;
                    CREATE TABLE cards (
                        token BLOB PRIMARY KEY,
                        tenant INTEGER NOT NULL REFERENCES tenants (id),
                        state INTEGER NOT NULL,
                        brand TEXT NOT NULL,
                        last_four TEXT NOT NULL,
                        expiry_month INTEGER NOT NULL,
                        expiry_year INTEGER NOT NULL,
                        fingerprint BLOB NOT NULL,
                        sealed_number BLOB,
                        has_verification_code INTEGER NOT NULL,
                        live_operations INTEGER NOT NULL,
                        created_at INTEGER NOT NULL,
                        expires_at INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE key_destructions (
                        token BLOB PRIMARY KEY
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE operations (
                        tenant INTEGER NOT NULL,
                        key BLOB NOT NULL,
                        id BLOB NOT NULL,
                        version INTEGER NOT NULL,
                        state INTEGER NOT NULL,
                        body_hash BLOB NOT NULL,
                        minor_units INTEGER NOT NULL,
                        currency TEXT NOT NULL,
                        token BLOB,
                        retain_card INTEGER NOT NULL,
                        decline_code TEXT,
                        response_code TEXT NOT NULL,
                        approval_code TEXT NOT NULL,
                        avs_result TEXT NOT NULL,
                        cvc_result TEXT NOT NULL,
                        retention INTEGER NOT NULL,
                        created_at INTEGER NOT NULL,
                        updated_at INTEGER NOT NULL,
                        PRIMARY KEY (tenant, key)
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX operations_live ON operations (state, created_at)
                        WHERE state IN (1, 2, 6, 7, 8);
                    CREATE TABLE events (
                        sequence INTEGER PRIMARY KEY,
                        id BLOB NOT NULL,
                        tenant INTEGER NOT NULL,
                        key BLOB NOT NULL,
                        version INTEGER NOT NULL,
                        state INTEGER NOT NULL,
                        decline_code TEXT,
                        response_code TEXT NOT NULL,
                        approval_code TEXT NOT NULL,
                        avs_result TEXT NOT NULL,
                        cvc_result TEXT NOT NULL,
                        retention INTEGER NOT NULL,
                        created_at INTEGER NOT NULL
                    ) STRICT;
                    """
            )
            try LedgerTable.create(database)
        },
        SchemaMigration("0002 unused tokens") { database in
            try database.execute(
                sql: "CREATE INDEX cards_unused ON cards (expires_at) WHERE state = 1"
            )
        },
    ]
}
