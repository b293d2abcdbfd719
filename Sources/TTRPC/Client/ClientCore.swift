import Logging
import NIOCore
import NIOPosix
import ProtobufC

/// The part of a client that lives on its event loop: dials, and keeps what waits for the dial.
final class ClientCore {
    private enum State {
        case idle
        case dialling([RPCClient.Submission])
        case connected(ClientConnection)
        case shutDown
    }

    let eventLoop: any EventLoop
    let configuration: ClientConfiguration
    let logger: Logger
    let arena: Arena
    private var state = State.idle
    /// Made anew each time: a client that kept it would keep itself for ever.
    private var bound: NIOLoopBound<ClientCore> { NIOLoopBound(self, eventLoop: eventLoop) }

    init(_ eventLoop: any EventLoop, configuration: ClientConfiguration, logger: Logger) {
        self.eventLoop = eventLoop
        self.configuration = configuration
        self.logger = logger
        arena = Arena(capacity: configuration.replyArenaBytes)
    }

    /// Sends calls, now or when the dial is through.
    func send(_ batch: [RPCClient.Submission]) {
        for submission in batch { watch(submission) }
        switch state {
        case .idle:
            state = .dialling(batch)
            dial()
        case .dialling(let waiting):
            state = .dialling(waiting + batch)
        case .connected(let connection):
            connection.send(batch)
        case .shutDown:
            fail(batch, "The client is shut down.")
        }
    }

    /// Ends one call early. What was sent stays sent: the outcome is unknown then.
    func give(up call: AnyPendingCall, _ error: RPCError) {
        guard !call.hasEnded else { return }
        var error = error
        error.origin = call.streamID == nil ? .notSent : .lost
        if let streamID = call.streamID, case .connected(let connection) = state {
            connection.forget(streamID)
        }
        end(call)
        call.fail(error)
    }

    /// A call has its answer.
    func end(_ call: AnyPendingCall) {
        call.hasEnded = true
        call.timer?.cancel()
        call.timer = nil
    }

    /// The connection is gone.
    func lost(_ connection: ClientConnection) {
        if case .connected(let current) = state, current === connection { state = .idle }
    }

    func shutdown() -> EventLoopFuture<Void> {
        let before = state
        state = .shutDown
        switch before {
        case .idle, .shutDown:
            return eventLoop.makeSucceededVoidFuture()
        case .dialling(let waiting):
            fail(waiting, "The client is shut down.")
            return eventLoop.makeSucceededVoidFuture()
        case .connected(let connection):
            return connection.close()
        }
    }

    private func watch(_ submission: RPCClient.Submission) {
        guard let deadline = submission.deadline else { return }
        let bound = bound
        let call = submission.call
        call.timer = eventLoop.scheduleTask(deadline: deadline) {
            bound.value.give(
                up: call,
                RPCError(.deadlineExceeded, "No answer came before the deadline.")
            )
        }
    }

    private func dial() {
        let bound = bound
        ClientBootstrap(group: eventLoop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .connectTimeout(configuration.connectTimeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = ClientConnection(bound.value)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .connect(host: configuration.host, port: configuration.port)
            .whenComplete { result in
                bound.value.dialled(result)
            }
    }

    private func dialled(_ result: Result<any Channel, any Error>) {
        guard case .dialling(let waiting) = state else {
            // Shut down meanwhile.
            if case .success(let channel) = result { channel.close(promise: nil) }
            return
        }
        let connection = result.flatMap { channel in
            Result { try channel.pipeline.syncOperations.handler(type: ClientConnection.self) }
        }
        switch connection {
        case .success(let connection):
            state = .connected(connection)
            connection.send(waiting)
        case .failure(let error):
            state = .idle
            let server = "\(configuration.host):\(configuration.port)"
            logger.debug("connect failed", metadata: ["server": "\(server)", "error": "\(error)"])
            fail(waiting, "\(server) cannot be reached.")
        }
    }

    /// Fails calls of which no byte was sent.
    func fail(_ batch: [RPCClient.Submission], _ message: String) {
        for submission in batch where !submission.call.hasEnded {
            end(submission.call)
            submission.call.fail(
                RPCError(.unavailable, message, reason: "UNREACHABLE", origin: .notSent)
            )
        }
    }
}
