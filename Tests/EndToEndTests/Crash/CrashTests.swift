import Ledger
import RemitAPI
import TTRPC
import Testing

@Suite("A process stops in the middle of a payment")
struct CrashTests {
    /// How long a process may take to get to its crash point.
    private static let maxReach = Duration.seconds(30)
    /// The status of a process that exits at its crash point.
    private static let crashStatus: Int32 = 70

    @Test(
        """
        after a crash no acknowledged payment is lost, the bank has charged at most once, the \
        books agree, and the account can pay
        """,
        arguments: CrashScenario.all
    )
    func crash(_ scenario: CrashScenario) async throws {
        try await withBench { bench in
            let account = try await bench.newAccount()
            let invoice = try await bench.postInvoice(account, 10_000)
            let acknowledgedID = newRequestID()
            let acknowledged = try await bench.pay(
                account,
                money(1000),
                try await bench.newCard(SandboxCard.visa, save: true),
                requestID: acknowledgedID
            )
            try #require(acknowledged.state == .succeeded)

            try await arm(bench, scenario)
            let requestID = newRequestID()
            let source = try await bench.newCard(SandboxCard.mastercard)
            let answer = try await payIntoCrash(bench, scenario, account, source, requestID)
            try await restart(bench, scenario)

            switch scenario.recovered {
            case .nothing:
                #expect(answer == nil)
                #expect(try await bench.payment(requestID: requestID) == nil)
                let paid = try await bench.pay(
                    account,
                    money(2000),
                    source,
                    requestID: requestID
                )
                #expect(paid.state == .succeeded)
                #expect(try await bench.charges(paid.attemptID).map(\.state) == [.approved])
            case .payment(let state):
                let decided = try await bench.decided(requestID: requestID)
                #expect(decided.state == state)
                if let answer { #expect(answer.paymentID == decided.paymentID) }
                #expect(
                    try await bench.charges(decided.attemptID).map(\.state) == scenario.charges
                )
                // Asking again changes nothing.
                let again = try await bench.pay(
                    account,
                    money(2000),
                    source,
                    requestID: requestID
                )
                #expect(again == decided)
            }
            #expect(try await bench.payment(requestID: acknowledgedID) == acknowledged)
            try await expectConsistent(bench, scenario, account, invoice.invoiceID)
        }
    }

    private func arm(_ bench: TestBench, _ scenario: CrashScenario) async throws {
        let options = [
            "--debug-crash-point", scenario.point, "--debug-crash-mode", scenario.mode.rawValue,
        ]
        if scenario.program == .billing {
            try await bench.stopBilling()
            try await bench.startBilling(options)
        } else {
            try await bench.stopGateway()
            try await bench.startGateway(options)
        }
    }

    /// Pays until the process has stopped.
    ///
    /// - Returns: the answer; nil when the call failed, as it must when billing stops.
    private func payIntoCrash(
        _ bench: TestBench,
        _ scenario: CrashScenario,
        _ account: String,
        _ source: BillingV1.PayRequest.Source,
        _ requestID: String
    ) async throws -> BillingV1.Payment? {
        let call = Task {
            try await bench.pay(account, money(2000), source, requestID: requestID)
        }
        let process = try #require(
            scenario.program == .billing ? bench.billing : bench.gateway
        )
        switch scenario.mode {
        case .exit:
            #expect(try await process.waitUntilEnded() == .exited(Self.crashStatus))
        case .hang:
            let line = "crash point \(scenario.point) reached\n"
            _ = try await eventually("a crash point", within: Self.maxReach) {
                process.log.contains(line) ? true : nil
            }
            #expect(process.poll() == nil)
            await process.kill()
            #expect(process.poll() == .killed(signal: 9))
        }
        do {
            let answer = try await call.value
            #expect(scenario.program == .gateway)
            // The gateway's reply is lost: never a guess. What it had committed may have come
            // through its feed, while the reply's connection hung.
            let mayBeTold = scenario.point == "before-reply" && scenario.mode == .hang
            #expect(answer.state == .unknown || mayBeTold && answer.state == .succeeded)
            return answer
        } catch let error as RPCError {
            #expect(scenario.program == .billing)
            #expect(error.origin == .lost, "\(error)")
            return nil
        }
    }

    private func restart(_ bench: TestBench, _ scenario: CrashScenario) async throws {
        if scenario.program == .billing {
            try await bench.startBilling()
        } else {
            try await bench.startGateway()
        }
    }

    /// The account is free and can pay, its balance is what was paid, and nothing is in flight.
    private func expectConsistent(
        _ bench: TestBench,
        _ scenario: CrashScenario,
        _ account: String,
        _ invoice: String
    ) async throws {
        let page = try await bench.prepare(account)
        #expect(page.livePayment == nil)
        let method = try #require(page.paymentMethods.first)
        let isPaid =
            switch scenario.recovered {
            case .nothing: true
            case .payment(let state): state == .succeeded
            }
        let due: Int64 = isPaid ? 7000 : 9000
        #expect(page.amount == money(due))
        #expect(try await bench.invoice(invoice).amountDue == money(due))
        let next = try await bench.pay(
            account,
            money(due),
            .paymentMethodID(method.paymentMethodID)
        )
        #expect(next.state == .succeeded)
        #expect(try await bench.invoice(invoice).state == .paid)
        #expect(try await bench.inFlight() == [])
        #expect(try await bench.reconcile().differences == [])
    }

    @Test("both services killed while payments run: each is decided once, and the books agree")
    func killBoth() async throws {
        try await withBench { bench in
            var accounts: [(account: String, requestID: String)] = []
            var calls: [Task<BillingV1.Payment?, Never>] = []
            for _ in 0..<16 {
                let account = try await bench.newAccount()
                let source = try await bench.newCard(SandboxCard.slow)
                let requestID = newRequestID()
                accounts.append((account, requestID))
                calls.append(
                    Task {
                        try? await bench.pay(account, money(500), source, requestID: requestID)
                    }
                )
            }
            _ = try await eventually("half of the charges", within: Self.maxReach) {
                try await bench.allCharges().count >= 8 ? true : nil
            }
            await bench.gateway?.kill()
            await bench.billing?.kill()
            var answers: [BillingV1.Payment?] = []
            for call in calls { answers.append(await call.value) }
            try await bench.startGateway()
            try await bench.startBilling()
            for ((account, requestID), answer) in zip(accounts, answers) {
                guard try await bench.payment(requestID: requestID) != nil else {
                    #expect(answer == nil, "an acknowledged payment is lost")
                    continue
                }
                let decided = try await bench.decided(requestID: requestID)
                if answer?.state == .succeeded { #expect(decided.state == .succeeded) }
                let approved = try await bench.charges(decided.attemptID).filter {
                    $0.state == .approved
                }
                #expect(approved.count == (decided.state == .succeeded ? 1 : 0))
                let paid: Int64 = decided.state == .succeeded ? -500 : 0
                #expect(try await bench.balance(account).current == money(paid))
            }
            #expect(try await bench.inFlight() == [])
            #expect(try await bench.reconcile().differences == [])
        }
    }
}
