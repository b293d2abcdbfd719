import Foundation
import FuzzTargets
import ProtobufC
import Testing

/// What fuzzing has found worth keeping: Tests/Fuzz/Corpus.
enum Corpus {
    private static let tests = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The inputs of a target: one a line, in hexadecimal digits; "#" begins a comment.
    static func inputs(of target: FuzzTarget) throws -> [[UInt8]] {
        let file = tests.appending(path: "Fuzz/Corpus/\(target.rawValue).hex")
        return try String(contentsOf: file, encoding: .utf8)
            .split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
            .map { line in
                let digits = Array(line.utf8)
                try #require(digits.count.isMultiple(of: 2), "\(line)")
                return try stride(from: 0, to: digits.count, by: 2).map { start in
                    let pair = String(decoding: digits[start...start + 1], as: UTF8.self)
                    return try #require(UInt8(pair, radix: 16), "\(line)")
                }
            }
    }

    /// The names of all messages in the generated sources.
    static func generatedMessages() throws -> Set<String> {
        let sources = tests.deletingLastPathComponent().appending(path: "Sources")
        let files = try #require(
            FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
        )
        var names: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            guard file.path().contains("/Generated/") else { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /messageName = "([^"]+)"/) {
                names.insert(String(match.1))
            }
        }
        return names
    }
}

@Suite("What the fuzzer found")
struct CorpusTests {
    @Test("Every input that was kept passes", arguments: FuzzTarget.allCases)
    func inputsPass(_ target: FuzzTarget) throws {
        let inputs = try Corpus.inputs(of: target)
        #expect(!inputs.isEmpty)
        for input in inputs { target.run(input) }
    }

    @Test("Every generated message is fuzzed")
    func everyMessageIsFuzzed() throws {
        let listed = MessageFuzz.all.map(\.name)
        #expect(Set(listed) == (try Corpus.generatedMessages()))
        #expect(Set(listed).count == listed.count)
    }

    @Test("An arena that is sized for a frame is enough for the densest frame of any message")
    func densestFrames() {
        // libprotobuf-c takes room for what it has scanned in slabs that double: 16 fields, 32 …
        let counts = [1, 16, 17, 24, 48, 49, 112, 113, 241]
        for message in MessageFuzz.all {
            for number in 1...31 as ClosedRange<Int> {
                // A field of no bytes: an empty message, text, or list.
                let key = UInt8(number << 3 | 2)
                let field: [UInt8] = key < 128 ? [key, 0] : [key, 1, 0]
                for count in counts {
                    let frame = Array(repeatElement(field, count: count).joined())
                    let refusal = message.refusal(frame)
                    #expect(
                        refusal != .tooLarge(message: message.name),
                        "\(count) fields \(number) of \(message.name)"
                    )
                }
            }
        }
    }
}
