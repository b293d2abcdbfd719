import Payments
import TTRPC
import Testing

@testable import Billing

@Suite("What a payment is made with")
struct PaymentSourceTests {
    @Test(
        "When the gateway cannot be reached before the intent, nothing is stored",
        arguments: [
            RPCError.notSent, .lost, .refused("OVERLOAD"),
            RPCError(.notFound, "Nobody knows.", origin: .lost),
        ]
    )
    func unreachable(failure: RPCError) async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in script.card = { _ in .failure(failure) } }
        let fixture = PaymentFixture(try Books(), gateway)
        let books = fixture.books
        let request = books.request(try await books.account(), 1000)
        let before = try await books.dump()
        await #expect(throws: BillingError.gatewayUnavailable) {
            try await fixture.processor.pay(request, timeout: nil)
        }
        #expect(try await books.dump() == before)
        #expect(gateway.sales.isEmpty)
        // The same request id is good for another try.
        gateway.script { $0 = .init() }
        #expect(try await fixture.processor.pay(request, timeout: nil).payment.state == .succeeded)
    }

    @Test("A token that cannot be charged is refused before anything is stored")
    func tokens() async throws {
        let gateway = ScriptedGateway()
        let fixture = PaymentFixture(try Books(), gateway)
        let books = fixture.books
        let request = books.request(try await books.account(), 1000)
        let before = try await books.dump()
        let answers: [(Result<GatewayCard, RPCError>, BillingError.TokenRefusal)] = [
            (.failure(RPCError(.notFound, "No such token.")), .notFound),
            (.success(.visa(.used)), .used), (.success(.visa(.deleted)), .deleted),
            (.success(.visa(.expired)), .expired),
        ]
        for (answer, refusal) in answers {
            gateway.script { script in script.card = { _ in answer } }
            await #expect(throws: BillingError.token(refusal)) {
                try await fixture.processor.pay(request, timeout: nil)
            }
        }
        #expect(try await books.dump() == before)
        #expect(gateway.sales.isEmpty)
    }

    @Test("R6: a saved method is charged by its own token, without asking for the card")
    func savedMethods() async throws {
        let gateway = ScriptedGateway()
        let fixture = PaymentFixture(try Books(), gateway)
        let books = fixture.books
        let account = try await books.account()
        let method = try await books.savedMethod(account)
        let token = try await books.store.read { try $0.method(method, of: account).token }
        let request = books.request(account, 500, saved: method)
        let payment = try await fixture.processor.pay(request, timeout: nil).payment
        #expect(payment.state == .succeeded && payment.method == method)
        #expect(gateway.calls == [.sale(payment.attempt)])
        #expect(gateway.sales.map(\.token) == [token])
        _ = try await books.store.deleteMethod(method, of: account)
        await #expect(throws: BillingError.methodDeleted) {
            let request = books.request(account, 500, saved: method)
            return try await fixture.processor.pay(request, timeout: nil)
        }
        #expect(gateway.sales.count == 1)
    }

    @Test("R13: the wish to save travels in the sale, and the answer's word decides")
    func saving() async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in
            script.sale = { .success(.of($0.attempt, .approved, saving: .saved)) }
        }
        let fixture = PaymentFixture(try Books(), gateway)
        let books = fixture.books
        let account = try await books.account()
        let request = books.request(account, 500, save: true)
        let payment = try await fixture.processor.pay(request, timeout: nil).payment
        #expect(gateway.sales.map(\.savesCard) == [true])
        let methods = try await books.store.read { try $0.methods(of: account).map(\.id) }
        #expect(methods == [payment.method].compactMap(\.self) && methods.count == 1)
    }

    @Test("Every place taken is refused as overload, and given back")
    func overload() async throws {
        let (gateway, gate) = (ScriptedGateway(), Gate())
        gateway.script { script in
            script.sale = { sale in
                await gate.pass()
                return .success(.of(sale.attempt, .approved))
            }
        }
        let fixture = PaymentFixture(try Books(), gateway) { $0.maxPaymentsInFlight = 1 }
        let books = fixture.books
        let (first, second) = (try await books.account(), try await books.account())
        let running = Task { try await fixture.pay(first) }
        try await eventually("the first sale") { gateway.sales.count == 1 }
        let before = try await books.dump()
        let request = books.request(second, 700)
        await #expect(throws: BillingError.overloaded) {
            try await fixture.processor.pay(request, timeout: nil)
        }
        #expect(try await books.dump() == before)
        gate.open()
        #expect(try await running.value.state == .succeeded)
        // The place is free when the sale's task has ended, a moment after its answer.
        try await eventually("a free place") {
            (try? await fixture.processor.pay(request, timeout: nil))?.payment.state == .succeeded
        }
        #expect(gateway.sales.count == 2)
    }

    @Test("Refusals give their places back")
    func refusalsGivePlacesBack() async throws {
        let gateway = ScriptedGateway()
        let fixture = PaymentFixture(try Books(), gateway) { $0.maxPaymentsInFlight = 2 }
        let books = fixture.books
        let account = try await books.account()
        let request = books.request(account, 100)
        _ = try await fixture.processor.pay(request, timeout: nil)
        for _ in 0..<5 {
            await #expect(throws: BillingError.currencyMismatch(account: .CAD)) {
                let wrong = books.request(account, 100, currency: .USD)
                return try await fixture.processor.pay(wrong, timeout: nil)
            }
            _ = try await fixture.processor.pay(request, timeout: nil)
        }
        try await eventually("a free place") {
            (try? await fixture.pay(account))?.state == .succeeded
        }
    }
}
