import Foundation

/// A small file system over a service's data folder, which can be filled.
struct SmallDisk {
    /// Whether this process may mount one: it takes the right to administer the system.
    static let isPossible: Bool = {
        let folder = NSTemporaryDirectory() + "remit-mount-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true
            )
            try mount(folder, kilobytes: 64)
            try unmount(folder)
            return true
        } catch {
            return false
        }
    }()

    /// Room for a write-ahead log of 8,000 frames, and what it is moved into.
    private static let kilobytes = 48 * 1024
    private static let block = 4096
    private static let largeBlock = 1 << 20
    private let folder: String
    private var filler: String { folder + "/filler" }

    /// Moves a folder onto a small disk that is mounted in its place.
    init(over folder: String) throws {
        self.folder = folder
        let aside = folder + ".aside"
        try FileManager.default.moveItem(atPath: folder, toPath: aside)
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: false
        )
        try Self.mount(folder, kilobytes: Self.kilobytes)
        try Command.run("/bin/cp", "-a", aside + "/.", folder)
        try FileManager.default.removeItem(atPath: aside)
    }

    /// Leaves so much room.
    ///
    /// - Parameter blocks: of 4,096 bytes each.
    func fill(leaving blocks: Int) throws {
        let handle = try open()
        defer { try? handle.close() }
        var size = try handle.seekToEnd()
        for block in [Self.largeBlock, Self.block] {
            while (try? handle.write(contentsOf: Data(count: block))) != nil {
                size += UInt64(block)
            }
            try handle.seek(toOffset: size)
        }
        let room = UInt64(blocks * Self.block)
        try handle.truncate(atOffset: size > room ? size - room : 0)
    }

    /// Makes room.
    func clear() throws {
        // A service that was started meanwhile may have inherited the open file: removing it alone
        // would give no room back.
        let handle = try open()
        try handle.truncate(atOffset: 0)
        try handle.close()
        try FileManager.default.removeItem(atPath: filler)
    }

    /// Takes the disk away; what was on it is in the folder again.
    func remove() throws {
        let aside = folder + ".aside"
        try Command.run("/bin/cp", "-a", folder, aside)
        try Self.unmount(folder)
        try FileManager.default.removeItem(atPath: folder)
        try FileManager.default.moveItem(atPath: aside, toPath: folder)
    }

    private func open() throws -> FileHandle {
        if !FileManager.default.fileExists(atPath: filler) {
            try Data().write(to: URL(fileURLWithPath: filler))
        }
        return try FileHandle(forWritingTo: URL(fileURLWithPath: filler))
    }

    private static func mount(_ folder: String, kilobytes: Int) throws {
        try Command.run(
            "/bin/mount",
            "-t",
            "tmpfs",
            "-o",
            "size=\(kilobytes)k,mode=700",
            "tmpfs",
            folder
        )
    }

    private static func unmount(_ folder: String) throws {
        try Command.run("/bin/umount", "-l", folder)
    }
}
