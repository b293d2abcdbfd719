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
    /// - Throws: `WireError`; the buffer is as before then.
    package static func request(
        _ method: MethodDescriptor,
        _ message: some WireMessage,
        timeoutNanoseconds: Int64?,
        metadata: Metadata,
        streamID: UInt32,
        into buffer: inout ByteBuffer,
        arena: Arena
    ) throws(WireError) {
        let pairs = metadata.pairs.map { pair in
            let body = fieldSize(pair.key.utf8.count) + fieldSize(pair.value.utf8.count)
            return (pair, body)
        }
        let timeout = timeoutNanoseconds.map { UInt64(bitPattern: $0) }
        try message.encode(into: &buffer, in: arena) { buffer, size in
            var length = fieldSize(method.service.utf8.count) + fieldSize(method.method.utf8.count)
            length += fieldSize(size)
            if let timeout { length += 1 + varintSize(timeout) }
            for (_, body) in pairs { length += fieldSize(body) }
            header(length, streamID, FrameHeader.Kind.request, into: &buffer)
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
            buffer.writeInteger(Tag.requestPayload)
            varint(UInt64(size), into: &buffer)
        }
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
            header(fieldSize(size), streamID, FrameHeader.Kind.response, into: &buffer)
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
            header(fieldSize(size), streamID, FrameHeader.Kind.response, into: &buffer)
            buffer.writeInteger(Tag.responseStatus)
            varint(UInt64(size), into: &buffer)
        }
    }

    private static func header(
        _ length: Int,
        _ streamID: UInt32,
        _ kind: UInt8,
        into buffer: inout ByteBuffer
    ) {
        buffer.writeMultipleIntegers(UInt32(length), streamID, kind, UInt8(0))
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
