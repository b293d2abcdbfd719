import ArgumentParser
import RemitAPI
import TTRPC

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
