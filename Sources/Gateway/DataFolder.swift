import Crypto
import Foundation
import Glibc

/// The files of a gateway.
package struct DataFolder: Sendable {
    /// The folder itself.
    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    var database: String { path + "/gateway.sqlite" }
    /// The keys of single cards: backed up apart from the rest, so that a deleted card stays
    /// deleted when the rest is restored.
    var cardKeys: String { path + "/card-keys.sqlite" }
    /// The sandbox bank's own book.
    var sandboxBank: String { path + "/sandbox-bank.sqlite" }
    var keys: String { path + "/keys" }
    var keyEncryptionKey: String { keys + "/key-encryption-key" }

    /// Why a folder cannot be made or used. Each is one line for the operator.
    package enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
        case exists(String)
        case missing(String)
        case badKey(String)
        case system(String)

        package var description: String {
            switch self {
            case .exists(let path): "\(path) exists already; init never overwrites a key"
            case .missing(let path): "\(path) is missing; run: remit-gateway init --data DIR"
            case .badKey(let text): text
            case .system(let text): text
            }
        }
    }

    /// Makes the folder and the key-encryption key: 32 random bytes, readable by the owner alone.
    ///
    /// - Throws: `Failure.exists`, `Failure.system`.
    package func create() throws(Failure) {
        for folder in [path, keys] where mkdir(folder, 0o700) != 0 && errno != EEXIST {
            throw .system("\(folder): \(String(cString: strerror(errno)))")
        }
        let key = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        let descriptor = open(keyEncryptionKey, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o400)
        guard descriptor >= 0 else {
            if errno == EEXIST { throw .exists(keyEncryptionKey) }
            throw .system("\(keyEncryptionKey): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        guard write(descriptor, key, key.count) == key.count, fsync(descriptor) == 0 else {
            throw .system("\(keyEncryptionKey): \(String(cString: strerror(errno)))")
        }
        // The name must survive a power cut as the key does.
        let folder = open(keys, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
    }

    /// The key-encryption key.
    ///
    /// - Throws: `Failure.missing`, `Failure.badKey` (others may read it, or its size is wrong).
    func readKeyEncryptionKey() throws(Failure) -> SymmetricKey {
        var status = stat()
        guard stat(keyEncryptionKey, &status) == 0 else { throw .missing(keyEncryptionKey) }
        guard status.st_mode & 0o077 == 0 else {
            throw .badKey("\(keyEncryptionKey) may be read by others; its mode must be 0400")
        }
        guard let data = FileManager.default.contents(atPath: keyEncryptionKey) else {
            throw .badKey("\(keyEncryptionKey) cannot be read")
        }
        guard data.count == 32 else {
            throw .badKey("\(keyEncryptionKey) has \(data.count) bytes in place of 32")
        }
        return SymmetricKey(data: data)
    }
}
