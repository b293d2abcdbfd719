import ArgumentParser
import Foundation
import Ledger
import ProtobufC
import Rainbow
import RemitAPI
import TTRPC

/// One customer's story, step by step, each with what must come of it.
struct DemoStory {
    private let session: Session
    private var account = BillingV1.Account()
    private var method = ""
    private var step = 0
    /// How often a pending payment is looked at, and how many times at most.
    private static let pollInterval = Duration.milliseconds(200)
    private static let maxPolls = 75
    private static let address = RemitType.BillingAddress(
        line1: "12 Main St",
        city: "St. John's",
        region: "NL",
        postalCode: "A1A 1A1",
        country: "CA"
    )

    init(_ session: Session) {
        self.session = session
    }

    mutating func play() async throws {
        try await openAccount()
        try await postInvoices()
        try await lookAtThePage()
        try await payAPart()
        try await beDeclined()
        try await saveACard()
        try await waitForTheBank()
        try await payTooMuch()
        try await readTheHistory()
        try await reconcile()
    }

    // MARK: Steps

    private mutating func openAccount() async throws {
        say("Northwind Traders opens an account; Ann looks after it.")
        account = try await session.accounts().create(
            BillingV1.CreateAccountRequest(
                requestID: RequestID.new(),
                displayName: "Northwind Traders",
                billingAddress: Self.address
            )
        )
        _ = try await session.users().invite(
            BillingV1.InviteUserRequest(
                requestID: RequestID.new(),
                accountID: account.accountID,
                firstName: "Ann",
                lastName: "Lee",
                username: "ann.lee",
                email: "ann@northwind.example",
                notifications: true
            )
        )
        print(Tables.account(account).text)
        try await expectBalance(0)
    }

    private mutating func postInvoices() async throws {
        say("Three invoices are posted: 40.00, 60.00 and 100.00.")
        for (month, price) in [("September", 4000), ("October", 6000), ("November", 10_000)] {
            try await postInvoice("Telephone service, \(month)", Int64(price))
        }
        try await showInvoices()
        try await expectBalance(20_000)
    }

    private mutating func lookAtThePage() async throws {
        say("The payment page prefills what is outstanding.")
        let page = try await session.payments().prepare(
            BillingV1.PreparePaymentRequest(accountID: account.accountID)
        )
        print(Tables.prepared(page).text)
        try expect(page.amount?.minorUnits, 20_000, "the prefilled amount")
        try expect(page.billingEmail, "ann@northwind.example", "the billing email")
    }

    private mutating func payAPart() async throws {
        say("Ann changes it to 70.00: the oldest invoice is paid first, then a part of the next.")
        let payment = try await pay(7000, card: "4242424242424242")
        print(Tables.payment(payment).text)
        try expect(payment.state, .succeeded, "the payment's state")
        try expect(
            payment.allocations.compactMap { $0.amount?.minorUnits },
            [4000, 3000],
            "the allocations"
        )
        try expect(payment.paymentMethodID, "", "an unsaved card's method")
        try await expectBalance(13_000)
    }

    private mutating func beDeclined() async throws {
        say("Another card is declined. Nothing is paid, and the shopper reads why in plain words.")
        let payment = try await pay(3000, card: "4000000000000002")
        print(payment.message.red)
        print(Tables.payment(payment).text)
        try expect(payment.state, .declined, "the payment's state")
        guard payment.message.hasPrefix("The card has been declined.") else {
            throw UnexpectedResult("the message is \"\(payment.message)\"")
        }
        try await expectBalance(13_000)
    }

    private mutating func saveACard() async throws {
        say(
            "Ann pays the rest of October, 30.00, and saves the card; then 20.00 with the saved one."
        )
        let first = try await pay(3000, card: "5555555555554444", save: true)
        try expect(first.cardSaving, .saved, "the card's saving")
        method = first.paymentMethodID
        let methods = try await session.methods().list(
            BillingV1.ListPaymentMethodsRequest(accountID: account.accountID)
        )
        print(Tables.methods(methods.paymentMethods).text)
        try expect(methods.paymentMethods.map(\.paymentMethodID), [method], "the saved methods")
        let second = try await paySaved(2000)
        try expect(second.state, .succeeded, "the payment with the saved card")
        try await expectBalance(8000)
    }

    private mutating func waitForTheBank() async throws {
        say("A bank takes its time. While the payment is pending, another is refused.")
        let pending = try await pay(1000, card: "4000700030000019")
        print(Tables.payment(pending).text)
        try expect(pending.state, .pending, "the payment's state")
        do {
            _ = try await paySaved(1000)
            throw UnexpectedResult("a second payment was taken")
        } catch let error as RPCError {
            print("refused: \(error.message)".yellow)
            try expect(error.reason, "PAYMENT_IN_PROGRESS", "the refusal's reason")
        }
        try await expectBalance(8000)
        let decided = try await wait(for: pending)
        print("after the bank's answer: \(decided.state.name)".green)
        try expect(decided.state, .succeeded, "the decided payment's state")
        try await expectBalance(7000)
    }

    private mutating func payTooMuch() async throws {
        say("Ann pays 100.00 where 70.00 is owed: the account is in credit.")
        let payment = try await paySaved(10_000)
        print(Tables.payment(payment).text)
        try expect(payment.credited?.minorUnits, 3000, "the credit")
        try await expectBalance(-3000)
        say("The next invoice of 50.00 uses the credit at once.")
        let invoice = try await postInvoice("Telephone service, December", 5000)
        print(Tables.invoice(invoice).text)
        try expect(invoice.amountDue?.minorUnits, 2000, "what is left to pay")
        try await expectBalance(2000)
    }

    private mutating func readTheHistory() async throws {
        say("The history, newest first, with the balance after each row.")
        let list = try await session.history().listTransactions(
            BillingV1.ListTransactionsRequest(accountID: account.accountID)
        )
        print(Tables.history(list.transactions).text)
        // Four invoices, six payments of which one was declined, one credit.
        try expect(list.transactions.count, 11, "the number of rows")
        try expect(
            list.transactions.map { $0.balanceAfter?.minorUnits ?? 0 },
            [2000, -3000, -3000, 7000, 8000, 10_000, 13_000, 13_000, 20_000, 10_000, 4000],
            "the balances"
        )
    }

    private mutating func reconcile() async throws {
        say("Billing's, the gateway's and the bank's books are compared, payment by payment.")
        let reconciliation = try await Books(session).reconcile()
        print(Books.table(reconciliation).text)
        for difference in Books.lines(reconciliation) { print(difference) }
        guard reconciliation.differences.isEmpty else {
            throw UnexpectedResult("the books differ")
        }
        print("The three books agree.".green)
    }

    // MARK: What the steps are made of

    private mutating func say(_ sentence: String) {
        step += 1
        print("\n\("\(step). \(sentence)".bold)")
    }

    @discardableResult
    private func postInvoice(
        _ description: String,
        _ price: Int64
    ) async throws -> BillingV1.Invoice {
        let draft = try await session.invoices().createDraft(
            BillingV1.CreateDraftInvoiceRequest(
                requestID: RequestID.new(),
                accountID: account.accountID,
                lines: [
                    BillingV1.InvoiceLine(
                        description: description,
                        quantity: 1,
                        unitPrice: RemitType.Money(minorUnits: price, currency: "CAD"),
                        recurring: true
                    )
                ]
            )
        )
        return try await session.invoices().post(
            BillingV1.PostInvoiceRequest(invoiceID: draft.invoiceID)
        )
    }

    private func showInvoices() async throws {
        let list = try await session.invoices().list(
            BillingV1.ListInvoicesRequest(accountID: account.accountID)
        )
        print(Tables.invoices(list.invoices).text)
    }

    private func pay(
        _ amount: Int64,
        card: String,
        save: Bool = false
    ) async throws -> BillingV1.Payment {
        let token = try await session.vault().tokenize(
            GatewayV1.TokenizeRequest(
                number: SensitiveText(card),
                expiryMonth: 12,
                expiryYear: 2035,
                verificationCode: "123"
            )
        )
        return try await pay(
            amount,
            .newCard(
                BillingV1.NewCard(
                    token: token.card?.token ?? "",
                    billingAddress: Self.address,
                    save: save
                )
            )
        )
    }

    private func paySaved(_ amount: Int64) async throws -> BillingV1.Payment {
        try await pay(amount, .paymentMethodID(method))
    }

    private func pay(
        _ amount: Int64,
        _ source: BillingV1.PayRequest.Source
    ) async throws -> BillingV1.Payment {
        try await session.payments().pay(
            BillingV1.PayRequest(
                requestID: RequestID.new(),
                accountID: account.accountID,
                amount: RemitType.Money(minorUnits: amount, currency: "CAD"),
                source: source
            )
        )
    }

    /// Waits until the bank has decided.
    private func wait(for payment: BillingV1.Payment) async throws -> BillingV1.Payment {
        for _ in 0..<Self.maxPolls {
            let now = try await session.payments().get(
                BillingV1.GetPaymentRequest(key: .paymentID(payment.paymentID))
            )
            if now.state != .pending { return now }
            try await Task.sleep(for: Self.pollInterval)
        }
        throw UnexpectedResult("the bank did not decide")
    }

    private func expectBalance(_ minorUnits: Int64) async throws {
        let now = try await session.accounts().get(
            BillingV1.GetAccountRequest(key: .accountID(account.accountID))
        )
        print("Current balance: \(MoneyText.full(now.balance?.current))")
        try expect(now.balance?.current?.minorUnits, minorUnits, "the current balance")
    }

    private func expect<Value: Equatable>(
        _ found: Value,
        _ wanted: Value,
        _ what: String
    ) throws(UnexpectedResult) {
        guard found == wanted else {
            throw UnexpectedResult("\(what) is \(found) in place of \(wanted)")
        }
    }
}
