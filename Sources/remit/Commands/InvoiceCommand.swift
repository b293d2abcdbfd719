import ArgumentParser
import Operations
import RemitAPI
import TTRPC

struct InvoiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invoice",
        abstract: "What customers are asked to pay.",
        subcommands: [Create.self, Post.self, Get.self, List.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes a draft, which does not count yet."
        )
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "acct_…") var account: String
        @Option(help: "DESCRIPTION:QUANTITY:UNIT_PRICE; again for more lines.")
        var line: [String]
        @Option(help: "NAME:PERCENT:AMOUNT, like HST:13:6.50; again for more.")
        var tax: [String] = []
        @Option(help: "The amounts' currency.") var currency = "CAD"
        @Option(help: "2026-12-31; 30 days after posting when not given.") var due: String?
        @Flag(help: "Post it at once.") var post = false
        @Option(help: "A UUID or ULID; minted when not given.") var requestID: String?

        func run() async throws {
            try await Session.run(connection) { session in
                let due = try self.due.map { text throws(ConfigurationError) in
                    guard let time = TimeText.parse(text) else {
                        throw ConfigurationError("--due '\(text)' is no date like 2026-12-31")
                    }
                    return time
                }
                let draft = try await session.invoices().createDraft(
                    BillingV1.CreateDraftInvoiceRequest(
                        requestID: requestID ?? RequestID.new(),
                        accountID: account,
                        lines: try line.map { try InvoiceText.line($0, currency: currency) },
                        taxes: try tax.map { try InvoiceText.tax($0, currency: currency) },
                        dueTime: due
                    )
                )
                guard post else { return session.printer.show(draft, Tables.invoice(draft)) }
                let posted = try await session.invoices().post(
                    BillingV1.PostInvoiceRequest(invoiceID: draft.invoiceID)
                )
                session.printer.show(posted, Tables.invoice(posted))
            }
        }
    }

    struct Post: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a draft count, and uses the account's credit on it."
        )
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "inv_…") var invoice: String

        func run() async throws {
            try await Session.run(connection) { session in
                let posted = try await session.invoices().post(
                    BillingV1.PostInvoiceRequest(invoiceID: invoice)
                )
                session.printer.show(posted, Tables.invoice(posted))
            }
        }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows an invoice.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "inv_… or INV00000012.") var invoice: String

        func run() async throws {
            try await Session.run(connection) { session in
                let key: BillingV1.GetInvoiceRequest.Key =
                    invoice.hasPrefix("inv_") ? .invoiceID(invoice) : .invoiceNumber(invoice)
                let found = try await session.invoices().get(BillingV1.GetInvoiceRequest(key: key))
                session.printer.show(found, Tables.invoice(found))
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists invoices, newest first.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "acct_…") var account: String
        @OptionGroup var page: PageOptions

        func run() async throws {
            try await Session.run(connection) { session in
                let list = try await session.invoices().list(
                    BillingV1.ListInvoicesRequest(
                        accountID: account,
                        pageSize: page.pageSize,
                        pageToken: page.pageToken
                    )
                )
                session.printer.show(list, Tables.invoices(list.invoices))
                page.hint(list.nextPageToken, session)
            }
        }
    }
}

/// A page of a list.
struct PageOptions: ParsableArguments {
    @Option(help: "How many; 0 leaves it to the service.") var pageSize: Int32 = 0
    @Option(help: "From the page before.") var pageToken = ""

    /// Says how the next page is asked for.
    func hint(_ next: String, _ session: Session) {
        guard !next.isEmpty, session.options.output == .table else { return }
        print("more: --page-token \(next)")
    }
}

/// Invoice lines and taxes as the command line has them.
enum InvoiceText {
    /// "Service:2:10.00".
    static func line(
        _ text: String,
        currency: String
    ) throws(ConfigurationError) -> BillingV1.InvoiceLine {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 3, let quantity = Int64(parts[parts.count - 2]) else {
            throw ConfigurationError("--line '\(text)' is not DESCRIPTION:QUANTITY:UNIT_PRICE")
        }
        return BillingV1.InvoiceLine(
            description: parts.dropLast(2).joined(separator: ":"),
            quantity: quantity,
            unitPrice: try MoneyText.parse(
                String(parts[parts.count - 1]),
                currency: currency,
                option: "--line"
            )
        )
    }

    /// "HST:13:6.50"; the percentage has at most four decimals.
    static func tax(
        _ text: String,
        currency: String
    ) throws(ConfigurationError) -> BillingV1.InvoiceTax {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let rate = rateMicros(String(parts[1])) else {
            throw ConfigurationError("--tax '\(text)' is not NAME:PERCENT:AMOUNT")
        }
        return BillingV1.InvoiceTax(
            name: String(parts[0]),
            rateMicros: rate,
            amount: try MoneyText.parse(String(parts[2]), currency: currency, option: "--tax")
        )
    }

    /// "9.975" per cent as millionths, exactly; nil for what is no percentage.
    static func rateMicros(_ text: String) -> Int64? {
        let digits = text.hasSuffix("%") ? String(text.dropLast()) : text
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = Int64(parts[0]), (0...1000).contains(whole)
        else { return nil }
        let decimals = parts.count == 2 ? String(parts[1]) : ""
        guard decimals.count <= 4, decimals.allSatisfy(\.isWholeNumber) else { return nil }
        let padded = decimals + String(repeating: "0", count: 4 - decimals.count)
        return Int64(padded).map { whole * 10_000 + $0 }
    }
}
