import Logging
import NIOCore

// What ttRPC does not have: only with a server that has said in `Hello` that it understands it.
extension ClientConnection {
    /// Cancellations that are kept until the server has said whether it takes them.
    static let maxUnsaidCancels = 1024

    /// Bytes that may be sent on a stream at first, as messages count.
    var streamLimit: UInt64 {
        peerHello?.windowBytes ?? UInt64(StreamLimits.initialWindowBytes)
    }

    /// What the server can do is known now: nothing beyond ttRPC when it did not answer `Hello`.
    ///
    /// An answer that comes after its time-out counts all the same: the server has taken `Hello` and
    /// waits for pongs and totals. Frames that ttRPC does not have follow the answer, so that none
    /// was dropped.
    func agree(_ said: PeerHello) {
        guard context != nil, peerHello == nil || peerHello == .plain else { return }
        peerHello = said
        gate.peerKeepsWindows = said.features.contains(.window)
        for call in waiting.values { call.agreed(said.windowBytes) }
        if said.features.contains(.cancel) {
            for streamID in unsaidCancels { write(.cancel(streamID: streamID)) }
        }
        unsaidCancels = []
        if said.features.contains(.ping) { startPings() }
        readOn()
    }

    func receivedExtension(_ header: FrameHeader, _ data: UnsafeRawBufferPointer) {
        guard let peerHello, peerHello != .plain else { return }
        switch ExtensionFrame.read(header, data) {
        case .frame(.ping(let number)): write(.pong(number))
        case .frame(.drain(let last)): drain(last)
        case .frame(.window(let streamID, let total)): waiting[streamID]?.granted(total)
        case .frame(.pong), .frame(.cancel), .unknown: break
        case .malformed: isBroken = true
        }
    }

    /// Tells the server that nobody waits for a call any more, if it understands.
    func tellCancelled(_ streamID: UInt32) {
        guard let peerHello else {
            if unsaidCancels.count < Self.maxUnsaidCancels { unsaidCancels.append(streamID) }
            return
        }
        if peerHello.features.contains(.cancel) { write(.cancel(streamID: streamID)) }
    }

    func write(_ frame: ExtensionFrame) {
        frame.write(into: &out)
        markUnflushed()
    }

    /// The server will close: later calls take another connection, and those that it did not
    /// accept were not begun.
    private func drain(_ lastStreamID: UInt32) {
        core.leave(self)
        core.forward(takeHeld())
        for (streamID, call) in waiting where streamID > lastStreamID {
            waiting[streamID] = nil
            core.end(call)
            call.fail(
                RPCError(
                    .unavailable,
                    "The server is shutting down; try another, or again.",
                    reason: "DRAINING",
                    retryAfterMilliseconds: 100,
                    origin: .notSent
                )
            )
        }
    }

    private func startPings() {
        let configuration = core.configuration
        pings = PingStateMachine(
            interval: configuration.pingInterval.nanoseconds,
            timeout: configuration.pingTimeout.nanoseconds,
            now: Int64(clamping: NIODeadline.now().uptimeNanoseconds)
        )
        let shorter = min(configuration.pingInterval, configuration.pingTimeout)
        let often = TimeAmount.nanoseconds(max(1, shorter.nanoseconds / 4))
        let bound = NIOLoopBound(self, eventLoop: core.eventLoop)
        pingTimer = core.eventLoop.scheduleRepeatedTask(initialDelay: often, delay: often) { _ in
            bound.value.look()
        }
    }

    /// Asks a silent server whether it is there, while calls wait for it.
    private func look() {
        // A connection that we do not read cannot be heard.
        let wasHeard = hasHeard || !isReading
        hasHeard = false
        let action = pings?.look(
            Int64(clamping: NIODeadline.now().uptimeNanoseconds),
            wasHeard: wasHeard,
            isWaited: !waiting.isEmpty
        )
        switch action {
        case .ping(let number)?:
            write(.ping(number))
        case .giveUp?:
            core.logger.debug("connection closed", metadata: ["reason": "no answer to a ping"])
            context?.close(promise: nil)
        case .nothing?, nil:
            break
        }
    }
}
