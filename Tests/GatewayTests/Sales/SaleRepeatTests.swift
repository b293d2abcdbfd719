import Payments
import RemitAPI
import Testing

@testable import Gateway

@Suite("The same key again", .timeLimit(testBound))
struct SaleRepeatTests {
    @Test("The same key 64 times at once is one call of the bank and one answer for all")
    func atOnce() async throws {
        let bank = ScriptedBank()
        let (arrived, answer) = (Latch(), Latch())
        bank.onCharge { _ in
            arrived.open()
            await answer.wait()
        }
        let gateway = try await GatewayFixture.open(bank)
        let request = gateway.request(try await gateway.card(), retain: true)
        let views = try await withThrowingTaskGroup { group in
            for _ in 0..<64 {
                group.addTask {
                    GatewayV1.OperationReply(try await gateway.sales.sale(request))
                }
            }
            await arrived.wait()
            answer.open()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(views.count == 64)
        #expect(views.allSatisfy { $0 == views[0] })
        #expect(views[0].operation?.state == .approved)
        #expect(bank.calls.charges.count == 1)
        #expect(try await gateway.ledger().count == 1)
    }

    @Test(
        "A repeat is answered with the operation as it is, whatever that is",
        arguments: [
            BankAnswer.decided(.approved()), .decided(.answered(.insufficientFunds)),
            .pending(avsResult: "Y", cvcResult: "M"), nil,
        ]
    )
    func later(answer: BankAnswer?) async throws {
        let bank = ScriptedBank()
        bank.script { $0.charge = answer }
        let gateway = try await GatewayFixture.open(bank)
        let request = gateway.request(try await gateway.card())
        let first = GatewayV1.OperationReply(try await gateway.sales.sale(request))
        bank.script { $0.charge = .decided(.answered(.of("41"))) }
        for _ in 0..<3 {
            #expect(GatewayV1.OperationReply(try await gateway.sales.sale(request)) == first)
        }
        let next = try await gateway.reopened()
        #expect(GatewayV1.OperationReply(try await next.sales.sale(request)) == first)
        #expect(bank.calls.charges.count == 1)
    }

    @Test("The same key with another amount or currency is refused, before and after the end")
    func otherBody() async throws {
        let bank = ScriptedBank()
        bank.script { $0.charge = .pending(avsResult: "Y", cvcResult: "M") }
        let gateway = try await GatewayFixture.open(bank)
        let (key, token) = (gateway.newKey(), try await gateway.card())
        _ = try await gateway.sales.sale(gateway.request(token, key: key))
        for _ in 0..<2 {
            for request in [
                gateway.request(token, key: key, minorUnits: 5001),
                gateway.request(token, key: key, currency: .USD),
                gateway.request(try await gateway.card(), key: key, minorUnits: 4999),
            ] {
                await #expect(throws: GatewayError.keyReused) {
                    try await gateway.sales.sale(request)
                }
            }
            bank.script {
                $0.advices = [BankAdvice(sequence: 1, reference: key, decision: .approved())]
            }
            await gateway.recovery.collectAdvices()
        }
        #expect(try await gateway.operation(key).state == .approved)
        #expect(bank.calls.charges.count == 1)
    }

    @Test("A caller that tokenized again gets the first answer, and its new token is not used")
    func newToken() async throws {
        let bank = ScriptedBank()
        let gateway = try await GatewayFixture.open(bank)
        let (key, first) = (gateway.newKey(), try await gateway.card())
        let answer = try await gateway.sales.sale(gateway.request(first, key: key, retain: true))
        #expect(answer.operation.result.retention == .retained)
        let second = try await gateway.card()
        let again = try await gateway.sales.sale(gateway.request(second, key: key, retain: true))
        #expect(GatewayV1.OperationReply(again) == GatewayV1.OperationReply(answer))
        #expect(again.operation.token == first)
        #expect(try await gateway.storedCard(second).state == .singleUse)
        #expect(try await gateway.liveOperations(second) == 0)
        #expect(bank.calls.charges.count == 1)
    }

    @Test("Address and the wish to save the card are no part of what a repeat is compared by")
    func otherAddress() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let (key, token) = (gateway.newKey(), try await gateway.card())
        let first = try await gateway.sales.sale(gateway.request(token, key: key))
        let again = SaleRequest(
            key: gateway.key(key),
            token: token,
            amount: Money(minorUnits: 5000, currency: .CAD),
            postalCode: "",
            hasStreet: false,
            wantsRetention: true
        )
        #expect(try await gateway.sales.sale(again).operation.id == first.operation.id)
    }

    @Test("A saved card is part of the body: new card, saved card and another one are three")
    func savedCards() async throws {
        let bank = ScriptedBank()
        let gateway = try await GatewayFixture.open(bank)
        let (saved, other) = (try await gateway.savedCard(), try await gateway.savedCard())
        let (bySaved, byNew) = (gateway.newKey(), gateway.newKey())
        _ = try await gateway.sales.sale(gateway.request(saved, key: bySaved))
        _ = try await gateway.sell(key: byNew)
        let calls = bank.calls.charges.count
        let fresh = try await gateway.card()
        for (token, key) in [(other, bySaved), (fresh, bySaved), (saved, byNew)] {
            await #expect(throws: GatewayError.keyReused) {
                try await gateway.sales.sale(gateway.request(token, key: key))
            }
        }
        let again = try await gateway.sales.sale(gateway.request(saved, key: bySaved))
        #expect(again.operation.state == .approved)
        #expect(bank.calls.charges.count == calls)
    }

    @Test("A repeat is answered though its card was deleted, used, expired or never known")
    func keyBeforeToken() async throws {
        let bank = ScriptedBank()
        let gateway = try await GatewayFixture.open(bank)
        let (key, token) = (gateway.newKey(), try await gateway.card())
        let first = try await gateway.sales.sale(gateway.request(token, key: key, retain: true))
        let expired = try await gateway.card()
        gateway.clock.advance(milliseconds: 25 * 3600 * 1000)
        let used = try await gateway.card()
        _ = try await gateway.sales.sale(gateway.request(used))
        let deleted = try await gateway.card()
        for token in [deleted, token] {
            _ = try await gateway.vault.delete(token, tenant: gateway.tenant)
        }
        let unknown = TokenID(ULID(high: 1, low: 1))
        for token in [token, expired, used, deleted, unknown] {
            let again = try await gateway.sales.sale(gateway.request(token, key: key))
            #expect(again.operation.id == first.operation.id)
        }
        #expect(bank.calls.charges.count == 2)
    }

    @Test("A fenced key charges nothing, ever, and its token stays free")
    func fenced() async throws {
        let bank = ScriptedBank()
        let gateway = try await GatewayFixture.open(bank)
        let (key, token) = (gateway.newKey(), try await gateway.card())
        let tombstone = try await gateway.store.fence(gateway.key(key))
        #expect(tombstone.operation.state == .fenced)
        let request = gateway.request(token, key: key)
        await #expect(throws: GatewayError.keyFenced) { try await gateway.sales.sale(request) }
        let next = try await gateway.reopened()
        await #expect(throws: GatewayError.keyFenced) { try await next.sales.sale(request) }
        #expect(bank.calls.charges.isEmpty)
        #expect(try await next.storedCard(token).state == .singleUse)
        #expect(try await next.operation(key).state == .fenced)
    }

    @Test("Fence answers with what arrived first, and leaves one tombstone however often")
    func fenceLate() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let key = gateway.newKey()
        let sale = try await gateway.sell(key: key)
        let fenced = try await gateway.store.fence(gateway.key(key))
        #expect(GatewayV1.OperationReply(fenced) == GatewayV1.OperationReply(sale))
        let other = gateway.newKey()
        let tombstone = try await gateway.store.fence(gateway.key(other))
        let again = try await gateway.store.fence(gateway.key(other))
        #expect(GatewayV1.OperationReply(again) == GatewayV1.OperationReply(tombstone))
        #expect(try await gateway.events().map(\.operation.state) == [.approved, .fenced])
    }

    @Test("A fence and a sale at once: one of them is first, and the bank agrees with it")
    func fenceRace() async throws {
        let bank = ScriptedBank()
        let gateway = try await GatewayFixture.open(bank)
        for _ in 0..<20 {
            let (key, token) = (gateway.newKey(), try await gateway.card())
            let request = gateway.request(token, key: key)
            async let fence = gateway.store.fence(gateway.key(key)).operation.state
            async let sale = Task { try await gateway.sales.sale(request) }.result
            let (fenced, sold) = (try await fence, await sale)
            let charges = bank.calls.charges.filter { $0.reference == key }.count
            #expect(charges == (fenced == .fenced ? 0 : 1))
            switch sold {
            case .success(let view): #expect(view.operation.state == .approved)
            case .failure(let error): #expect(error as? GatewayError == .keyFenced)
            }
            #expect((try? sold.get()) == nil ? fenced == .fenced : fenced != .fenced)
        }
    }

    @Test("The same key of two tenants is two keys")
    func tenants() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let other = try await gateway.store.tenant("other")
        let key = gateway.newKey()
        _ = try await gateway.sell(key: key)
        await #expect(throws: GatewayError.operationNotFound) {
            try await gateway.store.operation(OperationKey(tenant: other, attempt: key))
        }
        // Nor can the other tenant charge this one's card.
        let request = SaleRequest(
            key: OperationKey(tenant: other, attempt: key),
            token: try await gateway.card(),
            amount: Money(minorUnits: 5000, currency: .CAD),
            postalCode: "",
            hasStreet: false,
            wantsRetention: false
        )
        await #expect(throws: GatewayError.tokenNotFound) {
            try await gateway.sales.sale(request)
        }
    }
}
