import ArgumentParser
import RemitAPI
import TTRPC

struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Opens and shows accounts.",
        subcommands: [Create.self, Get.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Opens an account.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var address: AddressOptions
        @Option(help: "The customer's name.") var name: String
        @Option(help: "ISO 4217; it never changes.") var currency = "CAD"
        @Option(help: "A UUID or ULID; minted when not given.") var requestID: String?

        func run() async throws {
            try await Session.run(connection) { session in
                let account = try await session.accounts().create(
                    BillingV1.CreateAccountRequest(
                        requestID: requestID ?? RequestID.new(),
                        displayName: name,
                        currency: currency,
                        billingAddress: address.message
                    )
                )
                session.printer.show(account, Tables.account(account))
            }
        }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows an account.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "acct_… or the account's number.") var account: String

        func run() async throws {
            try await Session.run(connection) { session in
                let key: BillingV1.GetAccountRequest.Key =
                    account.hasPrefix("acct_") ? .accountID(account) : .accountNumber(account)
                let found = try await session.accounts().get(
                    BillingV1.GetAccountRequest(key: key)
                )
                session.printer.show(found, Tables.account(found))
            }
        }
    }
}

/// A billing address on the command line.
struct AddressOptions: ParsableArguments {
    @Option(help: "Street and number.") var line1 = ""
    @Option(help: "City.") var city = ""
    @Option(help: "Province or state.") var region = ""
    @Option(help: "Postal code; saving a card needs the right one.") var postalCode = ""
    @Option(help: "ISO 3166-1 country code.") var country = ""

    var message: RemitType.BillingAddress {
        RemitType.BillingAddress(
            line1: line1,
            city: city,
            region: region,
            postalCode: postalCode,
            country: country
        )
    }
}
