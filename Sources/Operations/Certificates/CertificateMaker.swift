import Crypto
package import Foundation
import Glibc
import SwiftASN1
import X509

/// Makes a private authority and the certificates it signs: P-256, for TLS 1.3.
package struct CertificateMaker {
    /// A certificate and its key, as PEM.
    package struct Pair: Sendable {
        package let certificate: String
        package let key: String

        package init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// How long an authority lasts, in days.
    package static let authorityDays = 3650
    /// How long before now certificates begin, so that a clock that is behind takes them, in
    /// seconds.
    private static let leeway: TimeInterval = 300

    private let authority: Certificate
    private let authorityKey: P256.Signing.PrivateKey
    private let now: Date

    /// A new authority.
    ///
    /// - Parameter now: when it begins.
    /// - Throws: what the library throws; our bug.
    package init(now: Date) throws {
        let key = P256.Signing.PrivateKey()
        let number = UInt32.random(in: .min ... .max)
        let name = try DistinguishedName {
            OrganizationName("Remit")
            CommonName("Remit private authority \(String(number, radix: 16))")
        }
        authority = try Self.sign(
            subject: name,
            issuer: name,
            publicKey: key.publicKey,
            with: key,
            from: now,
            to: now.addingTimeInterval(Double(Self.authorityDays) * 86_400),
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(keyIdentifier: Self.identifier(key.publicKey))
            }
        )
        authorityKey = key
        self.now = now
    }

    /// An authority made before.
    ///
    /// - Parameters:
    ///   - pair: its files.
    ///   - now: when the certificates that it signs begin.
    /// - Throws: what the library throws: the texts hold none.
    package init(_ pair: Pair, now: Date) throws {
        authority = try Certificate(pemEncoded: pair.certificate)
        authorityKey = try P256.Signing.PrivateKey(pemRepresentation: pair.key)
        self.now = now
    }

    /// Whether the key is the certificate's, and the certificate is one of an authority.
    package var isConsistent: Bool {
        let constraints = try? authority.extensions.basicConstraints
        guard case .isCertificateAuthority? = constraints else { return false }
        return Certificate.PublicKey(authorityKey.publicKey) == authority.publicKey
    }

    /// When the authority ends.
    package var expiry: Date { authority.notValidAfter }

    /// The authority's own files.
    ///
    /// - Throws: what the library throws; our bug.
    package func pair() throws -> Pair {
        Pair(
            certificate: try Self.pem(authority),
            key: authorityKey.pemRepresentation + "\n"
        )
    }

    /// A certificate for one side, which serves and calls with it.
    ///
    /// - Parameters:
    ///   - identities: its URIs; a peer takes one with exactly one.
    ///   - hosts: DNS names and IP addresses that it is reached by; none for a client.
    ///   - days: how long it lasts; never longer than the authority.
    /// - Throws: what the library throws: a name that no certificate can have.
    package func leaf(identities: [String], hosts: [String], days: Int) throws -> Pair {
        let key = P256.Signing.PrivateKey()
        let names =
            identities.map { GeneralName.uniformResourceIdentifier($0) } + hosts.map(Self.name)
        let usages: [ExtendedKeyUsage.Usage] =
            hosts.isEmpty ? [.clientAuth] : [.serverAuth, .clientAuth]
        let end = now.addingTimeInterval(Double(days) * 86_400)
        let certificate = try Self.sign(
            subject: try DistinguishedName {
                OrganizationName("Remit")
                CommonName(identities.first ?? hosts.first ?? "nobody")
            },
            issuer: authority.subject,
            publicKey: key.publicKey,
            with: authorityKey,
            from: now,
            to: min(end, authority.notValidAfter),
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage(usages)
                SubjectAlternativeNames(names)
                SubjectKeyIdentifier(keyIdentifier: Self.identifier(key.publicKey))
                AuthorityKeyIdentifier(keyIdentifier: Self.identifier(authorityKey.publicKey))
            }
        )
        return Pair(
            certificate: try Self.pem(certificate),
            key: key.pemRepresentation + "\n"
        )
    }

    /// The names in a certificate: its URIs and its hosts.
    ///
    /// - Throws: what the library throws: the text is no certificate.
    package static func names(
        inPEM text: String
    ) throws -> (identities: [String], hosts: [String]) {
        let certificate = try Certificate(pemEncoded: text)
        var identities: [String] = []
        var hosts: [String] = []
        for name in try certificate.extensions.subjectAlternativeNames ?? .init() {
            switch name {
            case .uniformResourceIdentifier(let uri): identities.append(uri)
            case .dnsName(let host): hosts.append(host)
            case .ipAddress(let bytes): hosts.append(Self.text(of: bytes))
            case .otherName, .rfc822Name, .x400Address, .directoryName, .ediPartyName,
                .registeredID:
                break
            }
        }
        return (identities, hosts)
    }

    /// A host as a certificate has it.
    private static func name(_ host: String) -> GeneralName {
        var four = in_addr()
        if inet_pton(AF_INET, host, &four) == 1 {
            return .ipAddress(octets(four))
        }
        var six = in6_addr()
        if inet_pton(AF_INET6, host, &six) == 1 {
            return .ipAddress(octets(six))
        }
        return .dnsName(host)
    }

    private static func octets<Address>(_ address: Address) -> ASN1OctetString {
        ASN1OctetString(contentBytes: withUnsafeBytes(of: address) { Array($0)[...] })
    }

    private static func text(of address: ASN1OctetString) -> String {
        var bytes = Array(address.bytes)
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard bytes.count == 4 || bytes.count == 16,
            inet_ntop(family, &bytes, &text, socklen_t(text.count)) != nil
        else { return "" }
        return String(
            decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }

    private static func sign(
        subject: DistinguishedName,
        issuer: DistinguishedName,
        publicKey: P256.Signing.PublicKey,
        with key: P256.Signing.PrivateKey,
        from begin: Date,
        to end: Date,
        extensions: Certificate.Extensions
    ) throws -> Certificate {
        try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(publicKey),
            notValidBefore: begin.addingTimeInterval(-leeway),
            notValidAfter: end,
            issuer: issuer,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: extensions,
            issuerPrivateKey: Certificate.PrivateKey(key)
        )
    }

    /// - Source: RFC 7093, section 2, method 1: SHA-256 of the key, cut to 160 bits.
    private static func identifier(_ key: P256.Signing.PublicKey) -> ArraySlice<UInt8> {
        Array(SHA256.hash(data: key.x963Representation)).prefix(20)
    }

    private static func pem(_ certificate: Certificate) throws -> String {
        try certificate.serializeAsPEM().pemString + "\n"
    }
}
