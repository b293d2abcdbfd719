import Foundation
import Glibc
package import Logging

/// Logs to standard error: text for people at a terminal, a JSON object a line otherwise.
package struct StandardErrorLog: LogHandler {
    private let label: String
    private let format: LogLine.Format
    package var logLevel: Logger.Level
    package var metadata = Logger.Metadata()
    package var metadataProvider: Logger.MetadataProvider?

    package init(label: String, level: Logger.Level, format: LogLine.Format) {
        self.label = label
        self.logLevel = level
        self.format = format
    }

    /// Makes every logger of the process write here. Once a process.
    ///
    /// - Parameter level: the least level written.
    package static func bootstrap(level: Logger.Level) {
        let format: LogLine.Format = isatty(STDERR_FILENO) == 1 ? .text : .json
        LoggingSystem.bootstrap { StandardErrorLog(label: $0, level: level, format: format) }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        if let own = event.metadata { all.merge(own) { _, new in new } }
        if let error = event.error, all["error"] == nil { all["error"] = "\(error)" }
        let line = LogLine(
            millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000),
            level: event.level,
            label: label,
            message: "\(event.message)",
            metadata: all
        )
        // One write a line: lines of several threads do not mix.
        StandardStream.error.write(line.rendered(format) + "\n")
    }
}
