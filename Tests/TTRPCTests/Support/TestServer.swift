import Logging
import NIOCore
import NIOPosix
import ProtobufC
import TTRPC

/// The smallest message with a text.
typealias Note = GRPCHealthV1.HealthCheckRequest

/// A service made for tests; each server registers the methods that its test needs.
enum Probe {
    static let service = "test.v1.Probe"
    static let echo = method("Echo")
    static let hold = method("Hold")
    static let fail = method("Fail")

    static func method(_ name: String, maxRequestBytes: Int = 0) -> MethodDescriptor {
        MethodDescriptor(
            service: service,
            method: name,
            scope: "",
            idempotent: true,
            maxRequestBytes: maxRequestBytes
        )
    }

    /// The encoded message with this text.
    static func payload(_ text: String) -> [UInt8] {
        HandWriter.write { $0.text(1, text) }
    }
}

extension Router {
    /// Serves a method that takes a text and gives one.
    mutating func text(
        _ method: MethodDescriptor,
        _ body: @escaping @Sendable (String, ServerContext) async throws(RPCError) -> String
    ) {
        register(method) { (note: Note, context: ServerContext) async throws(RPCError) -> Note in
            Note(service: try await body(note.service, context))
        }
    }

    /// Serves `Echo`, which answers at once with its text.
    mutating func echo() {
        text(Probe.echo) { (text, _) async throws(RPCError) in text }
    }

    /// Serves `Hold`, which answers with its text when `gate` opens.
    mutating func hold(_ gate: Gate) {
        text(Probe.hold) { (text, _) async throws(RPCError) in
            await gate.pass()
            return text
        }
    }
}

/// A server on a port of its own.
struct TestServer: Sendable {
    let server: RPCServer
    let address: SocketAddress

    static let group = MultiThreadedEventLoopGroup.singleton
    static let logger = Logger(label: "ttrpc-tests") { _ in SwiftLogNoOpLogHandler() }

    var port: Int { address.port ?? 0 }

    func peer() async throws -> RawPeer {
        try await RawPeer.connect(to: address)
    }

    /// That the server still answers on a connection of its own.
    func answersOthers() async throws -> Bool {
        let peer = try await peer()
        let reply = try await peer.call(RawRequest(Probe.echo, payload: Probe.payload("still")), 1)
        await peer.close()
        return reply.payload == Probe.payload("still")
    }
}

/// Runs a server while `body` runs.
///
/// - Parameters:
///   - configure: changes the limits.
///   - interceptors: look at every call.
///   - authorizer: says whom a call is granted to.
///   - routes: what is served; `Echo` alone when left out.
func withServer(
    _ configure: (inout ServerConfiguration) -> Void = { _ in },
    port: Int = 0,
    interceptors: [any ServerInterceptor] = [],
    authorizer: (any ServerAuthorizer)? = nil,
    routes: (inout Router) -> Void = { $0.echo() },
    onDrain: @escaping @Sendable () -> Void = {},
    _ body: (TestServer) async throws -> Void
) async throws {
    var configuration = ServerConfiguration(host: "127.0.0.1", port: port)
    configuration.frameTimeout = connectBound
    configuration.stallTimeout = .seconds(waitSeconds)
    configuration.pingTimeout = connectBound
    configuration.sweepInterval = .milliseconds(20)
    configuration.drainTimeout = .milliseconds(200)
    configure(&configuration)
    var router = Router()
    routes(&router)
    let server = RPCServer(
        configuration: configuration,
        router: router,
        interceptors: interceptors,
        authorizer: authorizer,
        eventLoopGroup: TestServer.group,
        logger: TestServer.logger,
        onDrain: onDrain
    )
    let address = try await server.start()
    do {
        try await body(TestServer(server: server, address: address))
    } catch {
        await server.shutdown()
        throw error
    }
    await server.shutdown()
}

/// Runs a client of a port of this machine while `body` runs.
///
/// - Parameter hello: whether the client asks the server what it can do beyond ttRPC; a script that
///   plays the server has to answer that then.
func withClient(
    port: Int,
    hello: Bool = false,
    _ configure: (inout ClientConfiguration) -> Void = { _ in },
    _ body: (RPCClient) async throws -> Void
) async throws {
    var configuration = ClientConfiguration(host: "127.0.0.1", port: port)
    configuration.connectTimeout = connectBound
    configuration.pingTimeout = connectBound
    configuration.saysHello = hello
    configure(&configuration)
    let client = await RPCClient(
        configuration: configuration,
        eventLoopGroup: TestServer.group,
        logger: TestServer.logger
    )
    do {
        try await body(client)
    } catch {
        await client.shutdown()
        throw error
    }
    await client.shutdown()
}

extension RPCClient {
    /// Calls a method that takes a text and gives one.
    ///
    /// - Parameter timeout: bounds the test; nil for none.
    /// - Throws: `RPCError`.
    func text(
        _ method: MethodDescriptor,
        _ text: String,
        timeout: TimeAmount? = .seconds(waitSeconds),
        metadata: Metadata = Metadata()
    ) async throws -> String {
        let options = CallOptions(timeout: timeout, metadata: metadata)
        let reply: Note = try await call(method, Note(service: text), options: options)
        return reply.service
    }

    /// What a call that must fail fails with; nil when it did not.
    func failure(
        _ method: MethodDescriptor,
        _ text: String = "",
        timeout: TimeAmount? = .seconds(waitSeconds)
    ) async -> RPCError? {
        do {
            _ = try await self.text(method, text, timeout: timeout)
            return nil
        } catch {
            return error as? RPCError
        }
    }
}
