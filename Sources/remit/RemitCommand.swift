import ArgumentParser
import Operations

/// Remit's client: every method by hand and from scripts, the demo and the benchmarks.
@main
struct RemitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remit",
        abstract: "Shows what customers owe and takes their card payments.",
        discussion: """
            Exit status: 0 done, 2 usage or configuration, 3 refused, 4 declined, 5 pending, \
            6 unknown (do not pay again: ask with the same request id), 7 unreachable.
            """,
        subcommands: [
            AccountCommand.self, UserCommand.self, InvoiceCommand.self, PayCommand.self,
            PaymentCommand.self, MethodCommand.self, HistoryCommand.self, CardCommand.self,
            OperationCommand.self, SandboxCommand.self, EventsCommand.self, LedgerCommand.self,
            ReviewCommand.self, DoctorCommand.self, HealthCommand.self, BenchCommand.self,
            DemoCommand.self, CertsCommand.self, TokensCommand.self,
        ]
    )

    static func main() async {
        do {
            try ProcessHardening.disableCoreDumps()
        } catch {
            exit(withError: Printer(.table).fail(error))
        }
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as ExitCode {
            exit(withError: error)
        } catch {
            // What the parser refuses is usage, with the status that scripts expect.
            guard exitCode(for: error) == .success else {
                Printer.standardError(fullMessage(for: error))
                exit(withError: ExitStatus.usage.code)
            }
            exit(withError: error)
        }
    }
}
