import RemitAPI
import TTRPC
import Testing

extension SharedServices {
    @Suite("Payments the bank has not decided")
    struct PendingTests {
        @Test("R8: of 64 callers with ids of their own, one is pending and 63 are refused")
        func race() async throws {
            let callers = 64
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            var sources: [BillingV1.PayRequest.Source] = []
            for _ in 0..<callers {
                sources.append(try await bench.newCard(SandboxCard.pendingForever))
            }
            let answers = await withTaskGroup(of: Result<BillingV1.Payment, any Error>.self) {
                group in
                for source in sources {
                    group.addTask {
                        do {
                            return .success(try await bench.pay(account, money(500), source))
                        } catch {
                            return .failure(error)
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            var live: [BillingV1.Payment] = []
            var refused = 0
            for answer in answers {
                switch answer {
                case .success(let payment): live.append(payment)
                case .failure(let error):
                    let error = try #require(error as? RPCError)
                    #expect(error.code == .failedPrecondition)
                    #expect(error.reason == "PAYMENT_IN_PROGRESS", "\(error)")
                    refused += 1
                }
            }
            #expect(live.map(\.state) == [.pending])
            #expect(refused == callers - 1)
            let charged = try await bench.charges(try #require(live.first).attemptID)
            #expect(charged.map(\.state) == [.pending])
            #expect(try await bench.prepare(account).livePayment == live.first)
            #expect(try await bench.balance(account).pending == money(500))
        }

        @Test(
            "R8: a pending payment blocks another until the bank has decided, by its clock",
            .enabled(if: patienceFactor == 1, "the bank's five seconds wait for no slow service"),
            arguments: [
                (SandboxCard.pendingThenApproved, BillingV1.PaymentState.succeeded),
                (SandboxCard.pendingThenDeclined, .declined),
            ]
        )
        func byClock(_ number: String, _ outcome: BillingV1.PaymentState) async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let requestID = newRequestID()
            try await expectBlocked(account, number, requestID: requestID)
            let decided = try await bench.decided(requestID: requestID)
            #expect(decided.state == outcome)
            try await expectFree(account)
        }

        @Test(
            "R8: a pending payment blocks another until the bank has decided, when it is told to",
            arguments: [
                (GatewayV1.PendingDecision.approve, BillingV1.PaymentState.succeeded),
                (.decline, .declined),
            ]
        )
        func byDecision(
            _ decision: GatewayV1.PendingDecision,
            _ outcome: BillingV1.PaymentState
        ) async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let invoice = try await bench.postInvoice(account, 1000)
            let requestID = newRequestID()
            let pending = try await expectBlocked(
                account,
                SandboxCard.pendingForever,
                requestID: requestID
            )
            #expect(try await bench.invoice(invoice.invoiceID).amountDue == money(1000))
            let resolve = GatewayV1.ResolvePendingRequest(
                key: pending.attemptID,
                decision: decision
            )
            let reply = try await bench.sandbox.resolvePending(resolve)
            let isApproved = decision == .approve
            #expect(
                [isApproved ? .approved : .declined, isApproved ? .captured : .declined].contains(
                    reply.operation?.state
                )
            )
            let decided = try await bench.decided(requestID: requestID)
            #expect(decided.state == outcome)
            #expect(decided.paymentID == pending.paymentID)
            let due = try await bench.invoice(invoice.invoiceID).amountDue
            #expect(due == money(isApproved ? 500 : 1000))
            // Asked again, the first decision stands, whatever the second says.
            let other: GatewayV1.PendingDecision = isApproved ? .decline : .approve
            for again in [decision, other] {
                let repeated = try await bench.sandbox.resolvePending(
                    GatewayV1.ResolvePendingRequest(key: pending.attemptID, decision: again)
                )
                #expect(repeated.operation == reply.operation)
            }
            try await expectFree(account)
        }

        /// Pays with a card that stays pending, and tries another payment.
        @discardableResult
        private func expectBlocked(
            _ account: String,
            _ number: String,
            requestID: String
        ) async throws -> BillingV1.Payment {
            let bench = try TestBench.shared
            let other = try await bench.newCard(SandboxCard.visa)
            let pending = try await bench.pay(
                account,
                money(500),
                try await bench.newCard(number),
                requestID: requestID
            )
            #expect(pending.state == .pending)
            let blocked = newRequestID()
            await expectRefusal(
                .failedPrecondition,
                "PAYMENT_IN_PROGRESS",
                field: "account_id"
            ) {
                try await bench.pay(account, money(100), other, requestID: blocked)
            }
            #expect(try await bench.payment(requestID: blocked) == nil)
            return pending
        }

        private func expectFree(_ account: String) async throws {
            let bench = try TestBench.shared
            #expect(try await bench.prepare(account).livePayment == nil)
            #expect(try await bench.balance(account).pending == money(0))
            let next = try await bench.pay(
                account,
                money(100),
                try await bench.newCard(SandboxCard.visa)
            )
            #expect(next.state == .succeeded)
        }
    }
}
