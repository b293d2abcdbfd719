package import Logging
package import TTRPC

/// A service's settings of TLS and access, and what they come to.
package struct ServerSecurity: Sendable {
    /// What every service has.
    package static let settings = [
        Setting("tls-certificate", .text, "this service's certificate (PEM); turns TLS on"),
        Setting("tls-key", .text, "the certificate's private key (PEM)"),
        Setting("tls-client-ca", .text, "authorities of clients' certificates (PEM)"),
        Setting(
            "tls-client-certificates",
            .text,
            "required (standard with --tls-client-ca) or optional"
        ),
        Setting(
            "tls-reload-seconds",
            .number(1...3600),
            standard: "5",
            "how often these files and --access are looked at"
        ),
        Setting("access", .text, "who may call what (JSON); needed with TLS"),
        Setting("tenant", .text, standard: "default", "whose accounts, cards and keys these are"),
        Setting("allow-plaintext", .toggle, "go without TLS off loopback"),
        Setting("allow-plaintext-tokens", .toggle, "take bearer tokens without TLS on loopback"),
    ]

    /// Nil takes plain text.
    package let tls: TLSServerSettings?
    /// Nil lets everyone call everything.
    package let access: AccessSource?

    /// Reads the settings and the files they name.
    ///
    /// - Parameters:
    ///   - settings: with those above in their schema.
    ///   - listen: where the service will listen.
    ///   - methods: all that it serves.
    ///   - now: the clock of business, in milliseconds since 1970-01-01T00:00:00Z.
    /// - Throws: `ConfigurationError`.
    package init(
        _ settings: Settings,
        listen: ListenAddress,
        methods: [MethodDescriptor],
        now: @escaping @Sendable () -> Int64
    ) throws(ConfigurationError) {
        let path = try settings.optionalText("access")
        tls = try Self.tls(settings)
        if tls == nil {
            try ServiceMain.checkPlaintext(
                listen,
                isAllowed: try settings.toggle("allow-plaintext")
            )
            let takesTokens = try settings.toggle("allow-plaintext-tokens")
            guard path == nil || (takesTokens && listen.isLoopback) else {
                throw ConfigurationError(
                    "--access needs --tls-certificate and --tls-key; on loopback "
                        + "--allow-plaintext-tokens lets bearer tokens do without"
                )
            }
        } else if path == nil {
            throw ConfigurationError(
                "--access is missing: with TLS, who may call what must be granted"
            )
        }
        let tenant = try settings.text("tenant")
        access = try path.map { path throws(ConfigurationError) in
            try AccessSource(path, methods: methods, tenant: tenant, now: now)
        }
    }

    private static func tls(_ settings: Settings) throws(ConfigurationError) -> TLSServerSettings? {
        let files = TLSFiles(
            certificate: try settings.optionalText("tls-certificate"),
            key: try settings.optionalText("tls-key"),
            authorities: try settings.optionalText("tls-client-ca")
        )
        let asked = try settings.optionalText("tls-client-certificates")
        guard files.certificate != nil, files.key != nil else {
            if files.certificate != nil { throw ConfigurationError("--tls-key is missing") }
            if files.key != nil { throw ConfigurationError("--tls-certificate is missing") }
            guard files.authorities == nil, asked == nil else {
                throw ConfigurationError(
                    "--tls-client-ca and --tls-client-certificates need --tls-certificate"
                )
            }
            return nil
        }
        let mode: ClientCertificates
        switch (asked, files.authorities) {
        case (nil, nil): mode = .none
        case (nil, _): mode = .required
        case (let asked?, nil):
            throw ConfigurationError("--tls-client-certificates \(asked) needs --tls-client-ca")
        case (let asked?, _):
            guard let found = ClientCertificates(rawValue: asked), found != .none else {
                throw settings.refused(
                    "tls-client-certificates",
                    wanted: "one of required, optional"
                )
            }
            mode = found
        }
        do throws(TLSError) {
            return TLSServerSettings(try TLSSource(files, .server(clientCertificates: mode)))
        } catch {
            throw ConfigurationError("TLS: \(error)")
        }
    }

    /// What watches the files.
    ///
    /// - Parameter gateway: the certificates of calls to the gateway, if there are any.
    /// - Throws: `ConfigurationError`.
    package func reloader(
        _ settings: Settings,
        gateway: TLSClientSettings? = nil,
        logger: Logger
    ) throws(ConfigurationError) -> CredentialReloader {
        var sources: [(name: String, source: TLSSource)] = []
        if let tls { sources.append((name: "this service", source: tls.source)) }
        if let gateway { sources.append((name: "calls to the gateway", source: gateway.source)) }
        return CredentialReloader(
            tls: sources,
            access: access,
            interval: .seconds(try settings.number("tls-reload-seconds")),
            logger: logger
        )
    }
}

extension TLSClientSettings {
    /// What billing has for its calls to the gateway.
    package static let gatewaySettings = [
        Setting("gateway-tls-ca", .text, "authorities of the gateway's certificate (PEM)"),
        Setting(
            "gateway-tls-certificate",
            .text,
            "the certificate to show the gateway; --tls-certificate when not given"
        ),
        Setting("gateway-tls-key", .text, "its private key; --tls-key when not given"),
        Setting(
            "gateway-identity",
            .text,
            "the URI the gateway's certificate must have, in place of its host"
        ),
    ]

    /// How billing dials the gateway; nil for plain text.
    ///
    /// - Parameter address: of the gateway.
    /// - Throws: `ConfigurationError`.
    package static func gateway(
        _ settings: Settings,
        _ addresses: [ListenAddress]
    ) throws(ConfigurationError) -> TLSClientSettings? {
        let authorities = try settings.optionalText("gateway-tls-ca")
        let own = try settings.optionalText("gateway-tls-certificate")
        let ownKey = try settings.optionalText("gateway-tls-key")
        let identity = try settings.optionalText("gateway-identity")
        guard (own == nil) == (ownKey == nil) else {
            throw ConfigurationError("--gateway-tls-certificate and --gateway-tls-key go together")
        }
        guard let authorities else {
            guard own == nil, identity == nil else {
                throw ConfigurationError("--gateway-tls-ca is missing: it turns TLS on")
            }
            let isAllowed = try settings.toggle("allow-plaintext")
            if !isAllowed, let far = addresses.first(where: { !$0.isLoopback }) {
                throw ConfigurationError(
                    "--gateway \(far) is not a loopback address and calls are plain text; "
                        + "add --gateway-tls-ca, or --allow-plaintext if the network is trusted"
                )
            }
            return nil
        }
        let serving = try settings.optionalText("tls-certificate")
        let servingKey = try settings.optionalText("tls-key")
        let files = TLSFiles(
            certificate: own ?? serving,
            key: ownKey ?? servingKey,
            authorities: authorities
        )
        do throws(TLSError) {
            return TLSClientSettings(try TLSSource(files, .client), identity: identity)
        } catch {
            throw ConfigurationError("TLS to the gateway: \(error)")
        }
    }
}
