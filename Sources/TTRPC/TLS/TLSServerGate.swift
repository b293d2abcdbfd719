import Logging
import NIOCore
import NIOSSL
import NIOTLS

/// Stands between TLS and a server's connection until the handshake is over: what comes after it
/// sees an open connection only when the peer has been let in, and knows who it is.
final class TLSServerGate: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private enum State {
        case handshaking
        /// A resumed session: its certificate is checked again, and what comes waits.
        case verifying([NIOAny])
        case open
        case refused
    }

    private let connection: ServerConnection
    private let tls: NIOSSLServerHandler
    private let check: PeerCheck
    private let timeout: TimeAmount
    private let logger: Logger
    private let lines: LineBudget
    private var state = State.handshaking
    private var timer: Scheduled<Void>?
    private var peer = ""

    private init(
        _ connection: ServerConnection,
        _ tls: NIOSSLServerHandler,
        _ check: PeerCheck,
        timeout: TimeAmount,
        logger: Logger,
        lines: LineBudget
    ) {
        self.connection = connection
        self.tls = tls
        self.check = check
        self.timeout = timeout
        self.logger = logger
        self.lines = lines
    }

    /// Adds TLS and a gate to a new channel, before its connection is added.
    ///
    /// - Parameter lines: of the handshakes that failed, all connections together.
    static func install(
        _ settings: TLSServerSettings,
        on channel: any Channel,
        before connection: ServerConnection,
        logger: Logger,
        lines: LineBudget
    ) throws {
        let credentials = settings.source.credentials
        let check = PeerCheck(
            PeerVerifier(credentials: credentials, expectation: .client),
            on: connection.loop.executor
        )
        let tls = NIOSSLServerHandler(
            context: credentials.context,
            customVerificationCallback: check.callback
        )
        let gate = TLSServerGate(
            connection,
            tls,
            check,
            timeout: settings.handshakeTimeout,
            logger: logger,
            lines: lines
        )
        try channel.pipeline.syncOperations.addHandlers([tls, gate])
    }

    func channelActive(context: ChannelHandlerContext) {
        // Told onwards when the peer is let in.
        peer = context.remoteAddress.map { "\($0.ipAddress ?? "?"):\($0.port ?? 0)" } ?? ""
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: timeout) {
            let (gate, context) = bound.value
            gate.refuse(context, "the handshake took too long")
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event {
            handshakeCompleted(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func handshakeCompleted(_ context: ChannelHandlerContext) {
        guard case .handshaking = state else { return }
        switch check.outcome {
        case .verified(let identity): letIn(context, identity)
        case .refused(let failure): refuse(context, failure.reason)
        case .notAsked:
            guard let leaf = tls.peerCertificate else { return letIn(context, nil) }
            verifyResumed(context, leaf)
        }
    }

    /// The TLS library doesn't ask about a session that it resumes. Its certificate may have
    /// expired since.
    private func verifyResumed(_ context: ChannelHandlerContext, _ leaf: NIOSSLCertificate) {
        state = .verifying([])
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        check.check([leaf]) { _ in
            let (gate, context) = bound.value
            gate.verified(context)
        }
    }

    private func verified(_ context: ChannelHandlerContext) {
        guard case .verifying(let waiting) = state else { return }
        guard case .verified(let identity) = check.outcome else {
            if case .refused(let failure) = check.outcome { refuse(context, failure.reason) }
            return
        }
        // Before what waits: its replies may stop the reading again.
        try? context.channel.syncOptions?.setOption(.autoRead, value: true)
        letIn(context, identity)
        for data in waiting { context.fireChannelRead(data) }
        context.fireChannelReadComplete()
    }

    private func letIn(_ context: ChannelHandlerContext, _ identity: PeerIdentity?) {
        state = .open
        timer?.cancel()
        timer = nil
        connection.identified(as: identity)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .open: context.fireChannelRead(data)
        case .verifying(let waiting): state = .verifying(waiting + [data])
        case .handshaking, .refused: break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if case .open = state { context.fireChannelReadComplete() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch state {
        case .open: context.fireErrorCaught(error)
        case .refused: break
        case .handshaking, .verifying:
            var reason = TLSReason.text(error)
            if case .refused(let failure) = check.outcome { reason = failure.reason }
            refuse(context, reason)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        switch state {
        case .open: context.fireChannelInactive()
        case .handshaking, .verifying:
            log("the peer closed during the handshake")
            state = .refused
        case .refused: break
        }
    }

    private func refuse(_ context: ChannelHandlerContext, _ reason: String) {
        switch state {
        case .handshaking, .verifying: break
        case .open, .refused: return
        }
        state = .refused
        log(reason)
        context.close(promise: nil)
    }

    private func log(_ reason: String) {
        guard let unwritten = lines.take() else { return }
        var metadata: Logger.Metadata = ["peer": "\(peer)", "reason": "\(reason)"]
        if unwritten > 0 { metadata["refusals_not_logged"] = "\(unwritten)" }
        logger.info("connection refused", metadata: metadata)
    }
}
