import Foundation
import Generator
import SwiftProtobuf
import SwiftProtobufPluginLibrary
import Testing

/// Runs protoc on a schema and gives what the plugin would get from it.
enum Compiler {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The folder of the golden files.
    static var goldens: URL {
        get throws { try #require(Bundle.module.resourceURL).appending(path: "Goldens") }
    }

    /// The folder of the project's own schema.
    private static var proto: URL {
        URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    /// The descriptor of a file in a folder.
    static func descriptor(_ name: String, in folder: URL) throws -> FileDescriptor {
        let output = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: output) }
        try protoc(
            [
                "--include_imports", "--include_source_info",
                "--descriptor_set_out=\(output.path())", name,
            ],
            in: folder
        )
        let set = try Google_Protobuf_FileDescriptorSet(
            serializedBytes: Data(contentsOf: output),
            extensions: OptionExtensions.map
        )
        return try #require(DescriptorSet(proto: set).fileDescriptor(named: name))
    }

    /// The descriptor of a schema given as text.
    static func descriptor(text: String) throws -> FileDescriptor {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try text.write(to: folder.appending(path: "test.proto"), atomically: true, encoding: .utf8)
        return try descriptor("test.proto", in: folder)
    }

    /// Runs protoc.
    ///
    /// - Throws: `Failure` with what it printed when it does not succeed.
    @discardableResult
    static func protoc(_ arguments: [String], in folder: URL) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["protoc", "-I", folder.path(), "-I", proto.path(), "-I", "/usr/include"] + arguments
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let text = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(),
            as: UTF8.self
        )
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(description: text) }
        return text
    }
}
