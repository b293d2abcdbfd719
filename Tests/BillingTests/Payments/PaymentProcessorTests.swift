import Payments
import TTRPC
import Testing

@testable import Billing

@Suite("Paying")
struct PaymentProcessorTests {
    @Test("R7: an approved sale settles the payment before the answer")
    func approved() async throws {
        let gateway = ScriptedGateway()
        let fixture = PaymentFixture(try Books(), gateway)
        let account = try await fixture.books.account()
        try await fixture.books.invoice(account, 1000)
        let request = fixture.books.request(account, 1000)
        let view = try await fixture.processor.pay(request, timeout: nil)
        #expect(view.payment.state == .succeeded)
        #expect(view.allocations.map(\.allocation.amount) == [1000])
        guard case .newCard(let token, _, _, _) = request.source else { return }
        #expect(gateway.calls == [.card(token), .sale(view.payment.attempt)])
        #expect(
            gateway.sales == [
                ScriptedGateway.Sale(
                    attempt: view.payment.attempt,
                    token: token,
                    amount: Money(minorUnits: 1000, currency: .CAD),
                    savesCard: false
                )
            ]
        )
        #expect(!fixture.inFlight.contains(view.payment.id))
        try await fixture.books.expectSound()
    }

    @Test("R11: a decline is a result, and the account may pay again")
    func declined() async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in
            script.sale = { .success(.of($0.attempt, .declined)) }
        }
        let fixture = PaymentFixture(try Books(), gateway)
        let account = try await fixture.books.account()
        let payment = try await fixture.pay(account)
        #expect(payment.state == .declined)
        #expect(payment.declineCode == "do_not_honor" && payment.retryClass == "soft")
        #expect(try await fixture.pay(account).id != payment.id)
        #expect(gateway.sales.count == 2)
        #expect(try await fixture.books.clearing().isEmpty)
    }

    @Test("R8: while the bank has not decided, another payment is refused")
    func pending() async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in
            script.sale = { .success(.of($0.attempt, .pending)) }
        }
        let fixture = PaymentFixture(try Books(), gateway)
        let account = try await fixture.books.account()
        let payment = try await fixture.pay(account)
        #expect(payment.state == .pending)
        await #expect(throws: BillingError.paymentInProgress(payment.id)) {
            try await fixture.pay(account)
        }
        #expect(gateway.sales.count == 1)
        try await fixture.books.settle(payment, .approved, version: 3)
        gateway.script { $0 = .init() }
        #expect(try await fixture.pay(account).state == .succeeded)
    }

    @Test("The caller's deadline ends the caller's wait, never the sale")
    func deadlineEndsOnlyTheWait() async throws {
        let (gateway, gate) = (ScriptedGateway(), Gate())
        gateway.script { script in
            script.sale = { sale in
                await gate.pass()
                return .success(.of(sale.attempt, .approved))
            }
        }
        let fixture = PaymentFixture(try Books(), gateway)
        let books = fixture.books
        let account = try await books.account()
        let request = books.request(account, 1000)
        let early = try await fixture.processor.pay(request, timeout: .milliseconds(20))
        #expect(early.payment.state == .submitting)
        let again = try await fixture.processor.pay(request, timeout: .milliseconds(20))
        #expect(again.payment.state == .submitting && again.payment.id == early.payment.id)
        await #expect(throws: BillingError.paymentInProgress(early.payment.id)) {
            try await fixture.pay(account)
        }
        gate.open()
        try await eventually("the sale's end") {
            try await books.payment(early.payment.id).state == .succeeded
        }
        #expect(try await fixture.processor.pay(request, timeout: nil).payment.state == .succeeded)
        #expect(gateway.sales.count == 1)
    }

    @Test("A caller that is cancelled takes no sale along")
    func cancelledCallers() async throws {
        let (gateway, gate) = (ScriptedGateway(), Gate())
        gateway.script { script in
            script.sale = { sale in
                await gate.pass()
                return Task.isCancelled
                    ? .failure(.lost) : .success(.of(sale.attempt, .approved))
            }
        }
        let fixture = PaymentFixture(try Books(), gateway)
        let account = try await fixture.books.account()
        let caller = Task { try await fixture.pay(account) }
        try await eventually("the sale") { gateway.sales.count == 1 }
        caller.cancel()
        gate.open()
        #expect(try await caller.value.state == .succeeded)
    }

    @Test(
        "A sale whose reply is lost leaves the payment UNKNOWN, and nothing is guessed",
        arguments: [RPCError.lost, .notSent]
    )
    func lostReplies(failure: RPCError) async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in script.sale = { _ in .failure(failure) } }
        let fixture = PaymentFixture(try Books(), gateway)
        let account = try await fixture.books.account()
        let payment = try await fixture.pay(account)
        #expect(payment.state == .unknown && payment.failureReason == "")
        #expect(gateway.count { $0 == .fence(payment.attempt) } == 0)
        await #expect(throws: BillingError.paymentInProgress(payment.id)) {
            try await fixture.pay(account)
        }
        #expect(gateway.sales.count == 1)
    }

    @Test("A sale that the gateway refuses is fenced at once, and FAILED with its reason")
    func refusedSales() async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in script.sale = { _ in .failure(.refused("CVC_EXPIRED")) } }
        let fixture = PaymentFixture(try Books(), gateway)
        let payment = try await fixture.pay(try await fixture.books.account())
        #expect(payment.state == .failed && payment.failureReason == "CVC_EXPIRED")
        #expect(
            gateway.calls.suffix(3) == [
                .sale(payment.attempt), .operation(payment.attempt), .fence(payment.attempt),
            ]
        )
    }

    @Test("A refused sale that did arrive is what the gateway says it is")
    func refusedButArrived() async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in
            script.sale = { _ in .failure(.refused("OVERLOAD")) }
            script.operation = { .success(.of($0, .approved)) }
        }
        let fixture = PaymentFixture(try Books(), gateway)
        let payment = try await fixture.pay(try await fixture.books.account())
        #expect(payment.state == .succeeded && payment.failureReason == "")
        #expect(gateway.count { $0 == .fence(payment.attempt) } == 0)
    }

    @Test("A refused sale that cannot be fenced now stays UNKNOWN")
    func refusedWithoutProof() async throws {
        let gateway = ScriptedGateway()
        gateway.script { script in
            script.sale = { _ in .failure(.refused("OVERLOAD")) }
            script.fence = { _ in .failure(.lost) }
        }
        let fixture = PaymentFixture(try Books(), gateway)
        let payment = try await fixture.pay(try await fixture.books.account())
        #expect(payment.state == .unknown)
    }

    @Test("A result that could not be stored is asked for again")
    func storeFails() async throws {
        let gateway = ScriptedGateway()
        let fixture = PaymentFixture(try Books(), gateway)
        let books = fixture.books
        let account = try await books.account()
        try await books.fail("INSERT ON ledger_entries")
        let payment = try await fixture.pay(account)
        #expect(payment.state == .submitting)
        try await books.heal()
        gateway.script { script in script.operation = { .success(.of($0, .approved)) } }
        // The first round finds that nothing carries it out any more, the second one asks.
        await fixture.recovery.resolveUnknown()
        #expect(try await books.payment(payment.id).state == .unknown)
        await fixture.recovery.resolveUnknown()
        #expect(try await books.payment(payment.id).state == .succeeded)
        #expect(gateway.sales.count == 1)
        try await books.expectSound()
    }

    @Test("The crash points are passed in order, each at its place")
    func crashPoints() async throws {
        let gateway = ScriptedGateway()
        let books = try Books()
        let passed = Passed()
        let fixture = PaymentFixture(
            books,
            gateway,
            crashPoint: { point in
                let payments = try? await books.count("payments")
                let settled = try? await books.count("ledger_entries")
                await passed.add(
                    "\(point.rawValue) \(payments ?? -1) \(gateway.sales.count) \(settled ?? -1)"
                )
            }
        )
        _ = try await fixture.pay(try await books.account())
        #expect(
            await passed.points == [
                "before-intent-commit 0 0 0", "after-intent-commit 1 0 0", "before-settle 1 1 0",
            ]
        )
    }

    private actor Passed {
        var points: [String] = []

        func add(_ point: String) {
            points.append(point)
        }
    }
}
