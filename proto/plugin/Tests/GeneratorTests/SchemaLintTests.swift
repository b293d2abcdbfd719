import Foundation
import Generator
import Testing

@Suite("Schema lint")
struct SchemaLintTests {
    /// A schema and what is wrong with it.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let body: String
        let problems: [String]
    }

    static let cases = [
        Case(
            testDescription: "a message within itself",
            body: "message A { A next = 1; }",
            problems: [
                "remit.test.v1.A: recursive messages are refused "
                    + "(remit.test.v1.A → remit.test.v1.A); "
                    + "nesting depth must be bounded by the schema"
            ]
        ),
        Case(
            testDescription: "messages within each other",
            body: "message A { B b = 1; } message B { repeated A a = 1; }",
            problems: [
                "remit.test.v1.A: recursive messages are refused "
                    + "(remit.test.v1.A → remit.test.v1.B → remit.test.v1.A); "
                    + "nesting depth must be bounded by the schema",
                "remit.test.v1.B: recursive messages are refused "
                    + "(remit.test.v1.B → remit.test.v1.A → remit.test.v1.B); "
                    + "nesting depth must be bounded by the schema",
            ]
        ),
        Case(
            testDescription: "a map",
            body: "message A { map<string, string> m = 1; }",
            problems: ["remit.test.v1.A.m: map fields are refused; use a repeated message"]
        ),
        Case(
            testDescription: "a sensitive field that is no single text",
            body: "message A { repeated string s = 1 [(remit.sensitive) = true]; }",
            problems: ["remit.test.v1.A.s: only a single text may be (remit.sensitive)"]
        ),
        Case(
            testDescription: "an optional field",
            body: "message A { optional string s = 1; }",
            problems: [
                "remit.test.v1.A.s: proto3 optional is refused by protoc-c; "
                    + "use a oneof with one field"
            ]
        ),
        Case(
            testDescription: "a stream that nobody may call, or everybody",
            body: "message A {} service S { rpc M(A) returns (stream A); }",
            problems: ["remit.test.v1.S.M: option (remit.scope) is missing"]
        ),
        Case(
            testDescription: "a method that nobody may call, or everybody",
            body: "message A {} service S { rpc M(A) returns (A); }",
            problems: ["remit.test.v1.S.M: option (remit.scope) is missing"]
        ),
        Case(
            testDescription: "nothing",
            body: """
                message A { B b = 1; oneof c { B d = 2; string e = 3; } }
                message B { string text = 1; }
                service S {
                  rpc M(A) returns (B) { option (remit.scope) = "s"; }
                  rpc N(A) returns (stream B) { option (remit.scope) = "s"; }
                  rpc O(stream A) returns (B) { option (remit.scope) = "s"; }
                  rpc P(stream A) returns (stream B) { option (remit.scope) = "s"; }
                }
                """,
            problems: []
        ),
    ]

    private static func schema(_ body: String) -> String {
        """
        syntax = "proto3";
        package remit.test.v1;
        import "remit/options.proto";
        \(body)
        """
    }

    @Test("what is wrong with a schema is said, and nothing else", arguments: cases)
    func problems(_ test: Case) throws {
        let file = try Compiler.descriptor(text: Self.schema(test.body))
        #expect(SchemaLint.problems(in: file) == test.problems)
    }

    @Test("the plugin refuses a recursive schema and says why")
    func refusal() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Self.schema("message A { A next = 1; }")
            .write(to: folder.appending(path: "test.proto"), atomically: true, encoding: .utf8)
        // The plugin is built beside the bundle of its tests.
        let plugin = Bundle.module.bundleURL.deletingLastPathComponent()
            .appending(path: "protoc-gen-remit-swift")
        let arguments = [
            "--plugin=protoc-gen-remit-swift=\(plugin.path())",
            "--remit-swift_out=\(folder.path())", "test.proto",
        ]
        let failure = #expect(throws: Compiler.Failure.self) {
            try Compiler.protoc(arguments, in: folder)
        }
        #expect(failure?.description.contains("recursive messages are refused") == true)
        #expect(!FileManager.default.fileExists(atPath: folder.path() + "/test.remit.swift"))
    }
}
