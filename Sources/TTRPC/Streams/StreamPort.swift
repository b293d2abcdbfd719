import NIOCore
import ProtobufC

/// What a stream needs of the connection that carries it. On the connection's event loop.
protocol StreamHost: AnyObject {
    var arena: Arena { get }
    /// What is written with the next flush.
    var out: ByteBuffer { get set }
    /// Where it is written; nil when the channel's pipeline must see it, to encrypt it. Set by
    /// whoever builds that pipeline.
    var socket: SocketOutput? { get set }
    /// Whether more may be added to what the peer has not taken yet.
    var hasRoom: Bool { get }
    /// The longest data of a frame that is sent, in bytes.
    var maxSentFrameBytes: Int { get }
    /// Counts what streams have not read yet.
    var gate: ReadGate { get set }
    /// What a stream ends with whose message would be kept though too much is kept already; nil
    /// when there is room.
    var refusalToKeep: RPCError? { get }

    /// Something was added to `out`.
    func markUnflushed()
    /// The port has more to send when there is room again.
    func stall(_ port: StreamPort)
    /// Reads on, after the gate has opened.
    func readOn()
    /// Names a new total to the peer, if it counts.
    func grant(_ streamID: UInt32, _ total: UInt64)
}

extension StreamHost {
    /// Sends what was gathered, as far as the socket takes it at once. What is past the high-water
    /// mark is the channel's as a whole: it then tells when the peer has taken it, and nothing is
    /// gathered before. Of the rest of it the channel would not say a word.
    ///
    /// - Returns: whether that was all. What is left is to be handed over to the channel.
    func sendAtOnce() -> Bool {
        guard hasRoom else {
            socket?.mayWait = true
            return false
        }
        guard socket?.send(&out) == true else { return false }
        out.emptyForReuse()
        return true
    }

    /// Hands over what was gathered. Writing may call back to this connection, when its channel has
    /// room again, and what is added then is gathered anew.
    func handOver(_ write: (ByteBuffer) -> Void) {
        var bytes = out
        out = ByteBuffer()
        write(bytes)
        guard out.readableBytes == 0 else { return }
        // The memory is used again, when the channel has let go of it.
        bytes.emptyForReuse()
        out = bytes
    }
}

extension ByteBuffer {
    /// Memory that a connection keeps for what it gathers next, in bytes: more than a burst of
    /// usual replies takes, which ends with the one that goes past the high-water mark.
    static let maxReusedBytes = 1 << 20

    /// Empties it, and keeps its memory, unless something long has made that large: a connection
    /// that is idle after it would keep it for nothing.
    mutating func emptyForReuse() {
        if storageCapacity > Self.maxReusedBytes { self = ByteBuffer() } else { clear() }
    }
}

/// Tells a connection from any thread that one of its streams has something to do.
final class StreamLink: @unchecked Sendable {
    // Sendable: `port` is set and read on the event loop only.
    let eventLoop: any EventLoop
    weak var port: StreamPort?

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Messages wait to be sent.
    func hasMessages() {
        onLoop { $0.pump() }
    }

    /// Messages were read, of so many bytes as messages count.
    func consumed(_ cost: Int) {
        onLoop { $0.consumed(cost) }
    }

    func readerGaveUp() {
        onLoop { $0.gaveUp() }
    }

    func writerGaveUp() {
        onLoop { $0.gaveUp() }
    }

    private func onLoop(_ body: @escaping @Sendable (StreamPort) -> Void) {
        if eventLoop.inEventLoop {
            if let port { body(port) }
        } else {
            eventLoop.execute { [self] in
                if let port { body(port) }
            }
        }
    }
}

/// One end of a stream on its connection: counts, decides, and moves messages between the frames
/// and the queues. Lives on the connection's event loop.
class StreamPort {
    /// What became of a frame.
    enum Outcome {
        case goesOn
        /// The stream has ended as it should.
        case ended
        /// The peer broke a rule, or sent what cannot be read.
        case failed(RPCError)
    }

    /// Whom the port tells what only the call's owner can do.
    struct Owner {
        /// All that was written is sent; the end, or the error, is to follow.
        var allSent: (RPCError?) -> Void = { _ in }
        /// A message could not be sent.
        var broke: (RPCError) -> Void = { _ in }
        /// A task that used the stream was cancelled.
        var gaveUp: () -> Void = {}
    }

    let link: StreamLink
    var owner = Owner()
    var machine: StreamStateMachine
    var sendWindow = SendWindow(limit: .max)
    private(set) var receiveWindow: ReceiveWindow
    /// The longest message from the peer, in bytes; 0 leaves it to the frame's limit.
    let maxMessageBytes: Int
    private(set) var streamID: UInt32 = 0
    private(set) weak var host: (any StreamHost)?
    private var isFull = false

    init(_ link: StreamLink, _ machine: StreamStateMachine, windowBytes: Int, maxMessageBytes: Int)
    {
        self.link = link
        self.machine = machine
        self.maxMessageBytes = maxMessageBytes
        receiveWindow = ReceiveWindow(size: windowBytes)
        link.port = self
    }

    // What the typed port does.

    /// Decodes a message and hands it to the reader.
    ///
    /// - Throws: `WireError`.
    func deliver(
        _ data: UnsafeRawBufferPointer,
        _ cost: Int,
        _ arena: Arena
    ) throws(WireError) {
        preconditionFailure("abstract")
    }

    /// Sends what waits, as far as the windows and the connection let it.
    func pump() { preconditionFailure("abstract") }

    /// Ends both queues: the reader still gets what has arrived, unless `dropping`.
    func endQueues(_ error: RPCError?, dropping: Bool) { preconditionFailure("abstract") }

    /// The peer sends no more.
    func endInbound() { preconditionFailure("abstract") }

    /// The peer cannot send any more.
    func failInbound(_ error: RPCError) { preconditionFailure("abstract") }

    /// Our side writes no more; what it wrote is sent first.
    ///
    /// - Returns: what writing had failed with before.
    func finishOutbound(_ error: RPCError?) -> RPCError? { preconditionFailure("abstract") }

    // What both do alike.

    /// The stream is on a connection from now on.
    func attach(_ host: any StreamHost, _ streamID: UInt32, sendLimit: UInt64) {
        self.host = host
        self.streamID = streamID
        sendWindow = SendWindow(limit: sendLimit)
    }

    /// A data frame arrived.
    final func received(flags: UInt8, _ data: UnsafeRawBufferPointer) -> Outcome {
        switch machine.receivedData(flags: flags, length: data.count) {
        case .drop:
            return .goesOn
        case .deliver:
            return accept(data).map { .failed($0) } ?? .goesOn
        case .deliverAndEnd:
            if let error = accept(data) { return .failed(error) }
            endInbound()
            return machine.state == .ended ? .ended : .goesOn
        case .end:
            endInbound()
            return machine.state == .ended ? .ended : .goesOn
        case .violation(let violation):
            return .failed(RPCError(violation))
        }
    }

    /// Takes a message that came with a frame of another kind.
    ///
    /// - Returns: why it cannot be taken.
    final func accept(_ data: UnsafeRawBufferPointer) -> RPCError? {
        guard let host else { return nil }
        if maxMessageBytes > 0, data.count > maxMessageBytes {
            return RPCError(
                .resourceExhausted,
                "The message is longer than \(maxMessageBytes) bytes.",
                reason: "MESSAGE_TOO_LARGE"
            )
        }
        let cost = StreamLimits.cost(data.count)
        let wasAllowed = receiveWindow.receive(cost)
        host.gate.change(cost, full: 0)
        guard wasAllowed || !host.gate.peerKeepsWindows else {
            return RPCError(
                .resourceExhausted,
                "The peer sent more than the stream's window allows.",
                reason: "WINDOW_EXCEEDED"
            )
        }
        countFull()
        let mark = host.arena.used
        defer { host.arena.rewind(to: mark) }
        do throws(WireError) {
            try deliver(data, cost, host.arena)
        } catch {
            return RPCError(error)
        }
        return receiveWindow.held > 0 ? host.refusalToKeep : nil
    }

    /// The reader took messages.
    final func consumed(_ cost: Int) {
        guard let host else { return }
        host.gate.change(-cost, full: 0)
        let total = receiveWindow.consume(cost, most: host.gate.mostAhead)
        countFull()
        if let total, machine.state != .ended { host.grant(streamID, total) }
        host.readOn()
    }

    /// Names the total that the peer may send, when it is more than it was told at first.
    final func nameGranted() {
        guard let host, receiveWindow.granted > UInt64(receiveWindow.size) else { return }
        host.grant(streamID, receiveWindow.granted)
    }

    /// A task gave up while it waited.
    final func gaveUp() {
        owner.gaveUp()
    }

    /// The stream is over for this end: what waits unread counts no longer for the connection.
    ///
    /// - Parameters:
    ///   - error: what readers and writers get from now on; nil for a good end.
    ///   - dropping: whether the reader loses what it has not read yet.
    final func close(_ error: RPCError?, dropping: Bool) {
        _ = machine.abort()
        endQueues(error, dropping: dropping)
        owner = Owner()
        guard let host else { return }
        self.host = nil
        host.gate.change(-receiveWindow.held, full: isFull ? -1 : 0)
        isFull = false
        host.readOn()
    }

    private func countFull() {
        guard receiveWindow.isFull != isFull else { return }
        isFull.toggle()
        host?.gate.change(0, full: isFull ? 1 : -1)
    }
}

/// A port whose messages have their types.
final class TypedStreamPort<Inbound: WireMessage, Outbound: WireMessage>: StreamPort {
    let inbound: InboundQueue<Inbound>
    let outbound: OutboundQueue<Outbound>

    init(
        _ link: StreamLink,
        _ machine: StreamStateMachine,
        windowBytes: Int,
        maxMessageBytes: Int,
        maxQueuedMessages: Int,
        reportBytes: Int
    ) {
        inbound = InboundQueue(link, reportBytes: reportBytes)
        outbound = OutboundQueue(link, maxMessages: maxQueuedMessages)
        super.init(link, machine, windowBytes: windowBytes, maxMessageBytes: maxMessageBytes)
    }

    override func deliver(
        _ data: UnsafeRawBufferPointer,
        _ cost: Int,
        _ arena: Arena
    ) throws(WireError) {
        inbound.push(try Inbound.decode(data, in: arena), cost: cost)
    }

    override func pump() {
        guard let host else { return }
        while true {
            switch outbound.take(host.hasRoom && sendWindow.isOpen) {
            case .message(let message):
                guard machine.maySend else { continue }
                if let error = send(message, host) { return owner.broke(error) }
            case .blocked:
                if sendWindow.isOpen { host.stall(self) }
                return
            case .empty:
                return
            case .finished(let error):
                return owner.allSent(error)
            }
        }
    }

    /// Writes one message.
    ///
    /// - Returns: why it cannot be.
    private func send(_ message: Outbound, _ host: any StreamHost) -> RPCError? {
        let start = host.out.writerIndex
        do throws(WireError) {
            try FrameWriter.data(message, streamID: streamID, into: &host.out, arena: host.arena)
        } catch {
            host.out.moveWriterIndex(to: start)
            return error.isTooLarge
                ? tooLarge(host) : RPCError(.internal, "A message could not be encoded.")
        }
        let length = host.out.writerIndex - start - FrameHeader.byteCount
        guard length <= host.maxSentFrameBytes else {
            host.out.moveWriterIndex(to: start)
            return tooLarge(host)
        }
        sendWindow.spend(StreamLimits.cost(length))
        host.markUnflushed()
        return nil
    }

    private func tooLarge(_ host: any StreamHost) -> RPCError {
        RPCError(
            .resourceExhausted,
            "A message is longer than \(host.maxSentFrameBytes) bytes.",
            reason: "MESSAGE_TOO_LARGE"
        )
    }

    override func endInbound() {
        inbound.finish(nil)
    }

    override func failInbound(_ error: RPCError) {
        inbound.finish(error)
    }

    override func finishOutbound(_ error: RPCError?) -> RPCError? {
        outbound.finish(error)
    }

    override func endQueues(_ error: RPCError?, dropping: Bool) {
        // First: whoever has read that the stream is over cannot write any more.
        outbound.fail(
            error ?? RPCError(.failedPrecondition, "The stream has ended.", reason: "STREAM_ENDED")
        )
        if dropping, let error {
            inbound.fail(error)
        } else {
            inbound.finish(error)
        }
    }
}

extension RPCError {
    /// What a peer is told that broke the rules of a stream.
    init(_ violation: StreamStateMachine.Violation) {
        let message =
            switch violation {
            case .dataAfterEnd: "Data came after the end of the stream."
            case .dataWithoutData: "A frame that says it has no data has some."
            case .dataForOneReply: "Data came where one reply was due."
            }
        self.init(.invalidArgument, message, reason: "STREAM_VIOLATION")
    }
}
