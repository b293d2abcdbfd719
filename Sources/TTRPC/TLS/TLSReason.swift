import Foundation
import NIOSSL

/// Words for what went wrong in a handshake.
enum TLSReason {
    /// A time as a log shows it: RFC 3339, whole seconds.
    static func time(_ date: Date) -> String {
        date.formatted(.iso8601)
    }

    /// An error of the TLS library, in a few words.
    static func text(_ error: any Error) -> String {
        switch error {
        case let error as TLSFailure: error.reason
        case NIOSSLError.handshakeFailed(.sslError(let stack)): text(stack)
        case BoringSSLError.sslError(let stack), BoringSSLError.unknownError(let stack):
            text(stack)
        case NIOSSLError.uncleanShutdown: "the peer closed without saying so"
        default: "\(error)"
        }
    }

    private static func text(_ stack: NIOBoringSSLErrorStack) -> String {
        let names = stack.map { name("\($0)") }
        guard let first = names.first else { return "the handshake failed" }
        if names.contains("UNSUPPORTED_PROTOCOL") || first.hasSuffix("ALERT_PROTOCOL_VERSION") {
            return "only TLS 1.3 is spoken here (\(first))"
        }
        if names.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE") {
            return "no client certificate (\(first))"
        }
        if names.contains(where: { notTLS.contains($0) }) { return "this is not TLS (\(first))" }
        if let range = first.range(of: "_ALERT_") {
            return "the peer refused the handshake: "
                + first[range.upperBound...].lowercased().replacing("_", with: " ")
        }
        return names.joined(separator: ", ")
    }

    private static let notTLS: Set<String> = [
        "WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "UNEXPECTED_RECORD",
    ]

    /// The name in "error:…:SSL routines:OPENSSL_internal:NAME at …"; all of it when there is none.
    private static func name(_ text: String) -> String {
        guard let begin = text.range(of: "OPENSSL_internal:") else { return text }
        let rest = text[begin.upperBound...]
        return String(rest.prefix { $0 != " " })
    }

    /// Alerts by which a server ends a handshake. In TLS 1.3 a client has finished its own part by
    /// then and may have written calls, of which such a server has read nothing.
    private static let refusals = [
        "ALERT_CERTIFICATE_REQUIRED", "ALERT_BAD_CERTIFICATE", "ALERT_CERTIFICATE_UNKNOWN",
        "ALERT_CERTIFICATE_EXPIRED", "ALERT_CERTIFICATE_REVOKED", "ALERT_UNSUPPORTED_CERTIFICATE",
        "ALERT_UNKNOWN_CA", "ALERT_ACCESS_DENIED", "ALERT_HANDSHAKE_FAILURE",
        "ALERT_DECRYPT_ERROR",
    ]

    /// What calls on a connection fail with when the server refused our certificate; nil for
    /// another error.
    static func refusal(_ error: any Error) -> RPCError? {
        let stack: NIOBoringSSLErrorStack
        switch error {
        case BoringSSLError.sslError(let found), NIOSSLError.handshakeFailed(.sslError(let found)):
            stack = found
        default: return nil
        }
        let names = stack.map { name("\($0)") }
        guard names.contains(where: { name in refusals.contains { name.hasSuffix($0) } }) else {
            return nil
        }
        return RPCError(
            .unauthenticated,
            "The server refused this side's certificate: \(text(stack)).",
            reason: "CERTIFICATE_REFUSED",
            origin: .notSent
        )
    }
}
