import CProtobufC
import CRemitMessages
import NIOCore
import ProtobufC

/// One connection to a server: requests out in one write a batch, replies matched by stream id.
final class ClientConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let core: ClientCore
    private var context: ChannelHandlerContext?
    private var reader: FrameReader
    private var partial: ByteBuffer?
    private var waiting: [UInt32: AnyPendingCall] = [:]
    private var nextStreamID: UInt32 = 1
    private var out = ByteBuffer()

    init(_ core: ClientCore) {
        self.core = core
        reader = FrameReader(maxFrameBytes: core.configuration.maxReplyBytes)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    /// Also comes for a dial that failed, which was never active.
    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    /// Writes requests. Those that cannot be written fail, each with why.
    func send(_ batch: [RPCClient.Submission]) {
        guard let context else { return core.fail(batch, "The connection is closed.") }
        for submission in batch where !submission.call.hasEnded {
            guard nextStreamID < UInt32.max - 2 else {
                core.fail([submission], "The connection has used all its stream ids.")
                context.close(promise: nil)
                continue
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
            waiting[nextStreamID] = submission.call
            nextStreamID += 2
        }
        guard out.readableBytes > 0 else { return }
        context.writeAndFlush(wrapOutboundOut(out), promise: nil)
        out.clear()
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
        waiting[streamID] = nil
    }

    func close() -> EventLoopFuture<Void> {
        guard let context else { return core.eventLoop.makeSucceededVoidFuture() }
        return context.close()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if var before = partial {
            partial = nil
            before.writeBuffer(&bytes)
            bytes = before
        }
        var isViolation = false
        let used = bytes.withUnsafeReadableBytes { raw in
            var position = 0
            while true {
                switch reader.next(raw, &position) {
                case .frame(let header, let range):
                    received(header, UnsafeRawBufferPointer(rebasing: raw[range]))
                case .oversized(let header):
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
                case .needMore:
                    return position
                case .violation:
                    isViolation = true
                    return position
                }
            }
        }
        bytes.moveReaderIndex(forwardBy: used)
        guard !isViolation else { return context.close(promise: nil) }
        if bytes.readableBytes > 0 {
            bytes.discardReadBytes()
            partial = bytes
        }
    }

    private func received(_ header: FrameHeader, _ data: UnsafeRawBufferPointer) {
        guard header.kind == FrameHeader.Kind.response else { return }
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

    private func answer(_ streamID: UInt32, _ body: (AnyPendingCall) -> Void) {
        guard let call = waiting.removeValue(forKey: streamID) else { return }
        core.end(call)
        body(call)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        core.lost(self)
        let calls = waiting.values
        waiting = [:]
        for call in calls {
            core.end(call)
            call.fail(
                RPCError(
                    .unavailable,
                    "The connection was lost before the answer came.",
                    reason: "CONNECTION_LOST",
                    origin: .lost
                )
            )
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
