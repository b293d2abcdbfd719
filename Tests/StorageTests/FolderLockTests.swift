import Glibc
import Storage
import Testing

@Suite("FolderLock")
struct FolderLockTests {
    @Test("A folder has one owner at a time")
    func oneOwner() throws {
        let folder = try TemporaryFolder()
        var first: FolderLock? = try FolderLock(folder: folder.path)
        for _ in 0..<2 {
            #expect(throws: StorageError.folderInUse(folder.path)) {
                try FolderLock(folder: folder.path)
            }
        }
        #expect(first != nil)
        first = nil
        #expect(throws: Never.self) { try FolderLock(folder: folder.path) }
    }

    @Test("Another process is kept out too, and let in afterwards")
    func otherProcess() throws {
        let folder = try TemporaryFolder()
        var lock: FolderLock? = try FolderLock(folder: folder.path)
        #expect(try Self.otherProcessTakes(folder.file("lock")) == false)
        #expect(lock != nil)
        lock = nil
        #expect(try Self.otherProcessTakes(folder.file("lock")) == true)
    }

    @Test("A folder that is not there cannot be owned")
    func missing() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: StorageError.self) {
            try FolderLock(folder: folder.file("missing"))
        }
        guard case .cannotOpen = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    /// Whether `flock` of util-linux, a process of its own, gets the lock.
    ///
    /// Not by Foundation's `Process`: with one that is over so soon, it has been seen to wait for its
    /// end for ever.
    private static func otherProcessTakes(_ path: String) throws -> Bool {
        let words = ["/usr/bin/flock", "--nonblock", path, "true"]
        let argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for pointer in argv { free(pointer) } }
        var process: pid_t = 0
        try #require(posix_spawn(&process, words[0], nil, nil, argv, environ) == 0)
        var status: CInt = -1
        try #require(waitpid(process, &status, 0) == process)
        return status == 0
    }
}
