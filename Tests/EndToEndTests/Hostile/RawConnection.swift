import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import ProtobufC
import RemitAPI
import TTRPC

/// A TCP connection that a test drives byte by byte.
final class RawConnection: Sendable {
    /// How long an answer or an end may take.
    static let patience = Duration.seconds(30)

    /// A frame that came back.
    struct Frame {
        let streamID: UInt32
        let kind: UInt8
        let data: [UInt8]

        /// The error that a response carries; nil for success.
        var error: RPCError? {
            guard let envelope = try? RawEnvelope(data), let status = envelope.status,
                let message = try? GoogleRPC.Status(serialized: status)
            else { return nil }
            return RPCError(message)
        }
    }

    private struct Inbox {
        var bytes: [UInt8] = []
        var isClosed = false
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        let inbox: NIOLockedValueBox<Inbox>

        init(_ inbox: NIOLockedValueBox<Inbox>) {
            self.inbox = inbox
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            inbox.withLockedValue { $0.bytes.append(contentsOf: bytes.readableBytesView) }
        }

        func channelInactive(context: ChannelHandlerContext) {
            inbox.withLockedValue { $0.isClosed = true }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }

    private let channel: any Channel
    private let inbox: NIOLockedValueBox<Inbox>

    private init(_ channel: any Channel, _ inbox: NIOLockedValueBox<Inbox>) {
        self.channel = channel
        self.inbox = inbox
    }

    /// - Parameter address: "127.0.0.1:7001".
    static func open(_ address: String) async throws -> RawConnection {
        let inbox = NIOLockedValueBox<Inbox>(Inbox())
        let parts = address.split(separator: ":")
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.allowRemoteHalfClosure, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(inbox))
                }
            }
            .connect(host: String(parts[0]), port: Int(parts[1]) ?? 0).get()
        return RawConnection(channel, inbox)
    }

    /// Sends bytes. What the other end closes meanwhile is no failure: that is its answer.
    func send(_ bytes: [UInt8]) async {
        try? await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    func halfClose() async {
        try? await channel.close(mode: .output)
    }

    func close() async {
        try? await channel.close()
    }

    var isClosed: Bool { inbox.withLockedValue { $0.isClosed } }

    /// Waits until the other end has closed.
    func end() async throws {
        _ = try await eventually("a connection's end", within: Self.patience) {
            isClosed ? true : nil
        }
    }

    /// The next frame that comes back; an end in its place is an error.
    func next() async throws -> Frame {
        try await eventually("a frame", within: Self.patience) {
            try inbox.withLockedValue { inbox in
                if let frame = Self.take(&inbox.bytes) { return frame }
                if inbox.isClosed { throw TimedOut(description: "an end came before a frame") }
                return nil
            }
        }
    }

    private static func take(_ bytes: inout [UInt8]) -> Frame? {
        guard bytes.count >= 10 else { return nil }
        func number(_ start: Int) -> UInt32 {
            bytes[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
        }
        let (length, streamID, kind) = (Int(number(0)), number(4), bytes[8])
        guard bytes.count >= 10 + length else { return nil }
        let data = Array(bytes[10..<10 + length])
        bytes.removeFirst(10 + length)
        return Frame(streamID: streamID, kind: kind, data: data)
    }

    /// Asks for the service's health on a stream, and expects that it serves.
    func isServing(streamID: UInt32) async throws -> Bool {
        await send(HandEncoding.frame(HandEncoding.health, streamID: streamID))
        let frame = try await next()
        // Payload: a HealthCheckResponse with status SERVING.
        return frame.streamID == streamID && frame.kind == 2
            && frame.data == HandEncoding.data(2, HandEncoding.number(1, 1))
    }
}

extension HandEncoding {
    /// The envelope of a health check.
    static let health = request("grpc.health.v1.Health", "Check")
}

/// The envelope of a response, read by hand: field 1 is the status, field 2 the payload.
private struct RawEnvelope {
    struct Malformed: Error {}

    var status: [UInt8]?

    init(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while let tag = rest.popFirst() {
            var length = 0
            var shift = 0
            while true {
                guard let byte = rest.popFirst(), shift < 28 else { throw Malformed() }
                length |= Int(byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 { break }
            }
            guard rest.count >= length else { throw Malformed() }
            if tag == 0x0A { status = Array(rest.prefix(length)) }
            rest = rest.dropFirst(length)
        }
    }
}
