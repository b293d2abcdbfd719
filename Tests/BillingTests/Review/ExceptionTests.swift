import GRDB
import Payments
import Testing

@testable import Billing

@Suite("Deciding an exception")
struct ExceptionTests {
    // MARK: The gateway took money for a payment that ended without it

    @Test(
        "CREDIT pays open invoices, oldest first, and keeps the rest",
        arguments: [OperationState.declined, .fenced, .voided]
    )
    func credits(ended: OperationState) async throws {
        let books = try Books()
        let account = try await books.account()
        let first = try await books.invoice(account, 300)
        let second = try await books.invoice(account, 500)
        let (payment, key) = try await books.contradicted(
            account,
            1000,
            ended: ended,
            proof: .approved
        )
        let item = try await books.decide(key, .credit)
        #expect(item.payment.state == PaymentStateMachine.outcome(of: ended))
        #expect(try await books.invoice(first.id).state == .paid)
        #expect(try await books.invoice(second.id).state == .paid)
        #expect(try await books.balance(account).current == -200)
        #expect(
            try await books.booked(payment) == [
                "exception_credited gateway_clearing 1000 accounts_receivable -800 "
                    + "customer_credit -200"
            ]
        )
        #expect(try await books.clearing() == [payment.attempt.text: 1000])
        let history = try await books.historyRows(account)
        #expect(history.last == "credit -1000 -200 AVAILABLE")
        #expect(try await books.openItems() == [])
        try await books.expectSound()
        // What is left pays the next invoice.
        let third = try await books.invoice(account, 200)
        #expect(third.state == .paid)
        try await books.expectSound()
    }

    @Test("CREDIT of less than what is owed leaves no credit, and of nothing owed all of it")
    func creditEnds() async throws {
        let books = try Books()
        let owing = try await books.account()
        try await books.invoice(owing, 5000)
        let free = try await books.account()
        for account in [owing, free] {
            let (_, key) = try await books.contradicted(
                account,
                ended: .declined,
                proof: .captured
            )
            try await books.decide(key, .credit)
        }
        #expect(try await books.balance(owing).outstanding == 4000)
        #expect(try await books.historyRows(owing).last == "credit -1000 4000 USED")
        #expect(try await books.balance(free).credit == 1000)
        try await books.expectSound()
    }

    // MARK: A payment in the books did not happen

    @Test("REVERSE takes the payment's own credit first, then its invoices, which open again")
    func reverses() async throws {
        let books = try Books()
        let account = try await books.account()
        let first = try await books.invoice(account, 300)
        let second = try await books.invoice(account, 500)
        let payment = try await books.paid(account, 1000)
        let third = try await books.invoice(account, 150)
        #expect(third.state == .paid)
        let key = try await books.contradict(payment, .declined, version: 3)
        let item = try await books.decide(key, .reverse)
        #expect(item.payment.state == .succeeded)
        for invoice in [first, second, third] {
            let stored = try await books.invoice(invoice.id)
            #expect(stored.state == .open && stored.due == invoice.total)
        }
        #expect(try await books.balance(account).outstanding == 950)
        #expect(
            try await books.booked(payment).last
                == "payment_reversed gateway_clearing -1000 accounts_receivable 950 "
                + "customer_credit 50"
        )
        #expect(try await books.clearing() == [payment.attempt.text: 0])
        let history = try await books.historyRows(account)
        #expect(history.last == "reversal 1000 950 REVERSED")
        #expect(history.contains("credit -200 -200 REVERSED"))
        #expect(try await books.count("allocations") == 0)
        #expect(try await books.count("released_allocations") == 3)
        let view = try await books.store.payment(payment.id)
        #expect(view.allocations.isEmpty && view.payment.credited == 0)
        try await books.expectSound()
    }

    @Test("Credit of other payments then pays what opened: never both stand side by side")
    func freeCredit() async throws {
        let books = try Books()
        let account = try await books.account()
        let old = try await books.invoice(account, 400)
        let payment = try await books.paid(account, 400)
        try await books.paid(account, 250)
        let key = try await books.contradict(payment, .fenced, version: 3)
        try await books.decide(key, .reverse)
        let balance = try await books.balance(account)
        #expect(balance.outstanding == 150 && balance.credit == 0)
        #expect(try await books.invoice(old.id).due == 150)
        #expect(try await books.historyRows(account).last == "reversal 400 150 REVERSED")
        try await books.expectSound()
        // With more credit than what opened, the invoice is paid and credit remains.
        let other = try await books.account()
        let invoice = try await books.invoice(other, 400)
        let reversed = try await books.paid(other, 400)
        try await books.paid(other, 900)
        let second = try await books.contradict(reversed, .voided, version: 3)
        try await books.decide(second, .reverse)
        #expect(try await books.invoice(invoice.id).state == .paid)
        #expect(try await books.balance(other).current == -500)
        try await books.expectSound()
    }

    @Test("A payment with more allocations than are read at a time is taken back whole")
    func manyAllocations() async throws {
        let books = try Books()
        let account = try await books.account()
        for _ in 0..<230 { try await books.invoice(account, 2) }
        let payment = try await books.paid(account, 460)
        let key = try await books.contradict(payment, .declined, version: 3)
        try await books.decide(key, .reverse)
        #expect(try await books.balance(account).outstanding == 460)
        #expect(try await books.count("allocations") == 0)
        try await books.expectSound()
    }

    @Test("What was credited can be taken back, and credited again")
    func backAndForth() async throws {
        let books = try Books()
        let account = try await books.account()
        try await books.invoice(account, 700)
        let (payment, first) = try await books.contradicted(
            account,
            ended: .declined,
            proof: .approved
        )
        try await books.decide(first, .credit)
        // The same again agrees with the books by now, however the payment ended.
        #expect(try await books.settle(payment, .captured, version: 4).action == .ignore)
        let second = try await books.contradict(payment, .voided, version: 5)
        try await books.decide(second, .reverse)
        #expect(try await books.balance(account).current == 700)
        #expect(try await books.clearing() == [payment.attempt.text: 0])
        let third = try await books.contradict(payment, .approved, version: 6)
        try await books.decide(third, .credit)
        #expect(try await books.balance(account).current == -300)
        #expect(try await books.clearing() == [payment.attempt.text: 1000])
        #expect(
            try await books.historyRows(account) == [
                "invoice 700 700 PAID", "payment -1000 700 DECLINED",
                "credit -1000 -300 REVERSED", "reversal 1000 700 REVERSED",
                "credit -1000 -300 AVAILABLE",
            ]
        )
        try await books.expectSound()
    }

    // MARK: No money moves

    @Test("DISMISS closes an exception and moves no money")
    func dismisses() async throws {
        let books = try Books()
        let (_, key) = try await books.contradicted(
            try await books.account(),
            ended: .declined,
            proof: .approved
        )
        let before = try await books.dump()
        try await books.decide(key, .dismiss)
        let after = try await books.dump()
        for table in before.keys where !["events", "review_decisions"].contains(table) {
            #expect(before[table] == after[table], "\(table)")
        }
        #expect(try await books.openItems() == [])
        #expect(try await books.store.billingStatus().openExceptions == 0)
        try await books.expectSound()
    }

    @Test(
        "A decision that does not fit what is proven and booked is refused",
        arguments: [
            (OperationState.declined, OperationState.approved, ReviewDecision.reverse),
            (.fenced, .declined, .credit), (.fenced, .declined, .reverse),
            (.approved, .declined, .credit), (.voided, .expired, .credit),
        ]
    )
    func misfits(
        ended: OperationState,
        proof: OperationState,
        decision: ReviewDecision
    ) async throws {
        let books = try Books()
        let (_, key) = try await books.contradicted(
            try await books.account(),
            ended: ended,
            proof: proof
        )
        let before = try await books.dump()
        await expectMisfit { try await books.vote(key, decision, by: "ann") }
        #expect(try await books.dump() == before)
    }

    private func expectMisfit(_ body: () async throws -> some Sendable) async {
        do {
            let value = try await body()
            Issue.record("it fits: \(value)")
        } catch BillingError.decisionDoesNotFit {
        } catch {
            Issue.record(error)
        }
    }

    @Test("Money is credited once, however many exceptions say it was taken")
    func creditsOnce() async throws {
        let books = try Books()
        let account = try await books.account()
        let (payment, first) = try await books.contradicted(
            account,
            ended: .declined,
            proof: .approved
        )
        let second = try await books.contradict(payment, .captured, version: 4)
        try await books.vote(first, .credit, by: "ann")
        try await books.decide(second, .credit)
        await expectMisfit { try await books.vote(first, .credit, by: "bob") }
        #expect(try await books.balance(account).credit == 1000)
        try await books.vote(first, .dismiss, by: "ann")
        try await books.vote(first, .dismiss, by: "bob")
        #expect(try await books.balance(account).credit == 1000)
        #expect(try await books.openItems() == [])
        try await books.expectSound()
    }

    @Test("Proof that was overtaken by later proof moves no money")
    func overtaken() async throws {
        let books = try Books()
        let account = try await books.account()
        let (payment, first) = try await books.contradicted(
            account,
            ended: .declined,
            proof: .approved
        )
        try await books.contradict(payment, .voided, version: 4)
        await expectMisfit { try await books.vote(first, .credit, by: "ann") }
        #expect(try await books.balance(account).credit == 0)
    }

    @Test("An exception that is not there is not decided")
    func missing() async throws {
        let books = try Books()
        let payment = try await books.paid(try await books.account(), 100)
        await #expect(throws: BillingError.exceptionNotFound) {
            let key = ReviewKey(payment: payment.id, gatewayVersion: 9)
            return try await books.vote(key, .dismiss, by: "ann")
        }
        await #expect(throws: BillingError.paymentNotFound) {
            let key = ReviewKey(payment: PaymentID(ULID(high: 7, low: 7)), gatewayVersion: 1)
            return try await books.vote(key, .dismiss, by: "ann")
        }
    }

    @Test("A step that cannot be finished leaves nothing of a reversal behind")
    func atomic() async throws {
        let books = try Books()
        let account = try await books.account()
        try await books.invoice(account, 400)
        let payment = try await books.paid(account, 400)
        try await books.paid(account, 100)
        let key = try await books.contradict(payment, .declined, version: 3)
        try await books.vote(key, .reverse, by: "ann")
        let before = try await books.dump()
        for statement in [
            "DELETE ON allocations", "UPDATE ON invoices", "UPDATE ON balances",
            "INSERT ON ledger_entries", "INSERT ON reversals", "INSERT ON history",
            "UPDATE ON review_decisions",
        ] {
            try await books.fail(statement)
            await #expect(throws: DatabaseError.self) {
                try await books.vote(key, .reverse, by: "bob")
            }
            try await books.heal()
            #expect(try await books.dump() == before, "\(statement)")
        }
        try await books.vote(key, .reverse, by: "bob")
        try await books.expectSound()
    }
}
