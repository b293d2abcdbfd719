// Made by protoc-gen-remit-swift from google/rpc/error_details.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC

extension GoogleRPC {
    /// Why a call failed, for programs.
    package struct ErrorInfo: WireMessage {
        package static let messageName = "google.rpc.ErrorInfo"
        /// A constant in upper snake case: "AMOUNT_ZERO".
        package var reason: String
        /// Who defined the reason: "remit".
        package var domain: String

        package init(
            reason: String = "",
            domain: String = ""
        ) {
            self.reason = reason
            self.domain = domain
        }
    }
}

extension GoogleRPC.ErrorInfo {
    init(_ c: UnsafePointer<Google__Rpc__ErrorInfo>, _ arena: Arena) throws(WireError) {
        reason = try arena.text(c.pointee.reason, "google.rpc.ErrorInfo", "reason")
        domain = try arena.text(c.pointee.domain, "google.rpc.ErrorInfo", "domain")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Google__Rpc__ErrorInfo> {
        let c = try arena.take(Google__Rpc__ErrorInfo.self, for: Self.messageName)
        google__rpc__error_info__init(c)
        if !reason.isEmpty { c.pointee.reason = try arena.cString(reason, "google.rpc.ErrorInfo", "reason") }
        if !domain.isEmpty { c.pointee.domain = try arena.cString(domain, "google.rpc.ErrorInfo", "domain") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = google__rpc__error_info__unpack(arena.allocator, bytes.count, data) else {
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
        let size = google__rpc__error_info__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = google__rpc__error_info__pack(c, $0) }
    }
}

extension GoogleRPC {
    /// Which field of the request was at fault.
    package struct BadRequest: WireMessage {
        package static let messageName = "google.rpc.BadRequest"
        package var fieldViolations: [GoogleRPC.BadRequest.FieldViolation]

        package init(
            fieldViolations: [GoogleRPC.BadRequest.FieldViolation] = []
        ) {
            self.fieldViolations = fieldViolations
        }
    }
}

extension GoogleRPC.BadRequest {
    init(_ c: UnsafePointer<Google__Rpc__BadRequest>, _ arena: Arena) throws(WireError) {
        fieldViolations = []
        if let elements = c.pointee.field_violations {
            fieldViolations.reserveCapacity(Int(c.pointee.n_field_violations))
            for index in 0..<Int(c.pointee.n_field_violations) {
                guard let element = elements[index] else { continue }
                fieldViolations.append(try GoogleRPC.BadRequest.FieldViolation(element, arena))
            }
        }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Google__Rpc__BadRequest> {
        let c = try arena.take(Google__Rpc__BadRequest.self, for: Self.messageName)
        google__rpc__bad_request__init(c)
        if !fieldViolations.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Google__Rpc__BadRequest__FieldViolation>?).self, count: fieldViolations.count, for: Self.messageName)
            for (index, element) in fieldViolations.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_field_violations = fieldViolations.count
            c.pointee.field_violations = elements
        }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = google__rpc__bad_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = google__rpc__bad_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = google__rpc__bad_request__pack(c, $0) }
    }
}

extension GoogleRPC.BadRequest {
    package struct FieldViolation: WireMessage {
        package static let messageName = "google.rpc.BadRequest.FieldViolation"
        /// The field's path: "amount.minor_units".
        package var field: String
        /// What is wrong with it.
        package var description: String

        package init(
            field: String = "",
            description: String = ""
        ) {
            self.field = field
            self.description = description
        }
    }
}

extension GoogleRPC.BadRequest.FieldViolation {
    init(_ c: UnsafePointer<Google__Rpc__BadRequest__FieldViolation>, _ arena: Arena) throws(WireError) {
        field = try arena.text(c.pointee.field, "google.rpc.BadRequest.FieldViolation", "field")
        description = try arena.text(c.pointee.description, "google.rpc.BadRequest.FieldViolation", "description")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Google__Rpc__BadRequest__FieldViolation> {
        let c = try arena.take(Google__Rpc__BadRequest__FieldViolation.self, for: Self.messageName)
        google__rpc__bad_request__field_violation__init(c)
        if !field.isEmpty { c.pointee.field = try arena.cString(field, "google.rpc.BadRequest.FieldViolation", "field") }
        if !description.isEmpty { c.pointee.description = try arena.cString(description, "google.rpc.BadRequest.FieldViolation", "description") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let empty = try arena.take(Google__Rpc__BadRequest__FieldViolation.self, for: messageName)
        google__rpc__bad_request__field_violation__init(empty)
        guard let base = protobuf_c_message_unpack(
            empty.pointee.base.descriptor, arena.allocator, bytes.count, data)
        else { throw arena.unpackFailure(messageName) }
        let c = UnsafeRawPointer(base).assumingMemoryBound(to: Google__Rpc__BadRequest__FieldViolation.self)
        return try Self(c, arena)
    }

    package func encode(
        into buffer: inout ByteBuffer, in arena: Arena,
        header: (inout ByteBuffer, Int) -> Void
    ) throws(WireError) {
        let mark = arena.used
        defer { arena.rewind(to: mark) }
        let c = try build(arena)
        let size = protobuf_c_message_get_packed_size(&c.pointee.base)
        header(&buffer, size)
        buffer.writePacked(size) { _ = protobuf_c_message_pack(&c.pointee.base, $0) }
    }
}

extension GoogleRPC {
    /// When the call may be tried again.
    package struct RetryInfo: WireMessage {
        package static let messageName = "google.rpc.RetryInfo"
        /// Wait at least this long.
        package var retryDelay: GoogleProtobuf.Duration?

        package init(
            retryDelay: GoogleProtobuf.Duration? = nil
        ) {
            self.retryDelay = retryDelay
        }
    }
}

extension GoogleRPC.RetryInfo {
    init(_ c: UnsafePointer<Google__Rpc__RetryInfo>, _ arena: Arena) throws(WireError) {
        if let nested = c.pointee.retry_delay { retryDelay = try GoogleProtobuf.Duration(nested, arena) } else { retryDelay = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Google__Rpc__RetryInfo> {
        let c = try arena.take(Google__Rpc__RetryInfo.self, for: Self.messageName)
        google__rpc__retry_info__init(c)
        if let nested = retryDelay { c.pointee.retry_delay = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = google__rpc__retry_info__unpack(arena.allocator, bytes.count, data) else {
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
        let size = google__rpc__retry_info__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = google__rpc__retry_info__pack(c, $0) }
    }
}
