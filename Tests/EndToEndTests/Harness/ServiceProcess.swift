import Foundation
import Glibc
import NIOConcurrencyHelpers

/// One of the programs, running as a process with its output in files.
final class ServiceProcess: Sendable {
    /// How a process ended.
    enum Ending: Equatable, Sendable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    /// What the system refused.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// How long a process may take to be ready, or to end.
    private static let patience = Duration.seconds(60)

    /// What tells a program that is built with a sanitizer where to report: Tests/sanitize.sh.
    private static let sanitizerOptions = ProcessInfo.processInfo.environment.filter {
        ["TSAN_OPTIONS", "ASAN_OPTIONS", "LSAN_OPTIONS"].contains($0.key)
    }

    /// Whether the programs are built with a sanitizer.
    static var hasSanitizer: Bool { !sanitizerOptions.isEmpty }

    /// Its process id.
    let pid: pid_t
    private let outputPath: String
    private let logPath: String
    private let ending = NIOLockedValueBox<Ending?>(nil)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: which.
    ///   - arguments: without its name.
    ///   - environment: added to PATH, HOME and the options of sanitizers, which are all it gets.
    ///   - files: standard output goes to this path with ".out", standard error with ".log".
    /// - Throws: `Failure`, `Program.Missing`.
    init(
        _ program: Program,
        _ arguments: [String],
        environment: [String: String] = [:],
        files: String
    ) throws {
        outputPath = files + ".out"
        logPath = files + ".log"
        let variables = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"]
            .merging(Self.sanitizerOptions) { $1 }
            .merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
        pid = try Self.spawn(
            [try program.path()] + arguments,
            variables,
            output: outputPath,
            log: logPath
        )
    }

    private static func spawn(
        _ arguments: [String],
        _ environment: [String],
        output: String,
        log: String
    ) throws(Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log, flags, 0o600)
        let argv = arguments.map { strdup($0) } + [nil]
        let envp = environment.map { strdup($0) } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid: pid_t = 0
        let status = posix_spawn(&pid, arguments[0], &actions, nil, argv, envp)
        guard status == 0 else {
            throw Failure(description: "\(arguments[0]): \(String(cString: strerror(status)))")
        }
        return pid
    }

    deinit {
        if poll() == nil {
            Glibc.kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
    }

    /// Everything on standard output so far.
    var output: String { Self.text(outputPath) }

    /// Everything on standard error so far.
    var log: String { Self.text(logPath) }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    /// How it ended; nil while it runs.
    func poll() -> Ending? {
        ending.withLockedValue { ending in
            if let ending { return ending }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
            let signal = status & 0x7F
            ending = signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: signal)
            return ending
        }
    }

    /// Waits until it has ended.
    ///
    /// - Throws: `TimedOut`.
    func waitUntilEnded() async throws -> Ending {
        try await eventually("the end of process \(pid)", within: Self.patience) { poll() }
    }

    /// Waits for the line that says it is ready.
    ///
    /// - Returns: the port it listens on.
    /// - Throws: `TimedOut`; `Failure` when it has ended instead.
    func listeningPort() async throws -> Int {
        try await eventually("readiness of process \(pid)", within: Self.patience) {
            if let ending = poll() {
                throw Failure(description: "it ended (\(ending)) before it was ready: \(log)")
            }
            let text = output
            guard text.hasPrefix("listening "), text.hasSuffix("\n") else { return nil }
            return text.dropLast().split(separator: ":").last.flatMap { Int($0) }
        }
    }

    /// Asks it to end.
    func terminate() {
        if poll() == nil { Glibc.kill(pid, SIGTERM) }
    }

    /// Ends it as a crash would, and waits for that.
    func kill() async {
        guard poll() == nil else { return }
        Glibc.kill(pid, SIGKILL)
        _ = try? await waitUntilEnded()
    }
}
