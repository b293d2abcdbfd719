import Logging
import NIOConcurrencyHelpers

/// Keeps what was logged, a line each with its metadata.
final class TestLog: Sendable {
    private let lines = NIOLockedValueBox<[String]>([])

    var logger: Logger {
        Logger(label: "test") { _ in Handler(log: self) }
    }

    var all: [String] { lines.withLockedValue { $0 } }

    /// Waits for a line with a text in it.
    ///
    /// - Returns: the line; nil when none came within ten seconds.
    func line(with text: String) async -> String? {
        for _ in 0..<1000 {
            if let line = all.first(where: { $0.contains(text) }) { return line }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return nil
    }

    private struct Handler: LogHandler {
        let log: TestLog
        var logLevel = Logger.Level.debug
        var metadata = Logger.Metadata()

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let pairs = (event.metadata ?? [:]).sorted { $0.key < $1.key }
            let line = "\(event.message) " + pairs.map { "\($0)=\($1)" }.joined(separator: " ")
            log.lines.withLockedValue { $0.append(line) }
        }
    }
}
