import Foundation
import NIOConcurrencyHelpers
import RemitAPI
import TTRPC
import Testing

@testable import Operations

/// Every method of both services, from the tables that the schema's options make.
///
/// A method without a scope fails here, and one that is added is walked without a word.
@Suite("Access: per method and per identity")
struct AccessControlTests {
    static let methods = BillingV1.methods + GatewayV1.methods + DebugV1.methods
    private static let expiry: Int64 = 1_801_353_600_000
    private static let valid = "remit_valid"
    private static let foreign = "remit_foreign"

    /// A table that grants one scope to an identity and a token, all the others to another, and
    /// the same to those of another tenant.
    private func control(
        _ method: MethodDescriptor,
        now: @escaping @Sendable () -> Int64 = { 0 }
    ) throws -> AccessControl {
        let all = Set(Self.methods.map(\.scope))
        let others = all.subtracting([method.scope]).sorted()
        func texts(_ scopes: [String]) -> String {
            scopes.map { "\"\($0)\"" }.joined(separator: ",")
        }
        func token(_ name: String, _ text: String, _ tenant: String, _ scopes: [String]) -> String {
            """
            {"name": "\(name)", "sha256": "\(BearerToken.hexadecimalHash(text))",
             "tenant": "\(tenant)", "scopes": [\(texts(scopes))],
             "expires": "2027-01-31T00:00:00Z"}
            """
        }
        let json = """
            {"identities": [
              {"uri": "remit://right", "tenant": "ours", "scopes": [\(texts([method.scope]))]},
              {"uri": "remit://wrong", "tenant": "ours", "scopes": [\(texts(others))]},
              {"uri": "remit://foreign", "tenant": "theirs", "scopes": [\(texts(all.sorted()))]}],
             "tokens": [
              \(token("right", Self.valid, "ours", [method.scope])),
              \(token("wrong", "remit_wrong", "ours", others)),
              \(token("foreign", Self.foreign, "theirs", all.sorted()))]}
            """
        let table = try AccessTable(json: Data(json.utf8), name: "table", scopes: all)
        return AccessControl(table, tenant: "ours", now: now)
    }

    /// What a call is refused with; nil when it is granted.
    private func refusal(
        _ control: AccessControl,
        _ method: MethodDescriptor,
        identity: String? = nil,
        authorization: String? = nil
    ) -> RPCError? {
        var metadata = Metadata()
        if let authorization { metadata.append("authorization", authorization) }
        var context = ServerContext(
            method: method,
            metadata: metadata,
            identity: identity.map { PeerIdentity($0, expiry: Self.expiry) }
        )
        do throws(RPCError) {
            try control.authorize(&context)
            guard context.caller != nil else {
                return RPCError(.internal, "granted to nobody")
            }
            return nil
        } catch { return error }
    }

    @Test("every method of the schema has a scope, but for health")
    func scopes() {
        #expect(Self.methods.count >= 38)
        #expect(Set(Self.methods.map(\.fullName)).count == Self.methods.count)
        for method in Self.methods {
            #expect(!method.scope.isEmpty, "\(method.fullName) has no scope")
            #expect(!AccessControl.openServices.contains(method.service))
        }
        #expect(AccessControl.openServices == ["grpc.health.v1.Health"])
    }

    @Test(
        "no credentials, the wrong scope, another tenant and an unknown caller are each refused",
        arguments: methods.map(\.fullName)
    )
    func walk(_ name: String) throws {
        let method = try #require(Self.methods.first { $0.fullName == name })
        let control = try control(method)
        func expect(
            _ error: RPCError?,
            _ code: RPCCode,
            _ reason: String,
            _ location: SourceLocation = #_sourceLocation
        ) {
            #expect(error?.code == code, sourceLocation: location)
            #expect(error?.reason == reason, sourceLocation: location)
        }
        expect(refusal(control, method), .unauthenticated, "CREDENTIAL_MISSING")
        expect(
            refusal(control, method, identity: "remit://wrong"),
            .permissionDenied,
            "SCOPE_MISSING"
        )
        expect(
            refusal(control, method, identity: "remit://foreign"),
            .permissionDenied,
            "TENANT_NOT_SERVED"
        )
        expect(
            refusal(control, method, identity: "remit://stranger"),
            .permissionDenied,
            "IDENTITY_UNKNOWN"
        )
        expect(
            refusal(control, method, authorization: "Bearer remit_wrong"),
            .permissionDenied,
            "SCOPE_MISSING"
        )
        expect(
            refusal(control, method, authorization: "Bearer " + Self.foreign),
            .permissionDenied,
            "TENANT_NOT_SERVED"
        )
        for value in ["", "Bearer", "Bearer remit_stranger", "Basic " + Self.valid] {
            expect(
                refusal(control, method, authorization: value),
                .unauthenticated,
                "CREDENTIAL_UNKNOWN"
            )
        }
        #expect(refusal(control, method, identity: "remit://right") == nil)
        #expect(refusal(control, method, authorization: "Bearer " + Self.valid) == nil)
    }

    @Test("a token that a call brings decides alone, whoever's connection it comes by")
    func tokenFirst() throws {
        let method = GatewayV1.VaultService.tokenize
        let control = try control(method)
        let right = "remit://right"
        #expect(
            refusal(control, method, identity: right, authorization: "Bearer x")?.reason
                == "CREDENTIAL_UNKNOWN"
        )
        #expect(
            refusal(control, method, identity: "remit://wrong", authorization: "Bearer remit_valid")
                == nil
        )
    }

    @Test("a token expires by the clock of business")
    func expiry() throws {
        let clock = NIOLockedValueBox(Self.expiry - 1)
        let method = GatewayV1.VaultService.tokenize
        let control = try control(method, now: { clock.withLockedValue { $0 } })
        #expect(refusal(control, method, authorization: "Bearer remit_valid") == nil)
        clock.withLockedValue { $0 += 1 }
        let error = refusal(control, method, authorization: "Bearer remit_valid")
        #expect(error?.code == .unauthenticated)
        #expect(error?.reason == "CREDENTIAL_EXPIRED")
        #expect(refusal(control, method, identity: "remit://right") == nil)
    }

    @Test("a certificate that ends while its connection is open is granted nothing from then on")
    func certificateEnds() throws {
        let clock = NIOLockedValueBox(Self.expiry)
        let method = GatewayV1.VaultService.tokenize
        let control = try control(method, now: { clock.withLockedValue { $0 } })
        #expect(refusal(control, method, identity: "remit://right") == nil)
        clock.withLockedValue { $0 += 1 }
        for identity in ["remit://right", "remit://wrong", "remit://stranger"] {
            let error = refusal(control, method, identity: identity)
            #expect(error?.code == .unauthenticated)
            #expect(error?.reason == "CREDENTIAL_EXPIRED")
        }
    }

    @Test("health may be asked by everyone; another method without a scope by nobody")
    func open() throws {
        let control = try control(GatewayV1.VaultService.tokenize)
        var check = ServerContext(method: GRPCHealthV1.Health.check)
        try control.authorize(&check)
        #expect(check.caller == nil)
        let forgotten = MethodDescriptor(
            service: "remit.gateway.v1.VaultService",
            method: "Forgotten",
            scope: "",
            idempotent: true,
            maxRequestBytes: 0
        )
        #expect(refusal(control, forgotten)?.code == .unauthenticated)
        #expect(
            refusal(control, forgotten, identity: "remit://right")?.code == .permissionDenied
        )
    }

    @Test("a new table decides from the next call on")
    func replaced() throws {
        let method = GatewayV1.VaultService.tokenize
        let control = try control(method)
        #expect(refusal(control, method, identity: "remit://right") == nil)
        control.replace(AccessTable())
        #expect(
            refusal(control, method, identity: "remit://right")?.reason == "IDENTITY_UNKNOWN"
        )
    }

    @Test("no refusal shows the token")
    func secret() throws {
        let method = GatewayV1.VaultService.tokenize
        let control = try control(method, now: { .max })
        for text in ["remit_valid", "remit_wrong", "remit_stranger"] {
            let error = refusal(control, method, authorization: "Bearer " + text)
            #expect(error != nil)
            #expect(!"\(String(describing: error))".contains(text))
        }
    }
}
