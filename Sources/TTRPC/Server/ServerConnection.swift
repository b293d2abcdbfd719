import CProtobufC
import CRemitMessages
import Logging
import NIOCore
import ProtobufC

/// One accepted connection: frames in, calls started, one write for each burst of replies.
final class ServerConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long a connection that is not used keeps the memory of its replies.
    private static let memoryTime = TimeAmount.seconds(1)
    /// How long before its client's certificate expires a connection is drained: whoever has a new
    /// one by then dials again with it, and no call is refused.
    private static let identityReserve = TimeAmount.seconds(5)

    let loop: ServerLoop
    // The loop's own, each used several times a call: by way of the loop, the compiler counts a
    // reference up and down each time.
    let arena: Arena
    let admission: Admission
    let executor: LoopExecutor
    let interceptors: InterceptorChain?
    /// Made anew each time: a connection that kept it would keep itself for ever.
    var bound: NIOLoopBound<ServerConnection> { NIOLoopBound(self, eventLoop: loop.eventLoop) }
    var streams: StreamTable
    var reader: FrameReader
    private(set) var context: ChannelHandlerContext?
    /// Where the loop has it; nil before it is active and when it is closed.
    var loopIndex: Int?
    /// Nil when the pipeline encrypts what is sent.
    var socket: SocketOutput?
    private(set) var peer = ""
    private(set) var identity: PeerIdentity?
    /// When it is drained for the sake of its client's certificate.
    private var identityEnd = NIODeadline.distantFuture
    /// A frame that has not arrived as a whole.
    var partial: ByteBuffer?
    /// Since when one is on its way.
    var partialSince: NIODeadline? {
        didSet {
            guard (oldValue == nil) != (partialSince == nil) else { return }
            loop.unfinishedFrames += partialSince == nil ? -1 : 1
        }
    }
    /// Whether a frame has come to its end, or been skipped.
    private var hasSentFrame = false
    /// Since the channel last said that it has read all.
    private var readBytes = 0
    var lastActivity: NIODeadline
    /// When the last bytes were read: deadlines are counted from it.
    private(set) var lastRead: NIODeadline
    var out = ByteBuffer()
    var isWaitingForFlush = false
    /// Whether the peer takes what it is sent, as far as the channel tells.
    var isWritable = true
    /// Whether the channel reads.
    private(set) var isReading = true
    /// Whether a call was refused in this turn, and whether the connection is not read therefore:
    /// `RefusalPause`'s.
    var wasRefused = false
    private(set) var isResting = false
    /// Whether the connection is not read because its frame comes in crumbs: `TricklePause`'s.
    private(set) var isTrickling = false
    /// Whether the channel, when it next says that it has read all, may have found the end of the
    /// input: it looks for that after nothing, or a whole buffer, was read.
    private var mayHaveEnded = true
    /// Whether anything has arrived since the last look at the pings.
    var hasHeard = false
    /// Asks the client whether it is there; nil when it did not say that it answers.
    var pings: PingStateMachine?
    /// What the client has said about itself.
    var peerHello = PeerHello.plain
    /// Frames are here that wait for room for their replies, or for a stream to be read.
    private(set) var isPaused = false
    /// What is kept for this connection, as far as it has been counted.
    var kept = KeptBytes()
    /// Bytes of requests that wait for their turn.
    var waitingBytes = 0
    /// Calls whose turn came while there was no room for their replies.
    var parked: [Admission.WaitingCall] = []
    /// The peer sends nothing more at all.
    private var isInputClosed = false
    var isClosing = false
    /// The peer sent a frame that cannot be.
    var isBroken = false
    /// The calls that outlived the burst that started them.
    var calls: [UInt32: ServerCall] = [:]
    /// Ends of streams that have more to send than there was room for.
    var stalled: [StreamPort] = []
    var gate: ReadGate
    /// What the last request called: the next one is likely to call it too.
    var lastRoute: Router.Route?
    /// The limit of connections that it is past: its calls are refused.
    let overLimit: ServerLimit?
    /// Ends a connection that is past a limit.
    var refusingTimer: Scheduled<Void>?

    /// - Parameter overLimit: a limit of connections that this one is past.
    init(_ loop: ServerLoop, overLimit: ServerLimit? = nil) {
        self.loop = loop
        arena = loop.arena
        admission = loop.admission
        executor = loop.executor
        interceptors = loop.interceptors
        self.overLimit = overLimit
        lastActivity = .now()
        lastRead = lastActivity
        streams = StreamTable(maxStreams: loop.configuration.maxStreamsPerConnection)
        reader = FrameReader(maxFrameBytes: loop.configuration.maxRequestFrameBytes)
        gate = ReadGate(maxHeldBytes: loop.configuration.maxHeldStreamBytes)
    }

    /// Who the other end is. Before the connection is active.
    func identified(as identity: PeerIdentity?) {
        self.identity = identity
        guard let identity else { return }
        identityEnd = .now() + identity.remaining - Self.identityReserve
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        if let address = context.remoteAddress {
            peer = "\(address.ipAddress ?? "?"):\(address.port ?? 0)"
        }
        loop.opened(self)
        if overLimit != nil { endRefusing() }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        socket = nil
        partialSince = nil
        isTrickling = false
        refusingTimer?.cancel()
        loop.closed(self)
        keptNothing()
        // Nobody waits: the handlers stop where it is safe for them.
        for call in calls.values where call.finish() {
            let error = RPCError(.cancelled, "The connection was closed.", origin: .lost)
            streams.answered()
            call.port?.close(error, dropping: true)
            call.cancelHandler()
            ended(call, error)
        }
        calls.removeAll()
        admission.unpark(self)
        // A connection that is closed while it is read does not say that the read is complete.
        executor.drainSoon()
        context.fireChannelInactive()
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        readBytes += bytes.readableBytes
        mayHaveEnded = bytes.writableBytes == 0
        if var before = partial {
            partial = nil
            before.writeBuffer(&bytes)
            bytes = before
        }
        lastRead = loop.lookAtClock()
        lastActivity = lastRead
        admission.readBegan(lastRead)
        hasHeard = true
        consume(bytes)
    }

    /// Serves the frames that have arrived, as long as their replies have room.
    private func consume(_ arrived: ByteBuffer) {
        var bytes = arrived
        var isViolation = false
        var hasProgress = false
        isPaused = false
        executor.burst {
            let used = bytes.withUnsafeReadableBytes { raw in
                var position = 0
                while true {
                    guard hasRoom, gate.isOpen else {
                        isPaused = true
                        return position
                    }
                    switch reader.next(raw, &position) {
                    case .frame(let header, let range):
                        hasProgress = true
                        received(header, UnsafeRawBufferPointer(rebasing: raw[range]))
                        if isBroken { return position }
                    case .oversized(let header):
                        hasProgress = true
                        oversized(header)
                    case .needMore:
                        return position
                    case .violation:
                        isViolation = true
                        return position
                    }
                }
            }
            bytes.moveReaderIndex(forwardBy: used)
        }
        guard !isViolation, !isBroken else { return close("not a frame as it must be") }
        if bytes.readableBytes > 0 {
            bytes.discardReadBytes()
            partial = bytes
        }
        countPartial()
        countHeld()
        setReading()
        if isInputClosed, !isPaused { endInput() }
        guard context != nil else { return }
        if hasProgress { hasSentFrame = true }
        if isPaused || (partial == nil && !reader.isSkipping) {
            partialSince = nil
        } else if hasProgress || partialSince == nil {
            let begin = NIODeadline.now()
            partialSince = begin
            if !hasSentFrame { loop.tricklePause.firstFrameBegan(of: self, begin) }
        }
    }

    /// Whether replies may be added to what the peer has not taken yet.
    var hasRoom: Bool {
        isWritable && out.readableBytes <= loop.configuration.outBufferHighWaterBytes
    }

    /// Goes on with frames that were left for want of room.
    func resume() {
        guard isPaused, hasRoom, gate.isOpen, context != nil else { return }
        let bytes = partial ?? ByteBuffer()
        partial = nil
        loop.lookAtClock()
        consume(bytes)
        executor.drain()
    }

    /// Lets the channel read as long as there is room for what comes.
    func setReading() {
        let shouldRead = isWritable && gate.isOpen && !isResting && !isTrickling
        guard shouldRead != isReading else { return }
        isReading = shouldRead
        try? context?.channel.syncOptions?.setOption(.autoRead, value: shouldRead)
    }

    /// Has the channel read nothing for a while, or again.
    func rest(_ isResting: Bool) {
        self.isResting = isResting
        setReading()
    }

    /// Has the channel read nothing of a frame that comes in crumbs, or again.
    func trickle(_ isTrickling: Bool) {
        self.isTrickling = isTrickling
        setReading()
    }

    func readOn() {
        countHeld()
        guard gate.isOpen else { return }
        setReading()
        guard isPaused else { return }
        // Not at once: this may be called by a handler inside the burst of a read.
        let bound = bound
        loop.eventLoop.execute { bound.value.resume() }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if let partialSince {
            loop.tricklePause.read(readBytes, of: self, age: lastRead - partialSince)
        }
        readBytes = 0
        if partial != nil, !isPaused, !isTrickling { context.channel.acknowledgeAtOnce() }
        // What is sent now may close the channel, which goes on with the end of its input as if it
        // were open.
        guard !mayHaveEnded else { return executor.drainSoon() }
        mayHaveEnded = true
        loop.drainAfterRead(self)
    }

    private func received(_ header: FrameHeader, _ data: UnsafeRawBufferPointer) {
        guard header.kind == FrameHeader.Kind.request else {
            switch header.kind {
            case FrameHeader.Kind.data: receivedData(header, data)
            case FrameHeader.Kind.response: break
            default: receivedExtension(header, data)
            }
            return
        }
        if case .refuse(let error) = streams.open(header.streamID) {
            if error.code == .resourceExhausted {
                admission.load.refused(.streamsPerConnection)
            }
            write(error, header.streamID)
            return
        }
        defer { arena.reset() }
        let bytes = data.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let request = ttrpc__request__unpack(arena.allocator, data.count, bytes) else {
            let error = RPCError(arena.unpackFailure("ttrpc.Request"))
            return refuse(error, header.streamID)
        }
        serve(header, request)
    }

    private func oversized(_ header: FrameHeader) {
        if header.kind == FrameHeader.Kind.data {
            if let call = calls[header.streamID], call.port != nil {
                expire(call, tooLarge(reader.maxFrameBytes))
            }
            return
        }
        guard header.kind == FrameHeader.Kind.request else { return }
        switch streams.open(header.streamID) {
        case .refuse(let error): write(error, header.streamID)
        case .accept: refuse(tooLarge(reader.maxFrameBytes), header.streamID)
        }
    }

    // MARK: Ending

    /// Refuses new calls; closes when the last is answered.
    func drain() {
        // To be closed with something unread drops what was sent last.
        if isTrickling { trickle(false) }
        if !streams.isDraining { announceDrain() }
        streams.drain()
        if streams.active == 0 {
            // It may be the first thing in a long time that the loop does.
            loop.lookAtClock()
            flush()
        }
    }

    /// All that a half-closed peer has sent is served: what runs is finished and sent, then we
    /// close.
    private func endInput() {
        failOpenStreams()
        drain()
    }

    /// Closes at once.
    func close(_ reason: String) {
        guard let context else { return }
        loop.logger.debug(
            "connection closed",
            metadata: ["peer": "\(peer)", "reason": "\(reason)"]
        )
        context.close(promise: nil)
    }

    /// Closes a connection that is silent, or stuck inside a frame; of one that is not used, keeps
    /// no memory of what it sent.
    ///
    /// - Returns: whether it took the time of a system call or more.
    @discardableResult
    func closeIfStale(_ now: NIODeadline) -> Bool {
        let configuration = loop.configuration
        if out.readableBytes == 0, now - lastActivity > Self.memoryTime { out = ByteBuffer() }
        if let partialSince, isWritable, now - partialSince > configuration.frameTimeout {
            // What has come while it was not read may be the end of it.
            guard !isTrickling else {
                loop.tricklePause.timeIsUp(for: self)
                return true
            }
            close("a frame took longer than \(configuration.frameTimeout)")
        } else if let stalledSince = kept.stalledSince,
            now - stalledSince > configuration.stallTimeout
        {
            close("its replies were not read for \(configuration.stallTimeout)")
        } else if streams.active == 0, now - lastActivity > configuration.idleTimeout {
            // Announced: a client that calls this very moment knows that nothing was begun. The
            // second time the peer has not even taken that.
            if streams.isDraining { close("idle") } else { drain() }
        } else if now > identityEnd, !streams.isDraining {
            drain()
        } else if !isAlive(now) {
            close("no answer to a ping within \(configuration.pingTimeout)")
        } else {
            return false
        }
        return true
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            // Frames that wait for room arrived before it: they are served first.
            isInputClosed = true
            if !isPaused { endInput() }
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close("\(error)")
    }
}
