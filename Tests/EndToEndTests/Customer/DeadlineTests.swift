import NIOCore
import RemitAPI
import TTRPC
import Testing

@Suite("A caller's deadline")
struct DeadlineTests {
    @Test("R7: a caller that waits no longer than its deadline finds the payment afterwards")
    func impatient() async throws {
        // The gateway hangs with the sale committed: nobody can answer in time.
        let options = [
            "--debug-crash-point", "after-operation-commit", "--debug-crash-mode", "hang",
        ]
        try await withBench(gateway: options) { bench in
            let account = try await bench.newAccount()
            let requestID = newRequestID()
            let early = try await bench.pay(
                account,
                money(2000),
                try await bench.newCard(SandboxCard.visa),
                requestID: requestID,
                timeout: .seconds(5)
            )
            #expect(!early.paymentID.isEmpty)
            #expect(early.state == .submitting)
            await bench.gateway?.kill()
            try await bench.startGateway()
            let later = try await bench.decided(requestID: requestID)
            // The bank was never asked: the gateway finds that out, and declines.
            #expect(later.state == .declined)
            #expect(later.paymentID == early.paymentID)
            #expect(try await bench.charges(later.attemptID) == [])
        }
    }
}
