import ArgumentParser
import Operations
import RemitAPI
import TTRPC

struct ReviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: "What operators decide: payments in review, exceptions, parked events.",
        subcommands: [List.self, Decide.self, Parked.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The items that wait for a decision."
        )
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var page: PageOptions

        func run() async throws {
            try await Session.run(connection) { session in
                let list = try await session.reviews().listExceptions(
                    BillingV1.ListExceptionsRequest(
                        pageSize: page.pageSize,
                        pageToken: page.pageToken
                    )
                )
                session.printer.show(list, Tables.reviewItems(list.items))
                page.hint(list.nextPageToken, session)
            }
        }
    }

    struct Decide: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Proposes a decision, or carries out what another operator proposed.",
            discussion: """
                A payment in review is decided succeeded or failed. An exception is decided \
                credit (the gateway took the money), reverse (it did not) or dismiss. With TLS \
                each operator needs a certificate or token of their own.
                """
        )
        @OptionGroup var connection: ConnectionOptions
        @Argument(help: "pay_…") var payment: String
        @Option(help: "succeeded, failed, credit, reverse or dismiss.") var decision: String
        @Option(name: .customLong("operator"), help: "Your name.") var operatorName: String
        @Option(help: "Why.") var note: String
        @Option(help: "The exception's version; 0 for a payment in review.")
        var gatewayVersion: Int64 = 0

        func run() async throws {
            try await Session.run(connection) { session in
                let item = try await session.reviews().decide(
                    BillingV1.DecideRequest(
                        paymentID: payment,
                        gatewayVersion: gatewayVersion,
                        decision: try Self.decision(decision),
                        operator: operatorName,
                        note: note
                    )
                )
                session.printer.show(item, Tables.reviewItem(item))
            }
        }

        private static func decision(
            _ text: String
        ) throws(ConfigurationError) -> BillingV1.ReviewDecision {
            switch text.lowercased() {
            case "succeeded": return .succeeded
            case "failed": return .failed
            case "credit": return .credit
            case "reverse": return .reverse
            case "dismiss": return .dismiss
            default:
                throw ConfigurationError(
                    "--decision '\(text)' is not succeeded, failed, credit, reverse or dismiss"
                )
            }
        }
    }

    struct Parked: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The gateway's events that could not be applied."
        )
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var page: PageOptions

        func run() async throws {
            try await Session.run(connection) { session in
                let list = try await session.reviews().listParkedEvents(
                    BillingV1.ListParkedEventsRequest(
                        pageSize: page.pageSize,
                        pageToken: page.pageToken
                    )
                )
                session.printer.show(list, Tables.parkedEvents(list.events))
                page.hint(list.nextPageToken, session)
            }
        }
    }
}
