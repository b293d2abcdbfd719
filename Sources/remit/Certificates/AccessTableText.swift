import Foundation
import RemitAPI
import TTRPC

/// Tables of grants as files have them.
enum AccessTableText {
    /// What a first deployment grants at billing: an operator everything, the portal what a
    /// customer's pages need.
    static func billing(tenant: String) -> String {
        table([
            ("remit://operator", tenant, scopes(BillingV1.methods + DebugV1.methods)),
            ("remit://portal", tenant, portal),
        ])
    }

    /// By name, so that a scope that is added is the portal's only when somebody says so.
    private static let portal = [
        "accounts.read", "history.read", "invoices.read", "payment_methods.read",
        "payment_methods.write", "payments.read", "payments.write", "users.read", "users.write",
    ]

    /// What a first deployment grants at the gateway: billing charges, the portal tokenizes, and
    /// neither does the other's work.
    static func gateway(tenant: String) -> String {
        table([
            ("remit://billing", tenant, ["charge"]),
            ("remit://operator", tenant, scopes(GatewayV1.methods + DebugV1.methods)),
            ("remit://portal", tenant, ["tokenize"]),
        ])
    }

    /// Every scope of some methods, in order.
    static func scopes(_ methods: [MethodDescriptor]) -> [String] {
        Set(methods.map(\.scope).filter { !$0.isEmpty }).sorted()
    }

    private static func table(_ grants: [(uri: String, tenant: String, scopes: [String])]) -> String
    {
        let entries = grants.map { grant in
            let scopes = grant.scopes.map(quoted).joined(separator: ", ")
            return """
                    {"uri": \(quoted(grant.uri)), "tenant": \(quoted(grant.tenant)),
                     "scopes": [\(scopes)]}
                """
        }
        return "{\n  \"identities\": [\n\(entries.joined(separator: ",\n"))\n  ],\n"
            + "  \"tokens\": []\n}\n"
    }

    /// The line of a table that grants something to the holder of a token.
    static func token(
        name: String,
        hash: String,
        tenant: String,
        scopes: [String],
        expires: Date
    ) -> String {
        "{\"name\": \(quoted(name)), \"sha256\": \"\(hash)\", \"tenant\": \(quoted(tenant)), "
            + "\"scopes\": [\(scopes.map(quoted).joined(separator: ", "))], "
            + "\"expires\": \"\(expires.formatted(.iso8601))\"}"
    }

    private static func quoted(_ text: String) -> String {
        let data = try? JSONSerialization.data(
            withJSONObject: text,
            options: [.fragmentsAllowed, .withoutEscapingSlashes]
        )
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}
