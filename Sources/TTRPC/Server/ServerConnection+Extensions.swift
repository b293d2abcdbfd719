import CProtobufC
import CRemitMessages
import NIOCore
import ProtobufC

// What ttRPC does not have: only with a client that has said in `Hello` that it understands it.
extension ServerConnection {
    /// The client says what it can do, and is told what we can.
    func hello(_ streamID: UInt32, _ request: UnsafePointer<Ttrpc__Request>) {
        defer { streams.finish() }
        guard streams.isFirst(streamID) else {
            let error = RPCError(
                .failedPrecondition,
                "Hello is the first call of a connection, or is not made.",
                reason: "HELLO_LATE"
            )
            return write(error, streamID)
        }
        let payload = request.pointee.payload
        let bytes = UnsafeRawBufferPointer(start: payload.data, count: payload.len)
        let hello: RPCV1.HelloRequest
        do throws(WireError) {
            hello = try RPCV1.HelloRequest.decode(bytes, in: arena)
        } catch {
            return write(RPCError(error), streamID)
        }
        guard
            let said = PeerHello(hello.features, streamWindowBytes: hello.streamWindowBytes)
        else {
            let error = RPCError(
                .invalidArgument,
                "A window has \(StreamLimits.initialWindowBytes) bytes or more.",
                reason: "BAD_WINDOW",
                field: "stream_window_bytes"
            )
            return write(error, streamID)
        }
        agree(said)
        let reply = RPCV1.HelloReply(
            features: ConnectionFeatures.ofServer.wire,
            streamWindowBytes: UInt32(clamping: loop.configuration.streamWindowBytes)
        )
        _ = write(reply, streamID)
        markUnflushed()
    }

    private func agree(_ said: PeerHello) {
        peerHello = said
        gate.peerKeepsWindows = said.features.contains(.window)
        guard said.features.contains(.ping) else { return }
        pings = PingStateMachine(
            interval: loop.configuration.pingInterval.nanoseconds,
            timeout: loop.configuration.pingTimeout.nanoseconds,
            now: Int64(clamping: NIODeadline.now().uptimeNanoseconds)
        )
    }

    /// A frame of a kind that ttRPC does not have arrived. A client that did not say `Hello` means
    /// something else by it: it is dropped.
    func receivedExtension(_ header: FrameHeader, _ data: UnsafeRawBufferPointer) {
        guard peerHello != .plain else { return }
        switch ExtensionFrame.read(header, data) {
        case .frame(.ping(let number)): write(.pong(number))
        case .frame(.cancel(let streamID)): cancel(streamID)
        case .frame(.window(let streamID, let total)):
            guard let port = calls[streamID]?.port else { return }
            port.sendWindow.grant(total)
            port.pump()
        case .frame(.pong), .frame(.drain), .unknown: break
        case .malformed: isBroken = true
        }
    }

    /// The client waits no longer. It is not answered; the handler stops where it is safe for it.
    private func cancel(_ streamID: UInt32) {
        guard let call = calls[streamID] else { return }
        expire(call, RPCError(.cancelled, "The caller gave up."), isAnswered: false)
    }

    func write(_ frame: ExtensionFrame) {
        frame.write(into: &out)
        markUnflushed()
    }

    func grant(_ streamID: UInt32, _ total: UInt64) {
        guard peerHello.features.contains(.window) else { return }
        write(.window(streamID: streamID, total: total))
    }

    /// Says that no more calls are accepted, to a client that understands it.
    func announceDrain() {
        guard peerHello.features.contains(.drain) else { return }
        write(.drain(lastStreamID: streams.lastStreamID))
    }

    /// Asks a silent client whether it is there, while calls of it are in service.
    ///
    /// - Returns: false when it has been silent for too long.
    func isAlive(_ now: NIODeadline) -> Bool {
        guard pings != nil else { return true }
        // A connection that we do not read cannot be heard.
        let wasHeard = hasHeard || !isReading || isPaused
        hasHeard = false
        let action = pings?.look(
            Int64(clamping: now.uptimeNanoseconds),
            wasHeard: wasHeard,
            isWaited: streams.active > 0
        )
        switch action {
        case .ping(let number)?: write(.ping(number))
        case .giveUp?: return false
        case .nothing?, nil: break
        }
        return true
    }
}
