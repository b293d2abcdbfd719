import Foundation
import RemitAPI
import TTRPC
import Testing

@Suite("How the services start, log and end")
struct LifeCycleTests {
    @Test("SIGTERM drains billing: a payment in flight is answered, and the status is 0")
    func drainBilling() async throws {
        try await withBench { bench in
            let account = try await bench.newAccount()
            let source = try await bench.newCard(SandboxCard.slow)
            let requestID = newRequestID()
            let call = Task {
                try await bench.pay(account, money(500), source, requestID: requestID)
            }
            _ = try await eventually("a payment in flight", within: TestBench.maxDecision) {
                try await bench.allCharges().isEmpty ? nil : true
            }
            try await bench.stopBilling()
            let answer = try await call.value
            #expect(answer.state == .succeeded)
            #expect(bench.billing?.poll() == .exited(0))
            // Nobody listens any more.
            let error = await #expect(throws: RPCError.self) {
                _ = try await bench.balance(account)
            }
            #expect(error?.origin == .notSent)
            try await bench.startBilling()
            #expect(try await bench.payment(requestID: requestID) == answer)
        }
    }

    @Test("SIGTERM drains the gateway: a sale in flight is answered, and the status is 0")
    func drainGateway() async throws {
        try await withBench { bench in
            let account = try await bench.newAccount()
            let source = try await bench.newCard(SandboxCard.slow)
            let call = Task { try await bench.pay(account, money(500), source) }
            _ = try await eventually("a sale in flight", within: TestBench.maxDecision) {
                try await bench.allCharges().isEmpty ? nil : true
            }
            try await bench.stopGateway()
            #expect(bench.gateway?.poll() == .exited(0))
            let answer = try await call.value
            #expect(answer.state == .succeeded)
            try await bench.startGateway()
            try await bench.checkBooks()
        }
    }

    @Test("a drain does not wait longer than its timeout for a call that does not end")
    func drainTimeout() async throws {
        let options = [
            "--drain-timeout-seconds", "1", "--debug-crash-point", "after-intent-commit",
            "--debug-crash-mode", "hang",
        ]
        try await withBench(billing: options) { bench in
            let account = try await bench.newAccount()
            let source = try await bench.newCard(SandboxCard.visa)
            let requestID = newRequestID()
            let call = Task {
                try await bench.pay(account, money(500), source, requestID: requestID)
            }
            let billing = try #require(bench.billing)
            _ = try await eventually("a call that hangs", within: TestBench.maxDecision) {
                billing.log.contains("crash point") ? true : nil
            }
            try await bench.stopBilling()
            // Whether it is answered or cut off: what it came to is found out.
            _ = try? await call.value
            try await bench.startBilling()
            #expect(try await bench.decided(requestID: requestID).state == .failed)
        }
    }

    @Test("standard output has one line, and a log that is no terminal one JSON object a line")
    func logs() async throws {
        try await withBench { bench in
            let account = try await bench.newAccount()
            _ = try await bench.pay(account, money(5), try await bench.newCard(SandboxCard.visa))
            try await bench.stopBilling()
            try await bench.stopGateway()
            for (process, address, label) in [
                (bench.billing, bench.billingAddress, "remit-billing"),
                (bench.gateway, bench.gatewayAddress, "remit-gateway"),
            ] {
                let process = try #require(process)
                #expect(process.output == "listening \(address)\n")
                let lines = process.log.split(separator: "\n")
                #expect(lines.count >= 2)
                for line in lines {
                    let object = try #require(
                        try JSONSerialization.jsonObject(with: Data(line.utf8))
                            as? [String: Any],
                        "\(line)"
                    )
                    #expect(object["label"] as? String == label)
                    for key in ["time", "level", "message"] {
                        #expect(object[key] is String, "\(line)")
                    }
                }
            }
        }
    }

    @Test("billing starts without the gateway, and takes payments once it is there")
    func gatewayComesLater() async throws {
        try await withBench { bench in
            let account = try await bench.newAccount()
            let source = try await bench.newCard(SandboxCard.visa)
            try await bench.stopBilling()
            try await bench.stopGateway()
            try await bench.startBilling()
            #expect(try await bench.prepare(account).amount == nil)
            let requestID = newRequestID()
            await expectRefusal(.unavailable, "GATEWAY_UNAVAILABLE") {
                try await bench.pay(account, money(500), source, requestID: requestID)
            }
            #expect(try await bench.payment(requestID: requestID) == nil)
            try await bench.startGateway()
            let card = try await bench.newCard(SandboxCard.visa)
            let paid = try await bench.pay(account, money(500), card, requestID: requestID)
            #expect(paid.state == .succeeded)
        }
    }

    @Test("a saved card charged while the gateway is away is unknown, then failed or paid once")
    func gatewayAway() async throws {
        try await withBench { bench in
            let account = try await bench.newAccount()
            let method = try await bench.savedMethod(account)
            try await bench.stopGateway()
            let requestID = newRequestID()
            let payment = try await bench.pay(
                account,
                money(500),
                .paymentMethodID(method),
                requestID: requestID
            )
            #expect(payment.state == .unknown)
            #expect(
                payment.message
                    == "We are checking this payment with your bank. Please don't pay again; "
                    + "we will e-mail you."
            )
            await expectRefusal(.failedPrecondition, "PAYMENT_IN_PROGRESS") {
                try await bench.pay(account, money(500), .paymentMethodID(method))
            }
            try await bench.startGateway()
            let decided = try await bench.decided(requestID: requestID)
            #expect(decided.state == .failed)
            #expect(try await bench.charges(decided.attemptID) == [])
            #expect(
                try await bench.pay(account, money(500), .paymentMethodID(method)).state
                    == .succeeded
            )
        }
    }

    @Test("a verification code is gone after a restart: its token is refused, never sent without")
    func verificationCodeGone() async throws {
        try await withBench { bench in
            let account = try await bench.newAccount()
            let withCode = try await bench.newCard(SandboxCard.visa)
            let without = try await bench.newCard(SandboxCard.visa, code: "")
            try await bench.stopGateway()
            try await bench.startGateway()
            let key = newAttempt()
            guard case .newCard(let card) = withCode else { return }
            await expectRefusal(.failedPrecondition, "CVC_EXPIRED", field: "token") {
                try await bench.authorizations.sale(
                    GatewayV1.SaleRequest(key: key, token: card.token, amount: money(500))
                )
            }
            #expect(try await bench.charges(key) == [])
            #expect(try await bench.pay(account, money(500), without).state == .succeeded)
            // Billing refuses it before anything is stored.
            let requestID = newRequestID()
            await expectRefusal(.failedPrecondition, "CVC_EXPIRED", field: "new_card.token") {
                try await bench.pay(account, money(500), withCode, requestID: requestID)
            }
            #expect(try await bench.payment(requestID: requestID) == nil)
        }
    }
}
