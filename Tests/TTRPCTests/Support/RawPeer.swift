import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// One end of a TCP connection that a test drives byte by byte.
final class RawPeer: Sendable {
    private let channel: any Channel
    private let inbox: RawInbox

    fileprivate init(_ channel: any Channel, _ inbox: RawInbox) {
        self.channel = channel
        self.inbox = inbox
    }

    /// - Parameters:
    ///   - address: where to.
    ///   - from: an address of this machine to come from; nil leaves it to the system.
    ///   - reads: false leaves what arrives in the kernel until `startReading`.
    ///   - receiveBufferBytes: how much the kernel keeps then; nil leaves it to the system.
    static func connect(
        to address: SocketAddress,
        from: String? = nil,
        reads: Bool = true,
        receiveBufferBytes: Int? = nil,
        connectTimeout: TimeAmount = connectBound
    ) async throws -> RawPeer {
        let inbox = RawInbox()
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.autoRead, value: reads)
            .connectTimeout(connectTimeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(RawHandler(inbox))
                }
            }
        if let receiveBufferBytes {
            let value = SocketOptionValue(receiveBufferBytes)
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: value)
        }
        if let from {
            bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: from, port: 0))
        }
        return RawPeer(try await bootstrap.connect(to: address).get(), inbox)
    }

    /// Sends bytes, and waits until the kernel has them.
    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    func send(_ frame: RawFrame) async throws {
        try await send(frame.bytes)
    }

    /// Sends bytes, and tells `done` when the kernel has them.
    func send(_ buffer: ByteBuffer, done: @escaping @Sendable () -> Void) {
        channel.writeAndFlush(buffer).whenSuccess(done)
    }

    /// Says that nothing more will be sent.
    func halfClose() async throws {
        try await channel.close(mode: .output)
    }

    func close() async {
        try? await channel.close()
    }

    /// Goes away so that the other end learns of it: to that one a `close` is a half-close until it
    /// sends something.
    func reset() async throws {
        guard let socket = channel as? any SocketOptionProvider else { return }
        try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await channel.close()
    }

    /// Reads what arrives from now on.
    func startReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
    }

    /// Leaves what arrives from now on in the kernel.
    func stopReading() async throws {
        try await channel.setOption(.autoRead, value: false).get()
    }

    /// From now on nothing that the other end sends arrives, nor is it acknowledged: to that end
    /// this one's host is gone.
    ///
    /// - Source: Linux, networking/filter: a filter that returns 0 drops the packet.
    func vanish() async throws {
        guard let socket = channel as? any SocketOptionProvider else { return }
        let dropAll = UnsafeMutablePointer<FilterInstruction>.allocate(capacity: 1)
        defer { dropAll.deallocate() }
        dropAll.initialize(to: FilterInstruction())
        try await socket.unsafeSetSocketOption(
            level: .socket,
            name: NIOBSDSocket.Option(rawValue: SO_ATTACH_FILTER),
            value: FilterProgram(count: 1, instructions: dropAll)
        ).get()
    }

    /// Whether the other end has closed the connection.
    var isClosed: Bool { closedAt != nil }

    /// When the other end closed the connection; nil while it is open.
    var closedAt: NIODeadline? { inbox.state.withLockedValue { $0.closedAt } }

    /// The next frame that arrives.
    func nextFrame() async throws -> RawFrame {
        try await eventually("a frame") {
            try inbox.state.withLockedValue { state in
                if let frame = state.takeFrame() { return frame }
                if state.closedAt != nil { throw ConnectionEnded() }
                return nil
            }
        }
    }

    /// A frame that has arrived already; nil when there is none.
    func arrivedFrame() -> RawFrame? {
        inbox.state.withLockedValue { $0.takeFrame() }
    }

    /// The response that arrives next, which must be on `streamID`.
    func nextResponse(_ streamID: UInt32) async throws -> RawResponse {
        let frame = try await nextFrame()
        guard frame.kind == RawFrame.response, frame.streamID == streamID else {
            throw Unexpected(frame: frame)
        }
        return try RawResponse(decoding: frame.data)
    }

    /// Sends a request and gives the response that arrives next.
    func call(_ request: RawRequest, _ streamID: UInt32) async throws -> RawResponse {
        try await send(request.frame(streamID))
        return try await nextResponse(streamID)
    }

    /// Waits until the other end has closed the connection.
    func end() async throws {
        try await eventually("the connection's end") { isClosed }
    }

    /// The connection ended where a frame should have come.
    struct ConnectionEnded: Error {}

    /// Another frame came.
    struct Unexpected: Error {
        let frame: RawFrame
    }
}

/// `struct sock_filter`: return the constant.
private struct FilterInstruction {
    var code: UInt16 = 0x06
    var jumpTrue: UInt8 = 0
    var jumpFalse: UInt8 = 0
    var constant: UInt32 = 0
}

/// `struct sock_fprog`. The kernel copies what it points to, and nobody changes it.
private struct FilterProgram: @unchecked Sendable {
    var count: UInt16
    var instructions: UnsafeMutablePointer<FilterInstruction>
}

/// A port where a test plays the server.
final class RawListener: Sendable {
    private let channel: any Channel
    private let accepted: RawQueue
    let address: SocketAddress

    /// - Parameter port: 0 lets the system choose.
    static func listen(port: Int = 0) async throws -> RawListener {
        let accepted = RawQueue()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let inbox = RawInbox()
                    try channel.pipeline.syncOperations.addHandler(RawHandler(inbox))
                    accepted.peers.withLockedValue { $0.append(RawPeer(channel, inbox)) }
                }
            }
            .bind(host: "127.0.0.1", port: port)
            .get()
        guard let address = channel.localAddress else { throw RawPeer.ConnectionEnded() }
        return RawListener(channel, accepted, address)
    }

    /// A port where every attempt to connect hangs: nobody accepts, and the queue of those who
    /// wait to be accepted is full.
    static func deaf() async throws -> RawListener {
        let accepted = RawQueue()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 0)
            .serverChannelOption(.autoRead, value: false)
            .bind(host: "127.0.0.1", port: 0)
            .get()
        guard let address = channel.localAddress else { throw RawPeer.ConnectionEnded() }
        let listener = RawListener(channel, accepted, address)
        let _: Bool = try await eventually("a full queue") {
            guard
                let peer = try? await RawPeer.connect(
                    to: address,
                    connectTimeout: .milliseconds(200)
                )
            else { return true }
            accepted.peers.withLockedValue { $0.append(peer) }
            return nil
        }
        return listener
    }

    private init(_ channel: any Channel, _ accepted: RawQueue, _ address: SocketAddress) {
        self.channel = channel
        self.accepted = accepted
        self.address = address
    }

    var port: Int { address.port ?? 0 }

    /// The next connection that is made.
    func accept() async throws -> RawPeer {
        try await eventually("a connection") {
            self.accepted.peers.withLockedValue { $0.isEmpty ? nil : $0.removeFirst() }
        }
    }

    /// How many connections wait to be accepted.
    var waiting: Int { accepted.peers.withLockedValue { $0.count } }

    func close() async {
        try? await channel.close()
    }
}

private final class RawQueue: Sendable {
    let peers = NIOLockedValueBox<[RawPeer]>([])
}

/// What has arrived and was not looked at.
private final class RawInbox: Sendable {
    struct State {
        var bytes: [UInt8] = []
        var start = 0
        var closedAt: NIODeadline?

        mutating func takeFrame() -> RawFrame? {
            let frame = RawFrame.take(bytes, from: &start)
            if start == bytes.count {
                bytes.removeAll(keepingCapacity: true)
                start = 0
            }
            return frame
        }
    }

    let state = NIOLockedValueBox(State())
}

private final class RawHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let inbox: RawInbox

    init(_ inbox: RawInbox) {
        self.inbox = inbox
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        inbox.state.withLockedValue { $0.bytes.append(contentsOf: bytes.readableBytesView) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        inbox.state.withLockedValue { $0.closedAt = .now() }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
