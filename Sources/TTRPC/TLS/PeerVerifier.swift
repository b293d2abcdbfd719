import Foundation
import NIOConcurrencyHelpers
import NIOSSL
import SwiftASN1
import X509

/// Whom a side expects at the other end.
enum PeerExpectation: Equatable, Sendable {
    /// A client that says who it is.
    case client
    /// The server of this host: a DNS name or an IP address among its names.
    case host(String)
    /// The server with this URI among its names, wherever it runs.
    case identity(String)
}

/// Checks the certificates that a peer shows against the authorities trusted here.
///
/// The chain, its dates, constraints and signatures are checked by swift-certificates, and not by
/// BoringSSL inside the handshake: that one says only that verification failed, and an operator
/// needs to know why.
struct PeerVerifier: Sendable {
    /// The longest chain that is looked at.
    static let maxChain = 10

    let credentials: TLSCredentials
    let expectation: PeerExpectation

    /// Checks a chain.
    ///
    /// - Parameter chain: as the peer sent it: its own certificate first.
    /// - Returns: the identity in the peer's own certificate; nil for a server that was expected
    ///   by its host and has none.
    /// - Throws: `TLSFailure`, with why.
    func verify(_ chain: [NIOSSLCertificate]) async throws(TLSFailure) -> PeerIdentity? {
        guard !chain.isEmpty, chain.count <= Self.maxChain else {
            throw TLSFailure(reason: "a chain of \(chain.count) certificates")
        }
        let certificates: [Certificate]
        do {
            certificates = try chain.map { try Certificate(derEncoded: try $0.toDERBytes()) }
        } catch {
            throw TLSFailure(reason: "a certificate that cannot be read: \(error)")
        }
        let leaf = certificates[0]
        let known = credentials.intermediates.withLockedValue { $0 }
        let intermediates = CertificateStore(certificates.dropFirst() + known)
        let purpose = PurposePolicy(isClient: expectation == .client)
        let roots = credentials.authorities
        let result: CertificateValidationResult
        switch expectation {
        case .client:
            var verifier = Verifier(rootCertificates: roots) {
                purpose
                RFC5280Policy()
                IdentityPolicy(expected: nil)
            }
            result = await verifier.validate(leaf: leaf, intermediates: intermediates)
        case .identity(let uri):
            var verifier = Verifier(rootCertificates: roots) {
                purpose
                RFC5280Policy()
                IdentityPolicy(expected: uri)
            }
            result = await verifier.validate(leaf: leaf, intermediates: intermediates)
        case .host(let host):
            var verifier = Verifier(rootCertificates: roots) {
                purpose
                RFC5280Policy()
                HostPolicy(host)
            }
            result = await verifier.validate(leaf: leaf, intermediates: intermediates)
        }
        switch result {
        case .validCertificate(let chain):
            credentials.remember(certificates.dropFirst())
            guard leaf.uris.count == 1 else { return nil }
            let end = chain.map(\.notValidAfter).min() ?? leaf.notValidAfter
            return PeerIdentity(
                leaf.uris[0],
                expiry: Int64((end.timeIntervalSince1970 * 1000).rounded())
            )
        case .couldNotValidate(let failures):
            throw TLSFailure(reason: reason(leaf, failures))
        }
    }

    private func reason(
        _ leaf: Certificate,
        _ failures: [CertificateValidationResult.PolicyFailure]
    ) -> String {
        let name = leaf.uris.first ?? "\(leaf.subject)"
        guard let failure = failures.first else {
            return "no authority trusted here has issued the certificate of \(name)"
        }
        // The library's reasons show whole certificates, on several lines.
        let text = "\(failure.policyFailureReason)".replacing("\n", with: " ")
        return "the certificate of \(name): \(text.prefix(300))"
    }
}

/// Dates and purpose, with reasons that fit on a line.
private struct PurposePolicy: VerifierPolicy {
    let isClient: Bool

    var verifyingCriticalExtensions: [ASN1ObjectIdentifier] {
        [.X509ExtensionID.extendedKeyUsage]
    }

    /// - Source: RFC 5280, sections 4.1.2.5 and 4.2.1.12.
    func chainMeetsPolicyRequirements(
        chain: UnverifiedCertificateChain
    ) async -> PolicyEvaluationResult {
        let now = Date()
        for certificate in chain {
            let whose = certificate == chain.leaf ? "it" : "its authority \(certificate.subject)"
            if now > certificate.notValidAfter {
                let time = TLSReason.time(certificate.notValidAfter)
                return .failsToMeetPolicy(reason: "\(whose) expired on \(time)")
            }
            if now < certificate.notValidBefore {
                let time = TLSReason.time(certificate.notValidBefore)
                return .failsToMeetPolicy(reason: "\(whose) is not valid before \(time)")
            }
        }
        guard let usage = try? chain.leaf.extensions.extendedKeyUsage else {
            return .meetsPolicy
        }
        let wanted = isClient ? ExtendedKeyUsage.Usage.clientAuth : .serverAuth
        guard usage.contains(wanted) || usage.contains(.any) else {
            return .failsToMeetPolicy(
                reason: "it is not one of a \(isClient ? "client" : "server")"
            )
        }
        return .meetsPolicy
    }
}

/// Exactly one URI, and which.
private struct IdentityPolicy: VerifierPolicy {
    let expected: String?

    var verifyingCriticalExtensions: [ASN1ObjectIdentifier] {
        [.X509ExtensionID.subjectAlternativeName]
    }

    func chainMeetsPolicyRequirements(
        chain: UnverifiedCertificateChain
    ) async -> PolicyEvaluationResult {
        let uris = chain.leaf.uris
        guard uris.count == 1 else {
            return .failsToMeetPolicy(
                reason: "it has \(uris.count) URIs among its names; one is its identity"
            )
        }
        if let expected, uris[0] != expected {
            return .failsToMeetPolicy(reason: "it is not the expected \(expected)")
        }
        return .meetsPolicy
    }
}

/// A DNS name or an IP address, and never the common name, which the library falls back on.
private struct HostPolicy: VerifierPolicy {
    private let host: String
    private var names: ServerIdentityPolicy

    init(_ host: String) {
        self.host = host
        names = ServerIdentityPolicy(serverHostname: host, serverIP: host)
    }

    var verifyingCriticalExtensions: [ASN1ObjectIdentifier] { names.verifyingCriticalExtensions }

    /// - Source: RFC 9525, section 6: a client does not look at the common name.
    mutating func chainMeetsPolicyRequirements(
        chain: UnverifiedCertificateChain
    ) async -> PolicyEvaluationResult {
        let (leaf, host) = (chain.leaf, host)
        let hasNames = (try? leaf.extensions.subjectAlternativeNames)?.contains { name in
            switch name {
            case .dnsName, .ipAddress: true
            case .otherName, .rfc822Name, .x400Address, .directoryName, .ediPartyName,
                .uniformResourceIdentifier, .registeredID:
                false
            }
        }
        guard hasNames == true,
            case .meetsPolicy = names.chainMeetsPolicyRequirements(chain: chain)
        else { return .failsToMeetPolicy(reason: "it is not one of \(host)") }
        return .meetsPolicy
    }
}
