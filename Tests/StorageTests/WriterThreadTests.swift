import Foundation
import Storage
import Testing

@Suite("The writer's thread")
struct WriterThreadTests {
    /// The number and the name of the calling thread, and its priority less that of the process.
    private struct Thread: Equatable, Sendable {
        let number: String
        let name: String
        let niceness: Int32

        /// - Throws: when the system does not tell.
        static func current() throws -> Thread {
            let folder = "/proc/thread-self"
            let link = try FileManager.default.destinationOfSymbolicLink(atPath: folder)
            let name = try String(contentsOfFile: folder + "/comm", encoding: .utf8)
            return Thread(
                number: String(link.split(separator: "/").last ?? ""),
                name: name.trimmingCharacters(in: .newlines),
                niceness: getpriority(__priority_which_t(0), 0)
                    - getpriority(__priority_which_t(0), id_t(getpid()))
            )
        }

        var isAlive: Bool {
            FileManager.default.fileExists(atPath: "/proc/self/task/\(number)")
        }
    }

    @Test("It has its name from the beginning, however soon it runs")
    func name() async throws {
        let folder = try TemporaryFolder()
        for number in 0..<100 {
            let store = try StoreFixture.open(folder.file("\(number).db"))
            #expect(try await store.write { _ in try Thread.current() }.name == "store-writer")
            await store.close()
        }
    }

    @Test("All steps run on it, it has a name, a priority and its store's life")
    func life() async throws {
        let folder = try TemporaryFolder()
        var store: SQLiteStore? = try StoreFixture.open(folder.file("a.db"))
        let first = try #require(try await store?.write { _ in try Thread.current() })
        for _ in 0..<3 {
            #expect(try await store?.write { _ in try Thread.current() } == first)
        }
        #expect(first.name == "store-writer")
        let process = getpriority(__priority_which_t(0), id_t(getpid()))
        #expect(first.niceness == min(1, 19 - process), "one step below the process")
        #expect(first.isAlive)
        await store?.close()
        store = nil
        for _ in 0..<1000 where first.isAlive { try await Task.sleep(for: .milliseconds(10)) }
        #expect(!first.isAlive)
    }
}
