import Foundation
import Glibc
import Operations

/// A folder of certificates, keys and tables that `remit certs` makes.
struct CertificateFolder {
    /// A file to write.
    struct File {
        let name: String
        let text: String
        /// Keys are for their owner's eyes, and nobody changes them in place.
        let isKey: Bool
    }

    let path: String

    func path(_ name: String) -> String { path + "/" + name }

    /// The files of a certificate and its key.
    static func files(_ name: String, _ pair: CertificateMaker.Pair) -> [File] {
        [
            File(name: name + "-key.pem", text: pair.key, isKey: true),
            File(name: name + ".pem", text: pair.certificate, isKey: false),
        ]
    }

    /// A certificate and its key as they are.
    ///
    /// - Throws: `ConfigurationError`: one cannot be read.
    func pair(_ name: String) throws(ConfigurationError) -> CertificateMaker.Pair {
        CertificateMaker.Pair(
            certificate: try text(name + ".pem"),
            key: try text(name + "-key.pem")
        )
    }

    private func text(_ name: String) throws(ConfigurationError) -> String {
        guard let data = FileManager.default.contents(atPath: path(name)) else {
            throw ConfigurationError("\(path(name)) cannot be read")
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// Writes all of the files, each whole or not at all: keys with mode 0400, the rest with 0600.
    ///
    /// - Parameter force: replaces files that are there.
    /// - Throws: `ConfigurationError`: one is there, or cannot be written.
    func write(_ files: [File], force: Bool) throws(ConfigurationError) {
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw failure(path) }
        if !force {
            for file in files where access(path(file.name), F_OK) == 0 {
                throw ConfigurationError(
                    "\(path(file.name)) is there already; --force replaces it"
                )
            }
        }
        for file in files { try write(file) }
    }

    private func write(_ file: File) throws(ConfigurationError) {
        let target = path(file.name)
        let temporary = path(".\(file.name).\(getpid())")
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(temporary) }
        let bytes = Array(file.text.utf8)
        let isWritten =
            fchmod(descriptor, file.isKey ? 0o400 : 0o600) == 0
            && Glibc.write(descriptor, bytes, bytes.count) == bytes.count
            && fsync(descriptor) == 0
        let error = errno
        close(descriptor)
        guard isWritten, rename(temporary, target) == 0 else {
            unlink(temporary)
            errno = error
            throw failure(target)
        }
    }

    private func failure(_ path: String) -> ConfigurationError {
        ConfigurationError("\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}
