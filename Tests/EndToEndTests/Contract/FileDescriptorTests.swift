import Foundation
import Glibc
import Testing

@Suite("Room for connections")
struct FileDescriptorTests {
    @Test("both services have it from the start: their table need not grow while they serve")
    func tables() async throws {
        try await withBench { bench in
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            // --max-connections, unless the system allows no more.
            let wanted = Int(min(16_384, limit.rlim_max))
            for process in [try #require(bench.billing), try #require(bench.gateway)] {
                let path = "/proc/\(process.pid)/status"
                let status = try String(contentsOfFile: path, encoding: .utf8)
                let line = status.split(separator: "\n").first { $0.hasPrefix("FDSize:") }
                let words = try #require(line).split(whereSeparator: \.isWhitespace)
                #expect(try #require(Int(words[1])) >= wanted, "\(process.pid)")
            }
        }
    }
}
