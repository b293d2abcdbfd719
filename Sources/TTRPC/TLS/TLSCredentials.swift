import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOSSL
import SwiftASN1
import X509

/// Where one side's certificate, its key and the authorities it trusts lie: files in PEM.
package struct TLSFiles: Equatable, Sendable {
    /// The certificate, then those that lead to an authority; nil when this side shows none.
    package var certificate: String?
    /// The certificate's private key.
    package var key: String?
    /// The certificates that the other side's must lead to; nil when none is asked for.
    package var authorities: String?

    package init(certificate: String?, key: String?, authorities: String?) {
        self.certificate = certificate
        self.key = key
        self.authorities = authorities
    }

    /// All of them.
    package var paths: [String] { [certificate, key, authorities].compactMap { $0 } }
}

/// Which end of a connection this is.
package enum TLSRole: Equatable, Sendable {
    /// Dials. It always checks whom it has reached.
    case client
    /// Is dialled, and asks for certificates or not.
    case server(clientCertificates: ClientCertificates)
}

/// Whether a server asks its clients for certificates.
package enum ClientCertificates: String, CaseIterable, Sendable {
    /// A client without one is refused.
    case required
    /// A client may show one; if it does, it must be right.
    case optional
    /// None is asked for.
    case none
}

/// What the files held when they were read: everything a handshake needs.
struct TLSCredentials: Sendable {
    /// Intermediate certificates kept for resumed sessions.
    static let maxIntermediates = 64
    /// Certificates in one file.
    static let maxCertificates = 1000

    let context: NIOSSLContext
    let authorities: CertificateStore
    /// When our own certificate ends; nil when we show none.
    let expiry: Date?
    /// Intermediates of chains that were verified under this context. A session that a client
    /// resumes carries its leaf alone, and is resumed under the context that made it only.
    let intermediates = NIOLockedValueBox<[Certificate]>([])

    /// Reads and checks the files.
    ///
    /// - Parameter checksOwn: false leaves the dates and the identity of our own certificate to
    ///   the peer, for tests of what a peer does about a wrong one.
    /// - Throws: `TLSError`.
    init(_ files: TLSFiles, _ role: TLSRole, checksOwn: Bool = true) throws(TLSError) {
        let trusted = try files.authorities.map { path throws(TLSError) in
            try Self.certificates(path)
        }
        authorities = CertificateStore(trusted ?? [])
        var chain: [Certificate] = []
        var key: NIOSSLPrivateKey?
        if let path = files.certificate, let keyPath = files.key {
            chain = try Self.certificates(path)
            if checksOwn { try Self.checkOwn(chain[0], path) }
            key = try Self.key(keyPath, of: chain[0], path)
        }
        expiry = chain.first?.notValidAfter
        do {
            let roots = NIOSSLTrustRoots.certificates(try (trusted ?? []).map(Self.library))
            var configuration: TLSConfiguration
            switch role {
            case .client:
                configuration = .makeClientConfiguration()
                configuration.certificateVerification = .noHostnameVerification
                configuration.certificateChain = try chain.map {
                    .certificate(try Self.library($0))
                }
                configuration.privateKey = key.map { .privateKey($0) }
            case .server(let clientCertificates):
                guard let key else { throw TLSError.refused(why: "a server needs a key") }
                configuration = .makeServerConfiguration(
                    certificateChain: try chain.map { .certificate(try Self.library($0)) },
                    privateKey: .privateKey(key)
                )
                switch clientCertificates {
                case .required: configuration.certificateVerification = .noHostnameVerification
                case .optional: configuration.certificateVerification = .optionalVerification
                case .none: configuration.certificateVerification = .none
                }
                configuration.sendCANameList = clientCertificates != .none
            }
            configuration.trustRoots = roots
            configuration.minimumTLSVersion = .tlsv13
            configuration.shutdownTimeout = .seconds(1)
            context = try NIOSSLContext(configuration: configuration)
        } catch let error as TLSError {
            throw error
        } catch {
            throw .refused(why: TLSReason.text(error))
        }
    }

    /// Keeps what led from a leaf to an authority.
    func remember(_ chain: some Collection<Certificate>) {
        guard !chain.isEmpty else { return }
        intermediates.withLockedValue { known in
            for certificate in chain where known.count < Self.maxIntermediates {
                if !known.contains(certificate) { known.append(certificate) }
            }
        }
    }

    private static func library(_ certificate: Certificate) throws -> NIOSSLCertificate {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return try NIOSSLCertificate(bytes: serializer.serializedBytes, format: .der)
    }

    /// The certificates of a file, in order, at least one.
    static func certificates(_ path: String) throws(TLSError) -> [Certificate] {
        let text = try TLSFile.text(path)
        do {
            let found = try PEMDocument.parseMultiple(pemString: text)
                .filter { $0.discriminator == "CERTIFICATE" }
                .prefix(maxCertificates)
                .map { try Certificate(pemDocument: $0) }
            guard !found.isEmpty else { throw TLSError.noCertificate(file: path) }
            return found
        } catch let error as TLSError {
            throw error
        } catch {
            throw .malformed(file: path, why: "\(error)")
        }
    }

    /// Our own certificate must be good now, and say who we are.
    private static func checkOwn(_ leaf: Certificate, _ path: String) throws(TLSError) {
        let now = Date()
        guard leaf.notValidBefore <= now else {
            throw .notYetValid(file: path, until: TLSReason.time(leaf.notValidBefore))
        }
        guard now <= leaf.notValidAfter else {
            throw .expired(file: path, since: TLSReason.time(leaf.notValidAfter))
        }
        let uris = leaf.uris
        guard uris.count == 1 else { throw .noIdentity(file: path, count: uris.count) }
    }

    private static func key(
        _ path: String,
        of leaf: Certificate,
        _ certificatePath: String
    ) throws(TLSError) -> NIOSSLPrivateKey {
        let text = try TLSFile.text(path, isKey: true)
        let documents = (try? PEMDocument.parseMultiple(pemString: text)) ?? []
        guard
            let document = documents.first(where: { $0.discriminator.hasSuffix("PRIVATE KEY") }),
            let key = try? Certificate.PrivateKey(pemDocument: document),
            let made = try? NIOSSLPrivateKey(bytes: Array(document.pemString.utf8), format: .pem)
        else { throw .noKey(file: path) }
        guard key.publicKey == leaf.publicKey else {
            throw .mismatch(certificate: certificatePath, key: path)
        }
        return made
    }
}

extension Certificate {
    /// The URIs among the alternative names; none when they cannot be read.
    var uris: [String] {
        guard let names = try? extensions.subjectAlternativeNames else { return [] }
        return names.compactMap { name in
            if case .uniformResourceIdentifier(let uri) = name { return uri }
            return nil
        }
    }
}
