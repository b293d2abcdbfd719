import Foundation
import Glibc
import RemitAPI
import Testing

@Suite("The client's commands that follow")
struct FollowCommandTests {
    private func remit(_ bench: TestBench, _ arguments: [String]) throws -> ServiceProcess {
        try bench.run(
            .client,
            arguments + ["--billing", bench.billingAddress, "--gateway", bench.gatewayAddress]
        )
    }

    /// The objects that were printed, one a line.
    private func objects(_ process: ServiceProcess) throws -> [[String: Any]] {
        // A line that is being written is not read yet.
        let whole = process.output.split(separator: "\n", omittingEmptySubsequences: false)
        return try whole.dropLast().map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return try #require(object as? [String: Any], "\(line)")
        }
    }

    private func sequences(_ process: ServiceProcess) throws -> [String] {
        try objects(process).compactMap { $0["sequence"] as? String }
    }

    private func interrupt(_ process: ServiceProcess) async throws {
        kill(process.pid, SIGINT)
        #expect(try await process.waitUntilEnded() == .exited(0), "\(process.log)")
    }

    @Test(
        "events --follow prints each event once, across a crash of the service, until interrupted"
    )
    func events() async throws {
        try await withBench { bench in
            let billing = try remit(bench, ["events", "billing", "--follow", "-o", "json"])
            let gateway = try remit(bench, ["events", "gateway", "--follow", "-o", "json"])
            for isKilled in [true, false] {
                _ = try await bench.payFromNewAccount(SandboxCard.visa)
                let head = try await bench.billingEvents.list(BillingV1.ListEventsRequest())
                let theirs = try await bench.gatewayEvents.list(GatewayV1.ListEventsRequest())
                _ = try await eventually("what happened", within: TestBench.maxDecision) {
                    try sequences(billing).last == "\(head.headSequence)"
                        && sequences(gateway).count == theirs.events.count ? true : nil
                }
                guard isKilled else { break }
                await bench.billing?.kill()
                await bench.gateway?.kill()
                try await bench.startGateway()
                try await bench.startBilling()
            }
            let numbers = try sequences(billing)
            #expect(numbers == (1...numbers.count).map { "\($0)" })
            #expect(try sequences(gateway).count == Set(try sequences(gateway)).count)
            let types = try objects(billing).compactMap { $0["type"] as? String }
            #expect(types.first == "account.created" && types.contains("payment.succeeded"))
            try await interrupt(billing)
            try await interrupt(gateway)
        }
    }

    @Test("events --follow prints lines for people, after a number")
    func lines() async throws {
        try await withBench { bench in
            let first = try await bench.newAccount()
            let second = try await bench.newAccount()
            let process = try remit(bench, ["events", "billing", "--follow", "--after", "1"])
            _ = try await eventually("a line", within: TestBench.maxDecision) {
                process.output.hasSuffix("\n") ? true : nil
            }
            #expect(process.output.contains("  2  account.created  \(second)  \(second)\n"))
            #expect(!process.output.contains(first))
            try await interrupt(process)
        }
    }

    @Test("payment watch prints a payment's states and ends with its last, by either name")
    func watch() async throws {
        try await withBench { bench in
            let account = try await bench.newAccount()
            let card = try await bench.newCard(SandboxCard.pendingForever)
            let payment = try await bench.pay(account, money(100), card)
            let watches = [
                try remit(bench, ["payment", "watch", payment.paymentID, "-o", "json"]),
                try remit(bench, ["payment", "watch", payment.requestID, "-o", "json"]),
                try remit(
                    bench,
                    ["payment", "watch", "--request-id", payment.requestID, "-o", "json"]
                ),
            ]
            for process in watches {
                _ = try await eventually("the payment", within: TestBench.maxDecision) {
                    try objects(process).isEmpty ? nil : true
                }
            }
            // What is lost meanwhile is opened again, and what was printed is not printed twice.
            await bench.billing?.kill()
            try await bench.startBilling()
            _ = try await bench.sandbox.resolvePending(
                GatewayV1.ResolvePendingRequest(key: payment.attemptID, decision: .approve)
            )
            for process in watches {
                #expect(try await process.waitUntilEnded() == .exited(0), "\(process.log)")
                let states = try objects(process).compactMap { $0["state"] as? String }
                #expect(states == ["PAYMENT_STATE_PENDING", "PAYMENT_STATE_SUCCEEDED"])
            }
            let late = try remit(bench, ["payment", "watch", payment.paymentID])
            #expect(try await late.waitUntilEnded() == .exited(0))
            #expect(late.output.hasPrefix("\(payment.paymentID)  SUCCEEDED  1.00 CAD  "))
        }
    }

    @Test("what names no payment, two names, or nobody there, end with their status")
    func refusals() async throws {
        try await withBench { bench in
            for (arguments, status) in [
                (["pay_01J0000000000000000000000A"], 3), (["x"], 3), ([], 2),
                (["pay_01J0000000000000000000000A", "--request-id", newRequestID()], 2),
            ] as [([String], Int32)] {
                let process = try remit(bench, ["payment", "watch"] + arguments)
                #expect(try await process.waitUntilEnded() == .exited(status), "\(arguments)")
            }
            try await bench.stopBilling()
            let process = try remit(bench, ["events", "billing", "--follow"])
            #expect(try await process.waitUntilEnded() == .exited(7), "\(process.log)")
            try await bench.startBilling()
        }
    }
}
