import Foundation
import Glibc

/// A command of the system, with its output in a file: a pipe's end would be inherited by services
/// that are started meanwhile, and never be closed.
struct Command {
    /// What the system refused, or the command said.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// A file without a name, which is gone with who reads it.
    private final class Output: Sendable {
        let descriptor: Int32

        init() throws(Failure) {
            let path = NSTemporaryDirectory() + "remit-command-" + UUID().uuidString
            let opened = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard opened >= 0 else {
                throw Failure(description: "\(path): \(String(cString: strerror(errno)))")
            }
            unlink(path)
            descriptor = opened
        }

        deinit { Glibc.close(descriptor) }

        var bytes: [UInt8] {
            var (all, part) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
            while true {
                let count = pread(descriptor, &part, part.count, off_t(all.count))
                guard count > 0 else { return all }
                all += part.prefix(count)
            }
        }
    }

    let pid: pid_t
    private let words: [String]
    private let file: Output

    /// Starts it.
    ///
    /// - Throws: `Failure`.
    init(_ words: [String]) throws(Failure) {
        self.words = words
        file = try Output()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, file.descriptor, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        // Threads of the dispatch library block signals, and a child inherits that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let argv = words.map { strdup($0) } + [nil]
        defer { for pointer in argv { free(pointer) } }
        var pid: pid_t = 0
        let status = posix_spawn(&pid, words[0], &actions, &attributes, argv, environ)
        guard status == 0 else {
            throw Failure(description: "\(words): \(String(cString: strerror(status)))")
        }
        self.pid = pid
    }

    /// Everything it has said so far.
    var output: String { String(decoding: file.bytes, as: UTF8.self) }

    /// Ends it, and waits for that.
    ///
    /// - Throws: `TimedOut`.
    func terminate() async throws {
        // Not the signal of control-C: who starts tests in the background has that ignored.
        kill(pid, SIGTERM)
        _ = try await eventually("the end of \(words)", within: .seconds(20)) {
            waitpid(pid, nil, WNOHANG) == pid ? true : nil
        }
    }

    /// Waits for its end. It blocks a thread: for commands that are over soon.
    ///
    /// - Returns: what it said, and whether it ended with 0.
    func wait() -> (output: String, isSuccess: Bool) {
        var status: Int32 = -1
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let said = output
        return (said, status == 0)
    }

    /// Runs one that is over soon.
    ///
    /// - Throws: `Failure` with what it said, when it does not end with 0.
    static func run(_ words: String...) throws(Failure) {
        let (said, isSuccess) = try Command(words).wait()
        guard isSuccess else { throw Failure(description: "\(words): \(said)") }
    }
}
