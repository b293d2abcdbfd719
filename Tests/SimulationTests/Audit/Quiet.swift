import Foundation
import GRDB
import ServiceKit
import Storage

/// Tells whether a world has come to rest: everything is decided that will ever be.
struct Quiet {
    let world: World

    /// What is still open; nil when nothing is.
    func unrest() throws -> String? {
        if world.openTasks > 0 { return "\(world.openTasks) tasks have not ended" }
        if world.billing.app == nil || world.gateway.app == nil { return "a process is down" }
        let databases = world.databases
        if let text = try databases.bank.inspect({ try Self.bank($0) }) { return text }
        let undecided = try databases.bank.inspect { try Self.undecided($0) }
        if let text = try databases.gateway.inspect({ try Self.gateway($0, undecided) }) {
            return text
        }
        let now = world.clock.milliseconds
        let expired = try databases.gateway.inspect { database in
            try database.number(
                """
                SELECT COUNT(*) FROM cards
                WHERE state = 1 AND expires_at < ? AND sealed_number IS NOT NULL
                """,
                now
            )
        }
        if expired != 0 { return "\(expired) expired tokens have their numbers" }
        let head = try databases.gateway.inspect {
            try $0.number("SELECT MAX(sequence) FROM events")
        }
        if let text = try databases.billing.inspect({
            try Self.billing($0, undecided, head: head)
        }) {
            return text
        }
        // Where nobody decides, an exception is for the auditor to find.
        return world.hasOperators ? try databases.billing.inspect { try Self.review($0) } : nil
    }

    private static func review(_ database: Database) throws -> String? {
        let open = try database.number(
            """
            SELECT COUNT(*) FROM payment_exceptions e WHERE NOT EXISTS (
                SELECT 1 FROM review_decisions d WHERE d.payment = e.payment
                    AND d.gateway_version = e.gateway_version AND d.confirmed_at IS NOT NULL)
            """
        )
        return open == 0 ? nil : "\(open) exceptions wait for operators"
    }

    /// The keys of charges that the bank leaves pending for ever.
    static func undecided(_ database: Database) throws -> Set<Data> {
        Set(
            try database.rows(
                "SELECT reference FROM charges WHERE state = 1 AND decides_at IS NULL LIMIT 1000"
            ).map { try $0[0] as Data }
        )
    }

    private static func bank(_ database: Database) throws -> String? {
        let open = try database.number(
            """
            SELECT COUNT(*) FROM charges
            WHERE state = 0 OR advice_due = 1 OR state = 1 AND decides_at IS NOT NULL
            """
        )
        return open == 0 ? nil : "the bank has \(open) decisions to make or to tell"
    }

    private static func gateway(_ database: Database, _ undecided: Set<Data>) throws -> String? {
        let rows = try database.rows(
            "SELECT key, state FROM operations WHERE state IN (1, 2, 6, 7, 8) LIMIT 1000"
        )
        for row in rows {
            let (key, state): (Data, Int) = try (row[0], row[1])
            if state != 6 || !undecided.contains(key) {
                return "an operation of the gateway stays in state \(state)"
            }
        }
        let keys = try database.number("SELECT COUNT(*) FROM key_destructions")
        return keys == 0 ? nil : "\(keys) card keys are not destroyed"
    }

    private static func billing(
        _ database: Database,
        _ undecided: Set<Data>,
        head: Int64
    ) throws -> String? {
        let rows = try database.rows(
            "SELECT id, state FROM payments WHERE state IN (1, 2, 3, 4, 5) LIMIT 1000"
        )
        for row in rows {
            let (id, state): (Data, Int) = try (row[0], row[1])
            if state != 2 || !undecided.contains(id) {
                return "a payment of billing stays in state \(state)"
            }
        }
        let cursor = try database.number("SELECT cursor FROM gateway_feed")
        if cursor < head { return "the feed is read up to \(cursor) of \(head)" }
        let methods = try database.number(
            """
            SELECT COUNT(*) FROM payment_methods WHERE state = 2 AND is_deleted_at_gateway = 0
            """
        )
        return methods == 0 ? nil : "\(methods) deleted cards are not ended at the gateway"
    }
}
