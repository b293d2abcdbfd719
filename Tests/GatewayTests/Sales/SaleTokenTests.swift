import NIOCore
import Payments
import Testing

@testable import Gateway

@Suite("Tokens in sales")
struct SaleTokenTests {
    private let bank = ScriptedBank()

    /// A sale is refused, and leaves nothing: no operation, no event, no call of the bank.
    private func expectRefused(
        _ token: TokenID,
        _ error: GatewayError,
        _ gateway: GatewayFixture
    ) async throws {
        let before = bank.calls.charges.count
        let head = try await gateway.events().count
        let key = gateway.newKey()
        await #expect(throws: error) {
            try await gateway.sales.sale(gateway.request(token, key: key))
        }
        await #expect(throws: GatewayError.operationNotFound) {
            try await gateway.operation(key)
        }
        #expect(try await gateway.events().count == head)
        #expect(bank.calls.charges.count == before)
    }

    @Test("A single-use token is good for one key alone")
    func used() async throws {
        let gateway = try await GatewayFixture.open(bank)
        let token = try await gateway.card()
        _ = try await gateway.sales.sale(gateway.request(token))
        try await expectRefused(token, .tokenUsed, gateway)
    }

    @Test("One token under two keys at once is one charge")
    func usedAtOnce() async throws {
        let gateway = try await GatewayFixture.open(bank)
        let token = try await gateway.card()
        let requests = (0..<16).map { _ in gateway.request(token) }
        let results = await withTaskGroup { group in
            for request in requests {
                group.addTask { await Task { try await gateway.sales.sale(request) }.result }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let refusals = results.compactMap { result -> GatewayError? in
            guard case .failure(let error) = result else { return nil }
            return error as? GatewayError
        }
        #expect(refusals == Array(repeating: .tokenUsed, count: 15))
        #expect(bank.calls.charges.count == 1)
    }

    @Test("A token is good until its last moment, and a saved card beyond it")
    func expired() async throws {
        let gateway = try await GatewayFixture.open(bank) {
            $0.tokenLifetimeMilliseconds = 60_000
        }
        let (saved, early, late) = (
            try await gateway.savedCard(), try await gateway.card(), try await gateway.card()
        )
        gateway.clock.advance(milliseconds: 59_999)
        _ = try await gateway.sales.sale(gateway.request(early))
        gateway.clock.advance(milliseconds: 1)
        try await expectRefused(late, .tokenExpired, gateway)
        #expect(
            try await gateway.sales.sale(gateway.request(saved)).operation.state == .approved
        )
    }

    @Test("A deleted card is charged no more, saved or not")
    func deleted() async throws {
        let gateway = try await GatewayFixture.open(bank)
        for token in [try await gateway.card(), try await gateway.savedCard()] {
            _ = try await gateway.vault.delete(token, tenant: gateway.tenant)
            try await expectRefused(token, .cardDeleted, gateway)
        }
    }

    @Test("A token that was never made is not found")
    func unknown() async throws {
        let gateway = try await GatewayFixture.open(bank)
        try await expectRefused(TokenID(ULID(high: 1, low: 1)), .tokenNotFound, gateway)
    }

    @Test("A card whose code is gone is refused before anything is stored, never sent without")
    func codeExpired() async throws {
        let gateway = try await GatewayFixture.open(bank)
        let token = try await gateway.card()
        gateway.vault.codes.forget(token)
        try await expectRefused(token, .verificationCodeExpired, gateway)
        #expect(try await gateway.storedCard(token).state == .singleUse)
    }

    @Test("A restart loses the codes: cards entered with one are refused, others are not")
    func codeLostByRestart() async throws {
        let gateway = try await GatewayFixture.open(bank)
        let (with, without) = (try await gateway.card(), try await gateway.card(code: nil))
        let next = try await gateway.reopened()
        try await expectRefused(with, .verificationCodeExpired, next)
        let view = try await next.sales.sale(next.request(without))
        #expect(view.operation.state == .approved)
        #expect(bank.calls.charges.count == 1)
        #expect(bank.calls.charges.first?.code == nil)
    }

    @Test("A code that is lost between the commit and the call makes a doubt, not a call without")
    func codeLostLate() async throws {
        let cache = VerificationCodeCacheHolder()
        let gateway = try await GatewayFixture.open(
            bank,
            crashPoint: { point in
                if point == .afterOperationCommit { cache.forget() }
            }
        )
        let token = try await gateway.card()
        cache.set(gateway.vault.codes, token)
        let view = try await gateway.sales.sale(gateway.request(token))
        #expect(view.operation.state == .inDoubt)
        #expect(bank.calls.charges.isEmpty)
        await gateway.recovery.resolveDoubts()
        let ended = try await gateway.operation(view.operation.key.attempt)
        #expect(ended.state == .declined)
        #expect(bank.calls.charges.isEmpty)
    }

    @Test(
        "The code is forgotten once the bank has answered, or was silent",
        arguments: [
            BankAnswer.decided(.approved()), .decided(.answered(.insufficientFunds)),
            .pending(avsResult: "Y", cvcResult: "M"), nil,
        ]
    )
    func codeForgotten(answer: BankAnswer?) async throws {
        bank.script { $0.charge = answer }
        let gateway = try await GatewayFixture.open(bank)
        let token = try await gateway.card()
        #expect(gateway.vault.codes.code(for: token, now: .now()) != nil)
        _ = try await gateway.sales.sale(gateway.request(token, retain: true))
        #expect(gateway.vault.codes.code(for: token, now: .now()) == nil)
    }

    @Test("A saved card is charged without a code, again and again, and after a restart")
    func saved() async throws {
        let gateway = try await GatewayFixture.open(bank)
        let token = try await gateway.savedCard(TestCard.mastercard)
        for _ in 0..<2 { _ = try await gateway.sales.sale(gateway.request(token)) }
        let next = try await gateway.reopened()
        _ = try await next.sales.sale(next.request(token))
        let charges = bank.calls.charges
        #expect(charges.map { $0.code == nil } == [false, true, true, true])
        #expect(Set(charges.map(\.number)) == [try TestCard.number(TestCard.mastercard)])
        #expect(Set(charges.map(\.reference)).count == 4)
    }

    @Test("A card that cannot be opened is not charged: the sale is a doubt, and then declined")
    func damaged() async throws {
        let gateway = try await GatewayFixture.open(bank)
        let token = try await gateway.card()
        try await gateway.cardKeys.destroy([token])
        let view = try await gateway.sales.sale(gateway.request(token))
        #expect(view.operation.state == .inDoubt)
        await gateway.recovery.resolveDoubts()
        #expect(try await gateway.operation(view.operation.key.attempt).state == .declined)
        #expect(bank.calls.charges.isEmpty)
    }
}
