import Glibc

/// Owns a data folder for as long as it lives: one process a folder.
///
/// An advisory lock on the file `lock` in it, which the system gives up when the process ends,
/// however it ends.
package final class FolderLock: Sendable {
    private let descriptor: Int32

    /// - Parameter folder: a folder that exists.
    /// - Throws: `StorageError.folderInUse`, `StorageError.cannotOpen`.
    package init(folder: String) throws(StorageError) {
        let path = folder + "/lock"
        // The property is set last: an initializer that throws after that runs `deinit`, too.
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else {
            throw .cannotOpen("\(path): \(String(cString: strerror(errno)))")
        }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            close(opened)
            throw .folderInUse(folder)
        }
        descriptor = opened
    }

    /// Gives the folder up by name, not only by closing: a child that has been forked but has not yet
    /// started its own program still holds the descriptor, and with it the lock.
    deinit {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
