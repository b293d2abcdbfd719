import NIOCore
import NIOSSL
import NIOTLS

/// Tells a client when the handshake of a connection is over, and why it failed: only then are
/// calls written, so that a server which is not the right one gets none of them.
final class TLSClientGate: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let check: PeerCheck
    private let handshake: EventLoopPromise<Void>
    private let timeout: TimeAmount
    private var timer: Scheduled<Void>?
    private var isOver = false

    private init(_ check: PeerCheck, _ handshake: EventLoopPromise<Void>, timeout: TimeAmount) {
        self.check = check
        self.handshake = handshake
        self.timeout = timeout
    }

    /// Adds TLS and a gate to a new channel, before its connection is added.
    static func install(
        _ settings: TLSClientSettings,
        on channel: any Channel,
        host: String
    ) throws {
        let credentials = settings.source.credentials
        let expectation = settings.identity.map { PeerExpectation.identity($0) } ?? .host(host)
        let check = PeerCheck(
            PeerVerifier(credentials: credentials, expectation: expectation),
            on: LoopExecutor(channel.eventLoop)
        )
        let tls = try NIOSSLClientHandler(
            context: credentials.context,
            serverHostname: (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil,
            customVerificationCallback: check.callback
        )
        let gate = TLSClientGate(
            check,
            channel.eventLoop.makePromise(of: Void.self),
            timeout: settings.handshakeTimeout
        )
        try channel.pipeline.syncOperations.addHandlers([tls, gate])
    }

    /// A connected channel, when its handshake is over; at once when it has none. On the loop.
    ///
    /// Fails with `TLSFailure`.
    static func handshaken(_ channel: any Channel) -> EventLoopFuture<any Channel> {
        guard let gate = try? channel.pipeline.syncOperations.handler(type: TLSClientGate.self)
        else { return channel.eventLoop.makeSucceededFuture(channel) }
        return gate.handshake.futureResult.map { channel }
    }

    func channelActive(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: timeout) {
            let (gate, context) = bound.value
            gate.failed("the handshake took too long")
            context.close(promise: nil)
        }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event {
            switch check.outcome {
            case .verified: succeeded()
            // Sessions are not resumed by this client, so a server was always asked about.
            case .notAsked: refuse(context, "the server has shown no certificate")
            case .refused(let failure): refuse(context, failure.reason)
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        var reason = TLSReason.text(error)
        if case .refused(let failure) = check.outcome { reason = failure.reason }
        failed(reason)
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        failed("the server closed during the handshake")
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        failed("the connection was closed during the handshake")
    }

    private func refuse(_ context: ChannelHandlerContext, _ reason: String) {
        failed(reason)
        context.close(promise: nil)
    }

    private func succeeded() {
        guard !isOver else { return }
        isOver = true
        timer?.cancel()
        timer = nil
        handshake.succeed()
    }

    private func failed(_ reason: String) {
        guard !isOver else { return }
        isOver = true
        timer?.cancel()
        timer = nil
        handshake.fail(TLSFailure(reason: reason))
    }
}
