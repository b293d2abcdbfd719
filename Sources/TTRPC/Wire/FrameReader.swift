/// The ten bytes in front of every message.
///
/// - Source: containerd/ttrpc, PROTOCOL.md, "Message header".
package struct FrameHeader: Equatable, Sendable {
    /// Bytes of the header on the wire.
    package static let byteCount = 10
    /// Where the stream id stands in the header.
    static let streamIDOffset = 4

    /// Kinds of message that a frame carries.
    package enum Kind {
        package static let request: UInt8 = 1
        package static let response: UInt8 = 2
        package static let data: UInt8 = 3
    }

    /// Flags of a request or data frame.
    package enum Flag {
        /// The sender sends no more on the stream.
        package static let remoteClosed: UInt8 = 0x01
        /// The sender will send data frames on the stream.
        package static let remoteOpen: UInt8 = 0x02
        /// The frame carries no data.
        package static let noData: UInt8 = 0x04
    }

    /// Bytes of data after the header.
    package var length: Int
    package var streamID: UInt32
    package var kind: UInt8
    package var flags: UInt8
}

/// Finds frames in a stream of bytes. Pure: it holds no bytes, only how many are to be skipped.
package struct FrameReader: Sendable {
    /// What stands next in the bytes.
    package enum Item: Equatable {
        /// A whole frame; its data is this range of the bytes.
        case frame(FrameHeader, Range<Int>)
        /// A frame longer than the limit: its data is skipped, wherever it ends.
        case oversized(FrameHeader)
        /// The bytes end inside a frame, or with one.
        case needMore
        /// These are not frames: the length's first byte is not zero. Nothing after it can be
        /// trusted.
        case violation
    }

    /// The longest data of one frame, in bytes.
    package let maxFrameBytes: Int
    private var toSkip = 0

    /// - Parameter maxFrameBytes: 1 to 16 MiB less one: the wire's first length byte is zero.
    package init(maxFrameBytes: Int) {
        precondition((1...0xFF_FFFF).contains(maxFrameBytes))
        self.maxFrameBytes = maxFrameBytes
    }

    /// Whether the data of an oversized frame is still being skipped.
    package var isSkipping: Bool { toSkip > 0 }

    /// Gives up a frame of which only the beginning is here: what is to come of it is skipped.
    ///
    /// - Parameter beginning: what has arrived of it, from its header on.
    /// - Returns: its header; nil when even that is not here as a whole.
    package mutating func abandon(_ beginning: UnsafeRawBufferPointer) -> FrameHeader? {
        precondition(toSkip == 0, "a frame is being skipped already")
        var position = 0
        guard beginning.count >= FrameHeader.byteCount,
            let header = header(beginning, &position)
        else { return nil }
        precondition(header.length > beginning.count - position, "the frame is here as a whole")
        toSkip = header.length - (beginning.count - position)
        return header
    }

    /// Moves `position` past the next item of `bytes`; past nothing for `needMore` inside a frame.
    package mutating func next(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Item {
        if toSkip > 0 {
            let skipped = min(toSkip, bytes.count - position)
            position += skipped
            toSkip -= skipped
            if toSkip > 0 { return .needMore }
        }
        guard bytes.count - position >= FrameHeader.byteCount else {
            // A stray first byte is refused as soon as it is here.
            return bytes.count > position && bytes[position] != 0 ? .violation : .needMore
        }
        var start = position
        guard let header = header(bytes, &start) else { return .violation }
        guard header.length <= maxFrameBytes else {
            position = start
            toSkip = header.length
            return .oversized(header)
        }
        guard bytes.count - start >= header.length else { return .needMore }
        position = start + header.length
        return .frame(header, start..<position)
    }

    /// Reads a header that is here as a whole, and moves past it; nil when it is none.
    private func header(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> FrameHeader? {
        let length = UInt32(
            bigEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)
        )
        guard length >> 24 == 0 else { return nil }
        let streamID = UInt32(
            bigEndian: bytes.loadUnaligned(
                fromByteOffset: position + FrameHeader.streamIDOffset,
                as: UInt32.self
            )
        )
        let header = FrameHeader(
            length: Int(length),
            streamID: streamID,
            kind: bytes[position + 8],
            flags: bytes[position + 9]
        )
        position += FrameHeader.byteCount
        return header
    }
}
