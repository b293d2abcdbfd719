/// What an operator did wrong, in one line.
package struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// One setting of a binary: as a flag, in the environment and in a file.
package struct Setting: Sendable {
    /// What its values are.
    package enum Kind: Sendable {
        case text
        /// HOST:PORT, as `ListenAddress` reads it.
        case address
        case number(ClosedRange<Int>)
        /// A flag without a value; "true" or "false" elsewhere.
        case toggle
    }

    /// "sale-timeout-seconds".
    package let name: String
    package let kind: Kind
    /// The value when nobody gives one; nil when someone must, or nothing is fine.
    package let standard: String?
    /// One line for the usage text.
    package let help: String

    package init(_ name: String, _ kind: Kind, standard: String? = nil, _ help: String) {
        self.name = name
        self.kind = kind
        self.standard = standard
        self.help = help
    }

    /// What a value must be, for error messages: "a whole number, 1 to 600".
    var wanted: String {
        switch kind {
        case .text: "a text that is not empty"
        case .address: "HOST:PORT"
        case .number(let range): "a whole number, \(range.lowerBound) to \(range.upperBound)"
        case .toggle: "true or false"
        }
    }

    /// The flag with what follows it: "--listen HOST:PORT".
    var flag: String {
        switch kind {
        case .text: "--\(name) TEXT"
        case .address: "--\(name) HOST:PORT"
        case .number: "--\(name) NUMBER"
        case .toggle: "--\(name)"
        }
    }
}

/// All settings of a binary.
package struct SettingsSchema: Sendable {
    /// The flag that names the file; it stands beside the settings and in no file itself.
    static let configFlag = "config"

    /// "remit-billing": environment variables begin with REMIT_BILLING_.
    package let program: String
    package let settings: [Setting]

    package init(program: String, settings: [Setting]) {
        self.program = program
        self.settings = settings
    }

    /// The setting of a name; nil when there is none.
    package func setting(_ name: String) -> Setting? {
        settings.first { $0.name == name }
    }

    /// The environment variable of a setting: "REMIT_BILLING_SALE_TIMEOUT_SECONDS".
    package func variable(_ name: String) -> String {
        (program + "-" + name).uppercased().replacing("-", with: "_")
    }

    /// What `--help` prints.
    package func usage(_ command: String) -> String {
        var rows = settings.map { setting in
            let standard = setting.standard.map { " (\($0))" } ?? ""
            return (flag: setting.flag, help: setting.help + standard)
        }
        rows.append(("--\(Self.configFlag) FILE", "a JSON object with any of these settings"))
        rows.append(("--help", "print this and exit"))
        let width = (rows.map(\.flag.count).max() ?? 0) + 2
        var text = "usage: \(program) \(command) [settings]\n\n"
        for row in rows {
            let pad = String(repeating: " ", count: width - row.flag.count)
            text += "  \(row.flag)\(pad)\(row.help)\n"
        }
        text += """

            Each setting is taken from its flag, else from the environment, else from the file:
              --log-level debug   \(variable("log-level"))=debug   {"log-level": "debug"}
            In the file a name may have _ for -, numbers are JSON numbers, and a flag without a
            value is true or false. An empty environment variable counts as not set.

            """
        return text
    }
}
