import Ledger
import Payments
import ServiceKit
import Testing

@testable import Gateway

@Suite("Histories of sales", .timeLimit(testBound))
struct SaleHistoryTests {
    @Test(
        "Whatever is lost, repeated or stopped, each key is charged once if it is APPROVED",
        arguments: UInt64(1)...24
    )
    func history(seed: UInt64) async throws {
        let history = try await SaleHistory(seed: seed)
        for _ in 0..<80 { try await history.step() }
        try await history.settle()
        let (gateway, bank) = (history.gateway, history.bank)

        var approved: [AttemptID: Money] = [:]
        for key in history.keys {
            do {
                let operation = try await gateway.operation(key)
                #expect(operation.state.isTerminal, "\(key) is \(operation.state)")
                if operation.state == .approved { approved[key] = operation.amount }
            } catch GatewayError.operationNotFound {
                // A crash before the first commit, and nobody came back.
                #expect(bank.requests[key] == nil)
            }
        }
        let standing = bank.standing
        #expect(Set(standing.keys) == Set(approved.keys))
        for (key, charges) in standing {
            #expect(charges.map(\.amount) == [approved[key]])
        }
        #expect(!approved.isEmpty)
        #expect(bank.charges.allSatisfy { !$0.isAdvised }, "every decision is acknowledged")

        try await expectSoundBooks(gateway, approved)
        try await expectNothingKept(gateway)
    }

    /// The ledger has each approval once and balances; the feed is numbered without gaps.
    private func expectSoundBooks(
        _ gateway: GatewayFixture,
        _ approved: [AttemptID: Money]
    ) async throws {
        let ledger = try await gateway.ledger()
        #expect(ledger.fault == nil)
        #expect(ledger.map(\.reference).sorted() == approved.keys.map(\.text).sorted())
        for entry in ledger {
            let amount = AttemptID(text: entry.reference).flatMap { approved[$0] }
            #expect(entry.postings.first?.minorUnits == amount?.minorUnits)
        }
        let found = try await gateway.store.read { try LedgerTable.trialBalance($0.database) }
        #expect(found.balance.isBalanced)
        let total = approved.values.reduce(0) { $0 + $1.minorUnits }
        #expect(found.balance.lines.map(\.debitMinorUnits).reduce(0, +) == total)

        let events = try await gateway.events()
        #expect(events.map(\.sequence) == (0..<events.count).map { Int64($0 + 1) })
        let versions = Dictionary(grouping: events, by: \.operation.key)
            .mapValues { $0.map(\.operation.version) }
        for (key, versions) in versions {
            let isRising = zip(versions, versions.dropFirst()).allSatisfy { $0 < $1 }
            #expect(isRising, "\(key.attempt): \(versions)")
        }
    }

    /// When nothing is open, only cards that may be charged have a number and a key.
    private func expectNothingKept(_ gateway: GatewayFixture) async throws {
        let busy = "SELECT COUNT(*) FROM cards WHERE live_operations != 0"
        #expect(try await gateway.count(busy) == 0)
        let ended = "SELECT COUNT(*) FROM cards WHERE state IN (2, 4) AND sealed_number NOT NULL"
        #expect(try await gateway.count(ended) == 0)
        let chargeable = "SELECT COUNT(*) FROM cards WHERE sealed_number NOT NULL"
        #expect(try await gateway.count(chargeable) == gateway.keyCount().map { Int64($0) })
    }
}
