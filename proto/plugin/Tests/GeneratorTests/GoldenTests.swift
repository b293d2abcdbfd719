import Foundation
import Generator
import SwiftProtobufPluginLibrary
import Testing

@Suite("Generated Swift")
struct GoldenTests {
    private static let schema = "remit/golden/v1/everything.proto"

    /// Compares with a file of this folder, or writes it when UPDATE_GOLDENS is set.
    private func expect(_ text: String, isFile name: String) throws {
        let source = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Goldens").appending(path: name)
        if ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] != nil {
            try text.write(to: source, atomically: true, encoding: .utf8)
        }
        let wanted = try String(contentsOf: source, encoding: .utf8)
        guard text != wanted else { return }
        let found = text.split(separator: "\n", omittingEmptySubsequences: false)
        let lines = wanted.split(separator: "\n", omittingEmptySubsequences: false)
        let first = zip(found, lines).enumerated().first { $0.element.0 != $0.element.1 }
        let line = first.map { "line \($0.offset + 1): \"\($0.element.0)\"" } ?? "its length"
        Issue.record("\(name) differs at \(line)")
    }

    @Test("every kind of field, enum, oneof and service is rendered as the golden file has it")
    func everything() throws {
        let file = try Compiler.descriptor(Self.schema, in: try Compiler.goldens)
        try expect(
            FileGenerator(file, layer: .api).render(),
            isFile: "everything.remit.swift.txt"
        )
    }

    @Test("a namespace is declared for each package, Google's by the RPC layer alone")
    func namespaces() throws {
        let folder = try Compiler.goldens
        let file = try Compiler.descriptor(Self.schema, in: folder)
        let time = try Compiler.descriptor("google/protobuf/timestamp.proto", in: folder)
        try expect(NamespaceGenerator.render([file, time]), isFile: "namespaces.swift.txt")
        #expect(NamespaceGenerator.render([time]).contains("package enum GoogleProtobuf {}"))
    }

    @Test("the file is named after the schema's path, flat")
    func outputName() throws {
        let file = try Compiler.descriptor(Self.schema, in: try Compiler.goldens)
        #expect(FileGenerator.outputName(file) == "remit.golden.v1.everything.remit.swift")
    }
}
