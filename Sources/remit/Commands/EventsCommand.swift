import ArgumentParser
import RemitAPI
import TTRPC

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "The services' numbered feeds.",
        discussion: """
            With --follow each event is printed in a line as it comes, until the command is \
            interrupted; after a broken connection it goes on by itself.
            """,
        subcommands: [Billing.self, Gateway.self]
    )

    struct Billing: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What happened in billing.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "After this number.") var after: Int64 = 0
        @Option(help: "How many; 0 leaves it to the service.") var pageSize: Int32 = 0
        @Flag(help: "Print what comes, until interrupted.") var follow = false

        func run() async throws {
            try await Session.run(connection) { session in
                let client = try await session.billingEvents()
                guard !follow else {
                    return try await Self.stream(client, after: after, session.printer)
                }
                let list = try await client.list(
                    BillingV1.ListEventsRequest(after: after, pageSize: pageSize)
                )
                session.printer.show(list, Tables.events(list.events))
            }
        }

        private static func stream(
            _ client: BillingV1.EventServiceClient,
            after start: Int64,
            _ printer: Printer
        ) async throws {
            try await Following.untilInterrupted {
                var after = start
                try await Following.reopening { (progress) async throws(RPCError) -> Bool in
                    let replies = try await client.stream(
                        BillingV1.StreamEventsRequest(after: after)
                    )
                    while !Task.isCancelled, let reply = try await replies.next() {
                        progress()
                        guard reply.headSequence >= after else { throw Self.earlierStore }
                        for event in reply.events {
                            printer.line(event, LineText.of(event))
                            after = event.sequence
                        }
                    }
                    return false
                }
            }
        }

        /// It was restored from a backup: its numbers come once more, for other events.
        private static let earlierStore = RPCError(
            .dataLoss,
            "Billing's feed ends before --after: begin anew with --after 0.",
            reason: "FEED_WENT_BACK"
        )
    }

    struct Gateway: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What became of operations.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "After this number.") var after: Int64 = 0
        @Option(help: "How many; 0 leaves it to the service.") var pageSize: Int32 = 0
        @Flag(help: "Print what comes, until interrupted.") var follow = false

        func run() async throws {
            try await Session.run(connection) { session in
                let client = try await session.gatewayEvents()
                guard !follow else {
                    return try await Self.stream(client, after: after, session.printer)
                }
                let list = try await client.list(
                    GatewayV1.ListEventsRequest(after: after, pageSize: pageSize)
                )
                session.printer.show(list, Tables.gatewayEvents(list.events))
            }
        }

        private static func stream(
            _ client: GatewayV1.EventServiceClient,
            after start: Int64,
            _ printer: Printer
        ) async throws {
            try await Following.untilInterrupted {
                var after = start
                var epoch: String?
                try await Following.reopening { (progress) async throws(RPCError) -> Bool in
                    let replies = try await client.stream(
                        GatewayV1.StreamEventsRequest(after: after)
                    )
                    while !Task.isCancelled, let reply = try await replies.next() {
                        progress()
                        let found = reply.position?.epoch
                        let head = reply.position?.headSequence ?? 0
                        guard epoch == nil || epoch == found, head >= after else {
                            throw Self.otherStore
                        }
                        epoch = found
                        for event in reply.events {
                            printer.line(event, LineText.of(event))
                            after = event.sequence
                        }
                    }
                    return false
                }
            }
        }

        /// Its numbers begin anew, or go back.
        private static let otherStore = RPCError(
            .dataLoss,
            "The gateway's store is another one now: begin anew with --after 0.",
            reason: "GATEWAY_DATA_LOSS"
        )
    }
}
