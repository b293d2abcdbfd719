import Foundation
import Testing

@Suite("Security: an operator is who called")
struct OperatorTests {
    private static let shortHorizon = ["--unknown-horizon-seconds", "1"]

    @Test("one certificate under two names decides nothing; a second certificate does")
    func twoCertificates() async throws {
        try await withSecureBench(billing: Self.shortHorizon) { bench in
            let added = try await bench.remit([
                "certs", "add", "--dir", bench.path(""), "--name", "bob",
            ])
            try #require(added.poll() == .exited(0), "\(added.log)")
            let table = try bench.text("billing-access.json")
            try bench.write(
                "billing-access.json",
                table.replacing(
                    "\"identities\": [",
                    with: """
                        "identities": [{"uri": "remit://bob", "tenant": "default",
                          "scopes": ["review.read", "review.decide"]},
                        """
                )
            )
            _ = try await bench.logged("access table was read again", by: bench.billing)
            let payment = try await reviewed(bench)

            let proposed = try await decide(bench, payment, "ann", as: "operator")
            #expect(proposed.poll() == .exited(0), "\(proposed.log)")
            #expect(try object(proposed)["payment_state"] as? String == "PAYMENT_STATE_REVIEW")
            let own = try await decide(bench, payment, "bob", as: "operator")
            #expect(own.poll() == .exited(3) && own.log.contains("ONE_OPERATOR"), "\(own.log)")
            let listed = try await bench.remit(["review", "list"])
            #expect(listed.output.contains("FAILED by ann (remit://operator)"), "\(listed.output)")

            let done = try await decide(bench, payment, "bob", as: "bob")
            #expect(done.poll() == .exited(0), "\(done.log)")
            let item = try object(done)
            #expect(item["payment_state"] as? String == "PAYMENT_STATE_FAILED")
            let votes = ["proposal", "confirmation"].map { item[$0] as? [String: Any] }
            #expect(votes.map { $0?["operator"] as? String } == ["ann", "bob"])
            #expect(
                votes.map { $0?["caller"] as? String } == ["remit://operator", "remit://bob"]
            )
        }
    }

    private func object(_ process: ServiceProcess) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(process.output.utf8))
        return try #require(object as? [String: Any], "\(process.output)")
    }

    private func decide(
        _ bench: SecureBench,
        _ payment: String,
        _ name: String,
        as certificate: String
    ) async throws -> ServiceProcess {
        try await bench.remit(
            [
                "review", "decide", payment, "--decision", "failed", "--operator", name,
                "--note", "the bank was called", "-o", "json",
            ],
            as: certificate
        )
    }

    /// A payment that the bank never decides, once it is in review.
    private func reviewed(_ bench: SecureBench) async throws -> String {
        let account = try await bench.remit(["account", "create", "--name", "A", "-o", "json"])
        let id = try #require(try object(account)["account_id"] as? String)
        let paid = try await bench.remit([
            "pay", "--account", id, "--amount", "5", "--card", SandboxCard.pendingForever,
            "--cvc", "123", "--expiry", "12/\(SandboxCard.expiryYear)", "-o", "json",
        ])
        let payment = try #require(try object(paid)["payment_id"] as? String, "\(paid.log)")
        return try await eventually("a payment in review", within: TestBench.maxDecision) {
            let list = try await bench.remit(["review", "list", "-o", "json"])
            return list.output.contains(payment) ? payment : nil
        }
    }
}
