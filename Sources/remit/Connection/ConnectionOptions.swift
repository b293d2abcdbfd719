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
        let environment = ProcessInfo.processInfo.environment
        let variable = "REMIT_" + service.rawValue.uppercased()
        if let text = flag ?? environment[variable] {
            return try ListenAddress.list(text, setting: service.rawValue)
        }
        let profiles = try Profiles(environment)
        guard let text = try profiles.address(service.rawValue, profile: profile) else {
            throw ConfigurationError(
                "the \(service.rawValue) service's address is missing: give "
                    + "--\(service.rawValue) HOST:PORT, $\(variable), or a profile"
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
}

/// The profiles' file: `{"default": {"billing": "HOST:PORT", "gateway": "HOST:PORT"}}`.
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

    func address(_ service: String, profile: String) throws(ConfigurationError) -> String? {
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
        return found[service]
    }
}
