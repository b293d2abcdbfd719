import Foundation
import RemitAPI
import TTRPC

/// Times for programs and for people.
enum TimeText {
    /// "2026-11-23T21:13:40.883Z".
    static func rfc3339(_ time: GoogleProtobuf.Timestamp) -> String {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return date(time).formatted(style)
    }

    /// "2026-11-23 21:13" in UTC; empty for an absent time.
    static func short(_ time: GoogleProtobuf.Timestamp?) -> String {
        guard let time else { return "" }
        let text = date(time).formatted(Date.ISO8601FormatStyle())
        return String(text.prefix(16)).replacingOccurrences(of: "T", with: " ")
    }

    /// The moment of "2026-12-31" or an RFC 3339 time; nil for anything else.
    static func parse(_ text: String) -> GoogleProtobuf.Timestamp? {
        let full = text.count == 10 ? text + "T00:00:00Z" : text
        guard let date = try? Date.ISO8601FormatStyle().parse(full) else { return nil }
        return GoogleProtobuf.Timestamp(seconds: Int64(date.timeIntervalSince1970), nanos: 0)
    }

    private static func date(_ time: GoogleProtobuf.Timestamp) -> Date {
        Date(timeIntervalSince1970: Double(time.seconds) + Double(time.nanos) / 1e9)
    }
}
