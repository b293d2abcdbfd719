import RemitAPI
import Testing

@Suite("Payments the bank never decides")
struct PendingHorizonTests {
    @Test("R8: what the bank leaves pending past the horizon is reversed, and ends DECLINED")
    func expires() async throws {
        try await withBench(gateway: ["--pending-horizon-seconds", "1"]) { bench in
            let account = try await bench.newAccount()
            let invoice = try await bench.postInvoice(account, 1000)
            let requestID = newRequestID()
            let payment = try await bench.pay(
                account,
                money(1000),
                try await bench.newCard(SandboxCard.pendingForever, save: true),
                requestID: requestID
            )
            let ended = try await bench.decided(requestID: requestID)
            #expect(ended.paymentID == payment.paymentID)
            #expect(ended.state == .declined)
            #expect(ended.cardSaving == .refusedNotApproved && ended.paymentMethodID == "")
            let operation = try #require(
                try await bench.recovery.getOperation(
                    GatewayV1.GetOperationRequest(key: payment.attemptID)
                ).operation
            )
            // Only what was PENDING expires.
            #expect(operation.state == .expired)
            #expect(try await bench.charges(payment.attemptID).map(\.state) == [.reversed])
            #expect(try await bench.invoice(invoice.invoiceID).amountDue == money(1000))
            #expect(try await bench.prepare(account).livePayment == nil)
            #expect(try await bench.balance(account).pending == money(0))
            try await bench.checkBooks()
            let next = try await bench.pay(
                account,
                money(1000),
                try await bench.newCard(SandboxCard.visa)
            )
            #expect(next.state == .succeeded)
            #expect(try await bench.invoice(invoice.invoiceID).amountDue == money(0))
            #expect(try await bench.inFlight().isEmpty)
            try await bench.checkBooks()
        }
    }
}
