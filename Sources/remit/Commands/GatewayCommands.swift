import ArgumentParser
import Operations
import RemitAPI
import TTRPC

struct CardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card",
        abstract: "Cards at the gateway.",
        subcommands: [Tokenize.self, Get.self, Delete.self]
    )

    struct Tokenize: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Exchanges a card for a token.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var card: CardOptions

        func run() async throws {
            try await Session.run(connection) { session in
                let reply = try await session.vault().tokenize(try card.request())
                session.printer.show(reply, Tables.card(reply.card ?? GatewayV1.Card()))
            }
        }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a masked card.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "tok_…") var token: String

        func run() async throws {
            try await Session.run(connection) { session in
                let card = try await session.vault().getCard(
                    GatewayV1.GetCardRequest(token: token)
                )
                session.printer.show(card, Tables.card(card))
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Ends a token.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "tok_…") var token: String

        func run() async throws {
            try await Session.run(connection) { session in
                let card = try await session.vault().delete(
                    GatewayV1.DeleteCardRequest(token: token)
                )
                session.printer.show(card, Tables.card(card))
            }
        }
    }
}

struct OperationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operation",
        abstract: "Operations at the gateway, by their keys.",
        subcommands: [Sale.self, Get.self, Fence.self]
    )

    static func show(_ reply: GatewayV1.OperationReply, _ session: Session) throws {
        let operation = reply.operation ?? GatewayV1.Operation()
        session.printer.show(reply, Tables.operation(operation))
        let status = ExitStatus(operation.state)
        if status != .done { throw status.code }
    }

    struct Sale: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Charges a token.")
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var address: AddressOptions
        @Option(help: "att_…, kept for retries; minted when not given.") var key: String?
        @Option(help: "tok_…") var token: String
        @Option(help: "Like 50.00.") var amount: String
        @Option(help: "The amount's currency.") var currency = "CAD"
        @Flag(help: "Keep the card if the sale is approved and the postal code matches.")
        var retain = false

        func run() async throws {
            try await Session.run(connection) { session in
                let money = try MoneyText.parse(amount, currency: currency, option: "--amount")
                let reply = try await session.authorizations().sale(
                    GatewayV1.SaleRequest(
                        key: key ?? "att_" + RequestID.new(),
                        token: token,
                        amount: money,
                        billingAddress: address.message,
                        retainCard: retain
                    )
                )
                try OperationCommand.show(reply, session)
            }
        }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows an operation.")
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "att_…") var key: String

        func run() async throws {
            try await Session.run(connection) { session in
                let reply = try await session.recovery().getOperation(
                    GatewayV1.GetOperationRequest(key: key)
                )
                session.printer.show(
                    reply,
                    Tables.operation(reply.operation ?? GatewayV1.Operation())
                )
            }
        }
    }

    struct Fence: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Refuses a key for ever, unless an operation has it already."
        )
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "att_…") var key: String

        func run() async throws {
            try await Session.run(connection) { session in
                let reply = try await session.recovery().fence(GatewayV1.FenceRequest(key: key))
                session.printer.show(
                    reply,
                    Tables.operation(reply.operation ?? GatewayV1.Operation())
                )
            }
        }
    }
}

struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "The embedded sandbox bank.",
        subcommands: [Resolve.self, Charges.self]
    )

    struct Resolve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets the bank decide a pending charge now."
        )
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "att_…") var key: String
        @Option(help: "approve, decline, or script for what the card says.")
        var decision = "script"

        func run() async throws {
            try await Session.run(connection) { session in
                let decision: GatewayV1.PendingDecision
                switch self.decision {
                case "script": decision = .unspecified
                case "approve": decision = .approve
                case "decline": decision = .decline
                default: throw ConfigurationError("--decision is approve, decline or script")
                }
                let reply = try await session.sandbox().resolvePending(
                    GatewayV1.ResolvePendingRequest(key: key, decision: decision)
                )
                session.printer.show(
                    reply,
                    Tables.operation(reply.operation ?? GatewayV1.Operation())
                )
            }
        }
    }

    struct Charges: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The bank's own book.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "After this line.") var after: Int64 = 0
        @Option(help: "How many; 0 leaves it to the service.") var pageSize: Int32 = 0

        func run() async throws {
            try await Session.run(connection) { session in
                let list = try await session.sandbox().listBankCharges(
                    GatewayV1.ListBankChargesRequest(after: after, pageSize: pageSize)
                )
                session.printer.show(list, Tables.charges(list.charges))
            }
        }
    }
}
