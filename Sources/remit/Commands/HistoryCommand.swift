import ArgumentParser
import Operations
import RemitAPI
import TTRPC

struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "What happened on an account, with the balance after each row.",
        subcommands: [List.self, Get.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Newest first, 24 months.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "acct_…") var account: String
        @Option(help: "invoice, payment, credit or reversal; again for more.") var type: [String] =
            []
        @Option(help: "From 2026-01-01.") var from: String?
        @Option(help: "Before 2026-12-31.") var to: String?
        @OptionGroup var page: PageOptions

        func run() async throws {
            try await Session.run(connection) { session in
                let list = try await session.history().listTransactions(
                    BillingV1.ListTransactionsRequest(
                        accountID: account,
                        types: try type.map { try Self.type($0) },
                        startTime: try Self.time(from, option: "--from"),
                        endTime: try Self.time(to, option: "--to"),
                        pageSize: page.pageSize,
                        pageToken: page.pageToken
                    )
                )
                session.printer.show(list, Tables.history(list.transactions))
                page.hint(list.nextPageToken, session)
            }
        }

        private static func type(
            _ text: String
        ) throws(ConfigurationError) -> BillingV1.TransactionType {
            switch text.lowercased() {
            case "invoice": return .invoice
            case "payment": return .payment
            case "credit": return .credit
            case "reversal": return .reversal
            default:
                throw ConfigurationError(
                    "--type '\(text)' is not invoice, payment, credit or reversal"
                )
            }
        }

        private static func time(
            _ text: String?,
            option: String
        ) throws(ConfigurationError) -> GoogleProtobuf.Timestamp? {
            guard let text else { return nil }
            guard let time = TimeText.parse(text) else {
                throw ConfigurationError("\(option) '\(text)' is no date like 2026-12-31")
            }
            return time
        }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows one transaction.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "acct_…") var account: String
        @Argument(help: "inv_…, pay_…, crd_… or jrn_…") var transaction: String

        func run() async throws {
            try await Session.run(connection) { session in
                let found = try await session.history().getTransaction(
                    BillingV1.GetTransactionRequest(
                        accountID: account,
                        transactionID: transaction
                    )
                )
                session.printer.show(found, Tables.history([found]))
            }
        }
    }
}
