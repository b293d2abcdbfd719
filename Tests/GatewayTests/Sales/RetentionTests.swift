import Payments
import Testing

@testable import Gateway

@Suite("Saving of cards")
struct RetentionTests {
    private let bank = ScriptedBank()

    @Test(
        "A card is saved when the sale is approved and the postal code matches",
        arguments: [
            ("Y", true), ("Z", true), ("A", false), ("N", false), ("U", false), ("R", false),
            ("S", false), ("G", false), ("", false),
        ]
    )
    func postalCode(avs: String, isSaved: Bool) async throws {
        bank.script { $0.charge = .decided(.approved(avs: avs)) }
        let gateway = try await GatewayFixture.open(bank)
        let view = try await gateway.sell(retain: true)
        #expect(view.operation.state == .approved)
        let retention = view.operation.result.retention
        #expect(retention == (isSaved ? .retained : .refusedPostalCode))
        #expect(view.card?.state == (isSaved ? .retained : .used))
        let events = try await gateway.events()
        #expect(events.map(\.operation.result.retention) == [retention])
    }

    @Test("A card is not saved when nobody asked, however well the address matches")
    func notAsked() async throws {
        let gateway = try await GatewayFixture.open(bank)
        let view = try await gateway.sell()
        #expect(view.operation.result.retention == CardRetention.none)
        #expect(view.card?.state == .used)
    }

    @Test("A card of a declined sale is not saved, and the answer says so")
    func declined() async throws {
        bank.script { $0.charge = .decided(.answered(.insufficientFunds)) }
        let gateway = try await GatewayFixture.open(bank)
        let view = try await gateway.sell(retain: true)
        #expect(view.operation.result.retention == .refusedNotApproved)
        #expect(view.card?.state == .used)
    }

    @Test("A card is saved however late the approval comes", arguments: ["Y", "N"])
    func late(avs: String) async throws {
        bank.script { $0.charge = .pending(avsResult: avs, cvcResult: "M") }
        let gateway = try await GatewayFixture.open(bank)
        let key = gateway.newKey()
        let pending = try await gateway.sell(key: key, retain: true)
        #expect(pending.operation.result.retention == CardRetention.none)
        gateway.clock.advance(milliseconds: 3 * 86_400_000)
        bank.script {
            let decision = BankDecision.approved(avs: avs)
            $0.advices = [BankAdvice(sequence: 1, reference: key, decision: decision)]
        }
        let next = try await gateway.reopened()
        await next.recovery.collectAdvices()
        let view = try await next.store.operation(next.key(key))
        #expect(view.operation.result.retention == (avs == "Y" ? .retained : .refusedPostalCode))
        #expect(view.card?.state == (avs == "Y" ? .retained : .used))
    }

    @Test("A card is saved when the approval is found out by an inquiry")
    func foundOut() async throws {
        bank.script { $0.charge = nil }
        let gateway = try await GatewayFixture.open(bank)
        let view = try await gateway.sell(retain: true)
        bank.script { $0.inquiry = .decided(.approved()) }
        await gateway.recovery.resolveDoubts()
        let ended = try await gateway.store.operation(view.operation.key)
        #expect(ended.operation.result.retention == .retained)
        #expect(ended.card?.state == .retained)
    }

    @Test("A card that was deleted while the bank decided is not saved")
    func deleted() async throws {
        bank.script { $0.charge = .pending(avsResult: "Y", cvcResult: "M") }
        let gateway = try await GatewayFixture.open(bank)
        let (key, token) = (gateway.newKey(), try await gateway.card())
        _ = try await gateway.sales.sale(gateway.request(token, key: key, retain: true))
        _ = try await gateway.vault.delete(token, tenant: gateway.tenant)
        bank.script {
            $0.advices = [BankAdvice(sequence: 1, reference: key, decision: .approved())]
        }
        await gateway.recovery.collectAdvices()
        let view = try await gateway.store.operation(gateway.key(key))
        #expect(view.operation.state == .approved)
        #expect(view.operation.result.retention != .retained)
        #expect(view.card?.state == .deleted)
    }

    @Test("A card whose date passed while the bank decided is not saved")
    func dateHasPassed() async throws {
        bank.script { $0.charge = .pending(avsResult: "Y", cvcResult: "M") }
        let gateway = try await GatewayFixture.open(bank)
        let keys = [gateway.newKey(), gateway.newKey()]
        // The clock stands in June 2025.
        for (key, month) in zip(keys, [6, 7]) {
            let expiry = CardExpiry(storedMonth: month, year: 2025)
            let token = try await gateway.card(expiry: expiry)
            _ = try await gateway.sales.sale(gateway.request(token, key: key, retain: true))
        }
        gateway.clock.advance(milliseconds: 20 * 86_400_000)
        bank.script { script in
            script.advices = keys.enumerated().map {
                BankAdvice(sequence: Int64($0 + 1), reference: $1, decision: .approved())
            }
        }
        await gateway.recovery.collectAdvices()
        #expect(try await gateway.operation(keys[0]).result.retention != .retained)
        #expect(try await gateway.operation(keys[1]).result.retention == .retained)
    }

    @Test("A saved card stays saved, whatever a later charge comes to or wishes")
    func staysSaved() async throws {
        let gateway = try await GatewayFixture.open(bank)
        let token = try await gateway.savedCard()
        bank.script { $0.charge = .decided(.answered(.insufficientFunds)) }
        let view = try await gateway.sales.sale(gateway.request(token, retain: true))
        #expect(view.operation.state == .declined)
        #expect(view.operation.result.retention == CardRetention.none)
        #expect(view.card?.state == .retained)
    }
}
