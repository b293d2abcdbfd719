import Foundation
import Testing

@Suite("The scan for card numbers")
struct CardScanTests {
    /// A form of a number, made without the scan's own code.
    struct Planted: Sendable, CustomTestStringConvertible {
        let name: String
        let number: String
        let bytes: [UInt8]
        var testDescription: String { "\(name) \(number)" }
    }

    private static func base64(_ before: String, _ number: String, _ after: String) -> [UInt8] {
        Array(Data((before + number + after).utf8).base64EncodedString().utf8)
    }

    private static func text(_ name: String, _ number: String, _ text: String) -> Planted {
        Planted(name: name, number: number, bytes: Array(text.utf8))
    }

    /// Every form, of numbers of all lengths.
    static let planted: [Planted] = {
        var all: [Planted] = []
        for number in ["4222222222222", "378282246310005", SandboxCard.visa, "4000700000000000019"]
        {
            func add(_ name: String, _ bytes: [UInt8]) {
                all.append(Planted(name: name, number: number, bytes: bytes))
            }
            add("text", Array(number.utf8))
            for encoding in [String.Encoding.utf16LittleEndian, .utf16BigEndian] {
                add("\(encoding)", Array(number.data(using: encoding) ?? Data()))
            }
            add("hexadecimal", Array(number.utf8.map { "3\($0 - 48)" }.joined().utf8))
            for before in ["", "a", "ab"] {
                for after in ["", "c", "cd"] { add("base64", base64(before, number, after)) }
            }
            if let value = Int64(number) {
                withUnsafeBytes(of: value.bigEndian) { add("big-endian", Array($0)) }
                withUnsafeBytes(of: value.littleEndian) { add("little-endian", Array($0)) }
                add("hexadecimal integer", Array(("000" + String(value, radix: 16)).utf8))
                add(
                    "HEXADECIMAL INTEGER",
                    Array(("000" + String(value, radix: 16)).uppercased().utf8)
                )
            }
        }
        return all + [
            text("spaces", SandboxCard.visa, "4242 4242 4242 4242"),
            text("dashes", SandboxCard.visa, "4242-4242-4242-4242"),
            text("spaces", "378282246310005", "3782 8224 6310 005"),
            text("spaces", "378282246310005", "3782 822463 10005"),
            text("dashes", "4222222222222", "4222-2222-2222-2"),
            text("dashes", "4000700000000000019", "4000-7000-0000-0000-019"),
            packed("packed", SandboxCard.visa, "4242424242424242"),
            packed("packed", SandboxCard.visa, "F4242424242424242F"),
            packed("packed", "378282246310005", "0378282246310005"),
            packed("packed", "378282246310005", "378282246310005F"),
            packed("packed", "4222222222222", "4222222222222F"),
            packed("packed", "4222222222222", "04222222222222"),
            packed("packed", "4000000000009995", "4000000000009995"),
            packed("packed", "4000000000000101", "4000000000000101"),
            packed("packed", "4000700030000019", "4000700030000019"),
            packed("packed", "4000700000001234569", "4000700000001234569F"),
            Planted(
                name: "six bytes",
                number: "4222222222222",
                bytes: [0x03, 0xD7, 0x10, 0x0E, 0x43, 0x8E]
            ),
        ]
    }()

    private static func packed(_ name: String, _ number: String, _ digits: String) -> Planted {
        let halves = digits.compactMap { $0.hexDigitValue }
        let bytes = stride(from: 0, to: halves.count - 1, by: 2).map {
            UInt8(halves[$0] << 4 | halves[$0 + 1])
        }
        return Planted(name: name, number: number, bytes: bytes)
    }

    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "remit-scan-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder + "/inner",
            withIntermediateDirectories: true
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    /// Bytes that look like a database: random ones and runs of zeros.
    private static func noise(_ count: Int, seed: UInt64) -> [UInt8] {
        var state = seed
        return (0..<count).map { index in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return index / 64 % 3 == 0 ? 0 : UInt8(truncatingIfNeeded: state >> 56)
        }
    }

    @Test(
        "it finds each form of a number, at a file's beginning, middle and end",
        arguments: planted
    )
    func finds(_ planted: Planted) throws {
        let scan = CardScan([SandboxCard.mastercard, planted.number, SandboxCard.insufficientFunds])
        let noise = Self.noise(3001, seed: 7)
        for (before, after) in [([], noise), (noise, noise), (noise, [])] {
            try inFolder { folder in
                let path = URL(fileURLWithPath: folder + "/inner/file")
                try Data(before + planted.bytes + after).write(to: path)
                let found = try scan.findings(in: folder)
                #expect(!found.isEmpty)
                #expect(found.allSatisfy { $0.lastFour == planted.number.suffix(4) }, "\(found)")
                #expect(found.allSatisfy { $0.path == "inner/file" })
            }
        }
    }

    @Test("it finds nothing in random bytes, other numbers and parts of the number")
    func findsNothing() throws {
        let scan = CardScan(SandboxRow.chargeable.map(\.number))
        try inFolder { folder in
            var bytes = Self.noise(1 << 20, seed: 11)
            bytes += Array(
                "4242 4242 4242 424 424242424242424 424242******4242 5555444433332222".utf8
            )
            bytes += Array("\u{0}\u{0}4\u{0}2\u{0}4\u{0}2 34323432 NDI0MjQy".utf8)
            try Data(bytes).write(to: URL(fileURLWithPath: folder + "/file"))
            try Data().write(to: URL(fileURLWithPath: folder + "/empty"))
            try Data([0x42]).write(to: URL(fileURLWithPath: folder + "/one"))
            #expect(try scan.findings(in: folder) == [])
        }
    }

    @Test("it names each number that lies in a file, once in each form")
    func names() throws {
        try inFolder { folder in
            let text = SandboxCard.visa + " and " + SandboxCard.amex + SandboxCard.visa
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/file"))
            let scan = CardScan([SandboxCard.visa, SandboxCard.amex, SandboxCard.mastercard])
            #expect(
                try scan.findings(in: folder).map(\.description) == [
                    "…4242 as text in file", "…0005 as text in file",
                ]
            )
        }
    }
}
