import Configuration

/// A binary's settings: from its flags, else from the environment, else from a file.
///
/// The look-ups go through swift-configuration's providers one by one, and not through its
/// `ConfigReader`: that one does not tell which source a value came from, and an operator who has
/// to correct it wants to know.
package struct Settings: Sendable {
    /// Where values come from, strongest first.
    enum Origin: Sendable {
        case flag
        case environment
        case file(String)
    }

    private let schema: SettingsSchema
    private let sources: [(origin: Origin, provider: any ConfigProvider)]

    /// Reads the sources and checks every value that one of them gives. What nobody gives is
    /// found missing when it is asked for.
    ///
    /// Environment variables with our prefix that name no setting are let pass: Kubernetes sets
    /// some (`REMIT_BILLING_SERVICE_HOST`) for a service of our name.
    ///
    /// - Parameters:
    ///   - schema: all settings there are.
    ///   - arguments: the flags, without the program's name and command.
    ///   - environment: the process's environment.
    /// - Throws: `ConfigurationError`: an unknown flag or key, a flag without its value, a value
    ///   of the wrong kind or out of range, a file that cannot be read or is no JSON object.
    package init(
        _ schema: SettingsSchema,
        arguments: [String],
        environment: [String: String]
    ) async throws(ConfigurationError) {
        self.schema = schema
        let environment = environment.filter { !$0.value.isEmpty }
        var flags = try Self.flags(schema, arguments)
        let file =
            flags.removeValue(forKey: SettingsSchema.configFlag)
            ?? environment[schema.variable(SettingsSchema.configFlag)]
        // The library has texts converted to the type asked for in this provider alone; so flags
        // go by the names of the variables too.
        let byVariable = Dictionary(
            uniqueKeysWithValues: flags.map { (schema.variable($0.key), $0.value) }
        )
        var sources: [(origin: Origin, provider: any ConfigProvider)] = [
            (.flag, EnvironmentVariablesProvider(environmentVariables: byVariable)),
            (.environment, EnvironmentVariablesProvider(environmentVariables: environment)),
        ]
        if let file {
            let values = try Self.fileValues(schema, file)
            sources.append((.file(file), InMemoryProvider(values: values)))
        }
        self.sources = sources
        for setting in schema.settings { try check(setting) }
    }

    /// A text; nil when nobody gives one and there is no standard.
    ///
    /// - Throws: `ConfigurationError` when the value is empty or no text.
    package func optionalText(_ name: String) throws(ConfigurationError) -> String? {
        let setting = known(name)
        guard let (origin, value) = try lookup(setting, .string), case .string(let text) = value
        else { return setting.standard }
        guard !text.isEmpty else { throw unfit(setting, origin, text) }
        return text
    }

    /// A text.
    ///
    /// - Throws: `ConfigurationError` when nobody gives one.
    package func text(_ name: String) throws(ConfigurationError) -> String {
        guard let text = try optionalText(name) else { throw missing(name) }
        return text
    }

    /// HOST:PORT.
    ///
    /// - Throws: `ConfigurationError` when nobody gives one, or when it is none.
    package func address(_ name: String) throws(ConfigurationError) -> ListenAddress {
        let setting = known(name)
        guard let (origin, value) = try lookup(setting, .string), case .string(let text) = value
        else {
            guard let standard = setting.standard else { throw missing(name) }
            return try ListenAddress(standard, setting: name)
        }
        guard let address = ListenAddress(parsing: text) else {
            throw unfit(setting, origin, text)
        }
        return address
    }

    /// A whole number within the setting's range.
    ///
    /// - Throws: `ConfigurationError` when nobody gives one, or when it is none.
    package func number(_ name: String) throws(ConfigurationError) -> Int {
        let setting = known(name)
        guard case .number(let range) = setting.kind else {
            preconditionFailure("--\(name) is no number")
        }
        guard let (origin, value) = try lookup(setting, .int), case .int(let number) = value
        else {
            guard let standard = setting.standard.flatMap({ Int($0) }) else {
                throw missing(name)
            }
            return standard
        }
        guard range.contains(number) else { throw unfit(setting, origin, String(number)) }
        return number
    }

    /// Whether something is on.
    ///
    /// - Throws: `ConfigurationError` when the value is neither true nor false.
    package func toggle(_ name: String) throws(ConfigurationError) -> Bool {
        let setting = known(name)
        guard let (_, value) = try lookup(setting, .bool), case .bool(let isOn) = value
        else { return false }
        return isOn
    }

    /// The error for a text that a setting's reader refuses, naming where it came from.
    ///
    /// - Parameters:
    ///   - name: the setting.
    ///   - wanted: what it must be: "one of exit, hang".
    package func refused(_ name: String, wanted: String) -> ConfigurationError {
        let setting = known(name)
        guard let found = try? lookup(setting, .string), case .string(let text) = found.value
        else { return ConfigurationError("--\(name) must be \(wanted)") }
        return unfit(setting, found.origin, text, wanted: wanted)
    }

    /// A setting's value may be missing here; what is given must fit.
    private func check(_ setting: Setting) throws(ConfigurationError) {
        switch setting.kind {
        case .text: _ = try optionalText(setting.name)
        case .address:
            if try optionalText(setting.name) != nil { _ = try address(setting.name) }
        case .number:
            if try lookup(setting, .int) != nil { _ = try number(setting.name) }
        case .toggle: _ = try toggle(setting.name)
        }
    }

    private func known(_ name: String) -> Setting {
        guard let setting = schema.setting(name) else {
            preconditionFailure("--\(name) is not in the schema")
        }
        return setting
    }

    private func lookup(
        _ setting: Setting,
        _ type: ConfigType
    ) throws(ConfigurationError) -> (origin: Origin, value: ConfigContent)? {
        let key = Self.key(schema, setting.name)
        for (origin, provider) in sources {
            do {
                if let found = try provider.value(forKey: key, type: type).value {
                    return (origin, found.content)
                }
            } catch {
                let text = try? provider.value(forKey: key, type: .string).value?.content
                guard case .string(let text)? = text else {
                    throw ConfigurationError(
                        "--\(setting.name) (\(shown(origin, setting))) must be \(setting.wanted)"
                    )
                }
                throw unfit(setting, origin, text)
            }
        }
        return nil
    }

    /// Encoded by the library as the name of the environment variable.
    static func key(_ schema: SettingsSchema, _ name: String) -> AbsoluteConfigKey {
        AbsoluteConfigKey([schema.program, name])
    }

    private func shown(_ origin: Origin, _ setting: Setting) -> String {
        switch origin {
        case .flag: "flag"
        case .environment: "environment \(schema.variable(setting.name))"
        case .file(let path): "file \(path)"
        }
    }

    private func unfit(
        _ setting: Setting,
        _ origin: Origin,
        _ text: String,
        wanted: String? = nil
    ) -> ConfigurationError {
        ConfigurationError(
            "--\(setting.name) (\(shown(origin, setting))) is '\(text)'; "
                + "it must be \(wanted ?? setting.wanted)"
        )
    }

    private func missing(_ name: String) -> ConfigurationError {
        ConfigurationError("--\(name) is missing; \(schema.variable(name)) can give it too")
    }
}
