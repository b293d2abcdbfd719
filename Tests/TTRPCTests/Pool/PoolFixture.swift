import NIOConcurrencyHelpers
import NIOCore
import TTRPC

/// Counts the calls that reached a handler, by their text.
final class Executions: Sendable {
    private let counts = NIOLockedValueBox<[String: Int]>([:])

    func note(_ text: String) {
        counts.withLockedValue { $0[text, default: 0] += 1 }
    }

    func count(_ text: String) -> Int { counts.withLockedValue { $0[text] ?? 0 } }

    var total: Int { counts.withLockedValue { $0.values.reduce(0, +) } }

    /// The texts that were executed more than once.
    var repeated: [String] {
        counts.withLockedValue { $0.filter { $0.value > 1 }.keys.sorted() }
    }
}

extension Probe {
    /// Has an effect each time.
    static let charge = MethodDescriptor(
        service: service,
        method: "Charge",
        scope: "",
        idempotent: false,
        maxRequestBytes: 0
    )
}

extension Router {
    /// Serves `Charge` and `Echo`, and counts both.
    mutating func counted(_ executions: Executions) {
        for method in [Probe.charge, Probe.echo] {
            text(method) { (text, _) async throws(RPCError) in
                executions.note(text)
                return text
            }
        }
    }
}

/// A server that a test starts and stops by hand.
///
/// - Parameters:
///   - host: an address of this machine.
///   - port: 0 lets the system choose.
///   - drainTimeout: how long a shutdown waits for calls.
func startServer(
    host: String = "127.0.0.1",
    port: Int = 0,
    drainTimeout: TimeAmount = connectBound,
    routes: (inout Router) -> Void
) async throws -> TestServer {
    var configuration = ServerConfiguration(host: host, port: port)
    configuration.drainTimeout = drainTimeout
    var router = Router()
    routes(&router)
    let server = RPCServer(
        configuration: configuration,
        router: router,
        eventLoopGroup: TestServer.group,
        logger: TestServer.logger
    )
    return TestServer(server: server, address: try await server.start())
}

/// A port where nobody listens.
func unusedPort() async throws -> Int {
    let listener = try await RawListener.listen()
    await listener.close()
    return listener.port
}

/// Runs a pool over ports of this machine while `body` runs, and checks that it lost count of
/// nothing.
func withPool(
    _ ports: [Int],
    resolver: NameResolver = .system,
    host: String = "127.0.0.1",
    _ configure: (inout PoolConfiguration) -> Void = { _ in },
    _ body: (RPCClientPool) async throws -> Void
) async throws {
    var configuration = PoolConfiguration(
        endpoints: ports.map { PoolEndpoint(host: host, port: $0) }
    )
    configuration.reconnectBase = .milliseconds(5)
    configuration.reconnectCap = .milliseconds(50)
    configuration.retryBase = .milliseconds(2)
    configuration.retryCap = .milliseconds(10)
    configuration.connectPatience = connectBound
    configure(&configuration)
    let pool = RPCClientPool(
        configuration: configuration,
        eventLoopGroup: TestServer.group,
        resolver: resolver,
        logger: TestServer.logger
    )
    do {
        try await body(pool)
    } catch {
        await pool.shutdown()
        throw error
    }
    try await eventually("every call is given back") { pool.statistics.inFlight == 0 }
    await pool.shutdown()
}

extension RPCCaller {
    /// Calls a method that takes a text and gives one.
    ///
    /// - Throws: `RPCError`.
    func say(
        _ method: MethodDescriptor,
        _ text: String,
        options: CallOptions = CallOptions(timeout: .seconds(waitSeconds))
    ) async throws(RPCError) -> String {
        let reply: Note = try await call(method, Note(service: text), options: options)
        return reply.service
    }

    /// What a call that must fail fails with; nil when it did not.
    func refusal(
        _ method: MethodDescriptor,
        _ text: String = "",
        options: CallOptions = CallOptions(timeout: .seconds(waitSeconds))
    ) async -> RPCError? {
        do throws(RPCError) {
            _ = try await say(method, text, options: options)
            return nil
        } catch {
            return error
        }
    }
}
