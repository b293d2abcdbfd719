// Made by protoc-gen-remit-swift from remit/debug/v1/echo.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC
package import TTRPC

extension DebugV1 {
    /// What comes in goes out.
    package struct EchoMessage: WireMessage {
        package static let messageName = "remit.debug.v1.EchoMessage"
        /// Any bytes.
        package var payload: [UInt8]

        package init(
            payload: [UInt8] = []
        ) {
            self.payload = payload
        }
    }
}

extension DebugV1.EchoMessage {
    init(_ c: UnsafePointer<Remit__Debug__V1__EchoMessage>, _ arena: Arena) throws(WireError) {
        payload = arena.bytes(c.pointee.payload)
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Debug__V1__EchoMessage> {
        let c = try arena.take(Remit__Debug__V1__EchoMessage.self, for: Self.messageName)
        remit__debug__v1__echo_message__init(c)
        c.pointee.payload = try arena.binaryData(payload, "remit.debug.v1.EchoMessage")
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__debug__v1__echo_message__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__debug__v1__echo_message__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__debug__v1__echo_message__pack(c, $0) }
    }
}

extension DebugV1 {
    package struct ExpandRequest: WireMessage {
        package static let messageName = "remit.debug.v1.ExpandRequest"
        /// What each message carries.
        package var payload: [UInt8]
        /// How many messages, at most 1,000,000.
        package var count: UInt32
        /// The status code that the stream ends with; 0 for a good end.
        package var failCode: Int32

        package init(
            payload: [UInt8] = [],
            count: UInt32 = 0,
            failCode: Int32 = 0
        ) {
            self.payload = payload
            self.count = count
            self.failCode = failCode
        }
    }
}

extension DebugV1.ExpandRequest {
    init(_ c: UnsafePointer<Remit__Debug__V1__ExpandRequest>, _ arena: Arena) throws(WireError) {
        payload = arena.bytes(c.pointee.payload)
        count = c.pointee.count
        failCode = c.pointee.fail_code
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Debug__V1__ExpandRequest> {
        let c = try arena.take(Remit__Debug__V1__ExpandRequest.self, for: Self.messageName)
        remit__debug__v1__expand_request__init(c)
        c.pointee.payload = try arena.binaryData(payload, "remit.debug.v1.ExpandRequest")
        c.pointee.count = count
        c.pointee.fail_code = failCode
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__debug__v1__expand_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__debug__v1__expand_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__debug__v1__expand_request__pack(c, $0) }
    }
}

extension DebugV1 {
    package struct CollectReply: WireMessage {
        package static let messageName = "remit.debug.v1.CollectReply"
        /// Messages that came.
        package var messages: UInt64
        /// Bytes of all payloads together.
        package var bytes: UInt64

        package init(
            messages: UInt64 = 0,
            bytes: UInt64 = 0
        ) {
            self.messages = messages
            self.bytes = bytes
        }
    }
}

extension DebugV1.CollectReply {
    init(_ c: UnsafePointer<Remit__Debug__V1__CollectReply>, _ arena: Arena) throws(WireError) {
        messages = c.pointee.messages
        bytes = c.pointee.bytes
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Debug__V1__CollectReply> {
        let c = try arena.take(Remit__Debug__V1__CollectReply.self, for: Self.messageName)
        remit__debug__v1__collect_reply__init(c)
        c.pointee.messages = messages
        c.pointee.bytes = bytes
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__debug__v1__collect_reply__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__debug__v1__collect_reply__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__debug__v1__collect_reply__pack(c, $0) }
    }
}

extension DebugV1 {
    /// What a call costs.
    package struct WorkRequest: WireMessage {
        package static let messageName = "remit.debug.v1.WorkRequest"
        /// Any bytes; they come back.
        package var payload: [UInt8]
        /// Processor time on the thread that serves the connection, in microseconds; 0 to 1,000,000.
        package var busyMicroseconds: UInt32
        /// Durable commits that are waited for, one after the other; 0 to 16.
        package var commits: UInt32
        /// Times that the call waits for a thread which answers all that wait for it at once, one after
        /// the other: what a group commit costs without its store; 0 to 16.
        package var handoffs: UInt32

        package init(
            payload: [UInt8] = [],
            busyMicroseconds: UInt32 = 0,
            commits: UInt32 = 0,
            handoffs: UInt32 = 0
        ) {
            self.payload = payload
            self.busyMicroseconds = busyMicroseconds
            self.commits = commits
            self.handoffs = handoffs
        }
    }
}

extension DebugV1.WorkRequest {
    init(_ c: UnsafePointer<Remit__Debug__V1__WorkRequest>, _ arena: Arena) throws(WireError) {
        payload = arena.bytes(c.pointee.payload)
        busyMicroseconds = c.pointee.busy_microseconds
        commits = c.pointee.commits
        handoffs = c.pointee.handoffs
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Debug__V1__WorkRequest> {
        let c = try arena.take(Remit__Debug__V1__WorkRequest.self, for: Self.messageName)
        remit__debug__v1__work_request__init(c)
        c.pointee.payload = try arena.binaryData(payload, "remit.debug.v1.WorkRequest")
        c.pointee.busy_microseconds = busyMicroseconds
        c.pointee.commits = commits
        c.pointee.handoffs = handoffs
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__debug__v1__work_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__debug__v1__work_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__debug__v1__work_request__pack(c, $0) }
    }
}

extension DebugV1 {
    /// Measures the RPC layer alone. Served only when the operator asks for it.
    package protocol EchoServiceHandler: Sendable {
        /// Answers with the request.
        func echo(
            _ request: DebugV1.EchoMessage,
            context: ServerContext
        ) async throws(RPCError) -> DebugV1.EchoMessage
        /// Answers each message with itself.
        func echoStream(
            _ requests: RPCMessages<DebugV1.EchoMessage>,
            responses: RPCWriter<DebugV1.EchoMessage>,
            context: ServerContext
        ) async throws(RPCError)
        /// Answers with the same message again and again.
        ///
        /// Errors: INVALID_ARGUMENT (BAD_COUNT) for too many; fail_code after the last message.
        func expand(
            _ request: DebugV1.ExpandRequest,
            responses: RPCWriter<DebugV1.EchoMessage>,
            context: ServerContext
        ) async throws(RPCError)
        /// Counts messages and their bytes.
        func collect(
            _ requests: RPCMessages<DebugV1.EchoMessage>,
            context: ServerContext
        ) async throws(RPCError) -> DebugV1.CollectReply
        /// Takes the time it is told to, then answers with the payload: a call of a known cost, for load
        /// tests. Errors: INVALID_ARGUMENT (BAD_TIME, BAD_COUNT).
        func work(
            _ request: DebugV1.WorkRequest,
            context: ServerContext
        ) async throws(RPCError) -> DebugV1.EchoMessage
    }

    /// The methods of `remit.debug.v1.EchoService`.
    package enum EchoService {
        package static let name = "remit.debug.v1.EchoService"
        package static let echo = MethodDescriptor(
            service: name, method: "Echo",
            scope: "debug", idempotent: true, maxRequestBytes: 0)
        package static let echoStream = MethodDescriptor(
            service: name, method: "EchoStream",
            scope: "debug", idempotent: true, maxRequestBytes: 0, kind: .bidirectional)
        package static let expand = MethodDescriptor(
            service: name, method: "Expand",
            scope: "debug", idempotent: true, maxRequestBytes: 0, kind: .serverStream)
        package static let collect = MethodDescriptor(
            service: name, method: "Collect",
            scope: "debug", idempotent: true, maxRequestBytes: 0, kind: .clientStream)
        package static let work = MethodDescriptor(
            service: name, method: "Work",
            scope: "debug", idempotent: true, maxRequestBytes: 0)
        package static let methods: [MethodDescriptor] = [echo, echoStream, expand, collect, work]
    }

    /// Calls `remit.debug.v1.EchoService`.
    package struct EchoServiceClient: Sendable {
        private let caller: any RPCCaller

        package init(_ caller: any RPCCaller) {
            self.caller = caller
        }

        /// Answers with the request.
        package func echo(
            _ request: DebugV1.EchoMessage,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> DebugV1.EchoMessage {
            try await caller.call(EchoService.echo, request, options: options)
        }

        /// Answers each message with itself.
        package func echoStream(
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> RPCStream<DebugV1.EchoMessage, DebugV1.EchoMessage> {
            try await caller.open(EchoService.echoStream, nil, options: options)
        }

        /// Answers with the same message again and again.
        ///
        /// Errors: INVALID_ARGUMENT (BAD_COUNT) for too many; fail_code after the last message.
        package func expand(
            _ request: DebugV1.ExpandRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> RPCMessages<DebugV1.EchoMessage> {
            let stream: RPCStream<DebugV1.ExpandRequest, DebugV1.EchoMessage> =
                try await caller.open(EchoService.expand, request, options: options)
            return stream.replies
        }

        /// Counts messages and their bytes.
        package func collect(
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> RPCStream<DebugV1.EchoMessage, DebugV1.CollectReply> {
            try await caller.open(EchoService.collect, nil, options: options)
        }

        /// Takes the time it is told to, then answers with the payload: a call of a known cost, for load
        /// tests. Errors: INVALID_ARGUMENT (BAD_TIME, BAD_COUNT).
        package func work(
            _ request: DebugV1.WorkRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> DebugV1.EchoMessage {
            try await caller.call(EchoService.work, request, options: options)
        }
    }
}

extension Router {
    /// Serves `remit.debug.v1.EchoService`.
    package mutating func register(_ handler: some DebugV1.EchoServiceHandler) {
        register(DebugV1.EchoService.echo, handler: handler.echo)
        register(DebugV1.EchoService.echoStream, bidirectional: handler.echoStream)
        register(DebugV1.EchoService.expand, serverStream: handler.expand)
        register(DebugV1.EchoService.collect, clientStream: handler.collect)
        register(DebugV1.EchoService.work, handler: handler.work)
    }
}
