import Ledger
import Payments
import RemitAPI
import ServiceKit
import TTRPC
import Testing

@testable import Gateway

@Suite("RecoveryService, EventService and LedgerService")
struct FeedHandlerTests {
    private static let badAfter = Refusal(.outOfRange, "BAD_SEQUENCE", "after")
    private static let badPageSize = Refusal(.invalidArgument, "BAD_PAGE_SIZE", "page_size")

    private let ledgerContext = ServerContext(method: GatewayV1.LedgerService.listEntries)
    private let chargesContext = ServerContext(method: GatewayV1.SandboxService.listBankCharges)

    @Test(
        "A key that is none is refused",
        arguments: ["", "att_", "att_0", "tok_00000000000000000000000001", "nonsense"]
    )
    func keys(text: String) async throws {
        let fixture = try await HandlerFixture()
        let refusal = Refusal(.invalidArgument, "BAD_ID", "key")
        await expectRefused(refusal) { try await fixture.getOperation(text) }
        await expectRefused(refusal) { try await fixture.fence(text) }
        await expectRefused(refusal) {
            try await fixture.sandbox.resolvePending(
                GatewayV1.ResolvePendingRequest(key: text),
                context: ServerContext(method: GatewayV1.SandboxService.resolvePending)
            )
        }
    }

    @Test("A key that is not there is not found, until it is fenced; then it is FENCED")
    func fence() async throws {
        let fixture = try await HandlerFixture()
        let key = fixture.gateway.newKey().text
        await expectRefused(Refusal(.notFound, "OPERATION_NOT_FOUND", "key")) {
            try await fixture.getOperation(key)
        }
        let tombstone = try await fixture.fence(key)
        #expect(tombstone.operation?.state == .fenced)
        #expect(tombstone.operation?.key == key)
        #expect(tombstone.operation?.version == 1)
        #expect(tombstone.operation?.token == "")
        #expect(tombstone.operation?.cardLastFour == "")
        #expect(try await fixture.fence(key) == tombstone)
        #expect(try await fixture.getOperation(key) == tombstone)
    }

    @Test("Fence answers with a sale that came first")
    func fenceLate() async throws {
        let fixture = try await HandlerFixture()
        let request = try await fixture.saleRequest()
        let sale = try await fixture.sale(request)
        #expect(try await fixture.fence(request.key) == sale)
    }

    @Test("Pages and positions that are none are refused", arguments: [-1, 501, 1001, .min, .max])
    func badPages(size: Int32) async throws {
        let fixture = try await HandlerFixture()
        await expectRefused(Self.badPageSize) { try await fixture.listEvents(pageSize: size) }
        await expectRefused(Self.badAfter) { try await fixture.listEvents(after: -1) }
        // Of ledger and bank a page may have a thousand.
        let other: Int32 = size == 501 ? 1001 : size
        await expectRefused(Self.badPageSize) {
            try await fixture.ledger.listEntries(
                GatewayV1.ListLedgerEntriesRequest(pageSize: other),
                context: ledgerContext
            )
        }
        await expectRefused(Self.badAfter) {
            try await fixture.ledger.listEntries(
                GatewayV1.ListLedgerEntriesRequest(after: -1),
                context: ledgerContext
            )
        }
        await expectRefused(Self.badPageSize) {
            try await fixture.sandbox.listBankCharges(
                GatewayV1.ListBankChargesRequest(pageSize: other),
                context: chargesContext
            )
        }
        await expectRefused(Self.badAfter) {
            try await fixture.sandbox.listBankCharges(
                GatewayV1.ListBankChargesRequest(after: .min),
                context: chargesContext
            )
        }
    }

    @Test("The feed is read in pages to its head, with ids alone: no digit of a card")
    func events() async throws {
        let fixture = try await HandlerFixture()
        let empty = try await fixture.listEvents()
        #expect(empty.events.isEmpty)
        #expect(empty.position?.headSequence == 0)
        #expect(empty.position?.epoch == fixture.gateway.store.epoch)
        var keys: [String] = []
        for _ in 0..<5 {
            let request = try await fixture.saleRequest()
            _ = try await fixture.sale(request)
            keys.append(request.key)
        }
        var read: [GatewayV1.Event] = []
        while true {
            let page = try await fixture.listEvents(after: read.last?.sequence ?? 0, pageSize: 2)
            #expect(page.position?.headSequence == 5)
            #expect(page.events.count <= 2)
            if page.events.isEmpty { break }
            read += page.events
        }
        #expect(read.map(\.sequence) == [1, 2, 3, 4, 5])
        #expect(read.compactMap { $0.operation?.key } == keys)
        #expect(read.allSatisfy { $0.eventID.hasPrefix("evt_") })
        #expect(read.allSatisfy { $0.operation?.state == .approved })
        #expect(read.allSatisfy { $0.operation?.cardLastFour == "" })
        #expect(read.allSatisfy { $0.operation?.cardFingerprint == "" })
        #expect(read.allSatisfy { $0.createTime?.seconds == TestClock.start / 1000 })
        #expect(try await fixture.listEvents(after: 99).events.isEmpty)
    }

    @Test("The feed of a tenant has its own events alone")
    func otherTenant() async throws {
        let fixture = try await HandlerFixture()
        _ = try await fixture.sale(try await fixture.saleRequest())
        let other = EventHandler(
            store: fixture.gateway.store,
            tenants: TenantDirectory(
                [:],
                standard: try await fixture.gateway.store.tenant("other")
            )
        )
        let page = try await other.list(
            GatewayV1.ListEventsRequest(),
            context: ServerContext(method: GatewayV1.EventService.list)
        )
        #expect(page.events.isEmpty)
    }

    @Test("The ledger's entries verify as they are sent, and its balance agrees with the bank")
    func ledger() async throws {
        let fixture = try await HandlerFixture()
        for number in [TestCard.visa, "4000000000009995", TestCard.mastercard] {
            _ = try await fixture.sale(try await fixture.saleRequest(number))
        }
        let first = try await fixture.ledger.listEntries(
            GatewayV1.ListLedgerEntriesRequest(pageSize: 1),
            context: ledgerContext
        )
        let rest = try await fixture.ledger.listEntries(
            GatewayV1.ListLedgerEntriesRequest(after: 1),
            context: ledgerContext
        )
        #expect(first.entries.count == 1)
        #expect(first.headSequence == 2)
        let entries = (first.entries + rest.entries).compactMap { LedgerEntry($0) }
        #expect(entries.count == 2)
        #expect(entries.fault == nil)
        let balance = try await fixture.ledger.trialBalance(
            GatewayV1.TrialBalanceRequest(),
            context: ServerContext(method: GatewayV1.LedgerService.trialBalance)
        )
        #expect(balance.headSequence == 2)
        #expect(balance.lines.map(\.account) == ["bank_receivable", "merchant_payable"])
        #expect(balance.lines.map { $0.debits?.minorUnits } == [10_000, 0])
        #expect(balance.lines.map { $0.credits?.minorUnits } == [0, 10_000])
    }
}
