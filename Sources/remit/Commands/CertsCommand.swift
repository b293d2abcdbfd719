import ArgumentParser
import Foundation
import Operations

struct CertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certs",
        abstract: "A private authority, and certificates for both services and their callers.",
        subcommands: [Initialize.self, Add.self, Renew.self]
    )

    /// The certificates of a first deployment: whose, and whether it serves.
    static let names = ["billing", "gateway", "portal", "operator"]
    static let authority = "ca"
    static let local = ["localhost", "127.0.0.1", "::1"]

    struct Initialize: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init",
            abstract: "Makes the authority, the certificates and tables of who may call what.",
            discussion: """
                Writes ca.pem, and for billing, gateway, portal and operator NAME.pem and \
                NAME-key.pem, with the identity remit://NAME; billing-access.json and \
                gateway-access.json for --access. Keys have mode 0400. Keep ca-key.pem away from \
                the services: who has it can be anyone.
                """
        )
        @Option(help: "The folder; made when it is not there.") var dir: String
        @Option(help: "A DNS name or IP address that billing is reached by; may be repeated.")
        var billingHost: [String] = []
        @Option(help: "A DNS name or IP address that the gateway is reached by; may be repeated.")
        var gatewayHost: [String] = []
        @Option(help: "How long the certificates last, in days.") var days = 365
        @Option(help: "Whose accounts, cards and keys the tables grant.") var tenant = "default"
        @Flag(help: "Replace what is there, the authority too: nothing old is trusted after that.")
        var force = false

        func validate() throws {
            try CertsCommand.check(days: days, hosts: billingHost + gatewayHost)
        }

        func run() async throws {
            try CertsCommand.answering {
                let maker = try CertificateMaker(now: Date())
                var files = CertificateFolder.files(CertsCommand.authority, try maker.pair())
                for name in CertsCommand.names {
                    let hosts =
                        switch name {
                        case "billing": CertsCommand.local + billingHost
                        case "gateway": CertsCommand.local + gatewayHost
                        default: [String]()
                        }
                    files += try CertsCommand.leaf(name, hosts, days, maker)
                }
                files.append(
                    CertificateFolder.File(
                        name: "billing-access.json",
                        text: AccessTableText.billing(tenant: tenant),
                        isKey: false
                    )
                )
                files.append(
                    CertificateFolder.File(
                        name: "gateway-access.json",
                        text: AccessTableText.gateway(tenant: tenant),
                        isKey: false
                    )
                )
                try CertificateFolder(path: dir).write(files, force: force)
                for file in files { print("\(dir)/\(file.name)") }
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One more certificate from the authority: remit://NAME."
        )
        @Option(help: "The folder of certs init.") var dir: String
        @Option(help: "Whose certificate: letters, digits, - and _.") var name: String
        @Option(help: "A DNS name or IP address, for one that serves; may be repeated.")
        var host: [String] = []
        @Option(help: "How long it lasts, in days.") var days = 365
        @Flag(help: "Replace it if it is there.") var force = false

        func validate() throws {
            try CertsCommand.check(days: days, hosts: host)
            let isName = name.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                    || Character(UnicodeScalar(byte)).isLetter && byte < 0x80
                    || (0x30...0x39).contains(byte)
            }
            guard isName, (1...60).contains(name.utf8.count), name != CertsCommand.authority else {
                throw ValidationError("--name is 1 to 60 letters, digits, - and _, and not ca")
            }
        }

        func run() async throws {
            try CertsCommand.answering {
                let folder = CertificateFolder(path: dir)
                let maker = try CertsCommand.maker(folder)
                let files = try CertsCommand.leaf(name, host, days, maker)
                try folder.write(files, force: force)
                for file in files { print("\(dir)/\(file.name)") }
            }
        }
    }

    struct Renew: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "New keys and certificates with the names of the old, from the authority.",
            discussion: """
                Services that serve from this folder take the new ones while they serve. The \
                tables and the authority stay.
                """
        )
        @Option(help: "The folder of certs init.") var dir: String
        @Option(help: "Whose; all of the folder when not given. May be repeated.")
        var name: [String] = []
        @Option(help: "How long they last, in days.") var days = 365

        func validate() throws {
            try CertsCommand.check(days: days, hosts: [])
        }

        func run() async throws {
            try CertsCommand.answering {
                let folder = CertificateFolder(path: dir)
                let maker = try CertsCommand.maker(folder)
                let found = name.isEmpty ? try CertsCommand.leaves(folder) : name
                for name in found {
                    let names = try CertificateMaker.names(
                        inPEM: try folder.pair(name).certificate
                    )
                    let pair = try maker.leaf(
                        identities: names.identities,
                        hosts: names.hosts,
                        days: days
                    )
                    let files = CertificateFolder.files(name, pair)
                    try folder.write(files, force: true)
                    for file in files { print("\(dir)/\(file.name)") }
                }
            }
        }
    }

    private static func check(days: Int, hosts: [String]) throws {
        guard (1...CertificateMaker.authorityDays).contains(days) else {
            throw ValidationError("--days is 1 to \(CertificateMaker.authorityDays)")
        }
        for host in hosts where host.isEmpty || host.contains(where: \.isWhitespace) {
            throw ValidationError("'\(host)' is no host")
        }
    }

    private static func leaf(
        _ name: String,
        _ hosts: [String],
        _ days: Int,
        _ maker: CertificateMaker
    ) throws -> [CertificateFolder.File] {
        let pair = try maker.leaf(identities: ["remit://" + name], hosts: hosts, days: days)
        return CertificateFolder.files(name, pair)
    }

    /// The authority of a folder.
    private static func maker(_ folder: CertificateFolder) throws -> CertificateMaker {
        let pair = try folder.pair(authority)
        guard let maker = try? CertificateMaker(pair, now: Date()), maker.isConsistent else {
            throw ConfigurationError("\(folder.path) holds no authority that certs init made")
        }
        guard maker.expiry > Date() else {
            throw ConfigurationError("the authority in \(folder.path) has expired")
        }
        return maker
    }

    /// The certificates of a folder, by their names.
    private static func leaves(_ folder: CertificateFolder) throws -> [String] {
        let suffix = "-key.pem"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(suffix) && !$0.hasPrefix(".") }
            .map { String($0.dropLast(suffix.count)) }
        return names.filter { $0 != authority }.sorted()
    }

    /// Errors become a line and a status.
    private static func answering(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            throw Printer(.table).fail(error)
        }
    }
}
