import Foundation
import Ledger
import RemitAPI
import TTRPC
import Testing

@Suite("What is stored")
struct PersistenceTests {
    @Test("after a restart of both services everything is as it was")
    func restart() async throws {
        try await withBench { bench in
            let account = try await bench.newAccount()
            _ = try await bench.invite(account, email: "first@example.com")
            for amount in [3000, 4000] as [Int64] {
                _ = try await bench.postInvoice(account, amount)
            }
            let method = try await bench.savedMethod(account)
            _ = try await bench.pay(account, money(5000), .paymentMethodID(method))
            _ = try await bench.pay(
                account,
                money(100),
                try await bench.newCard(SandboxCard.insufficientFunds)
            )
            let pendingID = newRequestID()
            let pending = try await bench.pay(
                account,
                money(250),
                try await bench.newCard(SandboxCard.pendingForever),
                requestID: pendingID
            )
            let before = try await snapshot(bench, account)
            for isKilled in [false, true] {
                if isKilled {
                    await bench.billing?.kill()
                    await bench.gateway?.kill()
                } else {
                    try await bench.stopBilling()
                    try await bench.stopGateway()
                }
                try await bench.startGateway()
                try await bench.startBilling()
                #expect(try await snapshot(bench, account) == before)
                #expect(try await bench.payment(requestID: pendingID) == pending)
            }
            _ = try await bench.sandbox.resolvePending(
                GatewayV1.ResolvePendingRequest(key: pending.attemptID, decision: .approve)
            )
            #expect(try await bench.decided(requestID: pendingID).state == .succeeded)
            let again = try await bench.pay(account, money(1650), .paymentMethodID(method))
            #expect(again.state == .succeeded)
            #expect(try await bench.balance(account).current == money(0))
        }
    }

    /// All that can be seen of an account.
    private struct Snapshot: Equatable {
        let account: BillingV1.Account
        let page: BillingV1.PreparePaymentResponse
        let invoices: [BillingV1.Invoice]
        let history: [BillingV1.Transaction]
        let users: [BillingV1.User]
        let methods: [BillingV1.PaymentMethod]
        let billingHead: [UInt8]
        let gatewayHead: [UInt8]
        let charges: [GatewayV1.BankCharge]
    }

    private func snapshot(_ bench: TestBench, _ account: String) async throws -> Snapshot {
        Snapshot(
            account: try await bench.accounts.get(
                BillingV1.GetAccountRequest(key: .accountID(account))
            ),
            page: try await bench.prepare(account),
            invoices: try await bench.invoices.list(
                BillingV1.ListInvoicesRequest(accountID: account)
            ).invoices,
            history: try await bench.history.listTransactions(
                BillingV1.ListTransactionsRequest(accountID: account)
            ).transactions,
            users: try await bench.users.list(
                BillingV1.ListUsersRequest(accountID: account)
            ).users,
            methods: try await bench.methods.list(
                BillingV1.ListPaymentMethodsRequest(accountID: account)
            ).paymentMethods,
            billingHead: try #require(try await bench.billingEntries().last).hash,
            gatewayHead: try #require(try await bench.gatewayEntries().last).hash,
            charges: try await bench.allCharges()
        )
    }

    @Test("the scan for card numbers finds what is there, as text, packed or as an integer")
    func scan() async throws {
        try await withBench { bench in
            _ = try await bench.tokenize(SandboxCard.visa)
            try plant(bench, Array("log: 4242424242424242.".utf8), "text")
            try plant(bench, [0, 0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x42], "packed digits")
            try plant(bench, [0x00, 0x0F, 0x12, 0x76, 0x5D, 0xF4, 0xC9, 0xB2], "an integer")
        }
    }

    private func plant(_ bench: TestBench, _ bytes: [UInt8], _ form: String) throws {
        let path = bench.folder + "/billing/planted"
        let scan = CardScan([SandboxCard.visa, SandboxCard.amex])
        #expect(try scan.findings(in: bench.folder) == [])
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        #expect(
            try scan.findings(in: bench.folder) == [
                CardScan.Finding(path: "billing/planted", lastFour: "4242", form: form)
            ]
        )
        try FileManager.default.removeItem(atPath: path)
    }
}
