import NIOConcurrencyHelpers

/// `grpc.health.v1.Health`: tells supervisors and load balancers whether to send work.
///
/// - Source: gRPC, "GRPC Health Checking Protocol".
package final class HealthService: GRPCHealthV1.HealthHandler {
    /// The name that stands for the server as a whole.
    private static let server = ""
    private let services: NIOLockedValueBox<[String: Bool]>

    /// - Parameter services: the full names of the services; the server as a whole is "". All
    ///   serve at first.
    package init(services: [String]) {
        var initial = [Self.server: true]
        for service in services { initial[service] = true }
        self.services = NIOLockedValueBox(initial)
    }

    /// Sets what every service answers from now on.
    package func set(serving: Bool) {
        services.withLockedValue { $0 = $0.mapValues { _ in serving } }
    }

    /// Sets what one service answers. The server as a whole serves while all its services do.
    package func set(_ service: String, serving: Bool) {
        services.withLockedValue { services in
            services[service] = serving
            services[Self.server] = services.allSatisfy { $0.key == Self.server || $0.value }
        }
    }

    package func check(
        _ request: GRPCHealthV1.HealthCheckRequest,
        context: ServerContext
    ) async throws(RPCError) -> GRPCHealthV1.HealthCheckResponse {
        guard let serving = services.withLockedValue({ $0[request.service] }) else {
            throw RPCError(
                .notFound,
                "There is no service of this name here.",
                reason: "UNKNOWN_SERVICE",
                field: "service"
            )
        }
        return GRPCHealthV1.HealthCheckResponse(status: serving ? .serving : .notServing)
    }
}
