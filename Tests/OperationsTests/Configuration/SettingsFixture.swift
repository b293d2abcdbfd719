import Foundation
import Operations

/// A binary with one setting of each kind.
enum Fixture {
    static let schema = SettingsSchema(
        program: "remit-billing",
        settings: [
            Setting("listen", .address, standard: "127.0.0.1:7001", "where to listen"),
            Setting("gateway", .address, "the gateway"),
            Setting("data", .text, "the data folder"),
            Setting("log-level", .text, standard: "info", "the least level"),
            Setting("sale-timeout-seconds", .number(1...600), standard: "30", "a deadline"),
            Setting("allow-plaintext", .toggle, "without TLS"),
            Setting("debug-crash-point", .text, "where to stop"),
            Setting("debug-crash-mode", .text, standard: "exit", "how to stop"),
        ]
    )

    static func settings(
        _ arguments: [String] = [],
        environment: [String: String] = [:]
    ) async throws(ConfigurationError) -> Settings {
        try await Settings(schema, arguments: arguments, environment: environment)
    }

    /// What the operator reads, or nil when nothing is wrong.
    static func complaint(
        _ arguments: [String] = [],
        environment: [String: String] = [:]
    ) async -> String? {
        do throws(ConfigurationError) {
            _ = try await settings(arguments, environment: environment)
            return nil
        } catch { return error.description }
    }

    /// Calls `body` with the path of a file of this content.
    static func withFile<Value>(
        _ content: String,
        _ body: (String) async throws -> Value
    ) async throws -> Value {
        let path = NSTemporaryDirectory() + "settings-\(UUID().uuidString).json"
        try Data(content.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path)
    }
}
