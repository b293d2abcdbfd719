import Foundation
import TTRPC

extension AccessTable {
    /// Reads a table.
    ///
    ///     {"identities": [{"uri": "remit://portal", "tenant": "default", "scopes": ["tokenize"]}],
    ///      "tokens": [{"name": "report", "sha256": "64 hexadecimal digits", "tenant": "default",
    ///                  "scopes": ["history.read"], "expires": "2027-01-31T00:00:00Z"}]}
    ///
    /// - Parameters:
    ///   - path: a JSON file, at most 1 MiB.
    ///   - scopes: all that there are: another one is a mistake.
    /// - Throws: `ConfigurationError`, which names the entry at fault.
    package init(path: String, scopes: Set<String>) throws(ConfigurationError) {
        let text: String
        do throws(TLSError) {
            text = try TLSFile.text(path)
        } catch {
            throw ConfigurationError("the access table \(error)")
        }
        try self.init(json: Data(text.utf8), name: path, scopes: scopes)
    }

    init(json: Data, name: String, scopes: Set<String>) throws(ConfigurationError) {
        self.init()
        guard let root = try? JSONSerialization.jsonObject(with: json) as? [String: Any] else {
            throw ConfigurationError("the access table \(name) is no JSON object")
        }
        let reader = AccessReader(name: name, scopes: scopes)
        try reader.only(["identities", "tokens"], in: root, "the table")
        for (place, entry) in try reader.entries("identities", root) {
            try reader.only(["uri", "tenant", "scopes"], in: entry, place)
            let uri = try reader.text("uri", entry, place)
            guard uri.contains("://") else {
                throw reader.error(place, "\"uri\" is '\(uri)'; it must be a URI")
            }
            let grant = try reader.grant(uri, entry, place)
            guard add(identity: uri, grant) else {
                throw reader.error(place, "'\(uri)' is there twice")
            }
        }
        for (place, entry) in try reader.entries("tokens", root) {
            try reader.only(["name", "sha256", "tenant", "scopes", "expires"], in: entry, place)
            let name = try reader.text("name", entry, place)
            guard let hash = BearerToken.bytes(hexadecimal: try reader.text("sha256", entry, place))
            else { throw reader.error(place, "\"sha256\" must be 64 hexadecimal digits") }
            let token = Token(
                hash: hash,
                expiry: try reader.time("expires", entry, place),
                grant: try reader.grant("token \(name)", entry, place)
            )
            guard add(token) else { throw reader.error(place, "this token is there twice") }
        }
    }
}

/// Reads the entries of a table, with errors that name where they are.
private struct AccessReader {
    let name: String
    let scopes: Set<String>
    private static let maxTextBytes = 300

    func error(_ place: String, _ text: String) -> ConfigurationError {
        ConfigurationError("the access table \(name): \(place): \(text)")
    }

    func only(
        _ keys: Set<String>,
        in object: [String: Any],
        _ place: String
    ) throws(ConfigurationError) {
        if let unknown = object.keys.sorted().first(where: { !keys.contains($0) }) {
            throw error(place, "there is no key '\(unknown)'")
        }
    }

    func entries(
        _ key: String,
        _ root: [String: Any]
    ) throws(ConfigurationError) -> [(place: String, entry: [String: Any])] {
        guard let value = root[key] else { return [] }
        guard let list = value as? [[String: Any]] else {
            throw error(key, "it must be a list of objects")
        }
        guard list.count <= AccessTable.maxEntries else {
            throw error(key, "there are more than \(AccessTable.maxEntries)")
        }
        return list.enumerated().map { ("\(key)[\($0.offset)]", $0.element) }
    }

    func text(
        _ key: String,
        _ entry: [String: Any],
        _ place: String
    ) throws(ConfigurationError) -> String {
        guard let text = entry[key] as? String, !text.isEmpty,
            text.utf8.count <= Self.maxTextBytes
        else {
            throw error(place, "\"\(key)\" must be a text, 1 to \(Self.maxTextBytes) bytes")
        }
        return text
    }

    func time(
        _ key: String,
        _ entry: [String: Any],
        _ place: String
    ) throws(ConfigurationError) -> Int64 {
        let text = try text(key, entry, place)
        guard let date = try? Date(text, strategy: .iso8601),
            let milliseconds = Int64(exactly: (date.timeIntervalSince1970 * 1000).rounded())
        else {
            throw error(place, "\"\(key)\" is '\(text)'; it must be like 2027-01-31T00:00:00Z")
        }
        return milliseconds
    }

    func grant(
        _ caller: String,
        _ entry: [String: Any],
        _ place: String
    ) throws(ConfigurationError) -> AccessTable.Grant {
        let tenant = try text("tenant", entry, place)
        guard let granted = entry["scopes"] as? [String], !granted.isEmpty else {
            throw error(place, "\"scopes\" must be a list of texts, one at least")
        }
        if let unknown = granted.first(where: { !scopes.contains($0) }) {
            let known = scopes.sorted().joined(separator: ", ")
            throw error(place, "there is no scope '\(unknown)'; there are \(known)")
        }
        return AccessTable.Grant(
            caller: Caller(name: caller, tenant: tenant),
            scopes: Set(granted)
        )
    }
}
