import ArgumentParser
import Operations
import RemitAPI
import TTRPC

struct PayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pay",
        abstract: "Pays, with a saved method or a new card, and waits for the bank.",
        discussion: """
            The card goes to the gateway, which gives a token for it; billing never sees the \
            card. When the outcome is unknown, ask again with the same --request-id.
            """
    )
    @OptionGroup var connection: ConnectionOptions
    @Option(help: "acct_…") var account: String
    @Option(help: "Like 50.00; what is outstanding when not given.") var amount: String?
    @Option(help: "pm_…: a saved method in place of a new card.") var method: String?
    @OptionGroup var card: CardOptions
    @OptionGroup var address: AddressOptions
    @Option(help: "The method's email; the top user's when not given.") var email = ""
    @Flag(help: "Save the card if the payment is approved and the postal code matches.")
    var save = false
    @Flag(help: "Whatever is left over may become credit.") var acceptCredit = false
    @Option(help: "A UUID or ULID; minted when not given.") var requestID: String?

    func validate() throws {
        guard method == nil || !card.isGiven else {
            throw ValidationError("--method and a card together: pay with exactly one of them")
        }
    }

    func run() async throws {
        let requestID = self.requestID ?? RequestID.new()
        try await Session.run(connection, requestID: requestID) { session in
            let prepared = try await session.payments().prepare(
                BillingV1.PreparePaymentRequest(accountID: account)
            )
            let currency = prepared.balance?.current?.currency ?? "CAD"
            let money: RemitType.Money
            if let amount {
                money = try MoneyText.parse(amount, currency: currency, option: "--amount")
            } else if let before = try await amountBefore(session) {
                money = before
            } else if let outstanding = prepared.amount {
                money = outstanding
            } else {
                throw ConfigurationError("nothing is outstanding; give --amount")
            }
            if session.options.output == .table {
                // Before anything is sent: it is what an unknown outcome is asked by.
                Printer.standardError("request id \(requestID)")
            }
            let payment = try await session.payments().pay(
                BillingV1.PayRequest(
                    requestID: requestID,
                    accountID: account,
                    amount: money,
                    source: try await source(session),
                    balanceVersion: amount == nil ? prepared.balance?.version ?? 0 : 0,
                    acceptCredit: acceptCredit
                )
            )
            session.printer.show(payment, Tables.payment(payment))
            let status = ExitStatus(payment.state)
            if status != .done { throw status.code }
        }
    }

    /// What a payment under the given request id was made with: a repeat asks for the same.
    private func amountBefore(_ session: Session) async throws -> RemitType.Money? {
        guard let requestID else { return nil }
        do {
            let key = BillingV1.GetPaymentRequest.Key.requestID(requestID)
            return try await session.payments().get(BillingV1.GetPaymentRequest(key: key)).amount
        } catch let error as RPCError where error.code == .notFound {
            return nil
        }
    }

    private func source(_ session: Session) async throws -> BillingV1.PayRequest.Source {
        if let method { return .paymentMethodID(method) }
        let reply = try await session.vault().tokenize(try card.request())
        return .newCard(
            BillingV1.NewCard(
                token: reply.card?.token ?? "",
                billingAddress: address.message,
                billingEmail: email,
                save: save
            )
        )
    }
}

struct MethodCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "method",
        abstract: "Saved payment methods.",
        subcommands: [List.self, Delete.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists an account's methods.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "acct_…") var account: String

        func run() async throws {
            try await Session.run(connection) { session in
                let list = try await session.methods().list(
                    BillingV1.ListPaymentMethodsRequest(accountID: account)
                )
                session.printer.show(list, Tables.methods(list.paymentMethods))
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ends a method: it is charged no more from this moment."
        )
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "acct_…") var account: String
        @Argument(help: "pm_…") var method: String

        func run() async throws {
            try await Session.run(connection) { session in
                let ended = try await session.methods().delete(
                    BillingV1.DeletePaymentMethodRequest(
                        accountID: account,
                        paymentMethodID: method
                    )
                )
                session.printer.show(ended, Tables.methods([ended]))
            }
        }
    }
}
