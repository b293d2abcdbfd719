import NIOConcurrencyHelpers
import TTRPC
import Testing

@Suite("Streams whose grant is taken back", .timeLimit(testBound))
struct RevokedStreamTests {
    /// Grants everything until it is told not to.
    private final class Switch: ServerAuthorizer {
        let isOn = NIOLockedValueBox(true)

        func authorize(_ context: inout ServerContext) throws(RPCError) {
            guard isOn.withLockedValue({ $0 }) else {
                throw RPCError(.permissionDenied, "Not any more.", reason: "SCOPE_MISSING")
            }
        }
    }

    @Test("they end, their handlers are told, and calls in service are finished")
    func revoked() async throws {
        let (grants, gate, cancelled) = (Switch(), Gate(), Counter())
        try await withServer(
            authorizer: grants,
            routes: { router in
                router.hold(gate)
                router.serverStream { (_, writer, _) async throws(RPCError) in
                    try await writer.write(Note(service: "a"))
                    while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
                    cancelled.add()
                }
            }
        ) { server in
            try await withClient(port: server.port) { client in
                let replies = try await client.spell("", timeout: nil)
                #expect(try await replies.next()?.service == "a")
                async let held = client.text(Probe.hold, "b")
                try await eventually("the call") { gate.entered == 1 }
                grants.isOn.withLockedValue { $0 = false }
                #expect(await replies.failure()?.reason == "SCOPE_MISSING")
                try await eventually("its handler is told") { cancelled.value == 1 }
                gate.open()
                #expect(try await held == "b")
            }
        }
    }
}
