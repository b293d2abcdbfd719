/// Reads protobuf's encoding by hand: varints and length-delimited fields, all that ttRPC's
/// envelopes have.
///
/// - Source: protobuf.dev, "Encoding".
struct HandReader {
    /// What stands in a field.
    enum Value: Equatable {
        case varint(UInt64)
        case data([UInt8])
    }

    /// Bytes that are not an encoding.
    struct Malformed: Error {}

    /// The fields of a message, in the order they stand.
    static func fields(_ bytes: [UInt8]) throws -> [(number: Int, value: Value)] {
        var reader = HandReader(bytes: bytes)
        var fields: [(number: Int, value: Value)] = []
        while reader.position < bytes.count {
            let tag = try reader.varint()
            switch tag % 8 {
            case 0: fields.append((Int(tag / 8), .varint(try reader.varint())))
            case 2: fields.append((Int(tag / 8), .data(try reader.data())))
            default: throw Malformed()
            }
        }
        return fields
    }

    private let bytes: [UInt8]
    private var position = 0

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func varint() throws -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<10 {
            guard position < bytes.count else { throw Malformed() }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << (7 * UInt64(index))
            if byte < 0x80 { return value }
        }
        throw Malformed()
    }

    private mutating func data() throws -> [UInt8] {
        let length = try varint()
        guard length <= UInt64(bytes.count - position) else { throw Malformed() }
        defer { position += Int(length) }
        return Array(bytes[position..<position + Int(length)])
    }
}
