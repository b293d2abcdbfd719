import Payments
import ServiceKit
import Testing

@testable import Gateway

@Suite("Steps of the store")
struct AtomicityTests {
    /// Everything that a sale's steps write.
    private struct Contents: Equatable {
        let operations: [String]
        let cards: [String]
        let counts: [Int64]
    }

    private func contents(_ gateway: GatewayFixture) async throws -> Contents {
        try await gateway.store.read { tables in
            func lines(_ sql: String) throws -> [String] {
                try tables.database.rows(sql).map { "\($0)" }
            }
            return Contents(
                operations: try lines("SELECT * FROM operations ORDER BY key LIMIT 100"),
                cards: try lines("SELECT * FROM cards ORDER BY token LIMIT 100"),
                counts: try ["events", "ledger_entries", "ledger_postings", "key_destructions"]
                    .map { try tables.database.number("SELECT COUNT(*) FROM \($0)") }
            )
        }
    }

    @Test(
        "When any part of a result cannot be written, nothing of it is",
        arguments: [
            "operations", "events", "ledger_entries", "ledger_postings", "cards",
            "key_destructions",
        ]
    )
    func outcome(table: String) async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let key = try await gateway.sentOperation(gateway.card())
        let before = try await contents(gateway)
        let outcome = OperationOutcome(event: .bankApproved, decision: .approved())
        try await gateway.failWrites(to: table)
        await #expect(throws: (any Error).self) {
            try await gateway.store.commit(outcome, of: gateway.key(key))
        }
        #expect(try await contents(gateway) == before)
        try await gateway.allowWrites()
        let committed = try await gateway.store.commit(outcome, of: gateway.key(key))
        #expect(committed.view.operation.state == .approved)
        #expect(try await contents(gateway).counts == [1, 1, 2, 1])
    }

    @Test(
        "When any part of a sale's beginning cannot be written, nothing of it is",
        arguments: ["operations", "cards"]
    )
    func beginning(table: String) async throws {
        let bank = ScriptedBank()
        let gateway = try await GatewayFixture.open(bank)
        let request = gateway.request(try await gateway.card())
        let before = try await contents(gateway)
        try await gateway.failWrites(to: table)
        await #expect(throws: GatewayError.self) { try await gateway.sales.sale(request) }
        #expect(try await contents(gateway) == before)
        #expect(bank.calls.charges.isEmpty)
        try await gateway.allowWrites()
        // Neither key nor token is used up.
        #expect(try await gateway.sales.sale(request).operation.state == .approved)
    }

    @Test(
        "When a refusal by our own rule cannot be written, nothing of it is",
        arguments: ["operations", "events", "cards", "key_destructions"]
    )
    func refusal(table: String) async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let request = gateway.request(try await gateway.card(TestCard.blocked))
        let before = try await contents(gateway)
        try await gateway.failWrites(to: table)
        await #expect(throws: GatewayError.self) { try await gateway.sales.sale(request) }
        #expect(try await contents(gateway) == before)
        try await gateway.allowWrites()
        #expect(try await gateway.sales.sale(request).operation.state == .declined)
    }

    @Test(
        "When any part of a deletion or a fence cannot be written, nothing of it is",
        arguments: ["operations", "events", "cards", "key_destructions"]
    )
    func deletionAndFence(table: String) async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let token = try await gateway.card()
        let before = try await contents(gateway)
        try await gateway.failWrites(to: table)
        if ["operations", "events"].contains(table) {
            await #expect(throws: (any Error).self) {
                try await gateway.store.fence(gateway.key(gateway.newKey()))
            }
        } else {
            await #expect(throws: GatewayError.self) {
                try await gateway.vault.delete(token, tenant: gateway.tenant)
            }
        }
        #expect(try await contents(gateway) == before)
    }

    @Test("A failing step fails alone: those committed together with it are kept")
    func together() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        var keys: [AttemptID] = []
        for _ in 0..<20 { keys.append(try await gateway.sentOperation(gateway.card())) }
        let unknown = (0..<20).map { _ in gateway.newKey() }
        let outcome = OperationOutcome(event: .bankApproved, decision: .approved())
        let failures = await withTaskGroup { group in
            for attempt in zip(keys, unknown).flatMap({ [$0, $1] }) {
                group.addTask {
                    let step = Task {
                        _ = try await gateway.store.commit(outcome, of: gateway.key(attempt))
                    }
                    return await step.result
                }
            }
            return await group.reduce(into: 0) { count, result in
                if case .failure = result { count += 1 }
            }
        }
        #expect(failures == 20)
        #expect(try await gateway.ledger().count == 20)
        #expect(try await gateway.events().map(\.sequence) == Array(1...20))
    }
}
