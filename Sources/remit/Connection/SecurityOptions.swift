import ArgumentParser
import Foundation
import Operations
import TTRPC

/// Whom to trust, and what to show for oneself. Each is taken from its flag, else from the
/// environment (REMIT_TLS_CA), else from the profile (tls_ca).
struct SecurityOptions: ParsableArguments {
    @Option(help: "Authorities of the services' certificates (PEM); turns TLS on.")
    var tlsCa: String?

    @Option(help: "The certificate to show (PEM).")
    var tlsCertificate: String?

    @Option(help: "Its private key (PEM).")
    var tlsKey: String?

    @Option(help: "The URI that billing's certificate must have, in place of its host.")
    var billingIdentity: String?

    @Option(help: "The URI that the gateway's certificate must have, in place of its host.")
    var gatewayIdentity: String?

    @Option(help: "A file with a bearer token for billing.")
    var billingTokenFile: String?

    @Option(help: "A file with a bearer token for the gateway.")
    var gatewayTokenFile: String?

    @Flag(help: "Send plain text off loopback: anyone on the way can read it.")
    var allowPlaintext = false
}

extension ConnectionOptions {
    /// How a service is dialled; nil for plain text.
    ///
    /// - Throws: `ConfigurationError`.
    func tls(
        _ service: Service,
        _ addresses: [ListenAddress]
    ) throws(ConfigurationError) -> TLSClientSettings? {
        let certificate = try value(security.tlsCertificate, "tls_certificate")
        let key = try value(security.tlsKey, "tls_key")
        let isBilling = service == .billing
        let identity = try value(
            isBilling ? security.billingIdentity : security.gatewayIdentity,
            service.rawValue + "_identity"
        )
        guard (certificate == nil) == (key == nil) else {
            throw ConfigurationError("--tls-certificate and --tls-key go together")
        }
        guard let authorities = try value(security.tlsCa, "tls_ca") else {
            guard certificate == nil, identity == nil else {
                throw ConfigurationError("--tls-ca is missing: it turns TLS on")
            }
            let isAllowed = try isPlaintextAllowed()
            if !isAllowed, let far = addresses.first(where: { !$0.isLoopback }) {
                throw ConfigurationError(
                    "\(far) is not a loopback address and calls are plain text; give "
                        + "--tls-ca, or --allow-plaintext if the network is trusted"
                )
            }
            return nil
        }
        do throws(TLSError) {
            let files = TLSFiles(certificate: certificate, key: key, authorities: authorities)
            return TLSClientSettings(try TLSSource(files, .client), identity: identity)
        } catch {
            throw ConfigurationError("TLS: \(error)")
        }
    }

    private func isPlaintextAllowed() throws(ConfigurationError) -> Bool {
        if security.allowPlaintext { return true }
        return try value(nil, "allow_plaintext") == "true"
    }

    /// The bearer token for a service; nil when there is none.
    ///
    /// - Throws: `ConfigurationError`: its file cannot be read or has none, or the token would
    ///   leave this machine as plain text.
    func token(_ service: Service) throws(ConfigurationError) -> String? {
        let isBilling = service == .billing
        let flag = isBilling ? security.billingTokenFile : security.gatewayTokenFile
        let name = service.rawValue + "_token_file"
        guard let path = try value(flag, name) else { return nil }
        let text: String
        do throws(TLSError) {
            text = try TLSFile.text(path, isKey: true)
        } catch .openKey {
            throw ConfigurationError("\(path) is open to everyone here; chmod 600 closes it")
        } catch {
            throw ConfigurationError("the bearer token: \(error)")
        }
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ConfigurationError("\(path) has no bearer token")
        }
        let authorities = try value(security.tlsCa, "tls_ca")
        let areLoopback = try addresses(service).allSatisfy(\.isLoopback)
        guard authorities != nil || areLoopback else {
            throw ConfigurationError("a bearer token is not sent as plain text: give --tls-ca")
        }
        return token
    }
}
