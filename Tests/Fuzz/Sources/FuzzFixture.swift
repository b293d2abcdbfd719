import Logging
import NIOCore
import NIOEmbedded
import ProtobufC
import TTRPC

/// The message that fuzzed calls carry: the smallest with a text.
typealias FuzzMessage = GRPCHealthV1.HealthCheckRequest

/// What the fuzzers of both ends of a connection share.
enum FuzzFixture {
    /// A stream of both sides.
    static let talk = MethodDescriptor(
        service: "fuzz.v1.Fuzz",
        method: "Talk",
        scope: "",
        idempotent: false,
        maxRequestBytes: 0,
        kind: .bidirectional
    )
    static let logger = Logger(label: "fuzz", factory: { _ in SwiftLogNoOpLogHandler() })
    /// Unread messages of a stream, in bytes: so few that short inputs fill the window.
    static let windowBytes = 1024
    /// Unread messages of all streams, in bytes.
    static let heldBytes = 2048

    static let address: SocketAddress = {
        guard let address = try? SocketAddress(ipAddress: "127.0.0.1", port: 1) else {
            preconditionFailure("an address of this machine")
        }
        return address
    }()

    /// A frame that a connection has sent.
    struct Frame {
        let header: FrameHeader
        let data: [UInt8]
    }

    /// Everything that a connection has sent: whole frames, or the process stops.
    static func sent(on channel: EmbeddedChannel) -> [Frame] {
        var bytes: [UInt8] = []
        while let buffer = try? channel.readOutbound(as: ByteBuffer.self) {
            bytes += Array(buffer.readableBytesView)
        }
        var frames: [Frame] = []
        var reader = FrameReader(maxFrameBytes: 1 << 20)
        var position = 0
        while true {
            switch bytes.withUnsafeBytes({ reader.next($0, &position) }) {
            case .frame(let header, let range):
                frames.append(Frame(header: header, data: Array(bytes[range])))
            case .needMore:
                precondition(position == bytes.count, "what is sent is whole frames")
                return frames
            case .oversized, .violation:
                preconditionFailure("what is sent is frames")
            }
        }
    }
}

/// Kinds of frames that ttRPC does not have, as proto/README.md numbers them.
enum ExtensionKind {
    static let ping: UInt8 = 0x10
    static let pong: UInt8 = 0x11
    static let cancel: UInt8 = 0x12
    static let drain: UInt8 = 0x13
    static let window: UInt8 = 0x14
}
