import RemitAPI
import TTRPC
import Testing

@Suite("Streams of the services")
struct StreamTests {
    @Test("subscribers lose and repeat nothing while both services are killed and started again")
    func kills() async throws {
        try await withBench { bench in
            let (billing, gateway) = (Subscriber.billing(bench), Subscriber.gateway(bench))
            for round in 0..<4 {
                #expect(try await bench.payFromNewAccount(SandboxCard.visa).state == .succeeded)
                let source = try await bench.newCard(SandboxCard.visa)
                let account = try await bench.newAccount()
                let requestID = newRequestID()
                // Killed in the midst of it, or before, or after.
                let call = Task {
                    try await bench.pay(account, money(700), source, requestID: requestID)
                }
                if round % 2 == 0 {
                    await bench.billing?.kill()
                    try await bench.startBilling()
                } else {
                    await bench.gateway?.kill()
                    try await bench.startGateway()
                }
                _ = try? await call.value
                if try await bench.payment(requestID: requestID) != nil {
                    _ = try await bench.decided(requestID: requestID)
                }
            }
            try await bench.checkBooks()
            let ours = try await bench.billingEvents.list(
                BillingV1.ListEventsRequest(pageSize: 500)
            )
            let theirs = try await bench.gatewayEvents.list(
                GatewayV1.ListEventsRequest(pageSize: 500)
            )
            try await billing.has(ours.headSequence)
            try await gateway.has(try #require(theirs.events.last).sequence)
            #expect(billing.sequences == Array(1...ours.headSequence))
            #expect(billing.texts == ours.events.map(\.eventID))
            #expect(gateway.sequences == theirs.events.map(\.sequence))
            #expect(gateway.texts == theirs.events.map(\.eventID))
            #expect(billing.losses > 0 && gateway.losses > 0)
            await billing.end()
            await gateway.end()
        }
    }

    @Test("the bank's late decision comes to billing by the stream, without a page being read")
    func pendingResult() async throws {
        try await withBench { bench in
            try await bench.stopBilling()
            // Pages would bring it after a minute, and recovery never.
            let billing = try bench.run(
                .billing,
                [
                    "serve", "--listen", bench.billingAddress, "--data", bench.billingFolder,
                    "--gateway", bench.gatewayAddress, "--recovery-interval-milliseconds", "60000",
                    "--feed-interval-milliseconds", "60000",
                ]
            )
            _ = try await billing.listeningPort()
            for decision in [GatewayV1.PendingDecision.approve, .decline] {
                let payment = try await bench.payFromNewAccount(SandboxCard.pendingForever)
                #expect(payment.state == .pending)
                let changes = try await bench.payments.watch(
                    BillingV1.WatchPaymentRequest(key: .paymentID(payment.paymentID))
                )
                #expect(try await changes.next() == payment)
                _ = try await bench.sandbox.resolvePending(
                    GatewayV1.ResolvePendingRequest(key: payment.attemptID, decision: decision)
                )
                let decided = try await changes.next()
                #expect(decided?.state == (decision == .approve ? .succeeded : .declined))
                #expect(try await changes.next() == nil)
                #expect(try await bench.payment(requestID: payment.requestID) == decided)
            }
            billing.terminate()
            #expect(try await billing.waitUntilEnded() == .exited(0))
            try await bench.startBilling()
        }
    }

    @Test("a gateway read by pages alone brings it too")
    func pages() async throws {
        try await withBench(billing: ["--feed-by-pages"]) { bench in
            let payment = try await bench.payFromNewAccount(SandboxCard.pendingForever)
            _ = try await bench.sandbox.resolvePending(
                GatewayV1.ResolvePendingRequest(key: payment.attemptID, decision: .approve)
            )
            let decided = try await bench.decided(requestID: payment.requestID)
            #expect(decided.state == .succeeded)
        }
    }

    @Test(
        "SIGTERM ends every stream with DRAINING and the service with 0, long before its time-out"
    )
    func drain() async throws {
        let patience = ["--drain-timeout-seconds", "3600"]
        try await withBench(gateway: patience, billing: patience) { bench in
            let payment = try await bench.payFromNewAccount(SandboxCard.pendingForever)
            let watch = try await bench.payments.watch(
                BillingV1.WatchPaymentRequest(key: .requestID(payment.requestID))
            )
            let ours = try await bench.billingEvents.stream(BillingV1.StreamEventsRequest())
            let theirs = try await bench.gatewayEvents.stream(GatewayV1.StreamEventsRequest())
            #expect(try await watch.next()?.state == .pending)
            #expect(try await ours.next()?.events.isEmpty == false)
            #expect(try await theirs.next()?.position?.epoch.isEmpty == false)
            try await bench.stopBilling()
            await expectDraining { while try await ours.next() != nil {} }
            await expectDraining { while try await watch.next() != nil {} }
            // Billing's own stream has ended with billing; this one is left.
            try await bench.stopGateway()
            await expectDraining { while try await theirs.next() != nil {} }
            try await bench.startGateway()
            try await bench.startBilling()
            _ = try await bench.sandbox.resolvePending(
                GatewayV1.ResolvePendingRequest(key: payment.attemptID, decision: .approve)
            )
            _ = try await bench.decided(requestID: payment.requestID)
        }
    }

    private func expectDraining(_ read: () async throws -> Void) async {
        do {
            try await read()
            Issue.record("the stream ended well")
        } catch let error as RPCError {
            #expect(error.code == .unavailable && error.reason == "DRAINING", "\(error)")
            #expect(error.retryAfterMilliseconds == 100)
        } catch {
            Issue.record(error)
        }
    }
}
