import Foundation
import Logging
import Operations
import Testing

@Suite("Log line")
struct LogLineTests {
    private func line(
        _ message: String,
        _ metadata: Logger.Metadata = [:],
        at milliseconds: Int64 = 1_769_903_999_007
    ) -> LogLine {
        LogLine(
            millisecondsSinceEpoch: milliseconds,
            level: .info,
            label: "remit-billing",
            message: message,
            metadata: metadata
        )
    }

    private func object(_ line: LogLine) throws -> [String: Any] {
        let data = Data(line.rendered(.json).utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test("as text it is time, level, label, message and sorted pairs")
    func text() {
        let line = line("call", ["method": "S/M", "code": "OK", "note": "two words"])
        #expect(
            line.rendered(.text) == "2026-01-31T23:59:59.007Z info remit-billing: call "
                + #"code=OK method=S/M note="two words""#
        )
    }

    @Test("as JSON it is one object, with the metadata in an object of its own")
    func json() {
        let line = line("call", ["level": "x", "list": ["a", ["k": "v"]]])
        #expect(
            line.rendered(.json) == #"{"time":"2026-01-31T23:59:59.007Z","level":"info","#
                + #""label":"remit-billing","message":"call","#
                + #""metadata":{"level":"x","list":["a",{"k":"v"}]}}"#
        )
    }

    @Test("without metadata there is no such key")
    func noMetadata() throws {
        #expect(try object(line("up")).keys.sorted() == ["label", "level", "message", "time"])
    }

    @Test("the time is in UTC with milliseconds, on leap days too")
    func time() throws {
        #expect(
            try object(line("", at: 0))["time"] as? String == "1970-01-01T00:00:00.000Z"
        )
        #expect(
            try object(line("", at: 1_709_208_000_999))["time"] as? String
                == "2024-02-29T12:00:00.999Z"
        )
    }

    @Test(
        "whatever is logged comes back from the JSON as it was, on one line",
        arguments: [
            "\"quoted\" \\ back", "a\nb\r\nc\td", "\0\u{1}\u{1F}\u{7F}", "é漢🙂\u{301}",
            "\u{2028}\u{2029}", "\u{1B}[31mred",
        ]
    )
    func escapes(_ text: String) throws {
        let line = line(text, ["key \(text)": "\(text)"])
        let object = try object(line)
        #expect(object["message"] as? String == text)
        #expect(object["metadata"] as? [String: String] == ["key \(text)": text])
        #expect(line.rendered(.json).unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }

    @Test(
        "text can neither break the line nor steer the terminal",
        arguments: ["a\nb", "a\r\nb", "a\rb", "\u{1B}[2J", "\u{9B}2J", "\u{2028}", "\u{7}"]
    )
    func textIsTame(_ text: String) {
        let rendered = line(text, ["k": "\(text)", "\(text)": "v"]).rendered(.text)
        let controls = rendered.unicodeScalars.filter {
            $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || $0.value == 0x2028
        }
        #expect(controls.isEmpty)
    }
}
