import RemitAPI
import TTRPC
import Testing

@Suite("The client when an outcome is unknown")
struct UnknownOutcomeTests {
    @Test("6: do not pay again; the same request id gets the outcome")
    func unknown() async throws {
        let options = ["--debug-crash-point", "before-reply"]
        try await withBench(gateway: options) { bench in
            let account = try await bench.newAccount()
            bench.used(SandboxCard.visa)
            let requestID = newRequestID()
            let pay = [
                "pay", "--account", account, "--amount", "5", "--request-id", requestID,
                "--card", SandboxCard.visa, "--cvc", "123",
                "--expiry", "12/\(SandboxCard.expiryYear)", "--output", "json",
                "--billing", bench.billingAddress, "--gateway", bench.gatewayAddress,
            ]
            let first = try bench.run(.client, pay)
            #expect(try await first.waitUntilEnded() == .exited(6))
            try await bench.startGateway()
            #expect(try await bench.decided(requestID: requestID).state == .succeeded)
            let again = try bench.run(.client, pay)
            #expect(try await again.waitUntilEnded() == .exited(0))
            #expect(try await bench.balance(account).current == money(-500))
        }
    }
}
