import NIOCore

/// A frame that ttRPC does not have. Sent only to who named it in `Hello`.
enum ExtensionFrame: Equatable {
    /// To be answered with a pong of the same number.
    case ping(UInt64)
    case pong(UInt64)
    /// The client waits no longer for this stream's call.
    case cancel(streamID: UInt32)
    /// The server accepts no stream after this one, and closes when those before are done.
    case drain(lastStreamID: UInt32)
    /// The peer may send so many bytes on the stream in all, as messages count.
    case window(streamID: UInt32, total: UInt64)

    private enum Kind {
        static let ping: UInt8 = 0x10
        static let pong: UInt8 = 0x11
        static let cancel: UInt8 = 0x12
        static let drain: UInt8 = 0x13
        static let window: UInt8 = 0x14
    }

    /// What arrived with a kind that ttRPC does not have.
    enum Reading: Equatable {
        case frame(ExtensionFrame)
        /// A kind of neither ttRPC nor ours.
        case unknown
        /// One of our kinds with the wrong stream id or length.
        case malformed
    }

    static func read(_ header: FrameHeader, _ data: UnsafeRawBufferPointer) -> Reading {
        let isOfConnection = header.streamID == 0
        switch (header.kind, isOfConnection, data.count) {
        case (Kind.ping, true, 8): return .frame(.ping(number(data)))
        case (Kind.pong, true, 8): return .frame(.pong(number(data)))
        case (Kind.cancel, false, 0): return .frame(.cancel(streamID: header.streamID))
        case (Kind.drain, true, 4):
            return .frame(.drain(lastStreamID: number(data)))
        case (Kind.window, false, 8):
            return .frame(.window(streamID: header.streamID, total: number(data)))
        case (Kind.ping...Kind.window, _, _): return .malformed
        default: return .unknown
        }
    }

    private static func number<Number: FixedWidthInteger>(
        _ data: UnsafeRawBufferPointer
    ) -> Number {
        Number(bigEndian: data.loadUnaligned(as: Number.self))
    }

    /// Appends the frame.
    func write(into buffer: inout ByteBuffer) {
        switch self {
        case .ping(let number): header(8, 0, Kind.ping, number, &buffer)
        case .pong(let number): header(8, 0, Kind.pong, number, &buffer)
        case .cancel(let streamID):
            buffer.writeMultipleIntegers(UInt32(0), streamID, Kind.cancel, UInt8(0))
        case .drain(let lastStreamID): header(4, 0, Kind.drain, lastStreamID, &buffer)
        case .window(let streamID, let total): header(8, streamID, Kind.window, total, &buffer)
        }
    }

    private func header(
        _ length: UInt32,
        _ streamID: UInt32,
        _ kind: UInt8,
        _ number: some FixedWidthInteger,
        _ buffer: inout ByteBuffer
    ) {
        buffer.writeMultipleIntegers(length, streamID, kind, UInt8(0), number)
    }
}
