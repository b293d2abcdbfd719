import GRDB
import Payments
import ServiceKit
import TTRPC
import Testing

@testable import Billing

/// Payments over a wire that loses, doubles and delays: in the end billing's word is the bank's.
@Suite("Exactly once over a random history")
struct ExactlyOnceHistoryTests {
    private static let rounds = 25
    private static let customers = 4

    @Test(
        "Every payment ends as the gateway's truth has it, and is charged at most once",
        arguments: [UInt64(11), 12, 13, 14]
    )
    func randomHistory(seed: UInt64) async throws {
        let gateway = SimulatedGateway(seed: seed)
        let fixture = PaymentFixture(try Books(), gateway) { $0.feedPageSize = 7 }
        let books = fixture.books
        var random = SplitMix64(seed: seed)
        var accounts: [AccountID] = []
        for _ in 0..<Self.customers { accounts.append(try await books.account()) }
        for round in 0..<Self.rounds {
            for account in accounts where random.chance(40) {
                try await books.invoice(account, Int64.random(in: 1...4000, using: &random))
            }
            let requests = accounts.enumerated().map { index, account in
                // An amount is used once: what becomes of the sale is drawn from it.
                books.request(account, Int64(round * Self.customers + index + 1))
            }
            try await pay(requests, fixture, &random)
            gateway.deliver()
            gateway.decide()
            await fixture.recovery.readFeed()
            await fixture.recovery.resolveUnknown()
            try await expectOneLivePayment(books)
            books.clock.advance(milliseconds: Int64.random(in: 0...40_000, using: &random))
        }
        try await settleAll(fixture, gateway)
        try await expectTheTruth(fixture, gateway)
    }

    /// Every request, each twice at once, and a rival for the account beside it.
    private func pay(
        _ requests: [PaymentRequest],
        _ fixture: PaymentFixture,
        _ random: inout SplitMix64
    ) async throws {
        let rivals = requests.map { request in
            random.chance(50)
                ? fixture.books.request(request.account, request.amount.minorUnits + 100_000) : nil
        }
        await withTaskGroup(of: Void.self) { group in
            for request in requests + requests + rivals.compactMap(\.self) {
                group.addTask {
                    // Refusals are part of it; what is stored is looked at.
                    _ = try? await fixture.processor.pay(request, timeout: .milliseconds(1))
                }
            }
        }
    }

    private func expectOneLivePayment(_ books: Books) async throws {
        let doubled = try await books.store.read { tables in
            try tables.database.number(
                """
                SELECT COUNT(*) FROM (SELECT account FROM payments
                    WHERE state NOT IN (6, 7, 8, 9) GROUP BY account HAVING COUNT(*) > 1)
                """
            )
        }
        #expect(doubled == 0)
    }

    /// The wire is good from now on: everything ends within a bounded number of rounds.
    private func settleAll(
        _ fixture: PaymentFixture,
        _ gateway: SimulatedGateway
    ) async throws {
        gateway.heal()
        try await eventually("the end of every payment") {
            gateway.decide(all: true)
            await fixture.recovery.readFeed()
            await fixture.recovery.resolveUnknown()
            fixture.books.clock.advance(milliseconds: 60_000)
            return try await fixture.books.store.livePayments(after: nil, limit: 1).isEmpty
        }
        await fixture.recovery.readFeed()
    }

    private func expectTheTruth(
        _ fixture: PaymentFixture,
        _ gateway: SimulatedGateway
    ) async throws {
        let books = fixture.books
        let ids = try await books.store.read { tables in
            try tables.database.rows("SELECT id FROM payments LIMIT 100000").map { row in
                try row[0] as PaymentID
            }
        }
        var outcomes: Set<PaymentState> = []
        for id in ids {
            let payment = try await books.payment(id)
            let truth = try #require(gateway.operations[payment.attempt])
            #expect(payment.state == PaymentStateMachine.outcome(of: truth.state))
            #expect(payment.state.isTerminal)
            outcomes.insert(payment.state)
        }
        #expect(outcomes == [.succeeded, .declined, .failed])
        #expect(Set(ids.map { AttemptID($0.ulid) }) == Set(gateway.operations.keys))
        let charged = gateway.charged.map { ($0.text, $1) }
        #expect(try await books.clearing() == Dictionary(uniqueKeysWithValues: charged))
        for (attempt, amount) in gateway.charged {
            #expect(gateway.operations[attempt]?.amount.minorUnits == amount)
        }
        #expect(gateway.arrivals > gateway.charged.count)
        #expect(try await books.count("payment_exceptions") == 0)
        #expect(try await books.count("parked_events") == 0)
        #expect(!fixture.health.hasDataLoss)
        #expect(try await fixture.feed?.sequence ?? 0 > 0)
        try await books.expectSound()
    }
}
