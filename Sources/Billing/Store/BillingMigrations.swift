import GRDB
import ServiceKit
import Storage

/// The schema of billing's database. Never edited after a release: a change is a new one.
///
/// What a payment writes is kept narrow, under time-ordered keys of 16 bytes: the pages that a
/// commit touches are what it costs.
enum BillingMigrations {
    static let all = [
        SchemaMigration("0001 accounts and users", apply: accounts),
        SchemaMigration("0002 invoices", apply: invoices),
        SchemaMigration("0003 payments", apply: payments),
        SchemaMigration("0004 feeds and ledger", apply: feeds),
        SchemaMigration("0005 review", apply: review),
        SchemaMigration("0006 review callers", apply: reviewCallers),
        SchemaMigration("0007 feed cursor", apply: feedCursor),
    ]

    @Sendable private static func accounts(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE request_keys (
                    key BLOB PRIMARY KEY,
                    kind INTEGER NOT NULL,
                    body_hash BLOB NOT NULL,
                    subject BLOB NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE accounts (
                    id BLOB PRIMARY KEY,
                    number INTEGER NOT NULL UNIQUE,
                    display_name TEXT NOT NULL,
                    currency TEXT NOT NULL,
                    billing_address BLOB NOT NULL,
                    created_at INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE balances (
                    account BLOB PRIMARY KEY,
                    outstanding INTEGER NOT NULL CHECK (outstanding >= 0),
                    credit INTEGER NOT NULL CHECK (credit >= 0),
                    version INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE users (
                    id BLOB PRIMARY KEY,
                    account BLOB NOT NULL,
                    position INTEGER NOT NULL,
                    first_name TEXT NOT NULL,
                    last_name TEXT NOT NULL,
                    username TEXT NOT NULL,
                    email TEXT NOT NULL,
                    time_zone TEXT NOT NULL,
                    notifications INTEGER NOT NULL,
                    created_at INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX users_by_account ON users (account, position);
                -- Kept when a user is deleted: a name is never free again.
                CREATE TABLE usernames (
                    username TEXT PRIMARY KEY,
                    user BLOB NOT NULL
                ) STRICT, WITHOUT ROWID;
                """
        )
    }

    @Sendable private static func invoices(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE invoices (
                    id BLOB PRIMARY KEY,
                    account BLOB NOT NULL,
                    number INTEGER UNIQUE,
                    state INTEGER NOT NULL,
                    currency TEXT NOT NULL,
                    total INTEGER NOT NULL CHECK (total > 0),
                    tax INTEGER NOT NULL CHECK (tax >= 0),
                    due INTEGER NOT NULL CHECK (due >= 0 AND due <= total),
                    balance_forward INTEGER NOT NULL,
                    created_at INTEGER NOT NULL,
                    posted_at INTEGER,
                    due_at INTEGER,
                    history_sequence INTEGER
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX invoices_by_account ON invoices (account, id);
                CREATE INDEX invoices_open ON invoices (account, posted_at, number)
                    WHERE state = 2;
                CREATE TABLE invoice_lines (
                    invoice BLOB NOT NULL,
                    position INTEGER NOT NULL,
                    description TEXT NOT NULL,
                    quantity INTEGER NOT NULL,
                    unit_price INTEGER NOT NULL,
                    amount INTEGER NOT NULL,
                    period_start INTEGER,
                    period_end INTEGER,
                    recurring INTEGER NOT NULL,
                    PRIMARY KEY (invoice, position)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE invoice_taxes (
                    invoice BLOB NOT NULL,
                    position INTEGER NOT NULL,
                    name TEXT NOT NULL,
                    rate_micros INTEGER NOT NULL,
                    amount INTEGER NOT NULL,
                    PRIMARY KEY (invoice, position)
                ) STRICT, WITHOUT ROWID;
                -- Parts of a payment or a credit that paid invoices.
                CREATE TABLE allocations (
                    source BLOB NOT NULL,
                    source_kind INTEGER NOT NULL,
                    id BLOB NOT NULL,
                    invoice BLOB NOT NULL,
                    amount INTEGER NOT NULL CHECK (amount > 0),
                    created_at INTEGER NOT NULL,
                    PRIMARY KEY (source, id)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX allocations_by_invoice ON allocations (invoice, id);
                CREATE TABLE credits (
                    id BLOB PRIMARY KEY,
                    account BLOB NOT NULL,
                    payment BLOB NOT NULL,
                    currency TEXT NOT NULL,
                    amount INTEGER NOT NULL CHECK (amount > 0),
                    remaining INTEGER NOT NULL CHECK (remaining >= 0 AND remaining <= amount),
                    created_at INTEGER NOT NULL,
                    history_sequence INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX credits_free ON credits (account, id) WHERE remaining > 0;
                """
        )
    }

    @Sendable private static func payments(_ database: Database) throws {
        try database.execute(
            sql: """
                -- A payment and its one attempt share their sixteen bytes.
                CREATE TABLE payments (
                    id BLOB PRIMARY KEY,
                    account BLOB NOT NULL,
                    request_key BLOB NOT NULL,
                    state INTEGER NOT NULL,
                    amount INTEGER NOT NULL CHECK (amount > 0),
                    currency TEXT NOT NULL,
                    method BLOB,
                    token BLOB NOT NULL,
                    save_card INTEGER NOT NULL,
                    billing_address BLOB NOT NULL,
                    billing_email TEXT NOT NULL,
                    card_brand TEXT NOT NULL,
                    card_last_four TEXT NOT NULL,
                    card_expiry_month INTEGER NOT NULL,
                    card_expiry_year INTEGER NOT NULL,
                    gateway_version INTEGER NOT NULL,
                    decline_code TEXT NOT NULL,
                    retry_class TEXT NOT NULL,
                    failure_reason TEXT NOT NULL,
                    card_saving INTEGER NOT NULL,
                    credited INTEGER NOT NULL,
                    created_at INTEGER NOT NULL,
                    settled_at INTEGER,
                    history_sequence INTEGER
                ) STRICT, WITHOUT ROWID;
                -- One live payment an account: submitting, pending, step-up, unknown, review.
                CREATE UNIQUE INDEX payments_live ON payments (account)
                    WHERE state IN (1, 2, 3, 4, 5);
                CREATE TABLE payment_methods (
                    id BLOB PRIMARY KEY,
                    account BLOB NOT NULL,
                    token BLOB NOT NULL,
                    brand TEXT NOT NULL,
                    last_four TEXT NOT NULL,
                    expiry_month INTEGER NOT NULL,
                    expiry_year INTEGER NOT NULL,
                    billing_address BLOB NOT NULL,
                    billing_email TEXT NOT NULL,
                    state INTEGER NOT NULL,
                    is_deleted_at_gateway INTEGER NOT NULL,
                    created_at INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX methods_by_account ON payment_methods (account, id);
                CREATE INDEX methods_to_delete ON payment_methods (id)
                    WHERE state = 2 AND is_deleted_at_gateway = 0;
                """
        )
    }

    @Sendable private static func feeds(_ database: Database) throws {
        try database.execute(
            sql: """
                -- What customers read: one row for each transaction, with the balance after it.
                CREATE TABLE history (
                    account BLOB NOT NULL,
                    sequence INTEGER NOT NULL,
                    type INTEGER NOT NULL,
                    subject BLOB NOT NULL,
                    amount INTEGER NOT NULL,
                    balance_after INTEGER NOT NULL,
                    created_at INTEGER NOT NULL,
                    PRIMARY KEY (account, sequence)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE events (
                    sequence INTEGER PRIMARY KEY,
                    id BLOB NOT NULL,
                    type TEXT NOT NULL,
                    subject TEXT NOT NULL,
                    account BLOB NOT NULL,
                    created_at INTEGER NOT NULL
                ) STRICT;
                -- Mail to be sent: one for each user and event.
                CREATE TABLE outbox (
                    event INTEGER NOT NULL,
                    user BLOB NOT NULL,
                    kind TEXT NOT NULL,
                    subject TEXT NOT NULL,
                    created_at INTEGER NOT NULL,
                    PRIMARY KEY (event, user)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE gateway_feed (
                    id INTEGER PRIMARY KEY CHECK (id = 1),
                    epoch TEXT NOT NULL,
                    cursor INTEGER NOT NULL
                ) STRICT;
                CREATE TABLE parked_events (
                    sequence INTEGER PRIMARY KEY,
                    gateway_key TEXT NOT NULL,
                    reason TEXT NOT NULL,
                    created_at INTEGER NOT NULL
                ) STRICT;
                -- Proof that contradicts how a payment ended; people decide about the money.
                CREATE TABLE payment_exceptions (
                    payment BLOB NOT NULL,
                    gateway_version INTEGER NOT NULL,
                    gateway_state INTEGER NOT NULL,
                    payment_state INTEGER NOT NULL,
                    created_at INTEGER NOT NULL,
                    PRIMARY KEY (payment, gateway_version)
                ) STRICT, WITHOUT ROWID;
                """
        )
        try LedgerTable.create(database)
    }

    /// The id of the last event that was applied; that of stores from before is not known.
    @Sendable private static func feedCursor(_ database: Database) throws {
        try database.execute(
            sql: "ALTER TABLE gateway_feed ADD COLUMN event_id TEXT NOT NULL DEFAULT ''"
        )
    }
}
