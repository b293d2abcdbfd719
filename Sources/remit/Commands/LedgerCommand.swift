import ArgumentParser
import Ledger
import Operations
import RemitAPI
import TTRPC

struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "The services' books.",
        subcommands: [Entries.self, Balance.self, Verify.self, Reconcile.self]
    )

    struct BookOptions: ParsableArguments {
        @Option(help: "billing or gateway.") var book = "billing"

        func service() throws(ConfigurationError) -> ConnectionOptions.Service {
            guard let service = ConnectionOptions.Service(rawValue: book) else {
                throw ConfigurationError("--book is billing or gateway")
            }
            return service
        }
    }

    struct Entries: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Entries, oldest first.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var book: BookOptions
        @Option(help: "After this number.") var after: Int64 = 0
        @Option(help: "How many; 0 leaves it to the service.") var pageSize: Int32 = 0

        func run() async throws {
            try await Session.run(connection) { session in
                switch try book.service() {
                case .billing:
                    let list = try await session.billingLedger().listEntries(
                        BillingV1.ListLedgerEntriesRequest(after: after, pageSize: pageSize)
                    )
                    session.printer.show(list, Tables.entries(list.entries))
                case .gateway:
                    let list = try await session.gatewayLedger().listEntries(
                        GatewayV1.ListLedgerEntriesRequest(after: after, pageSize: pageSize)
                    )
                    session.printer.show(list, Tables.entries(list.entries))
                }
            }
        }
    }

    struct Balance: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "trial-balance",
            abstract: "Every account's debits and credits."
        )
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var book: BookOptions

        func run() async throws {
            try await Session.run(connection) { session in
                switch try book.service() {
                case .billing:
                    let balance = try await session.billingLedger().trialBalance(
                        BillingV1.TrialBalanceRequest()
                    )
                    session.printer.show(balance, Tables.trialBalance(balance.lines))
                case .gateway:
                    let balance = try await session.gatewayLedger().trialBalance(
                        GatewayV1.TrialBalanceRequest()
                    )
                    session.printer.show(balance, Tables.trialBalance(balance.lines))
                }
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks every entry's hash and balance against the one before."
        )
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var book: BookOptions

        func run() async throws {
            try await Session.run(connection) { session in
                let service = try book.service()
                let books = Books(session)
                let entries =
                    service == .billing
                    ? try await books.billingEntries() : try await books.gatewayEntries()
                let head = try Books.verify(entries, book: service.rawValue)
                print("\(service.rawValue): \(entries.count) entries, the chain is whole (\(head))")
            }
        }
    }

    struct Reconcile: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compares billing's, the gateway's and the bank's books, per payment."
        )
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await Session.run(connection) { session in
                let books = Books(session)
                let reconciliation = try await books.reconcile()
                let doubled = Books.doubled(try await books.charges())
                print(Books.table(reconciliation).text)
                for difference in Books.lines(reconciliation) { print(difference) }
                for key in doubled { print("DOUBLED: the bank was asked more than once: \(key)") }
                guard reconciliation.isReconciled, doubled.isEmpty else {
                    throw ExitStatus.refused.code
                }
                print("The three books agree.")
            }
        }
    }
}
