import Foundation
import RemitAPI
import Testing

/// What a command of the client printed and how it ended.
struct ClientAnswer {
    let status: ServiceProcess.Ending
    let output: String
    let log: String

    /// The output as programs read it.
    func object() throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(output.utf8))
        return try #require(object as? [String: Any], "\(output)")
    }

    /// The objects of one list of the output.
    func list(_ name: String) throws -> [[String: Any]] {
        try #require(try object()[name] as? [[String: Any]], "\(output)")
    }

    /// The texts of one list of the output.
    func texts(_ name: String) throws -> [String] {
        try #require(try object()[name] as? [String], "\(output)")
    }
}

// What operators do.
extension TestBench {
    /// Runs the client with this bench's services.
    func remit(_ arguments: [String], json: Bool = true) async throws -> ClientAnswer {
        let process = try run(
            .client,
            arguments + ["--billing", billingAddress, "--gateway", gatewayAddress]
                + (json ? ["--output", "json"] : [])
        )
        let status = try await process.waitUntilEnded()
        return ClientAnswer(status: status, output: process.output, log: process.log)
    }

    /// Examines both services, and expects the same of the screen for people.
    ///
    /// - Parameters:
    ///   - status: how it is to end.
    ///   - verdict: what it is to say.
    func doctor(
        _ status: Int32,
        _ verdict: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> ClientAnswer {
        let answer = try await remit(["doctor"])
        #expect(
            answer.status == .exited(status),
            "\(answer.output) \(answer.log)",
            sourceLocation: sourceLocation
        )
        #expect(
            try answer.object()["verdict"] as? String == verdict,
            "\(answer.output)",
            sourceLocation: sourceLocation
        )
        return answer
    }

    /// Two operators decide an item by the client.
    func decide(
        _ payment: String,
        version: String = "0",
        _ decision: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        for name in ["ann", "bob"] {
            let answer = try await remit([
                "review", "decide", payment, "--gateway-version", version,
                "--decision", decision, "--operator", name, "--note", "seen by \(name)",
            ])
            #expect(
                answer.status == .exited(0),
                "\(answer.log)",
                sourceLocation: sourceLocation
            )
        }
    }

    /// A pending payment of an account, once it was live too long.
    func reviewed(_ account: String, _ amount: Int64) async throws -> BillingV1.Payment {
        let requestID = newRequestID()
        let payment = try await pay(
            account,
            money(amount),
            try await newCard(SandboxCard.pendingForever),
            requestID: requestID
        )
        try #require(payment.state == .pending || payment.state == .review)
        return try await eventually("a payment in review", within: Self.maxDecision) {
            let now = try await self.payment(requestID: requestID)
            return now?.state == .review ? now : nil
        }
    }

    /// Has the bank decide a pending payment, against what operators decided, and waits for the
    /// exception.
    func contradict(
        _ payment: BillingV1.Payment,
        _ decision: GatewayV1.PendingDecision
    ) async throws -> BillingV1.ReviewItem {
        _ = try await sandbox.resolvePending(
            GatewayV1.ResolvePendingRequest(key: payment.attemptID, decision: decision)
        )
        return try await eventually("an exception", within: Self.maxDecision) {
            let list = try await reviews.listExceptions(BillingV1.ListExceptionsRequest())
            return list.items.first { $0.paymentID == payment.paymentID }
        }
    }

    /// The newest event of the gateway's feed.
    func gatewayHead() async throws -> Int64? {
        try await recovery.listInDoubt(GatewayV1.ListInDoubtRequest()).position?.headSequence
    }

    /// Waits until billing has applied all that the gateway has told.
    ///
    /// - Returns: the last event's number.
    @discardableResult
    func settledFeed() async throws -> Int64 {
        try await eventually("the end of the feed", within: Self.maxDecision) {
            let head = try await gatewayHead()
            let status = try await reviews.getStatus(BillingV1.GetStatusRequest())
            return status.gatewayCursor == head ? head : nil
        }
    }

    var reviews: BillingV1.ReviewServiceClient {
        get throws { BillingV1.ReviewServiceClient(try billingCaller()) }
    }
}
