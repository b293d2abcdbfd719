extension Settings {
    /// The flags by name: `--name value`, `--name=value`, and `--name` alone for a toggle.
    ///
    /// A value that begins with `--` has to be joined by `=`: a forgotten value would swallow the
    /// next flag otherwise.
    ///
    /// - Throws: `ConfigurationError`: an unknown flag, one given twice or without its value, and
    ///   what is no flag.
    static func flags(
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
            guard name == SettingsSchema.configFlag || schema.setting(name) != nil else {
                throw ConfigurationError("unknown flag --\(name)")
            }
            guard flags[name] == nil else {
                throw ConfigurationError("--\(name) is given twice")
            }
            flags[name] = try value(schema, name, parts, &rest)
        }
        return flags
    }

    private static func value(
        _ schema: SettingsSchema,
        _ name: String,
        _ parts: [Substring],
        _ rest: inout ArraySlice<String>
    ) throws(ConfigurationError) -> String {
        if parts.count == 1, case .toggle? = schema.setting(name)?.kind { return "true" }
        if parts.count == 2, !parts[1].isEmpty { return String(parts[1]) }
        guard parts.count == 1, let value = rest.first, !value.isEmpty, !value.hasPrefix("--")
        else { throw ConfigurationError("--\(name) (flag) needs a value") }
        rest.removeFirst()
        return value
    }
}
