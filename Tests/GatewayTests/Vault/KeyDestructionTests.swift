import Foundation
import NIOCore
import Payments
import Testing

@testable import Gateway

@Suite("Destruction of card keys")
struct KeyDestructionTests {
    @Test(
        "An unsaved card's key is destroyed after its operation, however that ended",
        arguments: [
            BankAnswer.decided(.approved()), .decided(.answered(.insufficientFunds)),
        ]
    )
    func afterOperation(answer: BankAnswer) async throws {
        let bank = ScriptedBank()
        bank.script { $0.charge = answer }
        let gateway = try await GatewayFixture.open(bank)
        let token = try await gateway.card()
        #expect(try await gateway.holdsNumber(token))
        _ = try await gateway.sales.sale(gateway.request(token))
        #expect(try await gateway.storedCard(token).sealedNumber == nil)
        await gateway.recovery.destroyKeys()
        #expect(try await !gateway.holdsNumber(token))
        #expect(try await gateway.store.keyDestructions(limit: 10) == [])
    }

    @Test("The key of a card that our own rule refused is destroyed")
    func afterRefusal() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let token = try await gateway.card(TestCard.blocked)
        _ = try await gateway.sales.sale(gateway.request(token))
        await gateway.recovery.destroyKeys()
        #expect(try await !gateway.holdsNumber(token))
    }

    @Test("The key stays while the bank decides, and is destroyed when it has")
    func pending() async throws {
        let bank = ScriptedBank()
        bank.script { $0.charge = .pending(avsResult: "Y", cvcResult: "M") }
        let gateway = try await GatewayFixture.open(bank)
        let (key, token) = (gateway.newKey(), try await gateway.card())
        _ = try await gateway.sales.sale(gateway.request(token, key: key))
        await gateway.recovery.destroyKeys()
        #expect(try await gateway.holdsNumber(token))
        bank.script {
            $0.advices = [BankAdvice(sequence: 1, reference: key, decision: .approved())]
        }
        await gateway.recovery.collectAdvices()
        await gateway.recovery.destroyKeys()
        #expect(try await !gateway.holdsNumber(token))
    }

    @Test("The key stays while an operation is in doubt, and is destroyed when it is not")
    func inDoubt() async throws {
        let bank = ScriptedBank()
        bank.script { script in
            script.charge = nil
            script.inquiry = nil
        }
        let gateway = try await GatewayFixture.open(bank)
        let token = try await gateway.card()
        _ = try await gateway.sales.sale(gateway.request(token))
        await gateway.recovery.resolveDoubts()
        await gateway.recovery.destroyKeys()
        #expect(try await gateway.holdsNumber(token))
        bank.script { $0.inquiry = .noCharge }
        await gateway.recovery.resolveDoubts()
        await gateway.recovery.destroyKeys()
        #expect(try await !gateway.holdsNumber(token))
    }

    @Test("The key of an operation that was never sent is destroyed")
    func notSent() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let token = try await gateway.card()
        _ = try await gateway.receivedOperation(token)
        try await gateway.recovery.afterRestart()
        await gateway.recovery.destroyKeys()
        #expect(try await !gateway.holdsNumber(token))
    }

    @Test("Deleting an unused card destroys its key, and deleting it again changes nothing")
    func deleteUnused() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let token = try await gateway.card()
        for _ in 0..<2 {
            let card = try await gateway.vault.delete(token, tenant: gateway.tenant)
            #expect(card.state == .deleted)
            await gateway.recovery.destroyKeys()
            #expect(try await !gateway.holdsNumber(token))
        }
        #expect(gateway.vault.codes.code(for: token, now: .now()) == nil)
    }

    @Test("Deleting a card while its operation lives destroys the key when the operation ends")
    func deleteWhilePending() async throws {
        let bank = ScriptedBank()
        bank.script { $0.charge = .pending(avsResult: "Y", cvcResult: "M") }
        let gateway = try await GatewayFixture.open(bank)
        let (key, token) = (gateway.newKey(), try await gateway.card())
        _ = try await gateway.sales.sale(gateway.request(token, key: key))
        _ = try await gateway.vault.delete(token, tenant: gateway.tenant)
        await gateway.recovery.destroyKeys()
        #expect(try await gateway.holdsNumber(token))
        bank.script {
            $0.advices = [BankAdvice(sequence: 1, reference: key, decision: .approved())]
        }
        await gateway.recovery.collectAdvices()
        await gateway.recovery.destroyKeys()
        #expect(try await !gateway.holdsNumber(token))
        #expect(try await gateway.storedCard(token).state == .deleted)
        #expect(try await gateway.liveOperations(token) == 0)
    }

    @Test("A saved card keeps its key after a sale, until it is deleted")
    func saved() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let token = try await gateway.savedCard()
        await gateway.recovery.destroyKeys()
        #expect(try await gateway.holdsNumber(token))
        _ = try await gateway.vault.delete(token, tenant: gateway.tenant)
        await gateway.recovery.destroyKeys()
        #expect(try await !gateway.holdsNumber(token))
    }

    @Test("A saved card that is deleted while it is being charged keeps its key until then")
    func savedDeletedWhileCharged() async throws {
        let bank = ScriptedBank()
        let gateway = try await GatewayFixture.open(bank)
        let token = try await gateway.savedCard()
        let key = gateway.newKey()
        bank.script { $0.charge = .pending(avsResult: "Y", cvcResult: "U") }
        _ = try await gateway.sales.sale(gateway.request(token, key: key))
        _ = try await gateway.vault.delete(token, tenant: gateway.tenant)
        await gateway.recovery.destroyKeys()
        #expect(try await gateway.holdsNumber(token))
        bank.script {
            $0.advices = [BankAdvice(sequence: 1, reference: key, decision: .approved())]
        }
        await gateway.recovery.collectAdvices()
        await gateway.recovery.destroyKeys()
        #expect(try await !gateway.holdsNumber(token))
        #expect(try await gateway.liveOperations(token) == 0)
    }

    @Test("Saved cards are counted too: no card has fewer than no operations")
    func savedCounted() async throws {
        let bank = ScriptedBank()
        let gateway = try await GatewayFixture.open(bank)
        let token = try await gateway.savedCard()
        let keys = [gateway.newKey(), gateway.newKey()]
        bank.script { $0.charge = .pending(avsResult: "Y", cvcResult: "U") }
        for key in keys { _ = try await gateway.sales.sale(gateway.request(token, key: key)) }
        bank.script { script in
            script.advices = keys.enumerated().map {
                BankAdvice(sequence: Int64($0 + 1), reference: $1, decision: .approved())
            }
        }
        await gateway.recovery.collectAdvices()
        #expect(try await gateway.liveOperations(token) == 0)
        #expect(try await gateway.holdsNumber(token))
    }

    @Test("A destroyed number does not open, not even from a row of before")
    func destroyedDoesNotOpen() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let token = try await gateway.card()
        let before = try await gateway.storedCard(token)
        _ = try await gateway.vault.delete(token, tenant: gateway.tenant)
        await gateway.recovery.destroyKeys()
        await #expect(throws: GatewayError.vaultDamaged) {
            try await gateway.vault.number(of: before)
        }
    }

    @Test("What was destroyed is in no file once the files are closed")
    func erased() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let token = try await gateway.card()
        // Others stay, so that the page of the row stays too.
        for _ in 0..<10 { _ = try await gateway.card() }
        let number = try #require(try await gateway.storedCard(token).sealedNumber)
        let sealed = try #require(try await gateway.cardKeys.sealedCard(token, number: number))
        #expect(try !gateway.folder.filesHolding(number).isEmpty)
        #expect(try !gateway.folder.filesHolding(sealed.wrappedKey).isEmpty)
        // Into the database itself, where only overwriting removes it.
        let next = try await gateway.reopened()
        _ = try await next.vault.delete(token, tenant: next.tenant)
        await next.recovery.destroyKeys()
        await next.close()
        let holdingNumber = try next.folder.filesHolding(number)
        #expect(holdingNumber == [])
        let holdingKey = try next.folder.filesHolding(sealed.wrappedKey)
        #expect(holdingKey == [])
    }

    @Test("A destroyed key is in no file while the gateway serves")
    func erasedWhileServing() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let token = try await gateway.card()
        let sealed = try #require(try await gateway.cardKeys.sealedCard(token, number: Data()))
        _ = try await gateway.vault.delete(token, tenant: gateway.tenant)
        await gateway.recovery.destroyKeys()
        #expect(try gateway.folder.filesHolding(sealed.wrappedKey) == [])
    }

    @Test("Keys that could not be destroyed are destroyed in a later round")
    func repeated() async throws {
        let gateway = try await GatewayFixture.open(ScriptedBank())
        let token = try await gateway.card()
        _ = try await gateway.vault.delete(token, tenant: gateway.tenant)
        await gateway.cardKeys.close()
        await gateway.recovery.destroyKeys()
        #expect(try await gateway.store.keyDestructions(limit: 10) == [token])
        let next = try await gateway.reopened()
        await next.recovery.destroyKeys()
        #expect(try await !next.holdsNumber(token))
        #expect(try await next.store.keyDestructions(limit: 10) == [])
    }
}
