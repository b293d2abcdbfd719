import Logging
import NIOConcurrencyHelpers

/// Keeps what was logged.
final class Recorder: Sendable {
    let lines = NIOLockedValueBox<[String]>([])

    func logger(_ level: Logger.Level) -> Logger {
        Logger(label: "test") { _ in RecordingLog(recorder: self, logLevel: level) }
    }
}

private struct RecordingLog: LogHandler {
    let recorder: Recorder
    var logLevel: Logger.Level
    var metadata = Logger.Metadata()

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let pairs = (event.metadata ?? [:]).sorted { $0.key < $1.key }
        let line = "\(event.level) " + pairs.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        recorder.lines.withLockedValue { $0.append(line) }
    }
}
