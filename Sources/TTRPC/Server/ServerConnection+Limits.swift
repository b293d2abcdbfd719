import NIOCore

/// What a connection has had counted by the server of what is kept for it.
struct KeptBytes {
    /// Memory of a frame that has not arrived as a whole.
    var partial = 0
    /// Messages of streams that no handler has read, as messages count.
    var held = 0
    /// Replies that the peer has not taken.
    var unsent = 0
    /// Since when the peer has left more than the low-water mark unread; nil while it reads.
    var stalledSince: NIODeadline?
    /// The connection is gone: nothing is kept for it any more.
    var isOver = false
}

// What a connection asks of the limits, and what it does when they say no.
extension ServerConnection {
    /// Below this many bytes an unfinished frame is not worth moving into memory of its own size.
    private static let smallBufferBytes = 512
    /// When to come back after a refusal that no call's latency tells anything about.
    static let refusalDelay: Int64 = 1024

    // MARK: The connection itself

    /// A connection past a limit is open for a short time: its client has sent calls by then and
    /// must learn that nothing was begun, and its end is announced like any other.
    func endRefusing() {
        guard context != nil else { return }
        let bound = bound
        let time = loop.configuration.refusingTime
        refusingTimer = loop.eventLoop.scheduleTask(in: time) {
            let connection = bound.value
            // One that does not read is closed all the same.
            connection.refusingTimer = connection.loop.eventLoop.scheduleTask(in: time) {
                bound.value.close("its refusals were not read")
            }
            connection.drain()
        }
    }

    // MARK: Calls

    /// Lets a call in; what it is refused with when there is no room.
    func admit(_ call: ServerCall, payloadBytes: Int) -> RPCError? {
        let decision = admission.decide(
            call.method,
            payloadBytes: payloadBytes,
            keptBytes: kept.partial + waitingBytes,
            now: call.startTime
        )
        switch decision {
        case .run: break
        case .wait: call.isWaiting = true
        case .refuse(let error):
            loop.refusalPause.refused(on: self)
            return error
        }
        call.isAdmitted = true
        call.context.requestBytes = payloadBytes
        admission.watchWaits(of: call)
        return nil
    }

    /// Begins a call, or lets it wait for its turn.
    func start(
        _ call: ServerCall,
        _ route: Router.Route,
        _ payload: UnsafeRawBufferPointer,
        _ flags: UInt8
    ) {
        guard call.isWaiting else { return route.start(self, call, payload, flags) }
        admission.wait(self, call, payload) { payload in
            call.isWaiting = false
            route.start(self, call, payload, flags)
        }
    }

    /// The deadline of a call passed before its turn came.
    func expireWaiting(_ call: ServerCall) {
        finish(call, tooLate)
    }

    // MARK: Memory

    /// Counts what is kept of an unfinished frame, and gives the frame up when too much is kept.
    func countPartial() {
        guard !kept.isOver, partial != nil || kept.partial > 0 else { return }
        compactPartial()
        setKeptPartial(partial?.storageCapacity ?? 0)
        let configuration = loop.configuration
        guard !isPaused, kept.partial > 0 else { return }
        if kept.partial + waitingBytes > configuration.maxBufferedBytesPerConnection
            || admission.load.bufferedBytes > configuration.maxBufferedBytes
        {
            abandonPartial()
        }
    }

    /// The beginning of a frame holds the whole buffer that it was read into.
    private func compactPartial() {
        guard let bytes = partial, bytes.storageCapacity > Self.smallBufferBytes,
            bytes.storageCapacity / 4 > bytes.readableBytes
        else { return }
        partial = ByteBuffer(bytes: bytes.readableBytesView)
    }

    private func abandonPartial() {
        guard let bytes = partial,
            let header = bytes.withUnsafeReadableBytes({ reader.abandon($0) })
        else { return }
        partial = nil
        setKeptPartial(0)
        admission.load.refused(.bufferedBytes)
        guard header.kind == FrameHeader.Kind.request else {
            return close("no room for an unfinished frame")
        }
        switch streams.open(header.streamID) {
        case .refuse(let error):
            write(error, header.streamID)
        case .accept:
            refuse(tooMuchKept, header.streamID)
        }
    }

    private func setKeptPartial(_ bytes: Int) {
        guard bytes != kept.partial else { return }
        admission.load.bufferedBytesChanged(by: bytes - kept.partial)
        kept.partial = bytes
    }

    /// Counts the messages that streams have left unread. One that is read in the burst that
    /// brought it is never counted.
    func countHeld() {
        guard gate.heldBytes != kept.held, !kept.isOver else { return }
        admission.load.bufferedBytesChanged(by: gate.heldBytes - kept.held)
        kept.held = gate.heldBytes
    }

    var refusalToKeep: RPCError? {
        let load = admission.load
        let bytes = load.bufferedBytes + gate.heldBytes - kept.held
        guard bytes > loop.configuration.maxBufferedBytes else { return nil }
        load.refused(.bufferedBytes)
        return tooMuchKept
    }

    private var tooMuchKept: RPCError {
        .overload(.bufferedBytes, retryAfterMilliseconds: Self.refusalDelay)
    }

    /// Counts the replies that a slow peer has not taken, and closes the connection when they are
    /// too many. Costs nothing while the peer reads.
    func countUnsent(_ channel: any Channel) {
        guard !kept.isOver else { return }
        let bytes = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        admission.load.bufferedBytesChanged(by: bytes - kept.unsent)
        kept.unsent = bytes
        let configuration = loop.configuration
        guard bytes > 0 else { return }
        if bytes > configuration.maxUnsentBytes
            || admission.load.bufferedBytes > configuration.maxBufferedBytes
        {
            admission.load.refused(.bufferedBytes)
            close("\(bytes) bytes of replies were not read")
        }
    }

    func writabilityChanged(_ isWritable: Bool, _ channel: any Channel) {
        if isWritable {
            admission.load.bufferedBytesChanged(by: -kept.unsent)
            kept.unsent = 0
            kept.stalledSince = nil
        } else if kept.stalledSince == nil {
            kept.stalledSince = .now()
        }
    }

    /// The connection is gone, and with it what was kept for it.
    func keptNothing() {
        let bytes = kept.partial + kept.held + kept.unsent
        admission.load.bufferedBytesChanged(by: -bytes)
        kept = KeptBytes(isOver: true)
        partial = nil
    }
}
