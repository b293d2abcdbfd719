package import Logging
import NIOConcurrencyHelpers
package import NIOCore
import NIOPosix
import ServiceLifecycle

/// Serves a router's methods over TCP until it is told to stop.
///
/// Shutdown: whoever streams is told by `onDrain`, the port is closed, requests that still arrive
/// are refused with UNAVAILABLE, calls in service are finished within `drainTimeout`, then every
/// connection is closed.
package final class RPCServer: Service {
    private struct State {
        var listener: (any Channel)?
        var loops: [NIOLoopBound<ServerLoop>] = []
        var isShutDown = false
    }

    private let configuration: ServerConfiguration
    private let router: Router
    private let interceptors: [any ServerInterceptor]
    private let authorizer: (any ServerAuthorizer)?
    private let group: any EventLoopGroup
    private let logger: Logger
    private let onDrain: @Sendable () -> Void
    private let load = ServerLoad()
    /// Lines of failed handshakes.
    private let handshakeLines = LineBudget()
    private let state = NIOLockedValueBox(State())

    /// - Parameters:
    ///   - configuration: where to listen, and the limits.
    ///   - router: what is served.
    ///   - interceptors: see each call.
    ///   - authorizer: says whom a call is granted to; nil lets everyone call everything.
    ///   - eventLoopGroup: its loops serve the connections.
    ///   - logger: for what goes wrong.
    ///   - onDrain: called once when a shutdown begins, before any connection is told: streams that
    ///     would last as long as their callers like end here. It must not block.
    package init(
        configuration: ServerConfiguration,
        router: Router,
        interceptors: [any ServerInterceptor] = [],
        authorizer: (any ServerAuthorizer)? = nil,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        onDrain: @escaping @Sendable () -> Void = {}
    ) {
        self.configuration = configuration
        var router = router
        router.addHello()
        self.router = router
        self.interceptors = CallStage.ordered(interceptors) { $0.stage }
        self.authorizer = authorizer
        self.group = eventLoopGroup
        self.logger = logger
        self.onDrain = onDrain
    }

    /// Where the server listens; nil before `start` and after shutdown.
    package var boundAddress: SocketAddress? {
        state.withLockedValue { $0.listener?.localAddress }
    }

    /// What the server has in hand, and what it has refused so far.
    package var statistics: ServerStatistics { load.statistics }

    /// Binds the port and begins to serve.
    ///
    /// - Returns: the address, with the port that the system chose.
    /// - Throws: what binding threw: the address is in use, or not ours.
    @discardableResult
    package func start() async throws -> SocketAddress {
        var byLoop: [ObjectIdentifier: NIOLoopBound<ServerLoop>] = [:]
        for eventLoop in group.makeIterator() {
            let (configuration, router, interceptors, authorizer, load, logger) =
                (configuration, router, interceptors, authorizer, load, logger)
            byLoop[ObjectIdentifier(eventLoop)] = try await eventLoop.submit {
                let loop = ServerLoop(
                    eventLoop,
                    configuration: configuration,
                    router: router,
                    interceptors: interceptors,
                    authorizer: authorizer,
                    load: load,
                    logger: logger
                )
                return NIOLoopBound(loop, eventLoop: eventLoop)
            }.get()
        }
        let loops = byLoop
        let water = ChannelOptions.Types.WriteBufferWaterMark(
            low: configuration.outBufferLowWaterBytes,
            high: configuration.outBufferHighWaterBytes
        )
        let listener: any Channel
        do {
            listener = try await bind(loops, water)
        } catch {
            for loop in loops.values { try? await onLoop(loop) { $0.stop() } }
            throw error
        }
        state.withLockedValue {
            $0.listener = listener
            $0.loops = Array(loops.values)
        }
        guard let address = listener.localAddress else {
            throw RPCError(.internal, "The listener has no address.")
        }
        return address
    }

    private func bind(
        _ loops: [ObjectIdentifier: NIOLoopBound<ServerLoop>],
        _ water: ChannelOptions.Types.WriteBufferWaterMark
    ) async throws -> any Channel {
        var bootstrap = ServerBootstrap(group: group)
        // Connections have them from their listener: seven system calls fewer for each.
        for (option, value) in configuration.socketSettings.options {
            bootstrap = bootstrap.serverChannelOption(option, value: value)
        }
        return
            try await bootstrap
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // A crowd that connects comes in one by one, between the calls of those who are there.
            .serverChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.writeBufferWaterMark, value: water)
            .childChannelInitializer { [self] channel in
                accept(channel, loops)
            }
            .bind(host: configuration.host, port: configuration.port)
            .get()
    }

    private func accept(
        _ channel: any Channel,
        _ loops: [ObjectIdentifier: NIOLoopBound<ServerLoop>]
    ) -> EventLoopFuture<Void> {
        let peer = channel.remoteAddress?.ipAddress ?? ""
        let limit = load.connectionOpened(peer, configuration)
        if let limit {
            refused(limit, peer)
            guard load.refusingConnectionOpened(configuration) else { return channel.close() }
            channel.closeFuture.whenComplete { [load] _ in load.refusingConnectionClosed() }
        } else {
            channel.closeFuture.whenComplete { [load] _ in load.connectionClosed(peer) }
        }
        guard let loop = loops[ObjectIdentifier(channel.eventLoop)] else {
            preconditionFailure("a connection on a loop of another group")
        }
        return channel.eventLoop.makeCompletedFuture {
            let connection = ServerConnection(loop.value, overLimit: limit)
            if let tls = configuration.tls {
                try TLSServerGate.install(
                    tls,
                    on: channel,
                    before: connection,
                    logger: logger,
                    lines: handshakeLines
                )
            } else {
                connection.socket = SocketOutput(channel)
            }
            try channel.pipeline.syncOperations.addHandler(connection)
        }
    }

    private func refused(_ limit: ServerLimit, _ peer: String) {
        let count = load.refused(limit)
        // Every power of two: a flood of connections must not become one of lines.
        guard count.nonzeroBitCount == 1 else { return }
        logger.warning(
            "connections refused: too many are open",
            metadata: ["limit": "\(limit.name)", "peer": "\(peer)", "refused": "\(count)"]
        )
    }

    /// Serves until graceful shutdown; starts first if need be.
    package func run() async throws {
        if boundAddress == nil { try await start() }
        try? await gracefulShutdown()
        await shutdown()
    }

    /// Stops accepting, finishes what runs within the drain time-out, closes everything.
    package func shutdown() async {
        let (listener, loops, isFirst) = state.withLockedValue { state in
            let isFirst = !state.isShutDown
            let found = (state.listener, isFirst ? state.loops : [], isFirst)
            state.listener = nil
            state.isShutDown = true
            return found
        }
        if isFirst { onDrain() }
        try? await listener?.close().get()
        for loop in loops { try? await onLoop(loop) { $0.drain() } }
        let deadline = NIODeadline.now() + configuration.drainTimeout
        while await openConnections(loops) > 0, NIODeadline.now() < deadline {
            try? await Task.sleep(for: .milliseconds(5))
        }
        for loop in loops { try? await onLoop(loop) { $0.closeAll() } }
        for loop in loops { try? await onLoop(loop) { $0.stop() } }
    }

    private func openConnections(_ loops: [NIOLoopBound<ServerLoop>]) async -> Int {
        var count = 0
        for loop in loops { count += (try? await onLoop(loop) { $0.connectionCount }) ?? 0 }
        return count
    }

    private func onLoop<Result: Sendable>(
        _ loop: NIOLoopBound<ServerLoop>,
        _ body: @escaping @Sendable (ServerLoop) -> Result
    ) async throws -> Result {
        try await loop.eventLoop.submit { body(loop.value) }.get()
    }
}
