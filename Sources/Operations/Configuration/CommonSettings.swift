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
    /// The limits that an operator may set.
    package static let limitSettings = [
        Setting(
            "max-connections",
            .number(1...1_000_000),
            standard: "16384",
            "open connections; calls of one more are refused"
        ),
        Setting(
            "max-connections-per-peer",
            .number(1...1_000_000),
            standard: "1024",
            "open connections of one address"
        ),
        Setting(
            "max-calls-in-service",
            .number(1...1_000_000),
            standard: "16384",
            "calls in service at once, but for streams"
        ),
        Setting(
            "max-streams-in-service",
            .number(1...1_000_000),
            standard: "16384",
            "open streams at once"
        ),
        Setting(
            "max-buffered-megabytes",
            .number(1...65_536),
            standard: "256",
            "memory for unfinished requests and unread replies"
        ),
        Setting(
            "no-adaptive-limit",
            .toggle,
            "take calls however long they wait, up to --max-calls-in-service"
        ),
    ]

    /// The address, and what the settings say about draining and limits.
    ///
    /// - Throws: `ConfigurationError`.
    package init(
        _ address: ListenAddress,
        _ settings: Settings
    ) throws(ConfigurationError) {
        self.init(host: address.host, port: address.port)
        drainTimeout = .seconds(Int64(try settings.number("drain-timeout-seconds")))
        maxConnections = try settings.number("max-connections")
        maxConnectionsPerPeer = try settings.number("max-connections-per-peer")
        maxCallsInService = try settings.number("max-calls-in-service")
        maxStreamsInService = try settings.number("max-streams-in-service")
        maxBufferedBytes = try settings.number("max-buffered-megabytes") << 20
        isConcurrencyAdaptive = try !settings.toggle("no-adaptive-limit")
    }
}

extension CallStage {
    /// The stages that `--debug-stages` names: "requestID,accessLog", or "none".
    ///
    /// - Throws: `ConfigurationError`.
    package static func wanted(_ settings: Settings) throws(ConfigurationError) -> Set<CallStage> {
        guard let text = try settings.optionalText("debug-stages") else { return Set(allCases) }
        var wanted: Set<CallStage> = []
        for name in text.split(separator: ",") where name != "none" {
            guard let stage = allCases.first(where: { "\($0)" == name }) else {
                let known = allCases.map { "\($0)" }.joined(separator: ", ")
                throw settings.refused("debug-stages", wanted: "none, or some of \(known)")
            }
            wanted.insert(stage)
        }
        return wanted
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
