import Foundation
import FuzzTargets
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
}
