import ArgumentParser
import Foundation
import Operations

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Plays one customer's story on both services, and checks every step.",
        discussion: """
            Starts both services as processes of their own on free loopback ports, with real \
            storage in a temporary folder that is removed at the end.
            """
    )
    @Option(help: "The folder of remit-gateway and remit-billing; the client's own by default.")
    var binaries: String?
    @Flag(help: "Keep the temporary folder.") var keep = false

    func run() async throws {
        let printer = Printer(.table)
        do {
            try await play()
        } catch {
            throw printer.fail(error)
        }
    }

    private func play() async throws {
        let folder = ServiceProcess.folder(binaries)
        let data = NSTemporaryDirectory() + "remit-demo-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: data + "/billing",
            withIntermediateDirectories: true
        )
        defer {
            if keep {
                print("data and logs are in \(data)")
            } else {
                try? FileManager.default.removeItem(atPath: data)
            }
        }
        try ServiceProcess.run(
            "remit-gateway",
            ["init", "--data", data + "/gateway"],
            folder: folder
        )
        let gateway = try ServiceProcess.start(
            "remit-gateway",
            ["--listen", "127.0.0.1:0", "--data", data + "/gateway"],
            folder: folder,
            log: data + "/gateway.log"
        )
        defer { gateway.stop() }
        let billing = try ServiceProcess.start(
            "remit-billing",
            [
                "--listen", "127.0.0.1:0", "--data", data + "/billing", "--gateway",
                gateway.address,
            ],
            folder: folder,
            log: data + "/billing.log"
        )
        defer { billing.stop() }
        print("gateway \(gateway.address), billing \(billing.address)")
        let connection = try ConnectionOptions.parse([
            "--billing", billing.address, "--gateway", gateway.address,
        ])
        try await Session.run(connection) { session in
            var story = DemoStory(session)
            try await story.play()
        }
        for service in [billing, gateway] where service.stop() != 0 {
            throw UnexpectedResult("\(service.name) did not drain")
        }
        print("\nEverything was as expected.")
    }
}

/// The story went otherwise than it should.
struct UnexpectedResult: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = "not as expected: " + description
    }
}
