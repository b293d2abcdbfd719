import Foundation
import Operations
import RemitAPI
import TTRPC
import Testing

/// Every method of both services, as the real binaries serve it.
@Suite("Security: every method, without a right to it")
struct AuthorizationTests {
    private static let gatewayMethods = GatewayV1.methods + DebugV1.methods
    private static let billingMethods = BillingV1.methods + DebugV1.methods

    @Test("the tables of methods are the whole schema, and each method has a scope")
    func coverage() {
        let tables = (GatewayV1.methods + BillingV1.methods).map(\.fullName)
        #expect(tables.sorted() == SchemaMethod.all.map(\.testDescription).sorted())
        for method in Self.gatewayMethods + Self.billingMethods {
            #expect(!method.scope.isEmpty, "\(method.fullName)")
        }
    }

    private static func token(all methods: [MethodDescriptor], but scope: String) -> String {
        "remit_all-but-\(scope)-\(methods.count)"
    }

    /// Identities with everything, here and of another tenant, and for each scope a token that
    /// has all the others.
    private static func table(_ methods: [MethodDescriptor]) -> String {
        let scopes = Set(methods.map(\.scope)).sorted()
        func list(_ scopes: [String]) -> String {
            scopes.map { "\"\($0)\"" }.joined(separator: ",")
        }
        func token(_ name: String, _ text: String, _ scopes: [String], _ end: String) -> String {
            """
            {"name": "\(name)", "sha256": "\(BearerToken.hexadecimalHash(text))",
             "tenant": "default", "scopes": [\(list(scopes))], "expires": "\(end)"}
            """
        }
        let others = scopes.map { scope in
            token(
                "not \(scope)",
                Self.token(all: methods, but: scope),
                scopes.filter { $0 != scope },
                "2100-01-01T00:00:00Z"
            )
        }
        let past = token("past", "remit_past", scopes, "2020-01-01T00:00:00Z")
        let all = token("all", "remit_all", scopes, "2100-01-01T00:00:00Z")
        return """
            {"identities": [
              {"uri": "remit://operator", "tenant": "default", "scopes": [\(list(scopes))]},
              {"uri": "remit://portal", "tenant": "another", "scopes": [\(list(scopes))]},
              {"uri": "remit://billing", "tenant": "default", "scopes": [\(list(scopes))]}],
             "tokens": [\((others + [past, all]).joined(separator: ",\n"))]}
            """
    }

    /// Bytes that no message begins with: who is granted a method gets as far as decoding.
    private static let undecodable: [UInt8] = [0xFF]

    @Test("no credentials, the wrong scope, another tenant, an old token: refused, undecoded")
    func walk() async throws {
        let access = (
            gateway: Self.table(Self.gatewayMethods), billing: Self.table(Self.billingMethods)
        )
        try await withSecureBench(clients: "optional", access: access) { bench in
            try bench.put(
                "stranger",
                try bench.authority().leaf(
                    identities: ["remit://stranger"],
                    hosts: [],
                    days: 1
                )
            )
            for isBilling in [false, true] {
                let methods = isBilling ? Self.billingMethods : Self.gatewayMethods
                let nobody = try await bench.client(isBilling, as: nil)
                let right = try await bench.client(isBilling, as: "operator")
                let foreign = try await bench.client(isBilling, as: "portal")
                let stranger = try await bench.client(isBilling, as: "stranger")
                for method in methods {
                    let bytes = Self.undecodable
                    func expect(
                        _ client: RPCClient,
                        token: String? = nil,
                        _ code: RPCCode,
                        _ reason: String
                    ) async {
                        let error = await SecureBench.failure(client, method, bytes, token: token)
                        #expect(error?.code == code, "\(method.fullName)")
                        #expect(error?.reason == reason, "\(method.fullName)")
                    }
                    let wrong = Self.token(all: methods, but: method.scope)
                    await expect(nobody, .unauthenticated, "CREDENTIAL_MISSING")
                    await expect(nobody, token: "x", .unauthenticated, "CREDENTIAL_UNKNOWN")
                    await expect(
                        nobody,
                        token: "remit_past",
                        .unauthenticated,
                        "CREDENTIAL_EXPIRED"
                    )
                    await expect(nobody, token: wrong, .permissionDenied, "SCOPE_MISSING")
                    await expect(right, token: wrong, .permissionDenied, "SCOPE_MISSING")
                    await expect(foreign, .permissionDenied, "TENANT_NOT_SERVED")
                    await expect(stranger, .permissionDenied, "IDENTITY_UNKNOWN")
                    await expect(right, .invalidArgument, "MALFORMED_MESSAGE")
                    await expect(
                        nobody,
                        token: "remit_all",
                        .invalidArgument,
                        "MALFORMED_MESSAGE"
                    )
                }
                let health = GRPCHealthV1.HealthClient(nobody)
                let reply = try await health.check(GRPCHealthV1.HealthCheckRequest())
                #expect(reply.status == .serving)
                for client in [nobody, right, foreign, stranger] { await client.shutdown() }
            }
            let log = try bench.gateway.log + bench.billing.log
            #expect(log.contains("remit://stranger"), "a refused caller is in the log")
            #expect(!log.contains("remit_"), "a token is in no log")
        }
    }

    /// What the tables that `certs init` makes grant, by leaf; nil for everything. Who is not named
    /// is unknown there.
    private static let firstGrants: [(isBilling: Bool, name: String, scopes: Set<String>?)] = [
        (false, "operator", nil),
        (false, "portal", ["tokenize"]),
        (false, "billing", ["charge"]),
        (true, "operator", nil),
        (
            true, "portal",
            [
                "accounts.read", "history.read", "invoices.read", "payment_methods.read",
                "payment_methods.write", "payments.read", "payments.write", "users.read",
                "users.write",
            ]
        ),
    ]

    @Test("with the tables of certs init each leaf may call what its work needs, and nothing else")
    func firstDeployment() async throws {
        try await withSecureBench { bench in
            for isBilling in [false, true] {
                let methods = isBilling ? Self.billingMethods : Self.gatewayMethods
                for name in ["operator", "portal", "billing", "gateway"] {
                    let granted = Self.firstGrants.first {
                        ($0.isBilling, $0.name) == (isBilling, name)
                    }
                    let client = try await bench.client(isBilling, as: name)
                    for method in methods {
                        let error = await SecureBench.failure(client, method, Self.undecodable)
                        let expected =
                            if let granted {
                                granted.scopes?.contains(method.scope) ?? true
                                    ? "MALFORMED_MESSAGE" : "SCOPE_MISSING"
                            } else {
                                "IDENTITY_UNKNOWN"
                            }
                        #expect(error?.reason == expected, "\(name): \(method.fullName)")
                    }
                    await client.shutdown()
                }
            }
            // An operator plays a whole payment: client → billing → gateway, all by TLS.
            let account = try await bench.remit(["account", "create", "--name", "A", "-o", "json"])
            let object = try JSONSerialization.jsonObject(with: Data(account.output.utf8))
            let id = try #require((object as? [String: Any])?["account_id"] as? String)
            let paid = try await bench.remit([
                "pay", "--account", id, "--amount", "5", "--card", SandboxCard.visa, "--cvc",
                "123", "--expiry", "12/\(SandboxCard.expiryYear)",
            ])
            #expect(paid.poll() == .exited(0), "\(paid.log)")
            let doctor = try await bench.remit(["doctor"])
            #expect(doctor.poll() == .exited(0), "\(doctor.output) \(doctor.log)")
        }
    }
}
