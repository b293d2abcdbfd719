import Foundation
import Operations
import TTRPC

/// A folder with an authority and certificates made for one test; removed with it.
final class TestCertificates {
    let folder: String
    let authority: CertificateMaker
    private let pair: CertificateMaker.Pair

    init() throws {
        folder = NSTemporaryDirectory() + "remit-tls-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        authority = try CertificateMaker(now: Date())
        pair = try authority.pair()
        try write("ca.pem", pair.certificate)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { folder + "/" + name }

    /// Writes a file whole: what is watching sees the old one or the new one.
    func write(_ name: String, _ text: String, mode: Int = 0o600) throws {
        let temporary = path("." + name)
        try Data(text.utf8).write(to: URL(fileURLWithPath: temporary))
        try FileManager.default.setAttributes(
            [.posixPermissions: mode],
            ofItemAtPath: temporary
        )
        guard rename(temporary, path(name)) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    /// Writes NAME.pem and NAME-key.pem.
    ///
    /// - Parameters:
    ///   - identities: URIs; one that tells the name when left out.
    ///   - begin: when it begins, in days from now.
    ///   - maker: another authority than the folder's.
    @discardableResult
    func issue(
        _ name: String,
        identities: [String]? = nil,
        hosts: [String] = [],
        begin: Int = 0,
        days: Int = 30,
        maker: CertificateMaker? = nil
    ) throws -> TLSFiles {
        var maker = maker ?? authority
        if begin != 0 {
            let then = Date(timeIntervalSinceNow: Double(begin) * 86_400)
            maker = try CertificateMaker(try maker.pair(), now: then)
        }
        let pair = try maker.leaf(
            identities: identities ?? ["remit://" + name],
            hosts: hosts,
            days: days
        )
        try write(name + ".pem", pair.certificate)
        try write(name + "-key.pem", pair.key, mode: 0o400)
        return files(name)
    }

    /// The files of a side that was issued something, and trusts the folder's authority.
    func files(_ name: String) -> TLSFiles {
        TLSFiles(
            certificate: path(name + ".pem"),
            key: path(name + "-key.pem"),
            authorities: path("ca.pem")
        )
    }

    /// The files of a side that shows nothing.
    var trustAlone: TLSFiles {
        TLSFiles(certificate: nil, key: nil, authorities: path("ca.pem"))
    }
}
