import Foundation
import Glibc
import Logging
import NIOConcurrencyHelpers
import Operations
import TTRPC
import Testing

@Suite("Room for connections")
struct FileDescriptorsTests {
    /// Sets this process's limits of open files: in a process of its own, since the hard one can
    /// only be lowered.
    private static func limit(soft: rlim_t, hard: rlim_t) {
        var limit = rlimit(rlim_cur: soft, rlim_max: hard)
        guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { exit(2) }
    }

    private static var softLimit: rlim_t {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return limit.rlim_cur
    }

    /// How many descriptors the kernel's table has room for.
    private static func tableSize() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("FDSize:") }
        return line.flatMap { Int($0.split(whereSeparator: \.isWhitespace)[1]) } ?? 0
    }

    @Test("the soft limit is raised and the table made, as far as is needed")
    func raised() async {
        await #expect(processExitsWith: .exitCode(0)) {
            Self.limit(soft: 256, hard: 4000)
            guard FileDescriptors.makeRoom(forConnections: 3000) == 3000 else { exit(3) }
            guard Self.softLimit == 3512 else { exit(4) }
            exit(try Self.tableSize() >= 3512 ? 0 : 5)
        }
    }

    @Test("no further than the hard limit: then there is room for fewer")
    func hardLimit() async {
        await #expect(processExitsWith: .exitCode(0)) {
            Self.limit(soft: 256, hard: 2000)
            guard FileDescriptors.makeRoom(forConnections: 3000) == 1488 else { exit(3) }
            guard Self.softLimit == 2000 else { exit(4) }
            exit(try Self.tableSize() >= 2000 ? 0 : 5)
        }
    }

    @Test("a limit that is high enough stays, and one connection is always let in")
    func extremes() async {
        await #expect(processExitsWith: .exitCode(0)) {
            Self.limit(soft: 1500, hard: 2000)
            guard FileDescriptors.makeRoom(forConnections: 10) == 10 else { exit(3) }
            guard Self.softLimit == 1500 else { exit(4) }
            Self.limit(soft: 100, hard: 100)
            exit(FileDescriptors.makeRoom(forConnections: 10) == 1 ? 0 : 5)
        }
    }

    @Test("a server takes no more connections than there is room for, and says so")
    func configuration() async {
        await #expect(processExitsWith: .exitCode(0)) {
            Self.limit(soft: 256, hard: 2000)
            let recorder = Recorder()
            let logger = recorder.logger(.info)
            var configuration = ServerConfiguration(host: "127.0.0.1", port: 0)
            configuration.maxConnections = 1000
            configuration.makeRoomForConnections(logger)
            let quiet = recorder.lines.withLockedValue { $0 }
            guard configuration.maxConnections == 1000, quiet.isEmpty else { exit(3) }
            configuration.maxConnections = 3000
            configuration.makeRoomForConnections(logger)
            let lines = recorder.lines.withLockedValue { $0 }
            guard lines == ["warning possible=1488 wanted=3000"] else { exit(4) }
            exit(configuration.maxConnections == 1488 ? 0 : 5)
        }
    }
}
