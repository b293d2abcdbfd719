import RemitAPI
import Testing

@Suite("A feed of the gateway that billing does not apply")
struct StuckFeedTests {
    /// Whatever billing applies, its store refuses to move the cursor.
    private static let stick = """
        CREATE TRIGGER stuck BEFORE UPDATE ON gateway_feed
        BEGIN SELECT RAISE(ABORT, 'the feed is stuck'); END
        """
    private static let release = "DROP TRIGGER stuck"

    /// Changes billing's store while billing is away.
    private func tamper(_ bench: TestBench, _ sql: String) async throws {
        try await bench.stopBilling()
        try Tampering.run(sql, on: bench.billingFolder + "/billing.sqlite")
        try await bench.startBilling()
    }

    /// A payment that waits for the bank's decision, with everything before it applied.
    private func pending(_ bench: TestBench) async throws -> BillingV1.Payment {
        let payment = try await bench.pay(
            try await bench.newAccount(),
            money(500),
            try await bench.newCard(SandboxCard.pendingForever)
        )
        try #require(payment.state == .pending)
        try await bench.settledFeed()
        return payment
    }

    private func approve(_ bench: TestBench, _ payment: BillingV1.Payment) async throws {
        _ = try await bench.sandbox.resolvePending(
            GatewayV1.ResolvePendingRequest(key: payment.attemptID, decision: .approve)
        )
    }

    /// The payment has come to what the gateway decided, and nothing is wrong any more.
    private func expectSettled(_ bench: TestBench, _ payment: BillingV1.Payment) async throws {
        let decided = try await bench.decided(requestID: payment.requestID)
        #expect(decided.state == .succeeded)
        try await bench.settledFeed()
        let answer = try await bench.doctor(0, "FINE")
        #expect(try answer.object()["is_feed_stuck"] as? Bool == false)
        #expect(try answer.list("unsettled_payments").isEmpty)
    }

    @Test("3: a cursor that stays behind the gateway is alarmed, and so is what is live for it")
    func stuck() async throws {
        try await withBench { bench in
            let payment = try await pending(bench)
            let cursor = try await bench.settledFeed()
            try await tamper(bench, Self.stick)
            // The gateway has told nothing since.
            _ = try await bench.doctor(0, "FINE")

            // Known from the sale's reply: nothing is late but the cursor.
            let other = try await bench.pay(
                try await bench.newAccount(),
                money(300),
                try await bench.newCard(SandboxCard.visa)
            )
            #expect(other.state == .succeeded)
            let first = try await bench.doctor(3, "NEEDS_A_PERSON")
            #expect(try first.object()["is_feed_stuck"] as? Bool == true)
            let stays = "billing does not apply the gateway's events after \(cursor)"
            #expect(try first.texts("problems") == [stays])

            try await approve(bench, payment)
            let second = try await bench.doctor(3, "NEEDS_A_PERSON")
            #expect(
                try second.texts("problems") == [
                    stays, "payments are live that have ended at the gateway: 1",
                ]
            )
            let screen = try await bench.remit(["doctor"], json: false)
            #expect(screen.status == .exited(3))
            #expect(screen.output.contains("STUCK"), "\(screen.output)")
            let now = try await bench.payment(requestID: payment.requestID)
            #expect(now?.state == .pending)

            try await tamper(bench, Self.release)
            try await expectSettled(bench, payment)
        }
    }

    @Test("3: a payment that stays live though it has ended at the gateway is alarmed")
    func passedOver() async throws {
        try await withBench { bench in
            let payment = try await pending(bench)
            try await bench.stopBilling()
            try await approve(bench, payment)
            let head = try #require(try await bench.gatewayHead())
            try Tampering.run(
                "UPDATE gateway_feed SET cursor = \(head), event_id = ''",
                on: bench.billingFolder + "/billing.sqlite"
            )
            try await bench.startBilling()
            let answer = try await bench.doctor(3, "NEEDS_A_PERSON")
            #expect(try answer.object()["is_feed_stuck"] as? Bool == false)
            #expect(
                try answer.texts("problems") == [
                    "payments are live that have ended at the gateway: 1"
                ]
            )
            let unsettled = try #require(try answer.list("unsettled_payments").first)
            #expect(unsettled["attempt_id"] as? String == payment.attemptID)
            #expect(unsettled["gateway_state"] as? String == "OPERATION_STATE_APPROVED")
            let screen = try await bench.remit(["doctor"], json: false)
            #expect(screen.output.contains("APPROVED at the gateway"), "\(screen.output)")

            // What was applied before is no news when it comes again.
            try await tamper(bench, "UPDATE gateway_feed SET cursor = 0, event_id = ''")
            try await expectSettled(bench, payment)
        }
    }
}
