import ArgumentParser
import Foundation
import Operations

/// Where the services are, and how results are printed.
struct ConnectionOptions: ParsableArguments {
    enum Output: String, ExpressibleByArgument, CaseIterable {
        case table
        case json
    }

    @Option(
        help: "The billing service, HOST:PORT,… (else $REMIT_BILLING, else the profile)."
    )
    var billing: String?

    @Option(
        help: "The payment gateway, HOST:PORT,… (else $REMIT_GATEWAY, else the profile)."
    )
    var gateway: String?

    @OptionGroup var security: SecurityOptions

    @Option(help: "A profile of $REMIT_CONFIG or ~/.config/remit/profiles.json.")
    var profile = "default"

    @Option(help: "How long a call may take, in seconds.")
    var timeoutSeconds: Int = 60

    @Option(name: .shortAndLong, help: "table for people, json for programs.")
    var output = Output.table

    func validate() throws {
        guard (1...3600).contains(timeoutSeconds) else {
            throw ValidationError("--timeout-seconds must be 1 to 3600")
        }
    }

    enum Service: String {
        case billing
        case gateway
    }

    /// The addresses of a service: flag, environment, profile.
    ///
    /// - Throws: `ConfigurationError`.
    func addresses(_ service: Service) throws(ConfigurationError) -> [ListenAddress] {
        let flag = service == .billing ? billing : gateway
        guard let text = try value(flag, service.rawValue) else {
            throw ConfigurationError(
                "the \(service.rawValue) service's address is missing: give "
                    + "--\(service.rawValue) HOST:PORT, "
                    + "$REMIT_\(service.rawValue.uppercased()), or a profile"
            )
        }
        return try ListenAddress.list(text, setting: service.rawValue)
    }

    /// The addresses of a service, as people write them.
    ///
    /// - Throws: `ConfigurationError`.
    func names(_ service: Service) throws(ConfigurationError) -> String {
        try addresses(service).map(\.description).joined(separator: ",")
    }

    /// A text from its flag, else the environment (REMIT_NAME), else the profile (name).
    ///
    /// - Throws: `ConfigurationError`: the profile cannot be read.
    func value(_ flag: String?, _ name: String) throws(ConfigurationError) -> String? {
        let environment = ProcessInfo.processInfo.environment
        let variable = environment["REMIT_" + name.uppercased()] ?? ""
        if let text = flag ?? (variable.isEmpty ? nil : variable) { return text }
        return try Profiles(environment).value(name, profile: profile)
    }
}

/// The profiles' file: `{"default": {"billing": "HOST:PORT", "gateway": "HOST:PORT"}}`, with any
/// of the texts of `SecurityOptions` beside the addresses.
struct Profiles {
    private let byName: [String: [String: String]]?
    private let path: String

    init(_ environment: [String: String]) throws(ConfigurationError) {
        let home = environment["HOME"] ?? ""
        path = environment["REMIT_CONFIG"] ?? home + "/.config/remit/profiles.json"
        guard let data = FileManager.default.contents(atPath: path) else {
            byName = nil
            return
        }
        guard let object = try? JSONDecoder().decode([String: [String: String]].self, from: data)
        else { throw ConfigurationError("\(path) is no JSON object of profiles") }
        byName = object
    }

    /// A text of a profile; nil when it is not there.
    ///
    /// - Throws: `ConfigurationError`: there is no such profile.
    func value(_ name: String, profile: String) throws(ConfigurationError) -> String? {
        guard let byName else {
            guard profile == "default" else {
                throw ConfigurationError("profile '\(profile)': \(path) cannot be read")
            }
            return nil
        }
        guard let found = byName[profile] else {
            guard profile == "default" else {
                throw ConfigurationError("profile '\(profile)' is not in \(path)")
            }
            return nil
        }
        return found[name]
    }
}
