// Made by protoc-gen-remit-swift from remit/debug/v1/probe.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC
package import TTRPC

extension DebugV1 {
    /// What is asked for.
    package struct InspectRequest: WireMessage {
        package static let messageName = "remit.debug.v1.InspectRequest"
        /// A key of metadata, in lower case.
        package var key: String

        package init(
            key: String = ""
        ) {
            self.key = key
        }
    }
}

extension DebugV1.InspectRequest {
    init(_ c: UnsafePointer<Remit__Debug__V1__InspectRequest>, _ arena: Arena) throws(WireError) {
        key = try arena.text(c.pointee.key, "remit.debug.v1.InspectRequest", "key")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Debug__V1__InspectRequest> {
        let c = try arena.take(Remit__Debug__V1__InspectRequest.self, for: Self.messageName)
        remit__debug__v1__inspect_request__init(c)
        if !key.isEmpty { c.pointee.key = try arena.cString(key, "remit.debug.v1.InspectRequest", "key") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__debug__v1__inspect_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__debug__v1__inspect_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__debug__v1__inspect_request__pack(c, $0) }
    }
}

extension DebugV1 {
    /// What came beside the request.
    package struct InspectReply: WireMessage {
        package static let messageName = "remit.debug.v1.InspectReply"
        /// The key's values, in the order they came.
        package var values: [String]
        /// Whether the caller set a deadline.
        package var hasDeadline: Bool

        package init(
            values: [String] = [],
            hasDeadline: Bool = false
        ) {
            self.values = values
            self.hasDeadline = hasDeadline
        }
    }
}

extension DebugV1.InspectReply {
    init(_ c: UnsafePointer<Remit__Debug__V1__InspectReply>, _ arena: Arena) throws(WireError) {
        values = []
        if let elements = c.pointee.values {
            values.reserveCapacity(Int(c.pointee.n_values))
            for index in 0..<Int(c.pointee.n_values) {
                values.append(try arena.text(elements[index], "remit.debug.v1.InspectReply", "values"))
            }
        }
        hasDeadline = c.pointee.has_deadline != 0
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Debug__V1__InspectReply> {
        let c = try arena.take(Remit__Debug__V1__InspectReply.self, for: Self.messageName)
        remit__debug__v1__inspect_reply__init(c)
        if !values.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<CChar>?).self, count: values.count, for: Self.messageName)
            for (index, element) in values.enumerated() {
                elements[index] = try arena.cString(element, "remit.debug.v1.InspectReply", "values")
            }
            c.pointee.n_values = values.count
            c.pointee.values = elements
        }
        c.pointee.has_deadline = hasDeadline ? 1 : 0
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__debug__v1__inspect_reply__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__debug__v1__inspect_reply__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__debug__v1__inspect_reply__pack(c, $0) }
    }
}

extension DebugV1 {
    /// How long a call takes.
    package struct SleepMessage: WireMessage {
        package static let messageName = "remit.debug.v1.SleepMessage"
        /// Milliseconds; 0 to 60,000.
        package var milliseconds: UInt32

        package init(
            milliseconds: UInt32 = 0
        ) {
            self.milliseconds = milliseconds
        }
    }
}

extension DebugV1.SleepMessage {
    init(_ c: UnsafePointer<Remit__Debug__V1__SleepMessage>, _ arena: Arena) throws(WireError) {
        milliseconds = c.pointee.milliseconds
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Debug__V1__SleepMessage> {
        let c = try arena.take(Remit__Debug__V1__SleepMessage.self, for: Self.messageName)
        remit__debug__v1__sleep_message__init(c)
        c.pointee.milliseconds = milliseconds
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__debug__v1__sleep_message__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__debug__v1__sleep_message__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__debug__v1__sleep_message__pack(c, $0) }
    }
}

extension DebugV1 {
    /// Shows a client what the RPC layer makes of its calls: metadata, deadlines, statuses. Served
    /// beside the echo, only when the operator asks for it.
    package protocol ProbeServiceHandler: Sendable {
        /// Answers with what came beside the request.
        func inspect(
            _ request: DebugV1.InspectRequest,
            context: ServerContext
        ) async throws(RPCError) -> DebugV1.InspectReply
        /// Fails with the status it is given. Errors: that one; INVALID_ARGUMENT (BAD_ENUM) for a code
        /// that is no error.
        func fail(
            _ request: GoogleRPC.Status,
            context: ServerContext
        ) async throws(RPCError) -> DebugV1.InspectReply
        /// Answers with the request after a time, or when its caller has gone. Errors: INVALID_ARGUMENT
        /// (BAD_TIME).
        func sleep(
            _ request: DebugV1.SleepMessage,
            context: ServerContext
        ) async throws(RPCError) -> DebugV1.SleepMessage
    }

    /// The methods of `remit.debug.v1.ProbeService`.
    package enum ProbeService {
        package static let name = "remit.debug.v1.ProbeService"
        package static let inspect = MethodDescriptor(
            service: name, method: "Inspect",
            scope: "debug", idempotent: true, maxRequestBytes: 0)
        package static let fail = MethodDescriptor(
            service: name, method: "Fail",
            scope: "debug", idempotent: true, maxRequestBytes: 0)
        package static let sleep = MethodDescriptor(
            service: name, method: "Sleep",
            scope: "debug", idempotent: true, maxRequestBytes: 0)
        package static let methods: [MethodDescriptor] = [inspect, fail, sleep]
    }

    /// Calls `remit.debug.v1.ProbeService`.
    package struct ProbeServiceClient: Sendable {
        private let caller: any RPCCaller

        package init(_ caller: any RPCCaller) {
            self.caller = caller
        }

        /// Answers with what came beside the request.
        package func inspect(
            _ request: DebugV1.InspectRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> DebugV1.InspectReply {
            try await caller.call(ProbeService.inspect, request, options: options)
        }

        /// Fails with the status it is given. Errors: that one; INVALID_ARGUMENT (BAD_ENUM) for a code
        /// that is no error.
        package func fail(
            _ request: GoogleRPC.Status,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> DebugV1.InspectReply {
            try await caller.call(ProbeService.fail, request, options: options)
        }

        /// Answers with the request after a time, or when its caller has gone. Errors: INVALID_ARGUMENT
        /// (BAD_TIME).
        package func sleep(
            _ request: DebugV1.SleepMessage,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> DebugV1.SleepMessage {
            try await caller.call(ProbeService.sleep, request, options: options)
        }
    }
}

extension Router {
    /// Serves `remit.debug.v1.ProbeService`.
    package mutating func register(_ handler: some DebugV1.ProbeServiceHandler) {
        register(DebugV1.ProbeService.inspect, handler: handler.inspect)
        register(DebugV1.ProbeService.fail, handler: handler.fail)
        register(DebugV1.ProbeService.sleep, handler: handler.sleep)
    }
}
