import NIOCore
import ProtobufC

// What its streams need of a connection.
extension ClientConnection: StreamHost {
    var arena: Arena { core.arena }

    var maxSentFrameBytes: Int { core.configuration.maxRequestBytes }

    /// The connection's own bounds are all that a client has.
    var refusalToKeep: RPCError? { nil }

    var hasRoom: Bool {
        isWritable && out.readableBytes <= core.configuration.outBufferHighWaterBytes
    }

    func stall(_ port: StreamPort) {
        guard !stalled.contains(where: { $0 === port }) else { return }
        stalled.append(port)
    }

    func pumpStalled() {
        guard !stalled.isEmpty, hasRoom else { return }
        let ports = stalled
        stalled.removeAll(keepingCapacity: true)
        for port in ports { port.pump() }
    }

    func grant(_ streamID: UInt32, _ total: UInt64) {
        guard peerHello?.features.contains(.window) == true else { return }
        write(.window(streamID: streamID, total: total))
    }

    func readOn() {
        guard gate.isOpen, !isReading else { return }
        // Not at once: this may be called inside the burst of a read.
        let bound = NIOLoopBound(self, eventLoop: core.eventLoop)
        core.eventLoop.execute { bound.value.resume() }
    }

    private func resume() {
        guard gate.isOpen, context != nil else { return }
        let bytes = partial
        partial = nil
        if let bytes { consume(bytes) }
        setReading()
    }

    func markUnflushed() {
        guard !isWaitingForFlush else { return }
        isWaitingForFlush = true
        let bound = NIOLoopBound(self, eventLoop: core.eventLoop)
        core.eventLoop.execute { bound.value.flush() }
    }

    /// Writes what was gathered.
    func flush() {
        isWaitingForFlush = false
        guard let context else { return out.clear() }
        if out.readableBytes > 0, !sendAtOnce() {
            handOver { context.writeAndFlush(wrapOutboundOut($0), promise: nil) }
        }
        guard !stalled.isEmpty else { return }
        let bound = NIOLoopBound(self, eventLoop: core.eventLoop)
        core.eventLoop.execute { bound.value.pumpStalled() }
    }
}
