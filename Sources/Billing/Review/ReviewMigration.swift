import GRDB

extension BillingMigrations {
    /// What operators decide, and what they have taken back.
    @Sendable static func review(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE INDEX payments_in_review ON payments (id) WHERE state = 5;
                -- When a payment came into review.
                CREATE TABLE reviews (
                    payment BLOB PRIMARY KEY,
                    opened_at INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                -- Those of before: from their beginning, for want of better.
                INSERT INTO reviews SELECT id, created_at FROM payments WHERE state = 5;
                -- One for each item: the first operator's word, then the second's. A payment in
                -- review has version 0, an exception its own.
                CREATE TABLE review_decisions (
                    payment BLOB NOT NULL,
                    gateway_version INTEGER NOT NULL,
                    decision INTEGER NOT NULL,
                    proposer TEXT NOT NULL,
                    proposal_note TEXT NOT NULL,
                    proposed_at INTEGER NOT NULL,
                    confirmer TEXT,
                    confirmation_note TEXT,
                    confirmed_at INTEGER,
                    -- The newest event of the step that carried it out: the order of decisions.
                    event INTEGER,
                    PRIMARY KEY (payment, gateway_version)
                ) STRICT, WITHOUT ROWID;
                -- Payments taken back, by the ledger entries that did it.
                CREATE TABLE reversals (
                    id BLOB PRIMARY KEY,
                    account BLOB NOT NULL,
                    payment BLOB NOT NULL,
                    currency TEXT NOT NULL,
                    amount INTEGER NOT NULL CHECK (amount > 0),
                    created_at INTEGER NOT NULL,
                    history_sequence INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX reversals_by_payment ON reversals (payment, history_sequence);
                -- Allocations that no longer count, and the reversal that released each.
                CREATE TABLE released_allocations (
                    id BLOB PRIMARY KEY,
                    source BLOB NOT NULL,
                    source_kind INTEGER NOT NULL,
                    invoice BLOB NOT NULL,
                    amount INTEGER NOT NULL CHECK (amount > 0),
                    created_at INTEGER NOT NULL,
                    reversal BLOB NOT NULL
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX credits_by_payment ON credits (payment, id);
                """
        )
    }

    /// Who called when operators decided, as the service proved it. Of votes from before nobody
    /// knows.
    @Sendable static func reviewCallers(_ database: Database) throws {
        try database.execute(
            sql: """
                ALTER TABLE review_decisions ADD COLUMN proposing_caller TEXT;
                ALTER TABLE review_decisions ADD COLUMN confirming_caller TEXT;
                """
        )
    }
}
