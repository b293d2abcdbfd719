import Foundation
import RemitAPI
import TTRPC
import Testing

@Suite("A gateway restored from a backup")
struct RestoredBackupTests {
    @Test("3: billing says DATA_LOSS, takes no payment, and calls none FAILED")
    func restored() async throws {
        try await withBench { bench in
            let account = try await bench.newAccount()
            let method = try await bench.savedMethod(account)
            let backup = try await self.backup(bench)

            // What the backup does not have: a payment that succeeded, and one that is pending.
            let paid = try await bench.pay(account, money(500), .paymentMethodID(method))
            try #require(paid.state == .succeeded)
            let other = try await bench.newAccount()
            let requestID = newRequestID()
            let pending = try await bench.pay(
                other,
                money(700),
                try await bench.newCard(SandboxCard.pendingForever),
                requestID: requestID
            )
            try #require(pending.state == .pending)
            try await bench.settledFeed()

            try await restore(backup, bench)
            try await expectLoss(bench)

            try await expectStopped(bench, method, account)
            // Nothing is concluded from what the backup never knew, also not after a restart.
            await bench.billing?.kill()
            try await bench.startBilling()
            try await expectLoss(bench)
            #expect(try await bench.payment(requestID: requestID)?.state == .pending)
            #expect(try await bench.payment(requestID: paid.requestID)?.state == .succeeded)
            // The books cannot agree any more.
            try await bench.stopBilling()
        }
    }

    @Test("3: events that the backup has made since do not hide what it has lost")
    func filledUp() async throws {
        try await withBench { bench in
            let account = try await bench.newAccount()
            let method = try await bench.savedMethod(account)
            let backup = try await self.backup(bench)
            let requestID = newRequestID()
            let pending = try await bench.pay(
                account,
                money(700),
                try await bench.newCard(SandboxCard.pendingForever),
                requestID: requestID
            )
            try #require(pending.state == .pending)
            try await bench.settledFeed()
            await bench.billing?.kill()

            try await restore(backup, bench)
            // Somebody else's operations take the numbers of the lost events, and more.
            for _ in 0..<10 {
                let request = GatewayV1.FenceRequest(key: newAttempt())
                _ = try await bench.recovery.fence(request)
            }
            try await bench.startBilling()
            try await expectLoss(bench)
            try await expectStopped(bench, method, account)
            #expect(try await bench.payment(requestID: requestID)?.state == .pending)
            // The books cannot agree any more.
            try await bench.stopBilling()
        }
    }

    /// Copies the gateway's folder while it is down, and starts it again.
    ///
    /// - Returns: where the copy is.
    private func backup(_ bench: TestBench) async throws -> String {
        let backup = bench.folder + "/backup"
        try await bench.stopGateway()
        try FileManager.default.copyItem(atPath: bench.gatewayFolder, toPath: backup)
        try await bench.startGateway()
        return backup
    }

    /// Puts a copy in the place of the gateway's folder.
    private func restore(_ backup: String, _ bench: TestBench) async throws {
        try await bench.stopGateway()
        try FileManager.default.removeItem(atPath: bench.gatewayFolder)
        try FileManager.default.copyItem(atPath: backup, toPath: bench.gatewayFolder)
        try await bench.startGateway()
    }

    /// Billing finds that the gateway does not have the last event that was applied.
    private func expectLoss(_ bench: TestBench) async throws {
        let reason = try await eventually("a loss", within: TestBench.maxDecision) {
            let status = try await bench.reviews.getStatus(BillingV1.GetStatusRequest())
            return status.dataLossReason.isEmpty ? nil : status.dataLossReason
        }
        #expect(reason.contains("last event"))
    }

    private func expectStopped(
        _ bench: TestBench,
        _ method: String,
        _ account: String
    ) async throws {
        let answer = try await bench.doctor(3, "NEEDS_A_PERSON")
        let problems = try answer.texts("problems")
        #expect(problems.contains { $0.hasPrefix("DATA_LOSS") }, "\(problems)")
        let screen = try await bench.remit(["doctor"], json: false)
        #expect(screen.output.contains("DATA_LOSS"), "\(screen.output)")
        let requestID = newRequestID()
        await expectRefusal(.dataLoss, "GATEWAY_DATA_LOSS") {
            try await bench.pay(
                account,
                money(100),
                .paymentMethodID(method),
                requestID: requestID
            )
        }
        #expect(try await bench.payment(requestID: requestID) == nil)
    }
}
