import CProtobufC
import CRemitMessages
import NIOCore
import ProtobufC

/// One connection to a server: requests out in one write a batch, replies matched by stream id.
final class ClientConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let core: ClientCore
    private(set) var context: ChannelHandlerContext?
    /// Nil when the pipeline encrypts what is sent.
    var socket: SocketOutput?
    private var reader: FrameReader
    var partial: ByteBuffer?
    var waiting: [UInt32: AnyPendingCall] = [:]
    /// Requests that are not sent while the server does not read.
    private var held: [RPCClient.Submission] = []
    /// When so many are held, those that have ended are let go of: their messages are memory.
    private var maxHeld = ClientConnection.fewHeld
    private static let fewHeld = 64
    private var nextStreamID: UInt32
    /// No id is left for another call: it ends with the last of those that wait.
    private var isUsedUp = false
    var out = ByteBuffer()
    var isWaitingForFlush = false
    /// Whether the server takes what it is sent, as far as the channel tells.
    var isWritable = true
    /// Whether the channel reads.
    var isReading = true
    /// Ends of streams that have more to send than there was room for.
    var stalled: [StreamPort] = []
    var gate: ReadGate
    /// What the server has said about itself; nil while that is not known.
    var peerHello: PeerHello?
    /// A hello whose time is over, but whose answer may still come.
    private var overdueHello: HelloCall?
    /// Calls that were given up before it was known whether the server takes word of it.
    var unsaidCancels: [UInt32] = []
    /// Whether anything has arrived since the last look at the pings.
    var hasHeard = false
    var pings: PingStateMachine?
    var pingTimer: RepeatedTask?
    /// The server sent a frame that cannot be.
    var isBroken = false
    /// What the calls in flight fail with when the connection ends.
    private var loss = RPCError(
        .unavailable,
        "The connection was lost before the answer came.",
        reason: "CONNECTION_LOST",
        origin: .lost
    )

    init(_ core: ClientCore) {
        self.core = core
        nextStreamID = core.configuration.firstStreamID
        reader = FrameReader(maxFrameBytes: core.configuration.maxReplyBytes)
        gate = ReadGate(maxHeldBytes: core.configuration.maxHeldStreamBytes)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    /// Asks the server what it can do, in one write with the first calls.
    func sayHello(before batch: [RPCClient.Submission]) {
        guard core.configuration.saysHello else {
            peerHello = .plain
            return send(batch)
        }
        let call = HelloCall { said in self.agree(said) }
        send([core.hello(call)] + batch)
    }

    /// Also comes for a dial that failed, which was never active.
    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        socket = nil
    }

    /// Writes requests. Those that cannot be written fail, each with why; those that the server does
    /// not take yet are held.
    func send(_ batch: [RPCClient.Submission]) {
        guard context != nil else { return core.fail(batch, "The connection is closed.") }
        guard isWritable else { return hold(batch) }
        for (index, submission) in batch.enumerated() where !submission.call.hasEnded {
            if !hasRoom { flush() }
            guard isWritable else { return hold(Array(batch[index...])) }
            guard nextStreamID < UInt32.max - 2 else {
                useUp(before: Array(batch[index...]))
                break
            }
            do throws(WireError) {
                try encode(submission)
            } catch {
                core.end(submission.call)
                var refusal = RPCError(error)
                refusal.origin = .notSent
                submission.call.fail(refusal)
                continue
            }
            submission.call.streamID = nextStreamID
            submission.call.connection = self
            waiting[nextStreamID] = submission.call
            nextStreamID += 2
            submission.call.opened(on: self)
        }
        flush()
    }

    /// Keeps requests until the server reads. One that ends meanwhile is never sent, and is let go of
    /// before as many are held again as there were at the last look.
    private func hold(_ batch: [RPCClient.Submission]) {
        held += batch
        guard held.count > maxHeld else { return }
        held.removeAll { $0.call.hasEnded }
        maxHeld = max(Self.fewHeld, 2 * held.count)
    }

    /// Gives away what was held and never sent.
    func takeHeld() -> [RPCClient.Submission] {
        defer { held = [] }
        return held
    }

    /// The stream ids are used up: calls go to another connection, and this one finishes what it
    /// has.
    private func useUp(before rest: [RPCClient.Submission]) {
        isUsedUp = true
        core.leave(self)
        core.forward(rest)
        closeIfDone()
    }

    /// Closes a connection that takes no calls when none waits on it.
    private func closeIfDone() {
        guard isUsedUp, waiting.isEmpty else { return }
        // Not at once: this may be called inside the burst of a read, or before a flush.
        let bound = NIOLoopBound(self, eventLoop: core.eventLoop)
        core.eventLoop.execute { _ = bound.value.close() }
    }

    /// Appends a request to what is written next.
    ///
    /// - Throws: `WireError`; nothing is appended then.
    private func encode(_ submission: RPCClient.Submission) throws(WireError) {
        let start = out.writerIndex
        try submission.encode(nextStreamID, &out, core.arena)
        let length = out.writerIndex - start - FrameHeader.byteCount
        guard length <= core.configuration.maxRequestBytes else {
            out.moveWriterIndex(to: start)
            throw .tooLarge(message: "request")
        }
    }

    /// A call ended early; its reply, if one comes, is dropped.
    func forget(_ streamID: UInt32) {
        guard let call = waiting.removeValue(forKey: streamID) else { return }
        if let hello = call as? HelloCall {
            overdueHello = hello
        } else {
            tellCancelled(streamID)
        }
        closeIfDone()
    }

    func close() -> EventLoopFuture<Void> {
        guard let context else { return core.eventLoop.makeSucceededVoidFuture() }
        return context.close()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if partial != nil, isReading { context.channel.acknowledgeAtOnce() }
        context.fireChannelReadComplete()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasHeard = true
        var bytes = unwrapInboundIn(data)
        if var before = partial {
            partial = nil
            before.writeBuffer(&bytes)
            bytes = before
        }
        consume(bytes)
    }

    /// Takes the frames that have arrived, as long as what they bring is read.
    func consume(_ arrived: ByteBuffer) {
        var bytes = arrived
        var isViolation = false
        let used = bytes.withUnsafeReadableBytes { raw in
            var position = 0
            while gate.isOpen {
                switch reader.next(raw, &position) {
                case .frame(let header, let range):
                    received(header, UnsafeRawBufferPointer(rebasing: raw[range]))
                    if isBroken { return position }
                case .oversized(let header):
                    oversized(header)
                case .needMore:
                    return position
                case .violation:
                    isViolation = true
                    return position
                }
            }
            return position
        }
        bytes.moveReaderIndex(forwardBy: used)
        guard !isViolation, !isBroken else {
            context?.close(promise: nil)
            return
        }
        if bytes.readableBytes > 0 {
            bytes.discardReadBytes()
            partial = bytes
        }
        setReading()
    }

    private func oversized(_ header: FrameHeader) {
        if header.kind == FrameHeader.Kind.data, waiting[header.streamID] != nil {
            tellCancelled(header.streamID)
        }
        answer(header.streamID) {
            $0.fail(
                RPCError(
                    .resourceExhausted,
                    "The reply is longer than this client reads.",
                    reason: "MESSAGE_TOO_LARGE",
                    origin: .lost
                )
            )
        }
    }

    /// Lets the channel read as long as what it brings is read.
    func setReading() {
        guard gate.isOpen != isReading else { return }
        isReading = gate.isOpen
        try? context?.channel.syncOptions?.setOption(.autoRead, value: isReading)
    }

    private func received(_ header: FrameHeader, _ data: UnsafeRawBufferPointer) {
        guard header.kind == FrameHeader.Kind.response else {
            if header.kind == FrameHeader.Kind.data {
                receivedData(header, data)
            } else {
                receivedExtension(header, data)
            }
            return
        }
        answer(header.streamID) { call in
            defer { core.arena.reset() }
            let bytes = data.baseAddress?.assumingMemoryBound(to: UInt8.self)
            guard
                let response = ttrpc__response__unpack(core.arena.allocator, data.count, bytes)
            else {
                return call.fail(
                    RPCError(.internal, "The reply's envelope cannot be read.", origin: .lost)
                )
            }
            if let status = response.pointee.status, status.pointee.code != 0 {
                call.fail(Self.error(status, core.arena))
                return
            }
            let payload = response.pointee.payload
            call.complete(
                UnsafeRawBufferPointer(start: payload.data, count: payload.len),
                arena: core.arena
            )
        }
    }

    private static func error(
        _ status: UnsafePointer<Google__Rpc__Status>,
        _ arena: Arena
    ) -> RPCError {
        do throws(WireError) {
            return RPCError(try GoogleRPC.Status(status, arena))
        } catch {
            return RPCError(
                RPCCode(rawValue: status.pointee.code) ?? .unknown,
                "The peer's status cannot be read: \(error)"
            )
        }
    }

    func receivedData(_ header: FrameHeader, _ data: UnsafeRawBufferPointer) {
        guard let call = waiting[header.streamID] else { return }
        defer { core.arena.reset() }
        guard call.received(flags: header.flags, data) else { return }
        waiting[header.streamID] = nil
        core.end(call)
        closeIfDone()
    }

    private func answer(_ streamID: UInt32, _ body: (AnyPendingCall) -> Void) {
        guard let call = waiting.removeValue(forKey: streamID) ?? takeOverdueHello(streamID)
        else { return }
        core.end(call)
        body(call)
        closeIfDone()
    }

    private func takeOverdueHello(_ streamID: UInt32) -> AnyPendingCall? {
        guard let hello = overdueHello, hello.streamID == streamID else { return nil }
        overdueHello = nil
        return hello
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        socket = nil
        overdueHello = nil
        pingTimer?.cancel()
        core.lost(self)
        let calls = waiting.values
        waiting = [:]
        for call in calls {
            core.end(call)
            call.fail(loss)
        }
        core.fail(takeHeld(), "The connection is closed.")
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        if isWritable, !held.isEmpty { send(takeHeld()) }
        pumpStalled()
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let refusal = TLSReason.refusal(error) { loss = refusal }
        context.close(promise: nil)
    }
}
