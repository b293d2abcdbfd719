/// Writes protobuf's encoding by hand: a peer that shares no code with the layer under test.
///
/// - Source: protobuf.dev, "Encoding".
struct HandWriter {
    private(set) var bytes: [UInt8] = []

    /// The bytes that `body` writes.
    static func write(_ body: (inout HandWriter) -> Void) -> [UInt8] {
        var writer = HandWriter()
        body(&writer)
        return writer.bytes
    }

    mutating func varint(_ value: UInt64) {
        var rest = value
        repeat {
            let low = UInt8(rest % 128)
            rest /= 128
            bytes.append(rest == 0 ? low : low + 128)
        } while rest != 0
    }

    mutating func number(_ field: Int, _ value: Int64) {
        varint(UInt64(field) * 8)
        varint(UInt64(bitPattern: value))
    }

    mutating func data(_ field: Int, _ value: [UInt8]) {
        varint(UInt64(field) * 8 + 2)
        varint(UInt64(value.count))
        bytes += value
    }

    mutating func text(_ field: Int, _ value: String) {
        data(field, Array(value.utf8))
    }

    mutating func message(_ field: Int, _ body: (inout HandWriter) -> Void) {
        data(field, HandWriter.write(body))
    }
}
