import CProtobufC
import CRemitMessages
import Logging
import NIOCore
import ProtobufC

/// One accepted connection: frames in, calls started, one write for each burst of replies.
final class ServerConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let loop: ServerLoop
    /// Made anew each time: a connection that kept it would keep itself for ever.
    var bound: NIOLoopBound<ServerConnection> { NIOLoopBound(self, eventLoop: loop.eventLoop) }
    private var streams: StreamTable
    private var reader: FrameReader
    private var context: ChannelHandlerContext?
    private var peer = ""
    /// A frame that has not arrived as a whole.
    private var partial: ByteBuffer?
    private var partialSince: NIODeadline?
    private var lastActivity = NIODeadline.now()
    private var out = ByteBuffer()
    private var isWaitingForFlush = false
    /// Whether the peer takes what it is sent, as far as the channel tells.
    private var isWritable = true
    /// Frames are here that wait for room for their replies.
    private var isPaused = false
    private var isClosing = false
    /// The calls that outlived the burst that started them.
    private var calls: [UInt32: ServerCall] = [:]

    init(_ loop: ServerLoop) {
        self.loop = loop
        streams = StreamTable(maxStreams: loop.configuration.maxStreamsPerConnection)
        reader = FrameReader(maxFrameBytes: loop.configuration.maxRequestFrameBytes)
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        if let address = context.remoteAddress {
            peer = "\(address.ipAddress ?? "?"):\(address.port ?? 0)"
        }
        loop.opened(self)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        loop.closed(self)
        // Nobody waits: the handlers stop where it is safe for them.
        for call in calls.values where call.finish() {
            streams.finish()
            call.cancelHandler()
            ended(call, RPCError(.cancelled, "The connection was closed.", origin: .lost))
        }
        calls.removeAll()
        // A connection that is closed while it is read does not say that the read is complete.
        loop.executor.drainSoon()
        context.fireChannelInactive()
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if var before = partial {
            partial = nil
            before.writeBuffer(&bytes)
            bytes = before
        }
        lastActivity = .now()
        consume(bytes)
    }

    /// Serves the frames that have arrived, as long as their replies have room.
    private func consume(_ arrived: ByteBuffer) {
        var bytes = arrived
        var isViolation = false
        var hasProgress = false
        isPaused = false
        loop.executor.burst {
            let used = bytes.withUnsafeReadableBytes { raw in
                var position = 0
                while true {
                    guard hasRoom else {
                        isPaused = true
                        return position
                    }
                    switch reader.next(raw, &position) {
                    case .frame(let header, let range):
                        hasProgress = true
                        received(header, UnsafeRawBufferPointer(rebasing: raw[range]))
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
        guard !isViolation else { return close("not a ttRPC frame") }
        if bytes.readableBytes > 0 {
            bytes.discardReadBytes()
            partial = bytes
        }
        if isPaused || (partial == nil && !reader.isSkipping) {
            partialSince = nil
        } else if hasProgress || partialSince == nil {
            partialSince = .now()
        }
    }

    /// Whether replies may be added to what the peer has not taken yet.
    private var hasRoom: Bool {
        isWritable && out.readableBytes <= loop.configuration.outBufferHighWaterBytes
    }

    /// Goes on with frames that were left for want of room.
    private func resume() {
        guard isPaused, hasRoom, context != nil else { return }
        let bytes = partial ?? ByteBuffer()
        partial = nil
        consume(bytes)
        loop.executor.drain()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        loop.executor.drain()
    }

    private func received(_ header: FrameHeader, _ data: UnsafeRawBufferPointer) {
        // Other kinds, and data for streams that are not there, are dropped as the protocol says.
        guard header.kind == FrameHeader.Kind.request else { return }
        if case .refuse(let error) = streams.open(header.streamID, flags: header.flags) {
            write(error, header.streamID)
            return
        }
        defer { loop.arena.reset() }
        let bytes = data.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let request = ttrpc__request__unpack(loop.arena.allocator, data.count, bytes) else {
            let error = RPCError(loop.arena.unpackFailure("ttrpc.Request"))
            return refuse(error, header.streamID)
        }
        serve(header.streamID, request)
    }

    private func serve(_ streamID: UInt32, _ request: UnsafePointer<Ttrpc__Request>) {
        let service = loop.arena.textBytes(request.pointee.service)
        let method = loop.arena.textBytes(request.pointee.method)
        guard let route = loop.router.route(service, method) else {
            return refuse(unknownMethod(service, method), streamID)
        }
        let now = NIODeadline.now()
        let metadata: Metadata
        do throws(WireError) {
            metadata = try self.metadata(of: request)
        } catch {
            return refuse(RPCError(error), streamID)
        }
        let timeout = request.pointee.timeout_nano
        let call = ServerCall(
            streamID: streamID,
            context: ServerContext(
                method: route.method,
                metadata: metadata,
                deadline: timeout == 0 ? nil : now + .nanoseconds(max(0, timeout)),
                peer: peer
            ),
            startTime: now
        )
        let payload = request.pointee.payload
        if let error = refusal(call, payloadBytes: payload.len, timeout: timeout) {
            return finish(call, error)
        }
        route.start(self, call, UnsafeRawBufferPointer(start: payload.data, count: payload.len))
        if !call.isFinished {
            calls[streamID] = call
            if let deadline = call.context.deadline { watch(call, deadline) }
        }
    }

    /// Why a call is not started; nil when it may be.
    private func refusal(_ call: ServerCall, payloadBytes: Int, timeout: Int64) -> RPCError? {
        guard timeout >= 0 else {
            return RPCError(.deadlineExceeded, "The deadline had passed when the call arrived.")
        }
        let limit = call.context.method.maxRequestBytes
        if limit > 0, payloadBytes > limit {
            return tooLarge(limit)
        }
        do throws(RPCError) {
            for interceptor in loop.interceptors { try interceptor.begin(call.context) }
        } catch {
            return error
        }
        return nil
    }

    private func watch(_ call: ServerCall, _ deadline: NIODeadline) {
        let bound = bound
        let boundCall = NIOLoopBound(call, eventLoop: loop.eventLoop)
        call.watched(
            by: loop.eventLoop.scheduleTask(deadline: deadline) {
                let call = boundCall.value
                guard !call.isFinished else { return }
                bound.value.finish(
                    call,
                    RPCError(.deadlineExceeded, "The deadline passed before the call was done.")
                )
                call.cancelHandler()
                bound.value.loop.executor.drain()
            }
        )
    }

    private func oversized(_ header: FrameHeader) {
        guard header.kind == FrameHeader.Kind.request else { return }
        switch streams.open(header.streamID, flags: header.flags) {
        case .refuse(let error): write(error, header.streamID)
        case .accept: refuse(tooLarge(reader.maxFrameBytes), header.streamID)
        }
    }

    // MARK: Answering

    /// Answers with a reply, unless the call was answered already.
    func finish(_ call: ServerCall, reply: some WireMessage) {
        guard call.finish() else { return }
        let start = out.writerIndex
        do throws(WireError) {
            try FrameWriter.response(
                reply,
                streamID: call.streamID,
                into: &out,
                arena: loop.arena
            )
        } catch {
            out.moveWriterIndex(to: start)
            if error.isTooLarge { return finished(call, replyTooLarge) }
            return finished(call, RPCError(.internal, "The reply could not be encoded."))
        }
        guard out.writerIndex - start <= loop.configuration.maxReplyBytes else {
            out.moveWriterIndex(to: start)
            return finished(call, replyTooLarge)
        }
        settled(call, nil)
    }

    /// Answers with an error, unless the call was answered already.
    func finish(_ call: ServerCall, _ error: RPCError) {
        guard call.finish() else { return }
        finished(call, error)
    }

    private func finished(_ call: ServerCall, _ error: RPCError) {
        write(error, call.streamID)
        settled(call, error)
    }

    private func settled(_ call: ServerCall, _ error: RPCError?) {
        calls[call.streamID] = nil
        streams.finish()
        ended(call, error)
        markUnflushed()
    }

    private func ended(_ call: ServerCall, _ error: RPCError?) {
        guard !loop.interceptors.isEmpty else { return }
        let duration = (NIODeadline.now() - call.startTime).nanoseconds
        for interceptor in loop.interceptors {
            interceptor.end(call.context, error: error, durationNanoseconds: duration)
        }
    }

    /// Answers an accepted stream that never became a call.
    private func refuse(_ error: RPCError, _ streamID: UInt32) {
        streams.finish()
        write(error, streamID)
    }

    private func write(_ error: RPCError, _ streamID: UInt32) {
        do throws(WireError) {
            try FrameWriter.failure(error, streamID: streamID, into: &out, arena: loop.arena)
        } catch {
            // A text with a NUL inside: the code still counts, and other calls are not touched.
            let plain = RPCError(error.isTooLarge ? .resourceExhausted : .internal, "")
            try? FrameWriter.failure(plain, streamID: streamID, into: &out, arena: loop.arena)
        }
        markUnflushed()
    }

    private func markUnflushed() {
        guard !isWaitingForFlush else { return }
        isWaitingForFlush = true
        loop.needsFlush(self)
    }

    /// Writes what was answered since the last flush.
    func flush() {
        isWaitingForFlush = false
        guard let context, !isClosing else { return }
        lastActivity = .now()
        if streams.isDraining, streams.active == 0, !isPaused {
            // Closed when the peer has the last of it: closing drops what is not written yet.
            isClosing = true
            let written = context.eventLoop.makePromise(of: Void.self)
            let bound = bound
            written.futureResult.whenComplete { _ in bound.value.close("drained") }
            context.writeAndFlush(wrapOutboundOut(out), promise: written)
            out.clear()
        } else if out.readableBytes > 0 {
            context.writeAndFlush(wrapOutboundOut(out), promise: nil)
            out.clear()
        }
        if isPaused {
            let bound = bound
            loop.eventLoop.execute { bound.value.resume() }
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        // A peer that does not read its replies may not send more requests.
        isWritable = context.channel.isWritable
        try? context.channel.syncOptions?.setOption(.autoRead, value: isWritable)
        if isWritable {
            // What waited for the peer was not late.
            if partialSince != nil { partialSince = .now() }
            resume()
        }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Ending

    /// Refuses new calls; closes when the last is answered.
    func drain() {
        streams.drain()
        if streams.active == 0 {
            flush()
        }
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

    /// Closes a connection that is silent, or stuck inside a frame.
    func closeIfStale(_ now: NIODeadline) {
        let configuration = loop.configuration
        if let partialSince, isWritable, now - partialSince > configuration.frameTimeout {
            close("a frame took longer than \(configuration.frameTimeout)")
        } else if streams.active == 0, now - lastActivity > configuration.idleTimeout {
            close("idle")
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            // Half-closed by the peer: what runs is finished and sent, then we close.
            drain()
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close("\(error)")
    }
}
