import ArgumentParser
import Foundation
import Operations
import RemitAPI

struct TokensCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens",
        abstract: "Bearer tokens, for callers without a certificate.",
        subcommands: [Create.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a token, and the line that grants it something.",
            discussion: """
                Prints the token, which nobody can find out again, and then the line for "tokens" \
                in the service's access table. With --token-file the token goes to that file and \
                is not printed.
                """
        )
        @Option(help: "What logs call it.") var name: String
        @Option(help: "What it may do; may be repeated. Each method's scope is in proto/.")
        var scope: [String]
        @Option(help: "How long it is taken, in days.") var days = 90
        @Option(help: "Whose accounts, cards and keys it may touch.") var tenant = "default"
        @Option(help: "Write the token to this file (mode 0400), which must not be there.")
        var tokenFile: String?

        func validate() throws {
            let known = AccessTableText.scopes(
                BillingV1.methods + GatewayV1.methods + DebugV1.methods
            )
            if let unknown = scope.first(where: { !known.contains($0) }) {
                throw ValidationError(
                    "there is no scope '\(unknown)'; there are \(known.joined(separator: ", "))"
                )
            }
            guard (1...3650).contains(days) else { throw ValidationError("--days is 1 to 3650") }
            guard (1...100).contains(name.utf8.count), !tenant.isEmpty else {
                throw ValidationError("--name is 1 to 100 bytes, and --tenant not empty")
            }
        }

        func run() async throws {
            let token = BearerToken.make()
            if let tokenFile {
                let url = URL(fileURLWithPath: tokenFile)
                do {
                    let folder = CertificateFolder(path: url.deletingLastPathComponent().path)
                    let file = CertificateFolder.File(
                        name: url.lastPathComponent,
                        text: token + "\n",
                        isKey: true
                    )
                    try folder.write([file], force: false)
                } catch {
                    throw Printer(.table).fail(error)
                }
            } else {
                print(token)
            }
            print(
                AccessTableText.token(
                    name: name,
                    hash: BearerToken.hexadecimalHash(token),
                    tenant: tenant,
                    scopes: scope,
                    expires: Date(timeIntervalSinceNow: Double(days) * 86_400)
                )
            )
        }
    }
}
