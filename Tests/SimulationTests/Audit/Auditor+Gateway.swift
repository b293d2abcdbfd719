import Foundation
import GRDB
import Payments
import ServiceKit
import Storage

@testable import Billing
@testable import Gateway

extension Auditor {
    /// Numbers without gaps; each operation's versions rise; the last event is the operation.
    func checkFeed(_ database: Database) throws {
        let gap = try database.number(
            "SELECT COALESCE(MAX(sequence), 0) - COUNT(*) FROM events"
        )
        if gap != 0 { fail("\(gap) numbers are missing in the gateway's events") }
        let rows = try database.rows(
            "SELECT key, version, state FROM events ORDER BY sequence LIMIT 10000"
        )
        var versions: [AttemptID: Int64] = [:]
        var states: [AttemptID: Int] = [:]
        for row in rows {
            let (key, version): (AttemptID, Int64) = try (row[0], row[1])
            if version <= versions[key] ?? 0 { fail("the versions of \(key) do not rise") }
            let before = states[key].flatMap { OperationState(rawValue: $0) }
            if let before, before.isTerminal { fail("\(key) changes after \(before.name)") }
            versions[key] = version
            try states[key] = row[2]
        }
        for row in try database.rows("SELECT key, version, state FROM operations LIMIT 10000") {
            let (key, version, state): (AttemptID, Int64, Int) = try (row[0], row[1], row[2])
            // A sale that was refused by our own rule, or has ended, is in the feed as it is.
            if OperationState(rawValue: state)?.isTerminal == true,
                versions[key] != version || states[key] != state
            {
                fail("the feed does not end with \(key) as it is")
            }
        }
    }

    /// Cards keep their number as long as it is needed, and no longer; a saved card is one that
    /// billing has and the gateway may charge.
    func checkCards() throws {
        let cards = try gateway { database in
            try database.rows(
                """
                SELECT token, state, live_operations, sealed_number IS NOT NULL,
                    state = 3 OR state = 1 AND expires_at >= ? FROM cards LIMIT 10000
                """,
                world.clock.milliseconds
            ).map { row in
                try (
                    token: row[0] as TokenID, state: row[1] as Int, live: row[2] as Int,
                    isKept: row[3] as Bool, isChargeable: row[4] as Bool
                )
            }
        }
        let undecided = try gateway { database in
            Set(
                try database.rows("SELECT token FROM operations WHERE state = 6 LIMIT 1000")
                    .map { try $0[0] as TokenID }
            )
        }
        let keys = try world.databases.cardKeys.inspect { database in
            Set(
                try database.rows("SELECT token FROM card_keys LIMIT 10000").map {
                    try $0[0] as TokenID
                }
            )
        }
        for card in cards {
            let isNeeded = card.isChargeable || undecided.contains(card.token)
            if card.isKept != isNeeded {
                fail("\(card.token) in state \(card.state) keeps its number: \(card.isKept)")
            }
            if card.isKept != keys.contains(card.token) {
                fail("\(card.token) has its key: \(!card.isKept)")
            }
            if card.live != 0, !undecided.contains(card.token) {
                fail("\(card.token) waits for \(card.live) operations")
            }
        }
        let states = Dictionary(uniqueKeysWithValues: cards.map { ($0.token, $0.state) })
        try billing { try checkMethods($0, states) }
    }

    private func checkMethods(_ database: Database, _ cards: [TokenID: Int]) throws {
        var saved: Set<TokenID> = []
        for row in try database.rows("SELECT token, state FROM payment_methods LIMIT 10000") {
            let (token, state): (TokenID, Int) = try (row[0], row[1])
            if !saved.insert(token).inserted { fail("\(token) was saved twice") }
            let expected = state == 1 ? StoredCardState.retained : .deleted
            if cards[token] != expected.rawValue {
                fail("a saved card in state \(state) is \(cards[token] ?? 0) at the gateway")
            }
        }
        for (token, state) in cards.sorted(by: { $0.key < $1.key })
        where state == StoredCardState.retained.rawValue && !saved.contains(token) {
            fail("the gateway retains \(token), and billing has not saved it")
        }
    }
}
