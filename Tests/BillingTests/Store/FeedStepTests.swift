import GRDB
import Payments
import ServiceKit
import Storage
import Testing

@testable import Billing

@Suite("Applying a page of the gateway's feed")
struct FeedStepTests {
    private func event(
        _ sequence: Int64,
        _ payment: PaymentRecord,
        _ state: OperationState = .approved
    ) -> GatewayEvent {
        GatewayEvent(
            sequence: sequence,
            key: payment.attempt.text,
            proof: payment.proof(state, version: 2)
        )
    }

    private struct Parked: Equatable, Sendable {
        let sequence: Int64
        let key: String
        let reason: String
    }

    private func parked(_ books: Books) async throws -> [Parked] {
        try await books.store.read { tables in
            try tables.database.rows(
                "SELECT sequence, gateway_key, reason FROM parked_events ORDER BY sequence LIMIT 99"
            ).map { try Parked(sequence: $0[0], key: $0[1], reason: $0[2]) }
        }
    }

    @Test("The first contact is remembered, and nothing is skipped by it")
    func firstContact() async throws {
        let books = try Books()
        #expect(try await books.store.gatewayFeed() == nil)
        try await books.store.beginFeed(GatewayPosition(epoch: "a", headSequence: 40))
        try await books.store.beginFeed(GatewayPosition(epoch: "b", headSequence: 50))
        #expect(
            try await books.store.gatewayFeed() == .at(0, epoch: "a")
        )
    }

    @Test("The cursor moves in the step that applies the events")
    func cursorMovesWithTheEvents() async throws {
        let books = try Books()
        let payments = [
            try await books.reserve(try await books.account()),
            try await books.reserve(try await books.account()),
        ]
        let events = [event(1, payments[0]), event(2, payments[1], .declined)]
        let before = try await books.dump()
        try await books.fail("INSERT ON gateway_feed")
        await #expect(throws: DatabaseError.self) {
            try await books.store.apply(events, epoch: "a")
        }
        #expect(try await books.dump() == before)
        try await books.heal()
        let page = try await books.store.apply(events, epoch: "a")
        #expect(page.settled.map(\.payment.state) == [.succeeded, .declined])
        #expect(page.parked == 0 && page.exceptions == 0)
        #expect(
            try await books.store.gatewayFeed() == .at(2, epoch: "a")
        )
    }

    @Test("An event that cannot be applied is parked with its reason; the rest is applied")
    func parksEvents() async throws {
        let books = try Books()
        let payment = try await books.reserve(try await books.account())
        let stranger = AttemptID(ULID(high: 4, low: 4))
        let page = try await books.store.apply(
            [
                GatewayEvent(sequence: 1, key: "att_future", proof: nil),
                GatewayEvent(
                    sequence: 2,
                    key: stranger.text,
                    proof: OperationProof(attempt: stranger, state: .approved, version: 1)
                ),
                event(3, payment),
            ],
            epoch: "a"
        )
        #expect(page.parked == 2 && page.settled.count == 1)
        #expect(try await books.store.gatewayFeed()?.sequence == 3)
        #expect(
            try await parked(books) == [
                Parked(sequence: 1, key: "att_future", reason: "cannot be read"),
                Parked(sequence: 2, key: stranger.text, reason: "paymentNotFound"),
            ]
        )
        try await books.expectSound()
    }

    @Test("An event whose sum does not fit is parked and does not stop the feed")
    func overflowIsParked() async throws {
        let books = try Books()
        let full = try await books.reserve(try await books.account())
        let next = try await books.reserve(try await books.account())
        try await books.store.write { tables in
            try tables.database.run(
                "UPDATE balances SET credit = ? WHERE account = ?",
                Int64.max,
                full.account
            )
        }
        let page = try await books.store.apply([event(1, full), event(2, next)], epoch: "a")
        #expect(page.parked == 1)
        #expect(page.settled.map(\.payment.id) == [next.id])
        #expect(try await books.store.gatewayFeed()?.sequence == 2)
        #expect(try await books.payment(full.id).state == .submitting)
    }

    @Test(
        "An event that needs a row nobody can read is parked and does not stop the feed",
        arguments: [
            ("card_saving = 99", "a payment's state or saving"),
            ("currency = 'XTS'", "column 5 is no Currency"),
            ("request_key = x'00'", "column 2 is no RequestKey"),
        ]
    )
    func undecodableRowIsParked(change: String, reason: String) async throws {
        let books = try Books()
        let broken = try await books.reserve(try await books.account())
        let owing = try await books.account()
        let invoice = try await books.invoice(owing, 400)
        let blocked = try await books.reserve(owing)
        let next = try await books.reserve(try await books.account())
        try await books.store.write { tables in
            try tables.database.run("UPDATE payments SET \(change) WHERE id = ?", broken.id)
        }
        let page = try await books.store.apply(
            [event(1, broken), event(2, blocked), event(3, next)],
            epoch: "a"
        )
        #expect(page.parked == 1)
        #expect(page.settled.map(\.payment.id) == [blocked.id, next.id])
        #expect(try await books.invoice(invoice.id).state == .paid)
        #expect(try await books.store.gatewayFeed()?.sequence == 3)
        #expect(
            try await parked(books) == [
                Parked(
                    sequence: 1,
                    key: broken.attempt.text,
                    reason: "a row cannot be understood: \(reason)"
                )
            ]
        )
    }

    /// Makes SQLite itself fail, with some result code, where a settlement writes into the history.
    private func failHistory(of books: Books, with code: ResultCode) async throws {
        try await books.store.write { tables in
            tables.database.add(
                function: DatabaseFunction("refused", argumentCount: 0) { _ in
                    throw DatabaseError(resultCode: code, message: "made up")
                }
            )
            try tables.database.execute(
                sql: """
                    CREATE TRIGGER injected BEFORE INSERT ON history BEGIN SELECT refused(); END
                    """
            )
        }
    }

    @Test("What the file itself refuses parks nothing: the whole page fails, and comes again")
    func damagedFileIsNotParked() async throws {
        for code in [ResultCode.SQLITE_CORRUPT, .SQLITE_FULL, .SQLITE_IOERR] {
            let books = try Books()
            let payment = try await books.reserve(try await books.account())
            try await failHistory(of: books, with: code)
            await #expect(throws: StorageError.self, "\(code)") {
                try await books.store.apply([event(1, payment)], epoch: "a")
            }
            #expect(try await parked(books).isEmpty, "\(code)")
            #expect(try await books.store.gatewayFeed() == nil, "\(code)")
        }
    }

    @Test("A parked event leaves nothing of a half-done settlement behind")
    func parkedEventsLeaveNothing() async throws {
        let books = try Books()
        let payment = try await books.reserve(try await books.account())
        let before = try await books.dump()
        try await books.store.write { tables in
            try tables.database.execute(
                sql: """
                    CREATE TRIGGER injected BEFORE INSERT ON history
                    BEGIN SELECT RAISE(ABORT, 'injected'); END
                    """
            )
        }
        _ = try? await books.store.apply([event(1, payment)], epoch: "a")
        let after = try await books.dump()
        for table in ["payments", "balances", "ledger_entries", "ledger_postings", "credits"] {
            #expect(before[table] == after[table], "\(table)")
        }
    }

    @Test("The same page again changes nothing")
    func sameAgain() async throws {
        let books = try Books()
        let payment = try await books.reserve(try await books.account())
        let events = [
            event(1, payment), GatewayEvent(sequence: 2, key: "att_future", proof: nil),
        ]
        _ = try await books.store.apply(events, epoch: "a")
        let before = try await books.dump()
        let page = try await books.store.apply(events, epoch: "a")
        #expect(page.settled.isEmpty && page.parked == 0)
        #expect(try await books.dump() == before)
    }

    @Test("A page that is behind the cursor does not move it back")
    func cursorNeverGoesBack() async throws {
        let books = try Books()
        var events: [GatewayEvent] = []
        for sequence: Int64 in 1...3 {
            events.append(event(sequence, try await books.reserve(try await books.account())))
        }
        _ = try await books.store.apply(events, epoch: "a")
        _ = try await books.store.apply([events[0]], epoch: "a")
        #expect(try await books.store.gatewayFeed()?.sequence == 3)
    }

    @Test("A contradiction in the feed opens its exception and is counted")
    func countsExceptions() async throws {
        let books = try Books()
        let payment = try await books.reserve(try await books.account())
        try await books.settle(payment, .declined, version: 1)
        let page = try await books.store.apply([event(1, payment)], epoch: "a")
        #expect(page.exceptions == 1 && page.parked == 0)
        #expect(try await books.count("payment_exceptions") == 1)
    }

    @Test("Live payments are read in pages that miss none")
    func livePages() async throws {
        let books = try Books()
        var expected: Set<PaymentID> = []
        for _ in 0..<7 {
            expected.insert(try await books.reserve(try await books.account()).id)
        }
        try await books.paid(try await books.account(), 100)
        var found: [PaymentRecord] = []
        while true {
            let page = try await books.store.livePayments(after: found.last?.account, limit: 3)
            found += page
            if page.count < 3 { break }
        }
        #expect(found.count == 7)
        #expect(Set(found.map(\.id)) == expected)
    }
}
