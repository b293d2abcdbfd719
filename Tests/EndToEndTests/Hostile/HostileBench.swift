import NIOConcurrencyHelpers
import RemitAPI
import TTRPC
import Testing

/// One pair of services with something of every kind in it, whose databases are read beside it.
final class HostileBench: Sendable {
    /// How long the services may take to have nothing left to do.
    private static let maxQuieting = Duration.seconds(30)
    /// Calls of each service before its memory is measured.
    private static let warmUpCalls = 200

    let bench: TestBench
    let reader: StoreReader
    private let watched = NIOLockedValueBox<[ServiceMemory]>([])
    /// Owes two invoices, has a saved method and a deleted one, and one user.
    let account: String
    let invoice: BillingV1.Invoice
    let draftRequestID: String
    let method: String
    let deletedMethod: String
    let user: BillingV1.User
    let payment: BillingV1.Payment
    let usedToken: String
    let deletedToken: String
    /// Good for one charge, which no test makes.
    let token: String
    let soldKey: String
    let fencedKey: String
    /// Another customer, with a method, an invoice and a user of their own.
    let other: String
    let otherMethod: String
    let otherUser: BillingV1.User
    let otherPayment: BillingV1.Payment

    init(_ bench: TestBench) async throws {
        self.bench = bench
        account = try await bench.newAccount()
        invoice = try await bench.postInvoice(account, 10_000)
        draftRequestID = newRequestID()
        _ = try await bench.invoices.createDraft(
            BillingV1.CreateDraftInvoiceRequest(
                requestID: draftRequestID,
                accountID: account,
                lines: [BillingInput.line()]
            )
        )
        deletedMethod = try await bench.savedMethod(account)
        _ = try await bench.methods.delete(
            BillingV1.DeletePaymentMethodRequest(
                accountID: account,
                paymentMethodID: deletedMethod
            )
        )
        method = try await bench.savedMethod(account)
        user = try await bench.invite(account, email: "someone@example.com")
        usedToken = try await bench.tokenize(SandboxCard.visa)
        payment = try await bench.pay(
            account,
            money(500),
            .newCard(BillingV1.NewCard(token: usedToken, billingAddress: .home))
        )
        token = try await bench.tokenize(SandboxCard.mastercard)
        deletedToken = try await bench.tokenize(SandboxCard.amex)
        _ = try await bench.vault.delete(GatewayV1.DeleteCardRequest(token: deletedToken))
        soldKey = payment.attemptID
        fencedKey = newAttempt()
        _ = try await bench.recovery.fence(GatewayV1.FenceRequest(key: fencedKey))
        other = try await bench.newAccount()
        otherMethod = try await bench.savedMethod(other, SandboxCard.mastercard)
        otherUser = try await bench.invite(other, email: "other@example.com")
        otherPayment = try await bench.pay(
            other,
            money(700),
            .paymentMethodID(otherMethod)
        )
        reader = try StoreReader([bench.billingFolder, bench.gatewayFolder])
        try await quiet()
    }

    /// Waits until the services have nothing left to do.
    func quiet() async throws {
        _ = try await eventually("quiet", within: Self.maxQuieting) {
            try reader.isQuiet() ? true : nil
        }
    }

    /// Does something that must leave no trace: afterwards no row has changed, the next call of
    /// each service works, and neither has ever taken 64 MiB more memory than at the start.
    func leavingNoTrace(
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async throws {
        let memories = try await memories()
        let before = try reader.snapshot()
        try await body()
        try await expectServing()
        let differences = before.differences(to: try reader.snapshot())
        #expect(differences == [], sourceLocation: sourceLocation)
        // A sanitizer keeps what is freed, and marks for every byte.
        guard !ServiceProcess.hasSanitizer else { return }
        for memory in memories {
            #expect(
                try memory.peak - memory.start < ServiceMemory.maxRise,
                "\(memory.name), in KiB",
                sourceLocation: sourceLocation
            )
        }
    }

    /// The next call of each service works.
    func expectServing() async throws {
        let found = try await bench.accounts.get(
            BillingV1.GetAccountRequest(key: .accountID(account))
        )
        #expect(found.accountID == account)
        let card = try await bench.vault.getCard(GatewayV1.GetCardRequest(token: token))
        #expect(card.state == .singleUse)
    }

    /// The memory of both services, watched since the first of these calls.
    func memories() async throws -> [ServiceMemory] {
        let known = watched.withLockedValue { $0 }
        if !known.isEmpty { return known }
        for _ in 0..<Self.warmUpCalls { try await expectServing() }
        let new = [
            try ServiceMemory(try #require(bench.billing), name: "billing"),
            try ServiceMemory(try #require(bench.gateway), name: "gateway"),
        ]
        watched.withLockedValue { $0 = new }
        return new
    }

    /// A call with bytes in place of its message.
    func call(_ method: SchemaMethod, _ bytes: [UInt8]) async throws {
        let caller =
            method.isBilling ? try bench.billingCaller() : try bench.gatewayCaller()
        let descriptor = MethodDescriptor(
            service: method.service,
            method: method.method,
            scope: "",
            idempotent: false,
            maxRequestBytes: 0
        )
        let _: RawMessage = try await caller.call(
            descriptor,
            RawMessage(bytes: bytes),
            options: CallOptions()
        )
    }
}

/// Runs all of a suite's tests with one such pair.
struct HostileBenchTrait: SuiteTrait, TestScoping {
    @TaskLocal static var current: HostileBench?

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await withBench { bench in
            let hostile = try await HostileBench(bench)
            try await Self.$current.withValue(hostile) { try await function() }
        }
    }
}

extension Trait where Self == HostileBenchTrait {
    /// One pair of services for the suite, with something of every kind in it.
    static var hostileBench: Self { HostileBenchTrait() }
}

extension HostileBench {
    /// The pair of the suite that this test belongs to.
    static var shared: HostileBench {
        get throws { try #require(HostileBenchTrait.current) }
    }
}
