import ArgumentParser

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examines both services: books, chains, and everything that waits for someone.",
        discussion: """
            Exit status: 0 everything is fine (payments in flight are), 3 something needs a \
            person, 7 a service cannot be reached.
            """
    )
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await Session.run(connection) { session in
            let doctor = try Doctor(session)
            let report = await doctor.examine()
            switch session.options.output {
            case .json: print(JSONText.of(report: report))
            case .table:
                print(Tables.doctor(report).text)
                print(Tables.verdict(report))
            }
            guard report.exitStatus == .done else { throw report.exitStatus.code }
        }
    }
}
