import NIOCore
import ProtobufC

/// A message whose encoding a test gives byte by byte.
struct RawMessage: WireMessage {
    static let messageName = "raw"

    var bytes: [UInt8] = []

    static func decode(
        _ bytes: UnsafeRawBufferPointer,
        in arena: Arena
    ) throws(WireError) -> RawMessage {
        RawMessage(bytes: Array(bytes))
    }

    func encode(
        into buffer: inout ByteBuffer,
        in arena: Arena,
        header: (inout ByteBuffer, Int) -> Void
    ) throws(WireError) {
        header(&buffer, bytes.count)
        buffer.writeBytes(bytes)
    }
}

/// Protobuf's encoding by hand, so that it may be wrong.
///
/// - Source: protobuf.dev, "Encoding".
enum HandEncoding {
    static func varint(_ value: UInt64) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    /// A field of any wire type's number, without its value.
    static func tag(_ field: UInt64, _ wireType: UInt64) -> [UInt8] {
        varint(field << 3 | wireType)
    }

    static func number(_ field: UInt64, _ value: UInt64) -> [UInt8] {
        tag(field, 0) + varint(value)
    }

    static func data(_ field: UInt64, _ value: [UInt8]) -> [UInt8] {
        tag(field, 2) + varint(UInt64(value.count)) + value
    }

    /// Data in a field that lies in messages of the fields before it.
    static func nested(_ path: [UInt64], _ value: [UInt8]) -> [UInt8] {
        path.reversed().reduce(value) { data($1, $0) }
    }

    /// ttRPC's envelope of a request.
    static func request(
        _ service: String,
        _ method: String,
        _ payload: [UInt8] = []
    ) -> [UInt8] {
        data(1, Array(service.utf8)) + data(2, Array(method.utf8)) + data(3, payload)
    }

    /// Ten bytes, whatever they say.
    static func header(
        length: UInt32,
        streamID: UInt32 = 1,
        kind: UInt8 = 1,
        flags: UInt8 = 0
    ) -> [UInt8] {
        [length, streamID].flatMap { number in
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
        } + [kind, flags]
    }

    /// A request frame that is as it should be but for its data.
    static func frame(
        _ data: [UInt8],
        streamID: UInt32 = 1,
        kind: UInt8 = 1,
        flags: UInt8 = 0
    ) -> [UInt8] {
        header(length: UInt32(data.count), streamID: streamID, kind: kind, flags: flags) + data
    }
}
