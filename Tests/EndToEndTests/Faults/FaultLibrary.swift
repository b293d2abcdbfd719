import Foundation
import Glibc

/// The libraries of Tests/Faults that are preloaded into a service, compiled when first used.
enum FaultLibrary: String {
    case inject
    case powerloss

    /// What keeps a library from being made.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Compiles one library a process at most; a second caller gets the first's.
    private actor Compiler {
        static let shared = Compiler()
        private var made: [FaultLibrary: String] = [:]

        func path(_ library: FaultLibrary) throws -> String {
            if let path = made[library] { return path }
            // In the build folder, where nobody has to remove it. Another process may use the last
            // one: it is replaced as a whole.
            let path = Program.builtFolder + "/remit-\(library.rawValue).so"
            let new = "\(path).\(ProcessInfo.processInfo.processIdentifier)"
            defer { try? FileManager.default.removeItem(atPath: new) }
            try Command.run(
                try FaultLibrary.compiler(),
                "-shared",
                "-fPIC",
                "-O2",
                "-o",
                new,
                library.source,
                "-ldl"
            )
            guard rename(new, path) == 0 else {
                throw Failure(description: "\(path): \(String(cString: strerror(errno)))")
            }
            made[library] = path
            return path
        }
    }

    private var source: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Faults/\(rawValue).c").standardized.path
    }

    /// A C compiler; Swift comes with one.
    private static func compiler() throws -> String {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        for name in ["clang", "cc", "gcc"] {
            for folder in folders
            where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") {
                return "\(folder)/\(name)"
            }
        }
        throw Failure(description: "no C compiler is on the PATH")
    }

    /// The compiled library.
    ///
    /// - Throws: `Failure`.
    func path() async throws -> String {
        try await Compiler.shared.path(self)
    }
}
