import Glibc
package import Logging

/// One line of a log, before it is written.
package struct LogLine: Sendable {
    /// How lines look.
    package enum Format: Sendable {
        /// `TIME LEVEL LABEL: MESSAGE KEY=VALUE …`
        case text
        /// An object with time, level, label, message and, when there is any, metadata.
        case json
    }

    /// Since 1970, without leap seconds.
    package let millisecondsSinceEpoch: Int64
    package let level: Logger.Level
    package let label: String
    package let message: String
    package let metadata: Logger.Metadata

    package init(
        millisecondsSinceEpoch: Int64,
        level: Logger.Level,
        label: String,
        message: String,
        metadata: Logger.Metadata
    ) {
        self.millisecondsSinceEpoch = millisecondsSinceEpoch
        self.level = level
        self.label = label
        self.message = message
        self.metadata = metadata
    }

    /// The line without its end; it holds no line break whatever was logged.
    package func rendered(_ format: Format) -> String {
        switch format {
        case .text:
            let pairs = metadata.sorted { $0.key < $1.key }.map { pair in
                " \(pair.key.onOneLine)=\(Self.word("\(pair.value)"))"
            }
            return "\(time) \(level.rawValue) \(label): \(message.onOneLine)\(pairs.joined())"
        case .json:
            var line = "{\"time\":\"\(time)\",\"level\":\"\(level.rawValue)\""
            line += ",\"label\":\(Self.quoted(label)),\"message\":\(Self.quoted(message))"
            if !metadata.isEmpty { line += ",\"metadata\":" + Self.json(.dictionary(metadata)) }
            return line + "}"
        }
    }

    /// The time in UTC, with milliseconds: "2026-01-31T23:59:59.007Z".
    ///
    /// - Source: RFC 3339, section 5.6.
    private var time: String {
        let (seconds, milliseconds) = millisecondsSinceEpoch.quotientAndRemainder(
            dividingBy: 1000
        )
        var instant = time_t(seconds)
        var parts = tm()
        gmtime_r(&instant, &parts)
        func padded(_ number: some BinaryInteger, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date = [
            padded(parts.tm_year + 1900, 4), padded(parts.tm_mon + 1, 2), padded(parts.tm_mday, 2),
        ]
        let clock = [padded(parts.tm_hour, 2), padded(parts.tm_min, 2), padded(parts.tm_sec, 2)]
        return date.joined(separator: "-") + "T" + clock.joined(separator: ":") + "."
            + padded(milliseconds, 3) + "Z"
    }

    /// A value of the text format: as it is, or in quotes when its end would be unclear.
    private static func word(_ text: String) -> String {
        let isPlain = !text.isEmpty && !text.contains { $0 == " " || $0 == "\"" || $0 == "=" }
        return isPlain ? text.onOneLine : quoted(text.onOneLine)
    }

    private static func json(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .stringConvertible(let value): quoted(value.description)
        case .array(let values): "[" + values.map(json).joined(separator: ",") + "]"
        case .dictionary(let pairs):
            "{"
                + pairs.sorted { $0.key < $1.key }
                .map { quoted($0.key) + ":" + json($0.value) }.joined(separator: ",") + "}"
        }
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
}
