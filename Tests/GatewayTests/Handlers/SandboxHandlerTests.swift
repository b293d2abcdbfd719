import Payments
import RemitAPI
import TTRPC
import Testing

@testable import Gateway

@Suite("SandboxService")
struct SandboxHandlerTests {
    private static let notPending = Refusal(
        .failedPrecondition,
        "OPERATION_NOT_PENDING",
        "key"
    )

    private func resolve(
        _ key: String,
        _ decision: GatewayV1.PendingDecision,
        _ fixture: HandlerFixture
    ) async throws(RPCError) -> GatewayV1.OperationReply {
        try await fixture.sandbox.resolvePending(
            GatewayV1.ResolvePendingRequest(key: key, decision: decision),
            context: ServerContext(method: GatewayV1.SandboxService.resolvePending)
        )
    }

    /// A sale that the bank leaves pending.
    private func pending(
        _ responseCode: String,
        _ fixture: HandlerFixture
    ) async throws -> String {
        let number = TestCard.scripted(responseCode, delay: 5)
        let request = try await fixture.saleRequest(number)
        #expect(try await fixture.sale(request).operation?.state == .pending)
        return request.key
    }

    @Test(
        "A pending sale is decided as asked, or as its card says",
        arguments: [
            ("00", GatewayV1.PendingDecision.unspecified, GatewayV1.OperationState.approved, ""),
            ("51", .unspecified, .declined, "insufficient_funds"), ("00", .approve, .approved, ""),
            ("51", .approve, .approved, ""), ("00", .decline, .declined, "do_not_honor"),
        ]
    )
    func resolved(
        responseCode: String,
        decision: GatewayV1.PendingDecision,
        state: GatewayV1.OperationState,
        declineCode: String
    ) async throws {
        let fixture = try await HandlerFixture()
        let key = try await pending(responseCode, fixture)
        let reply = try await resolve(key, decision, fixture)
        #expect(reply.operation?.state == state)
        #expect(reply.operation?.declineCode == declineCode)
        #expect(try await fixture.getOperation(key) == reply)
        #expect(try await fixture.bank.bank.advices(limit: 10).isEmpty)
    }

    @Test("Asked again, whatever for, the first decision stands")
    func again() async throws {
        let fixture = try await HandlerFixture()
        let key = try await pending("00", fixture)
        let first = try await resolve(key, .approve, fixture)
        #expect(try await resolve(key, .decline, fixture) == first)
        #expect(try await fixture.bank.book().map(\.state) == [.approved])
    }

    @Test("A decision that is none is refused, and one without an operation is not found")
    func refused() async throws {
        let fixture = try await HandlerFixture()
        let key = try await pending("00", fixture)
        await expectRefused(Refusal(.invalidArgument, "BAD_ENUM", "decision")) {
            try await resolve(key, .unrecognized(9), fixture)
        }
        await expectRefused(Refusal(.notFound, "OPERATION_NOT_FOUND", "key")) {
            try await resolve(fixture.gateway.newKey().text, .approve, fixture)
        }
    }

    @Test(
        "What was decided at once was never pending",
        arguments: [TestCard.visa, "4000000000009995", TestCard.blocked]
    )
    func neverPending(number: String) async throws {
        let fixture = try await HandlerFixture()
        let request = try await fixture.saleRequest(number)
        _ = try await fixture.sale(request)
        await expectRefused(Self.notPending) { try await resolve(request.key, .approve, fixture) }
    }

    @Test("What was in doubt and never pending is not pending when it has ended")
    func neverPendingAfterDoubt() async throws {
        let fixture = try await HandlerFixture()
        let request = try await fixture.saleRequest(TestCard.scripted("68"))
        #expect(try await fixture.sale(request).operation?.state == .inDoubt)
        await fixture.gateway.recovery.resolveDoubts()
        #expect(try await fixture.getOperation(request.key).operation?.state == .declined)
        await expectRefused(Self.notPending) { try await resolve(request.key, .approve, fixture) }
    }

    @Test("The bank's book is listed as it is: each request a line, with our key")
    func book() async throws {
        let fixture = try await HandlerFixture()
        var requests: [GatewayV1.SaleRequest] = []
        let numbers = [TestCard.visa, "4000000000009995", TestCard.scripted(delay: 5)]
        for number in numbers {
            let request = try await fixture.saleRequest(number)
            _ = try await fixture.sale(request)
            requests.append(request)
        }
        let context = ServerContext(method: GatewayV1.SandboxService.listBankCharges)
        let page = try await fixture.sandbox.listBankCharges(
            GatewayV1.ListBankChargesRequest(),
            context: context
        )
        #expect(page.headSequence == 3)
        #expect(page.charges.map(\.sequence) == [1, 2, 3])
        #expect(page.charges.map(\.key) == requests.map(\.key))
        #expect(page.charges.map(\.state) == [.approved, .declined, .pending])
        #expect(page.charges.map(\.responseCode) == ["00", "51", ""])
        #expect(page.charges.allSatisfy { $0.amount == requests[0].amount })
        let last = try await fixture.sandbox.listBankCharges(
            GatewayV1.ListBankChargesRequest(after: 1, pageSize: 1),
            context: context
        )
        #expect(last.charges.map(\.sequence) == [2])
    }
}
