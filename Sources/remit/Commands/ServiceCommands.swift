import ArgumentParser
import RemitAPI
import TTRPC

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "The services' numbered feeds.",
        subcommands: [Billing.self, Gateway.self]
    )

    struct Billing: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What happened in billing.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "After this number.") var after: Int64 = 0
        @Option(help: "How many; 0 leaves it to the service.") var pageSize: Int32 = 0

        func run() async throws {
            try await Session.run(connection) { session in
                let list = try await session.billingEvents().list(
                    BillingV1.ListEventsRequest(after: after, pageSize: pageSize)
                )
                session.printer.show(list, Tables.events(list.events))
            }
        }
    }

    struct Gateway: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What became of operations.")
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "After this number.") var after: Int64 = 0
        @Option(help: "How many; 0 leaves it to the service.") var pageSize: Int32 = 0

        func run() async throws {
            try await Session.run(connection) { session in
                let list = try await session.gatewayEvents().list(
                    GatewayV1.ListEventsRequest(after: after, pageSize: pageSize)
                )
                session.printer.show(list, Tables.gatewayEvents(list.events))
            }
        }
    }
}

struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Whether the services take work."
    )
    @OptionGroup var connection: ConnectionOptions
    @Option(help: "billing or gateway.") var service = "billing"
    @Option(help: "A full service name; the whole server when not given.") var name = ""

    func validate() throws {
        guard ConnectionOptions.Service(rawValue: service) != nil else {
            throw ValidationError("--service is billing or gateway")
        }
    }

    func run() async throws {
        try await Session.run(connection) { session in
            guard let which = ConnectionOptions.Service(rawValue: service) else { return }
            let health = GRPCHealthV1.HealthClient(try await session.caller(which))
            let reply = try await health.check(GRPCHealthV1.HealthCheckRequest(service: name))
            session.printer.show(reply, Table([(service, reply.status.name)]))
            if reply.status != .serving { throw ExitStatus.refused.code }
        }
    }
}
