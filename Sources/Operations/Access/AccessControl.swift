import NIOConcurrencyHelpers
package import TTRPC

/// Lets a call through when its caller was granted the scope of its method, for the tenant served
/// here.
///
/// A bearer token, when a call brings one, decides alone; else the certificate of its connection.
package final class AccessControl: ServerAuthorizer {
    /// Services that everyone who can connect may call.
    package static let openServices: Set<String> = [GRPCHealthV1.Health.name]

    private let table: NIOLockedValueBox<AccessTable>
    private let tenant: String
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - table: who may call what.
    ///   - tenant: whose data this service holds.
    ///   - now: the clock of business, in milliseconds since 1970-01-01T00:00:00Z.
    package init(_ table: AccessTable, tenant: String, now: @escaping @Sendable () -> Int64) {
        self.table = NIOLockedValueBox(table)
        self.tenant = tenant
        self.now = now
    }

    /// Decides by another table from now on.
    package func replace(_ table: AccessTable) {
        self.table.withLockedValue { $0 = table }
    }

    package func authorize(_ context: inout ServerContext) throws(RPCError) {
        let method = context.method
        if method.scope.isEmpty, Self.openServices.contains(method.service) { return }
        let grant = try grant(context)
        context.caller = grant.caller
        guard grant.caller.tenant == tenant else {
            throw RPCError(
                .permissionDenied,
                "This service does not serve the tenant of \(grant.caller.name).",
                reason: "TENANT_NOT_SERVED"
            )
        }
        guard grant.scopes.contains(method.scope) else {
            throw RPCError(
                .permissionDenied,
                "\(grant.caller.name) is not granted '\(method.scope)', which this call needs.",
                reason: "SCOPE_MISSING"
            )
        }
    }

    private func grant(_ context: ServerContext) throws(RPCError) -> AccessTable.Grant {
        let table = table.withLockedValue { $0 }
        if let value = context.metadata["authorization"] {
            return try grant(value, table)
        }
        guard let identity = context.identity else {
            throw RPCError(
                .unauthenticated,
                "This call needs a client certificate or a bearer token.",
                reason: "CREDENTIAL_MISSING"
            )
        }
        // It was valid when the connection began, and a connection may last longer than that.
        guard now() <= identity.expiry else {
            throw RPCError(
                .unauthenticated,
                "The certificate of \(identity.uri) has expired; connect with a new one.",
                reason: "CREDENTIAL_EXPIRED"
            )
        }
        guard let grant = table.grant(identity: identity.uri) else {
            throw RPCError(
                .permissionDenied,
                "\(identity.uri) is granted nothing here.",
                reason: "IDENTITY_UNKNOWN"
            )
        }
        return grant
    }

    /// Made once: nothing of it depends on the call.
    private static let unknown = RPCError(
        .unauthenticated,
        "The bearer token is none that was given out for this service.",
        reason: "CREDENTIAL_UNKNOWN"
    )

    private func grant(
        _ authorization: String,
        _ table: AccessTable
    ) throws(RPCError) -> AccessTable.Grant {
        guard let text = BearerToken.text(authorization: authorization) else { throw Self.unknown }
        switch table.find(BearerToken.hash(text), now: now()) {
        case .none: throw Self.unknown
        case .expired:
            throw RPCError(
                .unauthenticated,
                "The bearer token has expired; ask for a new one.",
                reason: "CREDENTIAL_EXPIRED"
            )
        case .granted(let grant): return grant
        }
    }
}
