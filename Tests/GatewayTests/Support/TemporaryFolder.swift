import Foundation

/// A folder of its own for one test, gone when the test is.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let name = "remit-gateway-\(UUID().uuidString)"
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> String { path + "/" + name }

    /// A copy of the files as they are now: what a process that is stopped leaves behind.
    func copy() throws -> TemporaryFolder {
        let copy = try TemporaryFolder()
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            try FileManager.default.copyItem(atPath: file(name), toPath: copy.file(name))
        }
        return copy
    }

    /// The names of the files in which some bytes are found.
    func filesHolding(_ bytes: Data) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).filter { name in
            let contents = FileManager.default.contents(atPath: file(name)) ?? Data()
            return contents.range(of: bytes) != nil
        }.sorted()
    }
}
