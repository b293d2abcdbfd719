import RemitAPI
import TTRPC
import Testing

@Suite("Payments that operators decide")
struct ReviewTests {
    private static let shortHorizon = ["--unknown-horizon-seconds", "1"]

    @Test("3: a payment in review blocks its account until two operators have decided")
    func review() async throws {
        try await withBench(billing: Self.shortHorizon) { bench in
            let account = try await bench.newAccount()
            let payment = try await bench.reviewed(account, 500)
            await expectRefusal(.failedPrecondition, "PAYMENT_IN_PROGRESS") {
                try await bench.pay(
                    account,
                    money(100),
                    try await bench.newCard(SandboxCard.visa)
                )
            }
            let before = try await bench.doctor(3, "NEEDS_A_PERSON")
            let item = try #require(try before.list("review_items").first)
            #expect(item["payment_id"] as? String == payment.paymentID)
            #expect(item["payment_state"] as? String == "PAYMENT_STATE_REVIEW")
            let listed = try await bench.remit(["review", "list"], json: false)
            #expect(listed.status == .exited(0))
            #expect(listed.output.contains(payment.paymentID), "\(listed.output)")

            try await propose(bench, payment)
            try await bench.decide(payment.paymentID, "failed")
            let decided = try #require(try await bench.payment(requestID: payment.requestID))
            #expect(decided.state == .failed)
            #expect(decided.failureReason == "DECIDED_BY_OPERATORS")
            // The bank has still not decided; that is in flight, and fine.
            _ = try await bench.doctor(0, "FINE")
            let paid = try await bench.pay(
                account,
                money(100),
                try await bench.newCard(SandboxCard.visa)
            )
            #expect(paid.state == .succeeded)
        }
    }

    /// One operator alone changes nothing, and two that differ neither.
    private func propose(_ bench: TestBench, _ payment: BillingV1.Payment) async throws {
        let decide = { (name: String, decision: String) in
            try await bench.remit([
                "review", "decide", payment.paymentID, "--decision", decision,
                "--operator", name, "--note", "the bank was called",
            ])
        }
        for _ in 0..<2 {
            let proposed = try await decide("ann", "failed")
            #expect(proposed.status == .exited(0), "\(proposed.log)")
            #expect(try proposed.object()["payment_state"] as? String == "PAYMENT_STATE_REVIEW")
        }
        let differs = try await decide("bob", "succeeded")
        #expect(differs.status == .exited(3))
        #expect(differs.log.contains("DECISION_DIFFERS"), "\(differs.log)")
        let misfit = try await decide("bob", "credit")
        #expect(misfit.status == .exited(3))
        #expect(misfit.log.contains("BAD_ENUM"), "\(misfit.log)")
        #expect(try await decide("bob", "nonsense").status == .exited(2))
        let now = try await bench.payment(requestID: payment.requestID)
        #expect(now?.state == .review)
    }

    @Test("3: money that the bank took after all is credited, and the three books agree again")
    func credit() async throws {
        try await withBench(billing: Self.shortHorizon) { bench in
            let account = try await bench.newAccount()
            let invoice = try await bench.postInvoice(account, 300)
            let payment = try await bench.reviewed(account, 500)
            try await bench.decide(payment.paymentID, "failed")
            let item = try await bench.contradict(payment, .approve)
            #expect(item.paymentState == .failed && item.gatewayState == "APPROVED")
            let before = try await bench.doctor(3, "NEEDS_A_PERSON")
            let differences = try before.list("differences")
            #expect(differences.map { $0["attempt_id"] as? String } == [payment.attemptID])
            #expect(differences.map { $0["is_in_flight"] as? Bool } == [false])
            #expect(try before.texts("problems").count == 2)

            try await bench.decide(
                payment.paymentID,
                version: "\(item.gatewayVersion)",
                "credit"
            )
            _ = try await bench.doctor(0, "FINE")
            #expect(try await bench.invoice(invoice.invoiceID).state == .paid)
            #expect(try await bench.balance(account).current == money(-200))
            let history = try await bench.remit([
                "history", "list", "--account", account, "--type", "credit",
            ])
            #expect(try history.list("transactions").count == 1)
        }
    }

    @Test("3: money that the bank did not take is reversed, and the three books agree again")
    func reverse() async throws {
        try await withBench(billing: Self.shortHorizon) { bench in
            let account = try await bench.newAccount()
            let invoice = try await bench.postInvoice(account, 300)
            let payment = try await bench.reviewed(account, 500)
            try await bench.decide(payment.paymentID, "succeeded")
            #expect(try await bench.balance(account).current == money(-200))
            let item = try await bench.contradict(payment, .decline)
            #expect(item.paymentState == .succeeded && item.gatewayState == "DECLINED")
            _ = try await bench.doctor(3, "NEEDS_A_PERSON")
            try await bench.decide(
                payment.paymentID,
                version: "\(item.gatewayVersion)",
                "reverse"
            )
            _ = try await bench.doctor(0, "FINE")
            #expect(try await bench.invoice(invoice.invoiceID).state == .open)
            #expect(try await bench.balance(account).current == money(300))
            let history = try await bench.remit([
                "history", "list", "--account", account, "--type", "reversal",
            ])
            let reversal = try #require(try history.list("transactions").first)
            #expect(reversal["status"] as? String == "REVERSED")
        }
    }
}
