import CoreFoundation
import Glibc

/// A file of certificates or keys, read as a whole.
package enum TLSFile {
    /// The longest file that is read, in bytes.
    package static let maxBytes = 1 << 20

    /// What tells whether a file has changed: its time, length and number.
    package struct Stamp: Equatable, Sendable {
        let seconds: Int
        let nanoseconds: Int
        let size: Int
        let inode: UInt64
    }

    /// The stamp of a file; nil when there is none.
    package static func stamp(_ path: String) -> Stamp? {
        var info = stat()
        guard stat(path, &info) == 0 else { return nil }
        return Stamp(
            seconds: info.st_mtim.tv_sec,
            nanoseconds: info.st_mtim.tv_nsec,
            size: Int(info.st_size),
            inode: UInt64(info.st_ino)
        )
    }

    /// Reads a file.
    ///
    /// - Parameter isKey: refuses a file that others may read or change, or its group change.
    /// - Throws: `TLSError`: `unreadable`, `tooLong`, `openKey`.
    package static func text(_ path: String, isKey: Bool = false) throws(TLSError) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw unreadable(path) }
        defer { close(file) }
        var info = stat()
        guard fstat(file, &info) == 0 else { throw unreadable(path) }
        if isKey, info.st_mode & (S_IRWXO | S_IWGRP) != 0 { throw .openKey(file: path) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count <= maxBytes {
            let count = read(file, &chunk, chunk.count)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable(path)
            }
            bytes += chunk[..<count]
        }
        throw .tooLong(file: path, limit: maxBytes)
    }

    private static func unreadable(_ path: String) -> TLSError {
        .unreadable(file: path, why: String(cString: strerror(errno)))
    }
}
