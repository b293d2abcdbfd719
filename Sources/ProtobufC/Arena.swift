package import CProtobufC
package import NIOCore

#if canImport(Glibc)
    import Glibc
#endif

/// Memory for the C structs of one message at a time.
///
/// Allocation moves a mark, and one reset releases everything. A full arena makes libprotobuf-c's
/// unpack fail, so its capacity bounds what one message can cost. Not `Sendable`: one belongs to
/// one event loop, or to one call.
package final class Arena {
    /// Memory that libprotobuf-c may need for each byte of a frame.
    ///
    /// An empty submessage is two bytes on the wire. In memory it is a struct (176 bytes is the
    /// largest) with the size in front of it, a pointer, and up to 64 bytes of what was scanned.
    package static let expansionFactor = 128
    /// Room for what does not grow with the frame, in bytes: the outermost struct, the first of
    /// what was scanned.
    package static let minimumCapacity = 4096
    /// Room for building the largest reply, in bytes. Pages that are not touched cost nothing.
    package static let replyCapacity = 16 << 20

    let raw: UnsafeMutablePointer<RemitArena>

    /// - Parameter capacity: bytes, more than zero.
    package init(capacity: Int) {
        guard let raw = remit_arena_create(capacity) else {
            preconditionFailure("no memory for an arena of \(capacity) bytes")
        }
        self.raw = raw
    }

    deinit {
        remit_arena_destroy(raw)
    }

    /// The capacity that no frame of this size exhausts when its fields are known, and none but
    /// the repeated ones comes twice.
    package static func capacity(forFrameBytes bytes: Int) -> Int {
        // A checked arena has a gap before each allocation: at most one for two bytes.
        minimumCapacity + bytes * (expansionFactor + Int(REMIT_ARENA_GAP) / 2)
    }

    /// What libprotobuf-c's functions take.
    package var allocator: UnsafeMutablePointer<ProtobufCAllocator> {
        UnsafeMutableRawPointer(raw).assumingMemoryBound(to: ProtobufCAllocator.self)
    }

    /// Bytes in use.
    package var used: Int { raw.pointee.used }

    /// Whether an allocation was refused since the last reset.
    package var overflowed: Bool { raw.pointee.overflowed != 0 }

    /// Releases everything.
    package func reset() {
        remit_arena_rewind(raw, 0)
    }

    /// Releases what was allocated since `used` was this.
    package func rewind(to mark: Int) {
        remit_arena_rewind(raw, mark)
    }

    /// Why an unpack failed.
    package func unpackFailure(_ message: String) -> WireError {
        overflowed ? .tooLarge(message: message) : .malformed(message: message)
    }
}

// What generated code is made of: reading C fields into Swift, and building C structs.
extension Arena {
    /// Room for `count` values.
    ///
    /// - Throws: `WireError.tooLarge`.
    package func take<T>(
        _ type: T.Type,
        count: Int = 1,
        for message: @autoclosure () -> String
    ) throws(WireError) -> UnsafeMutablePointer<T> {
        guard let pointer = remit_arena_alloc(raw, MemoryLayout<T>.stride * count) else {
            throw .tooLarge(message: message())
        }
        return pointer.bindMemory(to: T.self, capacity: count)
    }

    /// The bytes of a text field of an unpacked message, unchecked: what follows a NUL is a part
    /// of them. They live until the arena is reset.
    package func textBytes(_ pointer: UnsafePointer<CChar>?) -> UnsafeRawBufferPointer {
        guard let pointer else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        // A field that was absent points at a constant outside of the arena, which is empty.
        let size = remit_arena_size(raw, pointer)
        return UnsafeRawBufferPointer(start: pointer, count: max(0, size - 1))
    }

    /// A text field of an unpacked message.
    ///
    /// - Throws: `WireError.invalidText` for what is not UTF-8 or has a NUL inside.
    package func text(
        _ pointer: UnsafePointer<CChar>?,
        _ message: StaticString,
        _ field: StaticString
    ) throws(WireError) -> String {
        guard let pointer else { return "" }
        let size = remit_arena_size(raw, pointer)
        guard size > 1 else { return "" }
        let bytes = UnsafeRawBufferPointer(start: pointer, count: size - 1)
        guard memchr(pointer, 0, size - 1) == nil,
            let text = String(validating: bytes.assumingMemoryBound(to: UInt8.self), as: UTF8.self)
        else {
            throw .invalidText(message: "\(message)", field: "\(field)")
        }
        return text
    }

    /// A bytes field of an unpacked message.
    package func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
        Array(UnsafeBufferPointer(start: data.data, count: data.len))
    }

    /// A text field of a message to be packed.
    ///
    /// - Throws: `WireError.tooLarge`; `WireError.invalidText` when a NUL is inside.
    package func cString(
        _ text: String,
        _ message: StaticString,
        _ field: StaticString
    ) throws(WireError) -> UnsafeMutablePointer<CChar> {
        var text = text
        let count = text.utf8.count
        let target = try take(CChar.self, count: count + 1, for: "\(message)")
        let clean = text.withUTF8 { source in
            if let base = source.baseAddress, count > 0 {
                UnsafeMutableRawPointer(target).copyMemory(from: base, byteCount: count)
            }
            return memchr(target, 0, count) == nil
        }
        guard clean else { throw .invalidText(message: "\(message)", field: "\(field)") }
        target[count] = 0
        return target
    }

    /// A sensitive text field of a message to be packed.
    ///
    /// - Throws: `WireError.tooLarge`; `WireError.invalidText` when a NUL is inside.
    package func cString(
        _ text: SensitiveText,
        _ message: StaticString,
        _ field: StaticString
    ) throws(WireError) -> UnsafeMutablePointer<CChar> {
        try text.withText { text throws(WireError) in try cString(text, message, field) }
    }

    /// A bytes field of a message to be packed.
    ///
    /// - Throws: `WireError.tooLarge`.
    package func binaryData(
        _ bytes: [UInt8],
        _ message: StaticString
    ) throws(WireError) -> ProtobufCBinaryData {
        guard !bytes.isEmpty else { return ProtobufCBinaryData(len: 0, data: nil) }
        let target = try take(UInt8.self, count: bytes.count, for: "\(message)")
        target.update(from: bytes, count: bytes.count)
        return ProtobufCBinaryData(len: bytes.count, data: target)
    }
}

extension ByteBuffer {
    /// Writes `size` bytes that a libprotobuf-c pack function fills.
    package mutating func writePacked(
        _ size: Int,
        _ pack: (UnsafeMutablePointer<UInt8>) -> Void
    ) {
        guard size > 0 else { return }
        writeWithUnsafeMutableBytes(minimumWritableBytes: size) { target in
            if let base = target.baseAddress {
                pack(base.assumingMemoryBound(to: UInt8.self))
            }
            return size
        }
    }
}
