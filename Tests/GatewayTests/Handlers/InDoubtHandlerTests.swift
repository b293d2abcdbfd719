import GRDB
import Payments
import RemitAPI
import ServiceKit
import TTRPC
import Testing

@testable import Gateway

@Suite("RecoveryService.ListInDoubt")
struct InDoubtHandlerTests {
    private func list(
        _ fixture: HandlerFixture,
        size: Int32 = 0,
        token: String = ""
    ) async throws(RPCError) -> GatewayV1.ListInDoubtResponse {
        try await fixture.recovery.listInDoubt(
            GatewayV1.ListInDoubtRequest(pageSize: size, pageToken: token),
            context: ServerContext(method: GatewayV1.RecoveryService.listInDoubt)
        )
    }

    @Test("Every operation that has not ended is listed once, with its age, and no other")
    func lists() async throws {
        let fixture = try await HandlerFixture()
        var expected: [String: GatewayV1.OperationState] = [:]
        for state in OperationState.allCases {
            let token = try #require(try await fixture.tokenize()).token
            let card = try #require(TokenID(text: token))
            let attempt = try await fixture.gateway.receivedOperation(card)
            try await fixture.gateway.store.write { tables in
                try tables.database.run(
                    "UPDATE operations SET state = ? WHERE key = ?",
                    state.rawValue,
                    attempt
                )
            }
            guard !state.isTerminal else { continue }
            expected[attempt.text] = GatewayV1.OperationState(rawValue: Int32(state.rawValue))
        }
        fixture.gateway.clock.advance(milliseconds: 2500)
        let all = try await list(fixture)
        #expect(all.nextPageToken == "" && expected.count == 5)
        let found = all.operations.map { ($0.key, $0.state) }
        #expect(Dictionary(uniqueKeysWithValues: found) == expected)
        #expect(all.operations.allSatisfy { $0.ageMilliseconds == 2500 })
        #expect(all.operations.allSatisfy { $0.operationID.hasPrefix("opn_") })
        #expect(all.operations.map(\.key) == all.operations.map(\.key).sorted())
        #expect(all.position?.epoch == fixture.gateway.store.epoch)
        for size: Int32 in 1...5 {
            var (paged, token): ([GatewayV1.OpenOperation], String) = ([], "")
            repeat {
                let page = try await list(fixture, size: size, token: token)
                #expect(page.operations.count <= Int(size))
                paged += page.operations
                token = page.nextPageToken
            } while !token.isEmpty
            #expect(paged == all.operations, "\(size)")
        }
    }

    @Test("Another tenant's operations are not listed")
    func tenants() async throws {
        let fixture = try await HandlerFixture()
        let token = try #require(try await fixture.tokenize()).token
        let card = try #require(TokenID(text: token))
        _ = try await fixture.gateway.receivedOperation(card)
        #expect(try await list(fixture).operations.count == 1)
        let other = RecoveryHandler(
            store: fixture.gateway.store,
            tenants: TenantDirectory(
                [:],
                standard: try await fixture.gateway.store.tenant("other")
            )
        )
        let found = try await other.listInDoubt(
            GatewayV1.ListInDoubtRequest(),
            context: ServerContext(method: GatewayV1.RecoveryService.listInDoubt)
        )
        #expect(found.operations.isEmpty)
    }

    @Test("Sizes and tokens that are none are refused")
    func refuses() async throws {
        let fixture = try await HandlerFixture()
        for size: Int32 in [-1, 501] {
            await expectRefused(Refusal(.invalidArgument, "BAD_PAGE_SIZE", "page_size")) {
                try await list(fixture, size: size)
            }
        }
        for token in ["x", "p1", "p1n5", "att_01J00000000000000000000000"] {
            await expectRefused(Refusal(.invalidArgument, "BAD_PAGE_TOKEN", "page_token")) {
                try await list(fixture, token: token)
            }
        }
    }
}
