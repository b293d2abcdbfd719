import NIOCore
import ProtobufC

// What is sent: gathered in one buffer, written once for each burst.
extension ServerConnection {
    /// Adds a response with a reply.
    ///
    /// - Returns: the error that was sent in its place.
    func write(_ reply: some WireMessage, _ streamID: UInt32) -> RPCError? {
        let start = out.writerIndex
        do throws(WireError) {
            try FrameWriter.response(reply, streamID: streamID, into: &out, arena: arena)
            guard out.writerIndex - start > loop.configuration.maxReplyBytes else { return nil }
        } catch {
            guard error.isTooLarge else {
                out.moveWriterIndex(to: start)
                let failure = RPCError(.internal, "The reply could not be encoded.")
                write(failure, streamID)
                return failure
            }
        }
        out.moveWriterIndex(to: start)
        write(replyTooLarge, streamID)
        return replyTooLarge
    }

    func write(_ error: RPCError, _ streamID: UInt32) {
        do throws(WireError) {
            try loop.failures.write(error, streamID: streamID, into: &out, arena: arena)
        } catch {
            // A text with a NUL inside: the code still counts, and other calls are not touched.
            let plain = RPCError(error.isTooLarge ? .resourceExhausted : .internal, "")
            try? FrameWriter.failure(plain, streamID: streamID, into: &out, arena: arena)
        }
        markUnflushed()
    }

    func markUnflushed() {
        guard !isWaitingForFlush else { return }
        isWaitingForFlush = true
        loop.needsFlush(self)
        executor.drainAfterBurst()
    }

    /// Writes what was answered since the last flush.
    func flush() {
        isWaitingForFlush = false
        guard let context, !isClosing else { return }
        lastActivity = loop.time
        if streams.isDraining, streams.active == 0, !isPaused {
            // Closed when the peer has the last of it: closing drops what is not written yet.
            isClosing = true
            let written = context.eventLoop.makePromise(of: Void.self)
            let bound = bound
            written.futureResult.whenComplete { _ in bound.value.close("drained") }
            handOver { context.writeAndFlush(wrapOutboundOut($0), promise: written) }
        } else if out.readableBytes > 0, !sendAtOnce() {
            handOver { context.writeAndFlush(wrapOutboundOut($0), promise: nil) }
            if !isWritable { countUnsent(context.channel) }
        }
        if isPaused || !stalled.isEmpty || !parked.isEmpty {
            let bound = bound
            loop.eventLoop.execute {
                let connection = bound.value
                connection.pumpStalled()
                if connection.hasRoom { connection.admission.unpark(connection) }
                connection.resume()
            }
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        // A peer that does not read its replies may not send more requests.
        isWritable = context.channel.isWritable
        setReading()
        writabilityChanged(isWritable, context.channel)
        if isWritable {
            // What waited for the peer was not late.
            if partialSince != nil { partialSince = .now() }
            pumpStalled()
            admission.unpark(self)
            resume()
        }
        context.fireChannelWritabilityChanged()
    }
}
