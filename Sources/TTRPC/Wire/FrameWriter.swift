package import NIOCore
package import ProtobufC

/// Writes frames into a buffer: the envelopes by hand around payloads that libprotobuf-c packs in
/// place, so that no payload is copied.
package enum FrameWriter {
    /// Tags of the envelopes: field number × 8 + 2 (length-delimited) or + 0 (varint).
    ///
    /// - Source: containerd/ttrpc, request.proto.
    private enum Tag {
        static let requestService: UInt8 = 0x0A
        static let requestMethod: UInt8 = 0x12
        static let requestPayload: UInt8 = 0x1A
        static let requestTimeout: UInt8 = 0x20
        static let requestMetadata: UInt8 = 0x2A
        static let pairKey: UInt8 = 0x0A
        static let pairValue: UInt8 = 0x12
        static let responseStatus: UInt8 = 0x0A
        static let responsePayload: UInt8 = 0x12
    }

    /// Appends a request frame.
    ///
    /// - Parameter flags: what the frame says about data to come.
    /// - Throws: `WireError`; the buffer is as before then.
    package static func request(
        _ method: MethodDescriptor,
        _ message: some WireMessage,
        timeoutNanoseconds: Int64?,
        metadata: Metadata,
        flags: UInt8 = 0,
        streamID: UInt32,
        into buffer: inout ByteBuffer,
        arena: Arena
    ) throws(WireError) {
        let envelope = RequestEnvelope(method, timeoutNanoseconds, metadata)
        try message.encode(into: &buffer, in: arena) { buffer, size in
            let length = envelope.size + fieldSize(size)
            header(length, streamID, FrameHeader.Kind.request, flags, into: &buffer)
            envelope.write(into: &buffer)
            buffer.writeInteger(Tag.requestPayload)
            varint(UInt64(size), into: &buffer)
        }
    }

    /// Appends a request frame that opens a stream of requests and has no message itself.
    ///
    /// - Source: the flags are those of ttrpc-rust, whose server takes the payload for a message
    ///   unless the frame says that there is none; ttrpc for Go does not look at them.
    package static func open(
        _ method: MethodDescriptor,
        timeoutNanoseconds: Int64?,
        metadata: Metadata,
        streamID: UInt32,
        into buffer: inout ByteBuffer
    ) {
        let envelope = RequestEnvelope(method, timeoutNanoseconds, metadata)
        let flags = FrameHeader.Flag.remoteOpen | FrameHeader.Flag.noData
        header(envelope.size, streamID, FrameHeader.Kind.request, flags, into: &buffer)
        envelope.write(into: &buffer)
    }

    /// Appends a data frame with a message.
    ///
    /// - Throws: `WireError`; the buffer is as before then.
    package static func data(
        _ message: some WireMessage,
        streamID: UInt32,
        into buffer: inout ByteBuffer,
        arena: Arena
    ) throws(WireError) {
        try message.encode(into: &buffer, in: arena) { buffer, size in
            header(size, streamID, FrameHeader.Kind.data, 0, into: &buffer)
        }
    }

    /// Appends the data frame that says that its sender has no more to say.
    ///
    /// - Source: containerd/ttrpc, PROTOCOL.md, "Data Flags": a frame apart from the last message,
    ///   since other implementations lose data that comes with an end.
    package static func end(streamID: UInt32, into buffer: inout ByteBuffer) {
        let flags = FrameHeader.Flag.remoteClosed | FrameHeader.Flag.noData
        header(0, streamID, FrameHeader.Kind.data, flags, into: &buffer)
    }

    /// Appends a response frame of a call that succeeded.
    ///
    /// - Throws: `WireError`; the buffer is as before then.
    package static func response(
        _ message: some WireMessage,
        streamID: UInt32,
        into buffer: inout ByteBuffer,
        arena: Arena
    ) throws(WireError) {
        try message.encode(into: &buffer, in: arena) { buffer, size in
            header(fieldSize(size), streamID, FrameHeader.Kind.response, 0, into: &buffer)
            buffer.writeInteger(Tag.responsePayload)
            varint(UInt64(size), into: &buffer)
        }
    }

    /// Appends a response frame of a call that failed.
    ///
    /// - Throws: `WireError`; the buffer is as before then.
    package static func failure(
        _ error: RPCError,
        streamID: UInt32,
        into buffer: inout ByteBuffer,
        arena: Arena
    ) throws(WireError) {
        try GoogleRPC.Status(error).encode(into: &buffer, in: arena) { buffer, size in
            header(fieldSize(size), streamID, FrameHeader.Kind.response, 0, into: &buffer)
            buffer.writeInteger(Tag.responseStatus)
            varint(UInt64(size), into: &buffer)
        }
    }

    /// What stands in a request before its payload.
    private struct RequestEnvelope {
        let method: MethodDescriptor
        let timeout: UInt64?
        let pairs: [(pair: (key: String, value: String), body: Int)]
        /// Bytes of it.
        let size: Int

        init(_ method: MethodDescriptor, _ timeoutNanoseconds: Int64?, _ metadata: Metadata) {
            self.method = method
            timeout = timeoutNanoseconds.map { UInt64(bitPattern: $0) }
            pairs = metadata.pairs.map { pair in
                (pair, fieldSize(pair.key.utf8.count) + fieldSize(pair.value.utf8.count))
            }
            var size = fieldSize(method.service.utf8.count) + fieldSize(method.method.utf8.count)
            if let timeout { size += 1 + varintSize(timeout) }
            for (_, body) in pairs { size += fieldSize(body) }
            self.size = size
        }

        func write(into buffer: inout ByteBuffer) {
            text(Tag.requestService, method.service, into: &buffer)
            text(Tag.requestMethod, method.method, into: &buffer)
            if let timeout {
                buffer.writeInteger(Tag.requestTimeout)
                varint(timeout, into: &buffer)
            }
            for (pair, body) in pairs {
                buffer.writeInteger(Tag.requestMetadata)
                varint(UInt64(body), into: &buffer)
                text(Tag.pairKey, pair.key, into: &buffer)
                text(Tag.pairValue, pair.value, into: &buffer)
            }
        }
    }

    private static func header(
        _ length: Int,
        _ streamID: UInt32,
        _ kind: UInt8,
        _ flags: UInt8,
        into buffer: inout ByteBuffer
    ) {
        buffer.writeMultipleIntegers(UInt32(length), streamID, kind, flags)
    }

    private static func text(_ tag: UInt8, _ value: String, into buffer: inout ByteBuffer) {
        buffer.writeInteger(tag)
        varint(UInt64(value.utf8.count), into: &buffer)
        buffer.writeString(value)
    }

    private static func varint(_ value: UInt64, into buffer: inout ByteBuffer) {
        var rest = value
        while rest > 0x7F {
            buffer.writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        buffer.writeInteger(UInt8(truncatingIfNeeded: rest))
    }

    /// Bytes of a length-delimited field: its tag, its length and what it holds.
    private static func fieldSize(_ content: Int) -> Int {
        1 + varintSize(UInt64(content)) + content
    }

    private static func varintSize(_ value: UInt64) -> Int {
        value < 0x80 ? 1 : (63 - value.leadingZeroBitCount) / 7 + 1
    }
}
