package import NIOCore

/// A value with a protobuf encoding, made and read by libprotobuf-c.
package protocol WireMessage: Sendable, Equatable {
    /// The full proto name: "remit.billing.v1.Payment".
    static var messageName: String { get }

    /// Reads a value; nothing of it points into `bytes` or the arena afterwards.
    ///
    /// - Parameters:
    ///   - bytes: the encoded message.
    ///   - arena: where libprotobuf-c puts its structs; the caller resets it.
    /// - Throws: `WireError` in each of its cases.
    static func decode(
        _ bytes: UnsafeRawBufferPointer,
        in arena: Arena
    ) throws(WireError) -> Self

    /// Appends the encoding.
    ///
    /// - Parameters:
    ///   - buffer: where the bytes go.
    ///   - arena: where the C structs are built; rewound before this returns.
    ///   - header: called once with the encoding's size in bytes before it is written, for
    ///     what must stand in front of it.
    /// - Throws: `WireError.tooLarge`, `WireError.invalidText` (a NUL in a text field); nothing
    ///   has been written then.
    func encode(
        into buffer: inout ByteBuffer,
        in arena: Arena,
        header: (inout ByteBuffer, Int) -> Void
    ) throws(WireError)
}

/// An open enum of a schema: numbers without a name are kept.
package protocol WireEnum: Hashable, Sendable {
    /// The number on the wire.
    var rawValue: Int32 { get }
    /// The name without the type's prefix: "SUBMITTING".
    var name: String { get }
    /// The name in the schema: "PAYMENT_STATE_SUBMITTING".
    var protoName: String { get }
}

extension WireMessage {
    /// Reads a value from an array of bytes, with an arena of its own.
    ///
    /// - Throws: `WireError` in each of its cases.
    package init(serialized: [UInt8]) throws(WireError) {
        let arena = Arena(capacity: Arena.capacity(forFrameBytes: serialized.count))
        var result: Result<Self, WireError> = .failure(.malformed(message: Self.messageName))
        serialized.withUnsafeBytes { bytes in
            do throws(WireError) {
                result = .success(try Self.decode(bytes, in: arena))
            } catch {
                result = .failure(error)
            }
        }
        self = try result.get()
    }

    /// The encoding as an array of bytes.
    ///
    /// - Parameter arenaBytes: memory that building it may take.
    /// - Throws: `WireError.tooLarge`, `WireError.invalidText`.
    package func serialized(
        arenaBytes: Int = Arena.replyCapacity
    ) throws(WireError) -> [UInt8] {
        var buffer = ByteBuffer()
        try encode(into: &buffer, in: Arena(capacity: arenaBytes)) { _, _ in }
        return Array(buffer.readableBytesView)
    }
}
