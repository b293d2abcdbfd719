import NIOCore
import TTRPC
import Testing

@Suite("Health")
struct HealthServiceTests {
    private func status(
        _ health: HealthService,
        _ service: String
    ) async throws -> GRPCHealthV1.HealthCheckResponse.ServingStatus {
        let context = ServerContext(method: GRPCHealthV1.Health.check)
        let request = GRPCHealthV1.HealthCheckRequest(service: service)
        return try await health.check(request, context: context).status
    }

    private func status(
        over client: RPCClient,
        _ service: String
    ) async throws -> GRPCHealthV1.HealthCheckResponse.ServingStatus {
        let request = GRPCHealthV1.HealthCheckRequest(service: service)
        let options = CallOptions(timeout: .seconds(waitSeconds))
        return try await GRPCHealthV1.HealthClient(client).check(request, options: options).status
    }

    @Test("the server and each of its services serve at first")
    func initial() async throws {
        let health = HealthService(services: ["a.A", "b.B"])
        for service in ["", "a.A", "b.B"] {
            #expect(try await status(health, service) == .serving)
        }
    }

    @Test("what serves no more says so, and comes back")
    func all() async throws {
        let health = HealthService(services: ["a.A"])
        health.set(serving: false)
        #expect(try await status(health, "") == .notServing)
        #expect(try await status(health, "a.A") == .notServing)
        health.set(serving: true)
        #expect(try await status(health, "") == .serving)
        #expect(try await status(health, "a.A") == .serving)
    }

    @Test("a service that does not serve takes the server as a whole with it")
    func one() async throws {
        let health = HealthService(services: ["a.A", "b.B"])
        health.set("a.A", serving: false)
        #expect(try await status(health, "a.A") == .notServing)
        #expect(try await status(health, "b.B") == .serving)
        #expect(try await status(health, "") == .notServing)
    }

    @Test("a service that is not there is NOT_FOUND, with the field at fault")
    func unknown() async throws {
        let health = HealthService(services: ["a.A"])
        let error = await #expect(throws: RPCError.self) { try await status(health, "c.C") }
        #expect(error?.code == .notFound)
        #expect(error?.reason == "UNKNOWN_SERVICE")
        #expect(error?.field == "service")
    }

    @Test("answers over a connection, through the generated client", .timeLimit(testBound))
    func connection() async throws {
        let health = HealthService(services: ["a.A"])
        try await withServer(routes: { $0.register(health) }) { server in
            try await withClient(port: server.port) { client in
                let whole = try await status(over: client, "")
                #expect(whole == .serving)
                health.set(serving: false)
                #expect(try await status(over: client, "a.A") == .notServing)
                let error = await #expect(throws: RPCError.self) {
                    try await status(over: client, "c.C")
                }
                #expect(error?.code == .notFound)
                #expect(error?.reason == "UNKNOWN_SERVICE")
                #expect(error?.origin == .peer)
            }
        }
    }
}
