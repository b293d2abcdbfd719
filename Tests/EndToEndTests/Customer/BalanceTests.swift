import RemitAPI
import TTRPC
import Testing

extension SharedServices {
    @Suite("Balance and prefilled amount")
    struct BalanceTests {
        @Test("R2: an account in credit has a negative current balance")
        func credit() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            let before = try await bench.balance(account)
            #expect(before.current == money(0))

            let payment = try await bench.pay(
                account,
                money(1500),
                try await bench.newCard(SandboxCard.visa)
            )
            #expect(payment.state == .succeeded)
            #expect(payment.credited == money(1500))

            let after = try await bench.balance(account)
            #expect(after.current == money(-1500))
            #expect(after.credit == money(1500))
            #expect(after.outstanding == money(0))
            #expect(after.version > before.version)
        }

        @Test("R3: a payment page is prefilled with what is outstanding, and it can be changed")
        func prefilled() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            _ = try await bench.postInvoice(account, 3000)
            _ = try await bench.postInvoice(account, 4550)
            let page = try await bench.prepare(account)
            #expect(page.amount == money(7550))
            #expect(page.balance?.outstanding == money(7550))
            #expect(page.billingAddress == .home)
            #expect(page.livePayment == nil)

            let payment = try await bench.pay(
                account,
                money(1050),
                try await bench.newCard(SandboxCard.mastercard),
                balanceVersion: page.balance?.version ?? 0
            )
            #expect(payment.state == .succeeded)
            #expect(try await bench.prepare(account).amount == money(6500))
        }

        @Test("R3: the amount is blank with nothing outstanding, in credit too")
        func blank() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            #expect(try await bench.prepare(account).amount == nil)
            _ = try await bench.pay(
                account,
                money(200),
                try await bench.newCard(SandboxCard.visa)
            )
            let page = try await bench.prepare(account)
            #expect(page.amount == nil)
            #expect(page.balance?.current == money(-200))
        }

        @Test("R3: a stale page is refused unless the payer wants the rest as credit")
        func stalePage() async throws {
            let bench = try TestBench.shared
            let account = try await bench.newAccount()
            _ = try await bench.postInvoice(account, 5000)
            let page = try await bench.prepare(account)
            let version = try #require(page.balance).version
            let method = try await bench.savedMethod(account)

            let requestID = newRequestID()
            await expectRefusal(.aborted, "VERSION_CONFLICT", field: "balance_version") {
                try await bench.pay(
                    account,
                    money(5000),
                    .paymentMethodID(method),
                    requestID: requestID,
                    balanceVersion: version
                )
            }
            #expect(try await bench.payment(requestID: requestID) == nil)
            let paid = try await bench.pay(
                account,
                money(5000),
                .paymentMethodID(method),
                requestID: requestID,
                balanceVersion: version,
                acceptCredit: true
            )
            #expect(paid.state == .succeeded)
            #expect(paid.credited == money(100))
        }
    }
}
