import Foundation
import Operations

/// One of the services, as a process of its own.
final class ServiceProcess {
    /// How long it may take to be ready, and to drain.
    private static let patience: TimeInterval = 20

    let name: String
    let address: String
    private let process: Process

    private init(name: String, address: String, process: Process) {
        self.name = name
        self.address = address
        self.process = process
    }

    /// The folder of a binary: the client's own, unless another is given.
    static func folder(_ given: String?) -> String {
        if let given { return given }
        let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        return ((path ?? CommandLine.arguments[0]) as NSString).deletingLastPathComponent
    }

    private static func make(
        _ name: String,
        _ arguments: [String],
        folder: String
    ) throws(ConfigurationError) -> Process {
        let path = folder + "/" + name
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw ConfigurationError("\(path) is missing; build it, or give --binaries DIR")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        return process
    }

    /// Runs a binary to its end.
    ///
    /// - Throws: `ConfigurationError` when its status is not 0.
    static func run(_ name: String, _ arguments: [String], folder: String) throws {
        let process = try make(name, arguments, folder: folder)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw ConfigurationError(
                "\(name) \(arguments[0]) ended with \(process.terminationStatus)"
            )
        }
    }

    /// Starts a service and waits until it is ready.
    ///
    /// - Parameters:
    ///   - log: the file that takes its standard error.
    /// - Throws: `ConfigurationError`.
    static func start(
        _ name: String,
        _ arguments: [String],
        folder: String,
        log: String
    ) throws -> ServiceProcess {
        let process = try make(name, ["serve"] + arguments, folder: folder)
        let output = Pipe()
        process.standardOutput = output
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process.standardError = FileHandle(forWritingAtPath: log)
        try process.run()
        // If it is not ready in time it is ended, which ends the read below.
        let guardian = DispatchWorkItem { process.terminate() }
        DispatchQueue.global().asyncAfter(deadline: .now() + patience, execute: guardian)
        var line = Data()
        while !line.contains(UInt8(ascii: "\n")) {
            let bytes = output.fileHandleForReading.availableData
            guard !bytes.isEmpty else { break }
            line.append(bytes)
        }
        guardian.cancel()
        let text = String(decoding: line, as: UTF8.self)
        guard text.hasPrefix("listening "), let end = text.firstIndex(of: "\n") else {
            if process.isRunning { process.terminate() }
            process.waitUntilExit()
            throw ConfigurationError("\(name) did not start; its log is \(log)")
        }
        let address = String(text[text.index(text.startIndex, offsetBy: 10)..<end])
        return ServiceProcess(name: name, address: address, process: process)
    }

    /// Stops it: drained if it can be, killed if not.
    ///
    /// - Returns: its exit status.
    @discardableResult
    func stop() -> Int32 {
        guard process.isRunning else { return process.terminationStatus }
        process.terminate()
        let pid = process.processIdentifier
        let guardian = DispatchWorkItem { kill(pid, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience, execute: guardian)
        process.waitUntilExit()
        guardian.cancel()
        return process.terminationStatus
    }
}
