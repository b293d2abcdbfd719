import Payments
import RemitAPI
import ServiceKit
import TTRPC
import Testing

@testable import Gateway

@Suite("A store that is not the one a caller knows")
struct KnownStoreTests {
    private static let restored = Refusal(.dataLoss, "STORE_RESTORED", "known")

    /// A gateway with three events, and the cursor after the second.
    private func begun() async throws -> (HandlerFixture, GatewayV1.StoreCursor) {
        let fixture = try await HandlerFixture()
        for _ in 0..<3 { _ = try await fixture.sale(try await fixture.saleRequest()) }
        let event = try await fixture.listEvents().events[1]
        let cursor = GatewayV1.StoreCursor(
            epoch: fixture.gateway.store.epoch,
            sequence: event.sequence,
            eventID: event.eventID
        )
        return (fixture, cursor)
    }

    /// What a restored store, or another one, looks like to a caller with this cursor.
    private func strangers(_ cursor: GatewayV1.StoreCursor) -> [GatewayV1.StoreCursor] {
        var (other, behind, filled, beyond) = (cursor, cursor, cursor, cursor)
        other.epoch = "another"
        behind.sequence = 4
        filled.eventID = "evt_01K00000000000000000000000"
        beyond.sequence = .max
        let first = GatewayV1.StoreCursor(epoch: "another", sequence: 0, eventID: "")
        return [other, behind, filled, beyond, first]
    }

    @Test("It does nothing, and says that it was restored")
    func refused() async throws {
        let (fixture, cursor) = try await begun()
        let existing = try await fixture.listEvents().events[0].operation?.key ?? ""
        for known in strangers(cursor) {
            var sale = try await fixture.saleRequest()
            sale.known = known
            let before = try await counts(fixture)
            await expectRefused(Self.restored) { try await fixture.sale(sale) }
            for key in [existing, sale.key] {
                await expectRefused(Self.restored) {
                    try await fixture.recovery.getOperation(
                        GatewayV1.GetOperationRequest(key: key, known: known),
                        context: ServerContext(method: GatewayV1.RecoveryService.getOperation)
                    )
                }
                await expectRefused(Self.restored) {
                    try await fixture.recovery.fence(
                        GatewayV1.FenceRequest(key: key, known: known),
                        context: ServerContext(method: GatewayV1.RecoveryService.fence)
                    )
                }
            }
            try await expectNoFeed(fixture, known)
            #expect(try await counts(fixture) == before)
        }
    }

    /// How many operations, events and charges of the bank there are.
    private func counts(_ fixture: HandlerFixture) async throws -> [Int64] {
        let charges = try await fixture.sandbox.listBankCharges(
            GatewayV1.ListBankChargesRequest(pageSize: 1000),
            context: ServerContext(method: GatewayV1.SandboxService.listBankCharges)
        )
        return try await fixture.gateway.store.read { tables in
            [
                try tables.database.number("SELECT COUNT(*) FROM operations"),
                try tables.headSequence(), Int64(charges.charges.count),
            ]
        }
    }

    private func expectNoFeed(
        _ fixture: HandlerFixture,
        _ known: GatewayV1.StoreCursor
    ) async throws {
        await expectRefused(Self.restored) {
            try await fixture.events.list(
                GatewayV1.ListEventsRequest(after: max(0, known.sequence), known: known),
                context: ServerContext(method: GatewayV1.EventService.list)
            )
        }
        let messages = Collector<GatewayV1.StreamEventsResponse>()
        await expectRefused(Self.restored) {
            try await fixture.events.stream(
                GatewayV1.StreamEventsRequest(after: known.sequence, known: known),
                responses: messages.writer,
                context: ServerContext(method: GatewayV1.EventService.stream)
            )
        }
        #expect(messages.all.isEmpty)
    }

    @Test("The one a caller knows serves it: by event, by number alone, and before the first")
    func known() async throws {
        let (fixture, cursor) = try await begun()
        var (byNumber, first) = (cursor, cursor)
        byNumber.eventID = ""
        (first.sequence, first.eventID) = (0, "")
        for known in [cursor, byNumber, first] {
            var sale = try await fixture.saleRequest()
            sale.known = known
            #expect(try await fixture.sale(sale).operation?.state == .approved)
            let found = try await fixture.recovery.getOperation(
                GatewayV1.GetOperationRequest(key: sale.key, known: known),
                context: ServerContext(method: GatewayV1.RecoveryService.getOperation)
            )
            #expect(found.operation?.key == sale.key)
            let fenced = try await fixture.recovery.fence(
                GatewayV1.FenceRequest(key: fixture.gateway.newKey().text, known: known),
                context: ServerContext(method: GatewayV1.RecoveryService.fence)
            )
            #expect(fenced.operation?.state == .fenced)
            let page = try await fixture.events.list(
                GatewayV1.ListEventsRequest(after: known.sequence, known: known),
                context: ServerContext(method: GatewayV1.EventService.list)
            )
            #expect(page.events.first?.sequence == known.sequence + 1)
        }
    }
}
