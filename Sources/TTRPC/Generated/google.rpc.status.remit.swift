// Made by protoc-gen-remit-swift from google/rpc/status.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC

extension GoogleRPC {
    /// How a call ended.
    package struct Status: WireMessage {
        package static let messageName = "google.rpc.Status"
        /// A canonical status code; 0 is success.
        package var code: Int32
        /// A sentence for a developer.
        package var message: String
        /// Details that programs read: ErrorInfo, BadRequest, RetryInfo.
        package var details: [GoogleProtobuf.AnyMessage]

        package init(
            code: Int32 = 0,
            message: String = "",
            details: [GoogleProtobuf.AnyMessage] = []
        ) {
            self.code = code
            self.message = message
            self.details = details
        }
    }
}

extension GoogleRPC.Status {
    init(_ c: UnsafePointer<Google__Rpc__Status>, _ arena: Arena) throws(WireError) {
        code = c.pointee.code
        message = try arena.text(c.pointee.message, "google.rpc.Status", "message")
        details = []
        if let elements = c.pointee.details {
            details.reserveCapacity(Int(c.pointee.n_details))
            for index in 0..<Int(c.pointee.n_details) {
                guard let element = elements[index] else { continue }
                details.append(try GoogleProtobuf.AnyMessage(element, arena))
            }
        }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Google__Rpc__Status> {
        let c = try arena.take(Google__Rpc__Status.self, for: Self.messageName)
        google__rpc__status__init(c)
        c.pointee.code = code
        if !message.isEmpty { c.pointee.message = try arena.cString(message, "google.rpc.Status", "message") }
        if !details.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Google__Protobuf__Any>?).self, count: details.count, for: Self.messageName)
            for (index, element) in details.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_details = details.count
            c.pointee.details = elements
        }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = google__rpc__status__unpack(arena.allocator, bytes.count, data) else {
            throw arena.unpackFailure(messageName)
        }
        return try Self(c, arena)
    }

    package func encode(
        into buffer: inout ByteBuffer, in arena: Arena,
        header: (inout ByteBuffer, Int) -> Void
    ) throws(WireError) {
        let mark = arena.used
        defer { arena.rewind(to: mark) }
        let c = try build(arena)
        let size = google__rpc__status__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = google__rpc__status__pack(c, $0) }
    }
}
