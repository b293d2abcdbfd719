import Logging
import NIOCore
import NIOPosix
import ProtobufC

/// The part of a client that lives on its event loop: dials, and keeps what waits for the dial.
final class ClientCore {
    typealias Deadlines = DeadlineWatch<(core: ClientCore, call: AnyPendingCall)>

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
    /// Connections whose last calls are not done.
    private var leaving: [ClientConnection] = []
    /// Why the last handshake failed; nil after one that did not.
    private var lastDistrust: TLSFailure?
    /// Of the calls on their way. Each keeps its client until it is answered.
    private let deadlines: Deadlines

    init(_ eventLoop: any EventLoop, configuration: ClientConfiguration, logger: Logger) {
        self.eventLoop = eventLoop
        self.configuration = configuration
        self.logger = logger
        arena = Arena(capacity: configuration.replyArenaBytes)
        deadlines = Deadlines(
            eventLoop,
            onExpiry: { waiting in
                waiting.call.deadlineTicket = nil
                waiting.core.give(
                    up: waiting.call,
                    RPCError(.deadlineExceeded, "No answer came before the deadline.")
                )
            }
        )
    }

    /// Sends calls, now or when the dial is through.
    func send(_ batch: [RPCClient.Submission]) {
        for submission in batch where !submission.call.hasEnded { watch(submission) }
        forward(batch)
    }

    /// Sends calls whose deadlines are watched already.
    func forward(_ batch: [RPCClient.Submission]) {
        // Nobody calls: no connection is wanted.
        guard !batch.isEmpty else { return }
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
        if let streamID = call.streamID { call.connection?.forget(streamID) }
        end(call)
        call.giveUp(error)
    }

    /// A call has its answer.
    func end(_ call: AnyPendingCall) {
        call.hasEnded = true
        call.connection = nil
        if let ticket = call.deadlineTicket {
            deadlines.end(ticket)
            call.deadlineTicket = nil
        }
    }

    /// The connection is gone.
    func lost(_ connection: ClientConnection) {
        leave(connection)
        leaving.removeAll { $0 === connection }
    }

    /// The connection is closed when the calls on it are done: others take a new one.
    func leave(_ connection: ClientConnection) {
        guard case .connected(let current) = state, current === connection else { return }
        state = .idle
        leaving.append(connection)
    }

    func shutdown() -> EventLoopFuture<Void> {
        let before = state
        state = .shutDown
        for connection in leaving { _ = connection.close() }
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

    /// A question that no user asked, with a time-out of its own.
    func hello(_ call: HelloCall) -> RPCClient.Submission {
        let deadline = NIODeadline.now() + configuration.helloTimeout
        let request = HelloCall.request(configuration)
        let nanoseconds = configuration.helloTimeout.nanoseconds
        let submission = RPCClient.Submission(call: call, deadline: deadline) {
            streamID,
            buffer,
            arena throws(WireError) in
            try FrameWriter.request(
                RPCV1.ConnectionService.hello,
                request,
                timeoutNanoseconds: nanoseconds,
                metadata: Metadata(),
                streamID: streamID,
                into: &buffer,
                arena: arena
            )
        }
        watch(submission)
        return submission
    }

    private func watch(_ submission: RPCClient.Submission) {
        guard let deadline = submission.deadline else { return }
        submission.call.deadlineTicket = deadlines.begin((self, submission.call), deadline)
    }

    private func dial() {
        let bound = bound
        let water = ChannelOptions.Types.WriteBufferWaterMark(
            low: configuration.outBufferLowWaterBytes,
            high: configuration.outBufferHighWaterBytes
        )
        var bootstrap = ClientBootstrap(group: eventLoop)
        for (option, value) in configuration.socketSettings.options {
            bootstrap = bootstrap.channelOption(option, value: value)
        }
        bootstrap
            .channelOption(.writeBufferWaterMark, value: water)
            .connectTimeout(configuration.connectTimeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = ClientConnection(bound.value)
                    let configuration = bound.value.configuration
                    if let tls = configuration.tls {
                        let name = configuration.serverName ?? configuration.host
                        try TLSClientGate.install(tls, on: channel, host: name)
                    } else {
                        handler.socket = SocketOutput(channel)
                    }
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .connect(host: configuration.host, port: configuration.port)
            .flatMap { TLSClientGate.handshaken($0) }
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
            lastDistrust = nil
            state = .connected(connection)
            connection.sayHello(before: waiting)
        case .failure(let error):
            state = .idle
            let server = "\(configuration.host):\(configuration.port)"
            guard let distrust = error as? TLSFailure else {
                logger.debug(
                    "connect failed",
                    metadata: ["server": "\(server)", "error": "\(error)"]
                )
                return fail(waiting, "\(server) cannot be reached.")
            }
            // Each dial fails alike; it is told when the reason is another.
            if lastDistrust != distrust {
                logger.warning(
                    "the server is not trusted",
                    metadata: ["server": "\(server)", "reason": "\(distrust)"]
                )
            }
            lastDistrust = distrust
            fail(waiting, "\(server) is not trusted: \(distrust).")
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
