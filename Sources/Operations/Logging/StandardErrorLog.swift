import Foundation
import Glibc
package import Logging

/// Logs to standard error: text for people at a terminal, a JSON object a line otherwise.
package struct StandardErrorLog: LogHandler {
    /// How lines look.
    package enum Format: Sendable {
        case text
        case json
    }

    private let label: String
    private let format: Format
    package var logLevel: Logger.Level
    package var metadata = Logger.Metadata()

    package init(label: String, level: Logger.Level, format: Format) {
        self.label = label
        self.logLevel = level
        self.format = format
    }

    /// Makes every logger of the process write here.
    ///
    /// - Parameter level: the least level written.
    package static func bootstrap(level: Logger.Level) {
        let format: Format = isatty(STDERR_FILENO) == 1 ? .text : .json
        LoggingSystem.bootstrap { StandardErrorLog(label: $0, level: level, format: format) }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let own = event.metadata { all.merge(own) { _, new in new } }
        var line = Self.render(
            event.level,
            "\(event.message)",
            all,
            label: label,
            format: format,
            time: Self.now()
        )
        line += "\n"
        // One write a line: lines of several threads do not mix.
        let bytes = Array(line.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                write(STDERR_FILENO, $0.baseAddress, $0.count)
            }
            guard count > 0 else { return }
            written += count
        }
    }

    /// One line, without its end.
    package static func render(
        _ level: Logger.Level,
        _ message: String,
        _ metadata: Logger.Metadata,
        label: String,
        format: Format,
        time: String
    ) -> String {
        let pairs = metadata.sorted { $0.key < $1.key }
        switch format {
        case .text:
            let rest = pairs.map { " \($0.key)=\(oneLine("\($0.value)"))" }.joined()
            return "\(time) \(level.rawValue) \(label): \(oneLine(message))\(rest)"
        case .json:
            var line = "{\"time\":\"\(time)\",\"level\":\"\(level.rawValue)\""
            line += ",\"label\":\(quoted(label)),\"message\":\(quoted(message))"
            for pair in pairs { line += ",\(quoted(pair.key)):\(quoted("\(pair.value)"))" }
            return line + "}"
        }
    }

    private static func oneLine(_ text: String) -> String {
        text.replacing("\n", with: "\\n")
    }

    /// A JSON string.
    ///
    /// - Source: RFC 8259, section 7.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case let scalar where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// The time as RFC 3339 in UTC, with milliseconds.
    private static func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var parts = tm()
        gmtime_r(&time.tv_sec, &parts)
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date = [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)]
        let clock = [Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec)]
        return date.map { padded($0, 2) }.joined(separator: "-") + "T"
            + clock.map { padded($0, 2) }.joined(separator: ":") + "."
            + padded(time.tv_nsec / 1_000_000, 3) + "Z"
    }
}
