import Dispatch
import Glibc
import NIOConcurrencyHelpers
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

    @Test("Who gives a folder up gives it up, though a child still holds the descriptor")
    func inherited() throws {
        let folder = try TemporaryFolder()
        var lock: FolderLock? = try FolderLock(folder: folder.path)
        // A forked child's descriptor is the same open file, as a duplicate is.
        let copy = try #require(Self.duplicate(ofFile: folder.file("lock")))
        defer { close(copy) }
        #expect(lock != nil)
        lock = nil
        #expect(throws: Never.self) { try FolderLock(folder: folder.path) }
    }

    @Test("Being refused closes nobody else's descriptor")
    func refusedOnce() throws {
        let folder = try TemporaryFolder()
        let lock = try FolderLock(folder: folder.path)
        let path = folder.path
        let isAlive = NIOLockedValueBox(true)
        DispatchQueue.concurrentPerform(iterations: 4) { index in
            for _ in 0..<2000 {
                if index == 0 {
                    _ = try? FolderLock(folder: path)
                } else {
                    // The number of a descriptor that was closed is the next one's.
                    let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
                    sched_yield()
                    if close(descriptor) != 0 { isAlive.withLockedValue { $0 = false } }
                }
            }
        }
        #expect(isAlive.withLockedValue { $0 })
        withExtendedLifetime(lock) {}
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

    /// A duplicate of this process's descriptor for the file, or nil when it has none.
    private static func duplicate(ofFile path: String) -> CInt? {
        var wanted = stat()
        guard stat(path, &wanted) == 0 else { return nil }
        for descriptor in CInt(0)..<4096 {
            var found = stat()
            guard fstat(descriptor, &found) == 0 else { continue }
            if found.st_dev == wanted.st_dev, found.st_ino == wanted.st_ino {
                return fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
            }
        }
        return nil
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
