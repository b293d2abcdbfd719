import Foundation

/// A program under test.
enum Program: String {
    case gateway = "remit-gateway"
    case billing = "remit-billing"
    case client = "remit"

    /// What cannot be found.
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// Where the test bundle was built.
    static let builtFolder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().path

    /// The binary: in the folder that REMIT_BINARIES names, else beside the test bundle.
    ///
    /// - Throws: `Missing`.
    func path() throws -> String {
        let folder = ProcessInfo.processInfo.environment["REMIT_BINARIES"] ?? Self.builtFolder
        let path = folder + "/" + rawValue
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Missing(
                description: "\(path) is not built; REMIT_BINARIES names another folder"
            )
        }
        return path
    }
}
