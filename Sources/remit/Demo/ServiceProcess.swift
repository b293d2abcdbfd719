import Foundation
import Glibc
import Operations

/// One of the services, as a process of its own.
///
/// It stays in the demo's process group: an interrupt at the terminal ends it as well.
final class ServiceProcess {
    /// How long it may take to be ready, and to drain.
    private static let patience = Duration.seconds(20)

    let name: String
    let address: String
    private let child: Child

    private init(name: String, address: String, child: Child) {
        self.name = name
        self.address = address
        self.child = child
    }

    /// The folder of a binary: the client's own, unless another is given.
    static func folder(_ given: String?) -> String {
        if let given { return given }
        let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        return ((path ?? CommandLine.arguments[0]) as NSString).deletingLastPathComponent
    }

    /// Runs a binary to its end.
    ///
    /// - Throws: `ConfigurationError` when it is missing, its status is not 0 or its end does not
    ///   come.
    static func run(
        _ name: String,
        _ arguments: [String],
        folder: String
    ) throws(ConfigurationError) {
        let child = try Child(folder + "/" + name, arguments, log: nil)
        guard let status = child.stop(within: patience, asking: false), status == 0 else {
            throw ConfigurationError("\(name) \(arguments[0]) did not end as it should")
        }
    }

    /// Starts a service and waits until it is ready.
    ///
    /// - Parameter log: the file that takes its standard error.
    /// - Throws: `ConfigurationError`.
    static func start(
        _ name: String,
        _ arguments: [String],
        folder: String,
        log: String
    ) throws(ConfigurationError) -> ServiceProcess {
        let child = try Child(folder + "/" + name, ["serve"] + arguments, log: log)
        let line = child.firstLine(within: patience)
        guard let line, line.hasPrefix("listening ") else {
            child.stop(within: .zero)
            throw ConfigurationError("\(name) did not start; its log is \(log)")
        }
        return ServiceProcess(name: name, address: String(line.dropFirst(10)), child: child)
    }

    /// Stops it: drained if it can be, killed if not.
    ///
    /// - Returns: its exit status; nil when a signal ended it.
    @discardableResult
    func stop() -> CInt? { child.stop(within: Self.patience) }
}

/// A process that this one started, with a pipe for its standard output.
private final class Child {
    private enum State {
        case running
        case ended(status: CInt?)
    }

    private let pid: pid_t
    private let output: CInt
    private var state = State.running

    /// - Parameters:
    ///   - path: the binary.
    ///   - arguments: without its name.
    ///   - log: the file that takes its standard error; nil leaves it this process's.
    /// - Throws: `ConfigurationError` when it is missing or cannot be started.
    init(_ path: String, _ arguments: [String], log: String?) throws(ConfigurationError) {
        guard access(path, X_OK) == 0 else {
            throw ConfigurationError("\(path) is missing; build it, or give --binaries DIR")
        }
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { throw Self.refused(path, errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        if let log {
            let flags = O_WRONLY | O_CREAT | O_TRUNC
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log, flags, 0o600)
        }
        // Threads that run tasks may block signals, and a child inherits that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let argv = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for pointer in argv { free(pointer) } }
        var started: pid_t = 0
        let failure = posix_spawn(&started, path, &actions, &attributes, argv, environ)
        close(ends[1])
        guard failure == 0 else {
            close(ends[0])
            throw Self.refused(path, failure)
        }
        pid = started
        output = ends[0]
    }

    private static func refused(_ path: String, _ error: CInt) -> ConfigurationError {
        ConfigurationError("\(path): \(String(cString: strerror(error)))")
    }

    deinit { close(output) }

    /// The first line of its standard output; nil when it ends, or takes longer, before that.
    func firstLine(within limit: Duration) -> String? {
        let end = ContinuousClock.now + limit
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while ContinuousClock.now < end {
            var waiting = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 100) > 0 else { continue }
            guard read(output, &byte, 1) == 1 else { return nil }
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return nil
    }

    /// Waits for its end, and kills it when that does not come.
    ///
    /// - Parameter asking: whether it is first asked to end.
    /// - Returns: its exit status; nil when a signal ended it.
    @discardableResult
    func stop(within limit: Duration, asking: Bool = true) -> CInt? {
        if case .ended(let status) = state { return status }
        if asking { kill(pid, SIGTERM) }
        let end = ContinuousClock.now + limit
        var status: CInt = 0
        while waitpid(pid, &status, WNOHANG) == 0 {
            if ContinuousClock.now >= end {
                kill(pid, SIGKILL)
                waitpid(pid, &status, 0)
                break
            }
            usleep(10_000)
        }
        let exited = status & 0x7F == 0 ? status >> 8 & 0xFF : nil
        state = .ended(status: exited)
        return exited
    }
}
