import ArgumentParser
import RemitAPI
import TTRPC

struct PaymentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "payment",
        abstract: "Shows what a payment page shows, and payments.",
        subcommands: [Prepare.self, Get.self, Watch.self]
    )

    struct Prepare: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The prefilled amount, the balance and the saved methods."
        )
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "acct_…") var account: String

        func run() async throws {
            try await Session.run(connection) { session in
                let prepared = try await session.payments().prepare(
                    BillingV1.PreparePaymentRequest(accountID: account)
                )
                session.printer.show(prepared, Tables.prepared(prepared))
            }
        }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows a payment by its id, or by the request id it was made with."
        )
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "pay_… or a request id.") var payment: String

        func run() async throws {
            try await Session.run(connection) { session in
                let key: BillingV1.GetPaymentRequest.Key =
                    payment.hasPrefix("pay_") ? .paymentID(payment) : .requestID(payment)
                let found = try await session.payments().get(
                    BillingV1.GetPaymentRequest(key: key)
                )
                session.printer.show(found, Tables.payment(found))
            }
        }
    }

    struct Watch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints a payment now and after each change, until it is decided.",
            discussion: "After a broken connection it goes on by itself."
        )
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "pay_… or a request id.") var payment: String?
        @Option(help: "The request id it was made with, in place of the argument.")
        var requestID: String?

        func validate() throws {
            guard (payment == nil) != (requestID == nil) else {
                throw ValidationError("give a payment or --request-id, and not both")
            }
        }

        func run() async throws {
            try await Session.run(connection) { session in
                let client = try await session.payments()
                let printer = session.printer
                let request = BillingV1.WatchPaymentRequest(key: key)
                try await Following.untilInterrupted {
                    try await Self.watch(client, request, printer)
                }
            }
        }

        private var key: BillingV1.WatchPaymentRequest.Key {
            if let requestID { return .requestID(requestID) }
            let text = payment ?? ""
            return text.hasPrefix("pay_") ? .paymentID(text) : .requestID(text)
        }

        private static func watch(
            _ client: BillingV1.PaymentServiceClient,
            _ request: BillingV1.WatchPaymentRequest,
            _ printer: Printer
        ) async throws(RPCError) {
            var last: BillingV1.Payment?
            try await Following.reopening { (progress) async throws(RPCError) -> Bool in
                let replies = try await client.watch(request)
                while let payment = try await replies.next() {
                    progress()
                    // Opened again, it begins with what was printed already.
                    guard payment != last else { continue }
                    printer.line(payment, LineText.of(payment))
                    last = payment
                }
                return true
            }
        }
    }
}
