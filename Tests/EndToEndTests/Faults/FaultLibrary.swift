import Foundation

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
            let folder = NSTemporaryDirectory() + "remit-faults-" + UUID().uuidString
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true
            )
            let path = "\(folder)/\(library.rawValue).so"
            try Command.run(
                try FaultLibrary.compiler(),
                "-shared",
                "-fPIC",
                "-O2",
                "-o",
                path,
                library.source,
                "-ldl"
            )
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
