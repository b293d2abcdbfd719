import Configuration
import Foundation
import SystemPackage

/// A value of the configuration file.
///
/// JSON is read here and not by the library's `JSONSnapshot`, which takes 1 for true and true for
/// 1, and drops nulls and what is nested without a word.
private enum FileValue: Decodable {
    case text(String)
    case number(Int)
    case toggle(Bool)
    /// A list, an object, null, or a number with a fraction.
    case other

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let isOn = try? container.decode(Bool.self) {
            self = .toggle(isOn)
        } else if let number = try? container.decode(Int.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .other
        }
    }

    /// The value as the library holds it; nil when it is of another kind.
    func content(_ kind: Setting.Kind) -> ConfigContent? {
        switch (kind, self) {
        case (.text, .text(let text)), (.address, .text(let text)): .string(text)
        case (.number, .number(let number)): .int(number)
        case (.toggle, .toggle(let isOn)): .bool(isOn)
        case (.text, _), (.address, _), (.number, _), (.toggle, _): nil
        }
    }
}

extension Settings {
    /// The longest configuration file that is read, in bytes.
    static let maxFileBytes = 1 << 20

    /// The settings in a file: a JSON object whose keys are their names, with `-` or `_`.
    ///
    /// - Throws: `ConfigurationError`: the file cannot be read, is too long or no JSON object, or
    ///   has a key that is unknown, there twice, or of another kind than its setting.
    static func fileValues(
        _ schema: SettingsSchema,
        _ path: String
    ) throws(ConfigurationError) -> [AbsoluteConfigKey: ConfigValue] {
        let bytes = try contents(path)
        guard
            let object = try? JSONDecoder().decode([String: FileValue].self, from: Data(bytes))
        else { throw ConfigurationError("the configuration file \(path) is no JSON object") }
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (key, value) in object.sorted(by: { $0.key < $1.key }) {
            let name = key.replacing("_", with: "-")
            guard let setting = schema.setting(name) else {
                throw ConfigurationError(
                    "the configuration file \(path) has an unknown key '\(key)'"
                )
            }
            guard let content = value.content(setting.kind) else {
                throw ConfigurationError("--\(name) (file \(path)) must be \(setting.wanted)")
            }
            let previous = values.updateValue(
                ConfigValue(content, isSecret: false),
                forKey: Self.key(schema, name)
            )
            guard previous == nil else {
                throw ConfigurationError("the configuration file \(path) has '\(name)' twice")
            }
        }
        return values
    }

    /// Read once from its start to its end, so that it may be a pipe.
    private static func contents(_ path: String) throws(ConfigurationError) -> [UInt8] {
        do {
            let file = try FileDescriptor.open(FilePath(path), .readOnly)
            defer { try? file.close() }
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 16 << 10)
            while bytes.count <= maxFileBytes {
                let count = try chunk.withUnsafeMutableBytes { try file.read(into: $0) }
                if count == 0 { return bytes }
                bytes += chunk[..<count]
            }
        } catch {
            throw ConfigurationError("the configuration file \(path) cannot be read: \(error)")
        }
        throw ConfigurationError(
            "the configuration file \(path) is longer than \(maxFileBytes) bytes"
        )
    }
}
