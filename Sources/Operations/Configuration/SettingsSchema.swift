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
}

/// All settings of a binary.
package struct SettingsSchema: Sendable {
    /// "remit-billing": environment variables begin with REMIT_BILLING_.
    package let program: String
    package let settings: [Setting]

    package init(program: String, settings: [Setting]) {
        self.program = program
        self.settings = settings
    }

    package func setting(_ name: String) -> Setting? {
        settings.first { $0.name == name }
    }

    /// The environment variable of a setting: "REMIT_BILLING_SALE_TIMEOUT_SECONDS".
    package func variable(_ name: String) -> String {
        (program + "-" + name).uppercased().replacing("-", with: "_")
    }

    /// What `--help` prints.
    package func usage(_ command: String) -> String {
        let rows = settings.map { setting in
            let value =
                switch setting.kind {
                case .text: " TEXT"
                case .number: " NUMBER"
                case .toggle: ""
                }
            return ("--" + setting.name + value, setting)
        }
        let width = (rows.map { $0.0.count }.max() ?? 0) + 2
        var text = "usage: \(program) \(command) [settings]\n\n"
        for (flag, setting) in rows {
            let pad = String(repeating: " ", count: width - flag.count)
            let standard = setting.standard.map { " (\($0))" } ?? ""
            text += "  \(flag)\(pad)\(setting.help)\(standard)\n"
        }
        text += """

            Each setting is taken from its flag, else from the environment (\
            \(variable("listen")) …), else from the
            JSON object in the file of --config, with the same names.

            """
        return text
    }
}
