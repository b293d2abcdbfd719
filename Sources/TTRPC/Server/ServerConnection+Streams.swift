import NIOCore
import ProtobufC

// Calls whose requests, replies or both are streams.
extension ServerConnection: StreamHost {
    var maxSentFrameBytes: Int { loop.configuration.maxReplyBytes }

    func stall(_ port: StreamPort) {
        guard !stalled.contains(where: { $0 === port }) else { return }
        stalled.append(port)
    }

    /// Sends on where there was no room.
    func pumpStalled() {
        guard !stalled.isEmpty, hasRoom else { return }
        let ports = stalled
        stalled.removeAll(keepingCapacity: true)
        for port in ports { port.pump() }
    }

    /// Ties a call to its end of the stream.
    func adopt(_ port: StreamPort, _ call: ServerCall) {
        call.port = port
        port.attach(self, call.streamID, sendLimit: peerHello.windowBytes)
        port.owner = StreamPort.Owner(
            allSent: { [weak self] error in self?.complete(call, error) },
            broke: { [weak self] error in self?.expire(call, error) }
        )
    }

    /// Takes what a request says about the messages to come.
    ///
    /// - Returns: whether the call goes on.
    ///
    /// - Source: ttrpc for Go opens with 0x02 and takes a payload that is not empty for the first
    ///   message; ttrpc-rust opens with 0x06 and no payload.
    func begin(
        _ port: StreamPort,
        _ call: ServerCall,
        _ payload: UnsafeRawBufferPointer,
        _ flags: UInt8
    ) -> Bool {
        if !payload.isEmpty, flags & FrameHeader.Flag.noData == 0,
            let error = port.accept(payload)
        {
            finish(call, error)
            return false
        }
        if port.machine.state != .open { port.endInbound() }
        return true
    }

    /// Ends the streams whose callers are not granted them any more: the table has changed, or a
    /// token or a certificate has expired. Other calls are over soon.
    ///
    /// - Returns: how many streams were looked at.
    func endRevokedStreams() -> Int {
        guard let authorizer = loop.authorizer, !calls.isEmpty else { return 0 }
        let streams = calls.values.filter { $0.port != nil }
        for call in streams {
            var context = call.context
            do throws(RPCError) {
                try authorizer.authorize(&context)
            } catch {
                expire(call, error)
            }
        }
        return streams.count
    }

    /// A data frame arrived. Those of streams that are not there are dropped: they may have been
    /// on their way when the stream ended.
    func receivedData(_ header: FrameHeader, _ data: UnsafeRawBufferPointer) {
        guard let call = calls[header.streamID], let port = call.port else { return }
        switch port.received(flags: header.flags, data) {
        case .goesOn, .ended: break
        case .failed(let error): expire(call, error)
        }
    }

    /// A handler of a stream of requests has its reply.
    func handlerEnded(_ call: ServerCall, reply: some WireMessage) {
        freePlace(of: call)
        guard call.finish() else { return }
        let error = write(reply, call.streamID)
        call.port?.close(error, dropping: true)
        answered(call, error)
    }

    /// A handler of a stream of replies has returned or thrown, or one of requests has thrown.
    func handlerEnded(_ call: ServerCall, _ error: RPCError?) {
        freePlace(of: call)
        guard !call.isFinished, let port = call.port else { return }
        if let failure = port.finishOutbound(error) { complete(call, error ?? failure) }
    }

    /// All that a handler wrote is sent: the end follows.
    private func complete(_ call: ServerCall, _ error: RPCError?) {
        guard call.finish(), let port = call.port else { return }
        if let error {
            write(error, call.streamID)
        } else if port.machine.finish() {
            FrameWriter.end(streamID: call.streamID, into: &out)
        }
        port.close(error, dropping: true)
        answered(call, error)
    }

    /// The peer sends nothing more at all: streams that wait for its messages cannot end well.
    func failOpenStreams() {
        let error = RPCError(.cancelled, "The peer closed the connection.", origin: .lost)
        for call in calls.values where call.port?.machine.state == .open {
            call.port?.failInbound(error)
        }
    }
}
