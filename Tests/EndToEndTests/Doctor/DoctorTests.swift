import Foundation
import RemitAPI
import TTRPC
import Testing

@Suite("The doctor")
struct DoctorTests {
    @Test("0: services that have done nothing, and services that have taken payments, are fine")
    func healthy() async throws {
        try await withBench { bench in
            _ = try await bench.doctor(0, "FINE")
            let account = try await bench.newAccount()
            _ = try await bench.postInvoice(account, 3000)
            for card in [SandboxCard.visa, SandboxCard.insufficientFunds] {
                _ = try await bench.pay(account, money(2000), try await bench.newCard(card))
            }
            let answer = try await bench.doctor(0, "FINE")
            let books = try answer.list("books")
            #expect(books.count == 1)
            for book in ["billing_minor_units", "gateway_minor_units", "bank_minor_units"] {
                #expect(books.first?[book] as? String == "2000")
            }
            #expect(books.first?["agreeing_payments"] as? String == "1")
            for service in ["billing", "gateway"] {
                let state = try #require(try answer.object()[service] as? [String: Any])
                let ledger = try #require(state["ledger"] as? [String: Any])
                #expect(state["answers"] as? Bool == true && ledger["is_whole"] as? Bool == true)
            }
            for list in ["live_payments", "review_items", "parked_events", "open_operations"] {
                #expect(try answer.list(list).isEmpty)
            }
            let screen = try await bench.remit(["doctor"], json: false)
            #expect(screen.status == .exited(0))
            #expect(screen.output.hasSuffix("Everything is fine.\n"), "\(screen.output)")
        }
    }

    @Test("0: a payment in flight is listed with its age on both sides, and is fine")
    func inFlight() async throws {
        try await withBench { bench in
            let payment = try await bench.pay(
                try await bench.newAccount(),
                money(500),
                try await bench.newCard(SandboxCard.pendingForever)
            )
            let answer = try await bench.doctor(0, "FINE")
            let live = try #require(try answer.list("live_payments").first)
            #expect(live["payment_id"] as? String == payment.paymentID)
            #expect(live["state"] as? String == "PENDING")
            let open = try #require(try answer.list("open_operations").first)
            #expect(open["key"] as? String == payment.attemptID)
            #expect(open["state"] as? String == "OPERATION_STATE_PENDING")
            for item in [live, open] {
                let age = try #require(item["age_milliseconds"] as? String)
                #expect(try #require(Int64(age)) >= 0)
            }
            let screen = try await bench.remit(["doctor"], json: false)
            #expect(screen.status == .exited(0))
            #expect(screen.output.contains(payment.attemptID), "\(screen.output)")
            #expect(screen.output.contains("PENDING"))
        }
    }

    @Test("3: an event that cannot be applied is parked, listed and alarmed")
    func parked() async throws {
        try await withBench { bench in
            // A charge that billing knows nothing of.
            let key = newAttempt()
            let reply = try await bench.authorizations.sale(
                GatewayV1.SaleRequest(
                    key: key,
                    token: try await bench.tokenize(SandboxCard.insufficientFunds),
                    amount: money(500),
                    billingAddress: .home
                )
            )
            #expect(reply.operation?.state == .declined)
            _ = try await eventually("a parked event", within: TestBench.maxDecision) {
                let status = try await bench.reviews.getStatus(BillingV1.GetStatusRequest())
                return status.parkedEvents > 0 ? true : nil
            }
            let answer = try await bench.doctor(3, "NEEDS_A_PERSON")
            let events = try answer.list("parked_events")
            #expect(events.allSatisfy { $0["gateway_key"] as? String == key })
            #expect(events.allSatisfy { $0["reason"] as? String == "paymentNotFound" })
            #expect(try answer.texts("problems").count == 1)
            let listed = try await bench.remit(["review", "parked"])
            #expect(listed.status == .exited(0))
            #expect(try listed.list("events").count == events.count)
        }
    }

    @Test("3: a ledger entry that was changed breaks the chain")
    func brokenChain() async throws {
        try await withBench { bench in
            let payment = try await bench.pay(
                try await bench.newAccount(),
                money(500),
                try await bench.newCard(SandboxCard.visa)
            )
            try #require(payment.state == .succeeded)
            try await bench.stopBilling()
            try Tampering.run(
                """
                UPDATE ledger_entries SET recorded_at = recorded_at + 1
                WHERE reference = '\(payment.attemptID)'
                """,
                on: bench.billingFolder + "/billing.sqlite"
            )
            try await bench.startBilling()
            let answer = try await bench.doctor(3, "NEEDS_A_PERSON")
            let billing = try #require(try answer.object()["billing"] as? [String: Any])
            let ledger = try #require(billing["ledger"] as? [String: Any])
            #expect(ledger["is_whole"] as? Bool == false)
            #expect(try answer.texts("problems").contains { $0.contains("billing ledger") })
            let screen = try await bench.remit(["doctor"], json: false)
            #expect(screen.status == .exited(3))
            #expect(screen.output.contains("BROKEN"), "\(screen.output)")
            // The audit that ends a bench would find it too.
            try await bench.stopBilling()
        }
    }

    @Test("7: with one service away, what the other says is still shown")
    func unreachable() async throws {
        try await withBench { bench in
            let payment = try await bench.pay(
                try await bench.newAccount(),
                money(500),
                try await bench.newCard(SandboxCard.pendingForever)
            )
            try await bench.stopGateway()
            let withoutGateway = try await bench.doctor(7, "UNREACHABLE")
            #expect(try withoutGateway.list("live_payments").count == 1)
            #expect(try withoutGateway.object()["books"] == nil)
            try await bench.startGateway()
            try await bench.stopBilling()
            let withoutBilling = try await bench.doctor(7, "UNREACHABLE")
            let open = try withoutBilling.list("open_operations")
            #expect(open.map { $0["key"] as? String } == [payment.attemptID])
            let gateway = try #require(try withoutBilling.object()["gateway"] as? [String: Any])
            #expect(gateway["answers"] as? Bool == true && gateway["ledger"] != nil)
            let screen = try await bench.remit(["doctor"], json: false)
            #expect(screen.status == .exited(7))
            #expect(screen.output.contains("UNREACHABLE"), "\(screen.output)")
            #expect(screen.output.contains(payment.attemptID), "\(screen.output)")
        }
    }

    @Test("2: without an address there is nothing to examine")
    func usage() async throws {
        try await withBench { bench in
            let process = try bench.run(.client, ["doctor", "--billing", bench.billingAddress])
            #expect(try await process.waitUntilEnded() == .exited(2), "\(process.log)")
        }
    }
}
