/// What keeps certificates and keys from being used. Each is one line for an operator.
package enum TLSError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A file that cannot be read, with the system's reason.
    case unreadable(file: String, why: String)
    /// A file longer than any certificate file should be, in bytes.
    case tooLong(file: String, limit: Int)
    /// A file with no certificate in it.
    case noCertificate(file: String)
    /// A file in which a certificate cannot be read.
    case malformed(file: String, why: String)
    /// A file with no private key that can be read: none at all, encrypted, of an unknown kind.
    case noKey(file: String)
    /// A private key that everyone on the machine may read or change.
    case openKey(file: String)
    /// A private key that is not the certificate's.
    case mismatch(certificate: String, key: String)
    /// A certificate that is over, or that has not begun: its bound, RFC 3339.
    case expired(file: String, since: String)
    case notYetValid(file: String, until: String)
    /// A certificate without exactly one URI among its names, with their number.
    case noIdentity(file: String, count: Int)
    /// What the TLS library refused.
    case refused(why: String)

    package var description: String {
        switch self {
        case .unreadable(let file, let why): "\(file) cannot be read: \(why)"
        case .tooLong(let file, let limit): "\(file) is longer than \(limit) bytes"
        case .noCertificate(let file): "\(file) has no certificate in PEM"
        case .malformed(let file, let why): "a certificate in \(file) cannot be read: \(why)"
        case .noKey(let file):
            "\(file) has no private key in PEM that can be used (encrypted keys cannot)"
        case .openKey(let file):
            "the private key \(file) is open to everyone on this machine; chmod 600 closes it"
        case .mismatch(let certificate, let key):
            "\(key) is not the private key of the certificate in \(certificate)"
        case .expired(let file, let since): "the certificate in \(file) expired on \(since)"
        case .notYetValid(let file, let until):
            "the certificate in \(file) is not valid before \(until)"
        case .noIdentity(let file, let count):
            "the certificate in \(file) has \(count) URIs among its alternative names; "
                + "one is its identity"
        case .refused(let why): "the TLS library refuses the certificate or key: \(why)"
        }
    }
}

/// Why a handshake failed: "the certificate of remit://gateway expired on …".
package struct TLSFailure: Error, Equatable, Sendable, CustomStringConvertible {
    package let reason: String

    package var description: String { reason }
}
