package import Logging
import NIOCore
package import TTRPC

// What both services read from their settings in the same way.

/// The least level that is logged.
package enum LogLevel {
    /// Sets up logging by `--log-level`.
    ///
    /// - Throws: `ConfigurationError`.
    package static func bootstrap(
        _ settings: Settings,
        label: String
    ) throws(ConfigurationError) -> Logger {
        let text = try settings.text("log-level")
        guard let level = Logger.Level(rawValue: text) else {
            let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw settings.refused("log-level", wanted: "one of \(known)")
        }
        StandardErrorLog.bootstrap(level: level)
        return Logger(label: label)
    }
}

extension ServerConfiguration {
    /// The address, and what the settings say about draining.
    ///
    /// - Throws: `ConfigurationError`.
    package init(
        _ address: ListenAddress,
        _ settings: Settings
    ) throws(ConfigurationError) {
        self.init(host: address.host, port: address.port)
        drainTimeout = .seconds(Int64(try settings.number("drain-timeout-seconds")))
    }
}

extension CrashPointTrigger {
    /// The trigger of `--debug-crash-point` and `--debug-crash-mode`.
    ///
    /// - Throws: `ConfigurationError`: no such point or mode.
    package convenience init<Point: RawRepresentable<String> & CaseIterable>(
        _ settings: Settings,
        _ points: Point.Type
    ) throws(ConfigurationError) {
        let name = try settings.optionalText("debug-crash-point")
        if let name, Point(rawValue: name) == nil {
            let known = Point.allCases.map(\.rawValue).joined(separator: ", ")
            throw settings.refused("debug-crash-point", wanted: "one of \(known)")
        }
        let text = try settings.text("debug-crash-mode")
        guard let mode = Mode(rawValue: text) else {
            throw settings.refused("debug-crash-mode", wanted: "one of exit, hang")
        }
        self.init(name: name, mode: mode)
    }
}
