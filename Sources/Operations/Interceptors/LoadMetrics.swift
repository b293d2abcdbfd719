package import Metrics
import NIOConcurrencyHelpers
import ServiceLifecycle
package import TTRPC

/// Shows what a server has in hand, and what it refused: looked at from time to time, so that
/// calls pay nothing for it.
package final class LoadMetrics: Service {
    private static let interval = Duration.seconds(1)

    private let statistics: @Sendable () -> ServerStatistics
    private let callsInService: Gauge
    private let streamsInService: Gauge
    private let bufferedBytes: Gauge
    private let connections: Gauge
    private let refused: [ServerLimit: Counter]
    private let last = NIOLockedValueBox(ServerStatistics())

    /// - Parameters:
    ///   - statistics: of the server.
    ///   - factory: makes the instruments; the process's own by default.
    package init(
        factory: any MetricsFactory = MetricsSystem.factory,
        statistics: @escaping @Sendable () -> ServerStatistics
    ) {
        self.statistics = statistics
        callsInService = Gauge(label: "rpc_server_calls_in_service", factory: factory)
        streamsInService = Gauge(label: "rpc_server_streams_in_service", factory: factory)
        bufferedBytes = Gauge(label: "rpc_server_buffered_bytes", factory: factory)
        connections = Gauge(label: "rpc_server_connections", factory: factory)
        refused = Dictionary(
            uniqueKeysWithValues: ServerLimit.allCases.map { limit in
                let dimensions = [("limit", limit.name)]
                let counter = Counter(
                    label: "rpc_server_refused_total",
                    dimensions: dimensions,
                    factory: factory
                )
                return (limit, counter)
            }
        )
    }

    /// Records until graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                record()
                try? await Task.sleep(for: Self.interval)
            }
        }
        record()
    }

    /// Records what there is now, and what was refused since the last time.
    package func record() {
        let now = statistics()
        callsInService.record(now.callsInService)
        streamsInService.record(now.streamsInService)
        bufferedBytes.record(now.bufferedBytes)
        connections.record(now.connections)
        let before = last.withLockedValue { last in
            defer { last = now }
            return last
        }
        for (limit, counter) in refused {
            let difference = now.refused[limit, default: 0] - before.refused[limit, default: 0]
            if difference > 0 { counter.increment(by: difference) }
        }
    }
}
