/// Small messages that cost much to decode.
struct ProtobufBomb: Sendable {
    let name: String
    let payload: [UInt8]

    /// Bytes of a payload that fills a frame.
    private static let full = 65_000

    /// Every bomb for one method, each in two sizes: within the method's own limit, and as large
    /// as a frame may be.
    static func all(_ method: SchemaMethod) -> [ProtobufBomb] {
        [4000, full].flatMap { size in repeated(method, size) + unknown(method, size) }
    }

    /// Thousands of everything that may come many times.
    private static func repeated(_ method: SchemaMethod, _ size: Int) -> [ProtobufBomb] {
        method.repeated.flatMap { path, kind -> [ProtobufBomb] in
            let field = path[path.count - 1]
            let outer = Array(path.dropLast())
            func bomb(_ name: String, _ one: [UInt8]) -> ProtobufBomb {
                let many = fill(one, size - 16)
                return ProtobufBomb(
                    name: "\(size): \(name) in \(path)",
                    payload: HandEncoding.nested(outer, many)
                )
            }
            switch kind {
            case .message, .text, .bytes:
                return [
                    bomb("empty ones", HandEncoding.data(field, [])),
                    bomb("one byte each", HandEncoding.data(field, [0x20, 0])),
                    bomb("nested", HandEncoding.data(field, HandEncoding.data(3, []))),
                ]
            case .number:
                let packed = HandEncoding.tag(field, 2)
                return [
                    bomb("numbers", HandEncoding.number(field, 1)),
                    bomb("empty packs", HandEncoding.data(field, [])),
                    ProtobufBomb(
                        name: "\(size): one pack in \(path)",
                        payload: HandEncoding.nested(
                            outer,
                            HandEncoding.data(field, [UInt8](repeating: 2, count: size - 16))
                        )
                    ),
                    ProtobufBomb(
                        name: "\(size): a pack beyond the end in \(path)",
                        payload: HandEncoding.nested(
                            outer,
                            packed + HandEncoding.varint(1 << 40) + fill([1], 1000)
                        )
                    ),
                    ProtobufBomb(
                        name: "\(size): a pack that ends inside a number in \(path)",
                        payload: HandEncoding.nested(
                            outer,
                            HandEncoding.data(field, fill([0xFF], 1000))
                        )
                    ),
                ]
            }
        }
    }

    /// Fields that the schema does not know.
    private static func unknown(_ method: SchemaMethod, _ size: Int) -> [ProtobufBomb] {
        let nested = size < full ? nestedSmall : nestedFull
        let opening = fill(HandEncoding.tag(1000, 3), size - 16)
        var bombs = [
            ("unknown fields", fill(HandEncoding.data(1000, []), size - 16)),
            ("unknown numbers", fill(HandEncoding.number(100, 0), size - 16)),
            ("unknown fields of rising numbers", rising(size - 16)),
            ("unknown nesting", nested),
            ("unknown groups", opening),
            ("the largest field number", fill(HandEncoding.number(0x1FFF_FFFF, 1), size - 16)),
            ("long varints", fill(HandEncoding.tag(100, 0) + fill([0x80], 9) + [1], size - 16)),
        ]
        if let first = method.fields.first(where: { $0.kind == .text }) {
            // The last one counts; all of them are decoded.
            bombs.append(
                (
                    "one text again and again",
                    fill(HandEncoding.data(first.number, [0x78]), size - 16)
                )
            )
        }
        for field in method.fields where field.kind == .message && !field.isRepeated {
            // Messages of one field are merged.
            bombs.append(
                (
                    "field \(field.name) again and again",
                    fill(HandEncoding.data(field.number, []), size - 16)
                )
            )
        }
        return bombs.map { ProtobufBomb(name: "\(size): \($0)", payload: $1) }
    }

    private static let nestedSmall = nesting(4000)
    private static let nestedFull = nesting(full)

    /// A field in a field in a field …
    private static func nesting(_ size: Int) -> [UInt8] {
        var nested: [UInt8] = []
        while nested.count < size - 16 { nested = HandEncoding.data(1000, nested) }
        return nested
    }

    private static func rising(_ size: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var field: UInt64 = 1000
        while bytes.count < size - 8 {
            bytes += HandEncoding.data(field, [])
            field += 1
        }
        return bytes
    }

    /// As many whole copies as fit.
    private static func fill(_ one: [UInt8], _ size: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        for _ in 0..<max(1, size / one.count) { bytes += one }
        return bytes
    }
}
