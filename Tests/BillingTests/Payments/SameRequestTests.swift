import Payments
import TTRPC
import Testing

@testable import Billing

@Suite("The same request, and many at once")
struct SameRequestTests {
    private static let many = 64

    /// A gateway that lets no sale end before the gate is open.
    private func gated(_ gate: Gate) -> ScriptedGateway {
        let gateway = ScriptedGateway()
        gateway.script { script in
            script.sale = { sale in
                await gate.pass()
                return .success(.of(sale.attempt, .approved))
            }
        }
        return gateway
    }

    @Test(
        "64 times the same request id at once are one sale and 64 equal answers",
        arguments: 0..<8
    )
    func sameIDAtOnce(round: Int) async throws {
        let gateway = ScriptedGateway()
        let fixture = PaymentFixture(try Books(), gateway)
        let books = fixture.books
        let request = books.request(try await books.account(), 1000 + Int64(round))
        let answers = try await withThrowingTaskGroup(of: PaymentRecord.self) { group in
            for _ in 0..<Self.many {
                group.addTask {
                    try await fixture.processor.pay(request, timeout: nil).payment
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count == Self.many)
        #expect(Set(answers.map(\.id)).count == 1)
        #expect(answers.filter { $0.state == .succeeded }.count == Self.many)
        #expect(gateway.sales.count == 1)
        #expect(try await books.count("payments") == 1)
    }

    @Test("64 requests on one account are one payment and 63 times PAYMENT_IN_PROGRESS")
    func manyIDsOnOneAccount() async throws {
        let gate = Gate()
        let gateway = gated(gate)
        let fixture = PaymentFixture(try Books(), gateway)
        let account = try await fixture.books.account()
        var refusals: [BillingError] = []
        var paid: [PaymentRecord] = []
        await withTaskGroup(of: Result<PaymentRecord, BillingError>.self) { group in
            for _ in 0..<Self.many {
                group.addTask {
                    do {
                        return .success(try await fixture.pay(account))
                    } catch {
                        return .failure(BillingError.wrap(error))
                    }
                }
            }
            for await outcome in group {
                switch outcome {
                case .success(let payment): paid.append(payment)
                case .failure(let error): refusals.append(error)
                }
                // The one that is live keeps all the others out until its bank answers.
                if refusals.count == Self.many - 1 { gate.open() }
            }
        }
        let winner = try #require(paid.first)
        #expect(paid.count == 1 && winner.state == .succeeded)
        #expect(
            refusals == Array(repeating: .paymentInProgress(winner.id), count: Self.many - 1)
        )
        #expect(gateway.sales.count == 1)
    }

    @Test("A repeat waits for the first's sale and hears its result")
    func repeatsWait() async throws {
        let gate = Gate()
        let gateway = gated(gate)
        let fixture = PaymentFixture(try Books(), gateway)
        let books = fixture.books
        let request = books.request(try await books.account(), 1000)
        let first = Task { try await fixture.processor.pay(request, timeout: nil).payment }
        try await eventually("the sale") { gateway.sales.count == 1 }
        let second = Task { try await fixture.processor.pay(request, timeout: nil).payment }
        let third = try await fixture.processor.pay(request, timeout: .milliseconds(5)).payment
        #expect(third.state == .submitting)
        gate.open()
        let (one, two) = (try await first.value, try await second.value)
        #expect(one.id == two.id && one.state == .succeeded && two.state == .succeeded)
        #expect(gateway.sales.count == 1)
    }

    @Test(
        "The same id with a new token gets the first answer, and the token is never looked at",
        arguments: [OperationState.approved, .declined, .pending, .inDoubt]
    )
    func newTokenSameID(state: OperationState) async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in script.sale = { .success(.of($0.attempt, state)) } }
        let fixture = PaymentFixture(try Books(), gateway)
        let books = fixture.books
        let account = try await books.account()
        let request = books.request(account, 1000)
        let first = try await fixture.processor.pay(request, timeout: nil).payment
        let calls = gateway.calls
        let before = try await books.dump()
        let again = books.request(account, 1000, key: request.key, token: books.newToken())
        let second = try await fixture.processor.pay(again, timeout: nil).payment
        #expect(second.id == first.id && second.state == first.state)
        #expect(gateway.calls == calls)
        #expect(try await books.dump() == before)
    }

    @Test("The same id for something else is refused without asking the gateway")
    func otherBody() async throws {
        let gateway = ScriptedGateway()
        let fixture = PaymentFixture(try Books(), gateway)
        let books = fixture.books
        let account = try await books.account()
        let request = books.request(account, 1000)
        _ = try await fixture.processor.pay(request, timeout: nil)
        let calls = gateway.calls
        await #expect(throws: BillingError.keyReused) {
            let other = books.request(account, 1001, key: request.key)
            return try await fixture.processor.pay(other, timeout: nil)
        }
        #expect(gateway.calls == calls)
    }

    @Test("A repeat is answered when the gateway is gone, by a new card and by a saved one")
    func repeatsNeedNoGateway() async throws {
        let gateway = ScriptedGateway()
        let fixture = PaymentFixture(try Books(), gateway)
        let books = fixture.books
        let account = try await books.account()
        let method = try await books.savedMethod(account)
        for request in [
            books.request(account, 1000), books.request(account, 1000, saved: method),
        ] {
            gateway.script { $0 = .init() }
            let first = try await fixture.processor.pay(request, timeout: nil).payment
            gateway.script { script in
                script.card = { _ in .failure(.notSent) }
                script.sale = { _ in .failure(.notSent) }
            }
            #expect(try await fixture.processor.pay(request, timeout: nil).payment.id == first.id)
        }
        #expect(gateway.sales.count == 2)
    }

    @Test("A repeat is answered when payments are stopped, by a new card and by a saved one")
    func repeatsAfterDataLoss() async throws {
        let gateway = ScriptedGateway()
        let fixture = PaymentFixture(try Books(), gateway)
        let books = fixture.books
        let account = try await books.account()
        let method = try await books.savedMethod(account)
        let requests = [
            books.request(account, 1000), books.request(account, 1000, saved: method),
        ]
        var firsts: [PaymentID] = []
        for request in requests {
            firsts.append(try await fixture.processor.pay(request, timeout: nil).payment.id)
        }
        _ = fixture.health.note("a test")
        for (request, first) in zip(requests, firsts) {
            #expect(try await fixture.processor.pay(request, timeout: nil).payment.id == first)
        }
        await #expect(throws: BillingError.gatewayDataLoss) { try await fixture.pay(account) }
    }

    @Test("After a restart a repeat is answered from the store")
    func repeatsAfterRestart() async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in script.sale = { _ in .failure(.lost) } }
        var books = try Books()
        let request = books.request(try await books.account(), 1000)
        let first = try await PaymentFixture(books, gateway).processor.pay(request, timeout: nil)
        books = try await books.reopened()
        let fixture = PaymentFixture(books, gateway)
        let again = try await fixture.processor.pay(request, timeout: nil).payment
        #expect(again.id == first.payment.id && again.state == .unknown)
        #expect(gateway.sales.count == 1)
    }
}
