import Payments
import TTRPC
import Testing

@testable import Billing

@Suite("Ending deleted cards at the gateway")
struct CardDeletionTests {
    private func deletedCard(_ books: Books) async throws -> TokenID {
        let account = try await books.account()
        let method = try await books.savedMethod(account)
        return try await books.store.deleteMethod(method, of: account).token
    }

    @Test(
        "A deleted card is asked to be ended until the gateway has acknowledged it, and then no more"
    )
    func untilAcknowledged() async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in script.deleteCard = { _ in .failure(.lost) } }
        let fixture = PaymentFixture(try Books(), gateway)
        _ = try await fixture.books.savedMethod(try await fixture.books.account())
        let token = try await deletedCard(fixture.books)
        for round in 1...3 {
            await fixture.recovery.deleteCards()
            #expect(gateway.calls == Array(repeating: .deleteCard(token), count: round))
        }
        gateway.script { $0 = .init() }
        await fixture.recovery.deleteCards()
        await fixture.recovery.deleteCards()
        #expect(gateway.calls == Array(repeating: .deleteCard(token), count: 4))
    }

    @Test("An acknowledgement that could not be stored is asked for again, also after a restart")
    func acknowledgementIsStored() async throws {
        let gateway = ScriptedGateway()
        let books = try Books()
        let token = try await deletedCard(books)
        try await books.fail("UPDATE ON payment_methods")
        await PaymentFixture(books, gateway).recovery.deleteCards()
        try await books.heal()
        let reopened = try await books.reopened()
        await PaymentFixture(reopened, gateway).recovery.deleteCards()
        await PaymentFixture(reopened, gateway).recovery.deleteCards()
        #expect(gateway.calls == [.deleteCard(token), .deleteCard(token)])
    }

    @Test("More cards than a round handles are all ended")
    func rounds() async throws {
        let gateway = ScriptedGateway()
        let fixture = PaymentFixture(try Books(), gateway) { $0.maxRecoveryBatch = 2 }
        for _ in 0..<5 { _ = try await deletedCard(fixture.books) }
        for _ in 0..<3 { await fixture.recovery.deleteCards() }
        #expect(gateway.calls.count == 5)
        let left = try await fixture.books.store.read { try $0.methodsToDelete(limit: 9).count }
        #expect(left == 0)
    }

    @Test("A card that the gateway refuses to end keeps no other from it")
    func oneRefusalStopsNoOther() async throws {
        let gateway = ScriptedGateway()
        let fixture = PaymentFixture(try Books(), gateway)
        var tokens: [TokenID] = []
        for _ in 0..<3 { tokens.append(try await deletedCard(fixture.books)) }
        let first = tokens[0]
        gateway.script { script in
            script.deleteCard = { token in
                token == first ? .failure(.refused("INTERNAL")) : .success(())
            }
        }
        for _ in 0..<3 { await fixture.recovery.deleteCards() }
        let left = try await fixture.books.store.read { try $0.methodsToDelete(limit: 9) }
        #expect(left.map(\.token) == [first])
    }
}
