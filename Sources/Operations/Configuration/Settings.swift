import Configuration
import Foundation
import SystemPackage

/// A binary's settings: from its flags, else from the environment, else from a file.
package struct Settings: Sendable {
    private let schema: SettingsSchema
    private let sources: [(name: String, provider: any ConfigProvider)]

    /// Reads the sources. Values are checked when they are asked for.
    ///
    /// - Parameters:
    ///   - schema: all settings there are.
    ///   - arguments: the flags, without the program's name and command.
    ///   - environment: the process's environment.
    /// - Throws: `ConfigurationError`: an unknown flag or key, a flag without its value, a file
    ///   that cannot be read or is no JSON object.
    package init(
        _ schema: SettingsSchema,
        arguments: [String],
        environment: [String: String]
    ) async throws {
        self.schema = schema
        var flags = try Self.flags(schema, arguments)
        let file = flags.removeValue(forKey: "config") ?? environment[schema.variable("config")]
        // The library reads flags as it reads the environment: by upper-case names.
        let byVariable = Dictionary(
            uniqueKeysWithValues: flags.map { (schema.variable($0.key), $0.value) }
        )
        var sources: [(name: String, provider: any ConfigProvider)] = [
            ("flag", EnvironmentVariablesProvider(environmentVariables: byVariable)),
            ("environment", EnvironmentVariablesProvider(environmentVariables: environment)),
        ]
        if let file { sources.append(("file \(file)", try await Self.file(schema, file))) }
        self.sources = sources
    }

    private static func flags(
        _ schema: SettingsSchema,
        _ arguments: [String]
    ) throws(ConfigurationError) -> [String: String] {
        var flags: [String: String] = [:]
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--"), argument.count > 2 else {
                throw ConfigurationError("unexpected argument '\(argument)'")
            }
            let parts = argument.dropFirst(2).split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            let name = String(parts[0])
            let isConfig = name == "config"
            guard isConfig || schema.setting(name) != nil else {
                throw ConfigurationError("unknown flag --\(name)")
            }
            guard flags[name] == nil else {
                throw ConfigurationError("--\(name) is given twice")
            }
            if parts.count == 2 {
                flags[name] = String(parts[1])
            } else if let setting = schema.setting(name), case .toggle = setting.kind {
                flags[name] = "true"
            } else if let value = rest.popFirst() {
                flags[name] = value
            } else {
                throw ConfigurationError("--\(name) needs a value")
            }
        }
        return flags
    }

    private static func file(
        _ schema: SettingsSchema,
        _ path: String
    ) async throws(ConfigurationError) -> any ConfigProvider {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError("the configuration file \(path) cannot be read")
        }
        guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw ConfigurationError("the configuration file \(path) is no JSON object")
        }
        if let unknown = object.keys.sorted().first(where: { schema.setting($0) == nil }) {
            throw ConfigurationError(
                "the configuration file \(path) has an unknown key '\(unknown)'"
            )
        }
        do {
            return try await FileProvider<JSONSnapshot>(filePath: FilePath(path))
        } catch {
            throw ConfigurationError("the configuration file \(path) cannot be read: \(error)")
        }
    }

    /// A text; nil when nobody gives one and there is no standard.
    ///
    /// - Throws: `ConfigurationError` when the value is no text.
    package func optionalText(_ name: String) throws(ConfigurationError) -> String? {
        let setting = known(name)
        if let (_, value) = try lookup(name, .string), case .string(let text) = value {
            return text
        }
        return setting.standard
    }

    /// A text.
    ///
    /// - Throws: `ConfigurationError` when nobody gives one.
    package func text(_ name: String) throws(ConfigurationError) -> String {
        guard let text = try optionalText(name), !text.isEmpty else {
            throw ConfigurationError("--\(name) is missing")
        }
        return text
    }

    /// A whole number within the setting's range.
    ///
    /// - Throws: `ConfigurationError`.
    package func number(_ name: String) throws(ConfigurationError) -> Int {
        let setting = known(name)
        guard case .number(let range) = setting.kind else {
            preconditionFailure("--\(name) is no number")
        }
        if let (source, value) = try lookup(name, .int), case .int(let number) = value {
            guard range.contains(number) else {
                throw ConfigurationError(
                    "--\(name) (\(source)) is \(number); "
                        + "it must be \(range.lowerBound) to \(range.upperBound)"
                )
            }
            return number
        }
        guard let number = setting.standard.flatMap({ Int($0) }) else {
            throw ConfigurationError("--\(name) is missing")
        }
        return number
    }

    /// Whether something is on.
    ///
    /// - Throws: `ConfigurationError`.
    package func toggle(_ name: String) throws(ConfigurationError) -> Bool {
        _ = known(name)
        if let (_, value) = try lookup(name, .bool), case .bool(let isOn) = value { return isOn }
        return false
    }

    private func known(_ name: String) -> Setting {
        guard let setting = schema.setting(name) else {
            preconditionFailure("--\(name) is not in the schema")
        }
        return setting
    }

    private func lookup(
        _ name: String,
        _ type: ConfigType
    ) throws(ConfigurationError) -> (source: String, value: ConfigContent)? {
        let program = schema.program.split(separator: "-").map(String.init)
        for (source, provider) in sources {
            let key = AbsoluteConfigKey(source.hasPrefix("file") ? [name] : program + [name])
            let found: ConfigValue?
            do {
                found = try provider.value(forKey: key, type: type).value
            } catch {
                let wanted =
                    switch type {
                    case .int: "a whole number"
                    case .bool: "true or false"
                    default: "a text"
                    }
                throw ConfigurationError("--\(name) (\(source)) must be \(wanted)")
            }
            if let found { return (source, found.content) }
        }
        return nil
    }
}
