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
        let start = Date()
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
            let screen = try await bench.remit(["doctor"], json: false)
            #expect(screen.status == .exited(0))
            #expect(screen.output.contains(payment.attemptID), "\(screen.output)")
            #expect(screen.output.contains("PENDING"))
            let later = try await bench.doctor(0, "FINE")
            for list in ["live_payments", "open_operations"] {
                try expectAging(list, answer, later, since: start)
            }
        }
    }

    /// What waits has an age: not more than the test's own, and more when it is asked for again.
    private func expectAging(
        _ list: String,
        _ earlier: ClientAnswer,
        _ later: ClientAnswer,
        since start: Date,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let ages = try [earlier, later].map { answer in
            try answer.list(list).map { item in
                let age = try #require(item["age_milliseconds"] as? String)
                return try #require(Int64(age))
            }
        }
        let longest = Int64(Date().timeIntervalSince(start) * 1000)
        #expect(
            !ages[0].isEmpty && ages[0].count == ages[1].count,
            "\(list): \(ages)",
            sourceLocation: sourceLocation
        )
        for (before, after) in zip(ages[0], ages[1]) {
            #expect(
                0 <= before && before < after && after <= longest,
                "\(list): \(before), then \(after), of \(longest)",
                sourceLocation: sourceLocation
            )
        }
    }

    @Test("0: a payment whose reply was lost is listed as unknown with its age, and is fine")
    func unknown() async throws {
        let start = Date()
        // The bank has decided, and its reply is waited for: the gateway does not know either.
        try await withBench(gateway: ["--bank-timeout-milliseconds", "120000"]) { bench in
            let account = try await bench.newAccount()
            let source = try await bench.newCard(SandboxCard.replyLost)
            let requestID = newRequestID()
            let call = Task {
                try? await bench.pay(account, money(500), source, requestID: requestID)
            }
            _ = try await eventually("a charge", within: TestBench.maxDecision) {
                try await bench.allCharges().first
            }
            await bench.billing?.kill()
            #expect(await call.value == nil)
            try await bench.startBilling()
            let payment = try await eventually("the unknown", within: TestBench.maxDecision) {
                let payment = try await bench.payment(requestID: requestID)
                return payment?.state == .unknown ? payment : nil
            }

            let answer = try await bench.doctor(0, "FINE")
            let live = try answer.list("live_payments")
            #expect(live.map { $0["payment_id"] as? String } == [payment.paymentID])
            #expect(live.map { $0["state"] as? String } == ["UNKNOWN"])
            let open = try answer.list("open_operations")
            #expect(open.map { $0["key"] as? String } == [payment.attemptID])
            #expect(open.map { $0["state"] as? String } == ["OPERATION_STATE_SENT"])
            let differences = try answer.list("differences")
            #expect(differences.map { $0["attempt_id"] as? String } == [payment.attemptID])
            #expect(differences.map { $0["is_in_flight"] as? Bool } == [true])
            let screen = try await bench.remit(["doctor"], json: false)
            #expect(screen.status == .exited(0))
            #expect(screen.output.contains("UNKNOWN"), "\(screen.output)")
            let later = try await bench.doctor(0, "FINE")
            for list in ["live_payments", "open_operations"] {
                try expectAging(list, answer, later, since: start)
            }

            await bench.gateway?.kill()
            try await bench.startGateway()
            #expect(try await bench.decided(requestID: requestID).state == .succeeded)
            #expect(try await bench.doctor(0, "FINE").list("live_payments").isEmpty)
        }
    }

    @Test("3: an event that cannot be applied is parked, listed and alarmed")
    func parked() async throws {
        let start = Date()
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
            let later = try await bench.doctor(3, "NEEDS_A_PERSON")
            try expectAging("parked_events", answer, later, since: start)
        }
    }

    @Test("3: what waits for operators is listed with its age")
    func review() async throws {
        let start = Date()
        try await withBench(billing: ["--unknown-horizon-seconds", "1"]) { bench in
            let payment = try await bench.reviewed(try await bench.newAccount(), 500)
            try await bench.decide(payment.paymentID, "failed")
            let item = try await bench.contradict(payment, .approve)
            _ = try await bench.reviewed(try await bench.newAccount(), 700)
            let answer = try await bench.doctor(3, "NEEDS_A_PERSON")
            // An exception, and a payment in review.
            let versions = try answer.list("review_items").map { $0["gateway_version"] as? String }
            #expect(versions.count == 2 && versions.filter { $0 == "0" }.count == 1)
            let later = try await bench.doctor(3, "NEEDS_A_PERSON")
            try expectAging("review_items", answer, later, since: start)
            try await bench.decide(
                payment.paymentID,
                version: "\(item.gatewayVersion)",
                "credit"
            )
        }
    }

    @Test(
        "3: a ledger entry that was changed breaks its chain",
        arguments: [Program.billing, .gateway]
    )
    func brokenChain(_ program: Program) async throws {
        let (name, other) =
            program == .billing ? ("billing", "gateway") : ("gateway", "billing")
        try await withBench { bench in
            let payment = try await bench.pay(
                try await bench.newAccount(),
                money(500),
                try await bench.newCard(SandboxCard.visa)
            )
            try #require(payment.state == .succeeded)
            try await bench.stop(program)
            try Tampering.run(
                """
                UPDATE ledger_entries SET recorded_at = recorded_at + 1
                WHERE reference = '\(payment.attemptID)'
                """,
                on: bench.folder(of: program) + "/\(name).sqlite"
            )
            try await bench.start(program)
            let answer = try await bench.doctor(3, "NEEDS_A_PERSON")
            for (service, isWhole) in [(name, false), (other, true)] {
                let state = try #require(try answer.object()[service] as? [String: Any])
                let ledger = try #require(state["ledger"] as? [String: Any])
                #expect(ledger["is_whole"] as? Bool == isWhole, "\(service)")
            }
            let problems = try answer.texts("problems")
            #expect(problems.count == 1)
            #expect(problems.first?.hasPrefix("the \(name) ledger is broken") == true)
            let screen = try await bench.remit(["doctor"], json: false)
            #expect(screen.status == .exited(3))
            #expect(screen.output.contains("BROKEN"), "\(screen.output)")
            // The audit that ends a bench would find it too.
            try await bench.stopBilling()
        }
    }

    @Test(
        "3: a key for which the bank was asked twice is listed, though the sums agree",
        arguments: [3, 4]
    )
    func doubled(state: Int) async throws {
        try await withBench { bench in
            let payment = try await bench.pay(
                try await bench.newAccount(),
                money(500),
                try await bench.newCard(SandboxCard.visa)
            )
            try #require(payment.state == .succeeded)
            try await bench.stopGateway()
            let columns = """
                minor_units, currency, response_code, decline_code, approval_code, avs_result,
                cvc_result, created_at, decides_at, advice_due, fault
                """
            // A second line that was declined, or reversed: it moved no money.
            try Tampering.run(
                """
                INSERT INTO charges (reference, operation, state, \(columns))
                SELECT reference, operation, \(state), \(columns) FROM charges
                """,
                on: bench.gatewayFolder + "/sandbox-bank.sqlite"
            )
            try await bench.startGateway()
            let answer = try await bench.doctor(3, "NEEDS_A_PERSON")
            #expect(try answer.texts("doubled_charges") == [payment.attemptID])
            #expect(try answer.texts("problems").count == 1)
            #expect(try answer.list("differences").isEmpty)
            let screen = try await bench.remit(["doctor"], json: false)
            #expect(screen.output.contains("DOUBLED"), "\(screen.output)")
            let reconciled = try await bench.remit(["ledger", "reconcile"], json: false)
            #expect(reconciled.status == .exited(3))
            #expect(reconciled.output.contains(payment.attemptID), "\(reconciled.output)")
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
