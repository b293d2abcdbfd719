// Made by protoc-gen-remit-swift from remit/gateway/v1/event.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC
package import TTRPC

extension GatewayV1 {
    package struct ListEventsRequest: WireMessage {
        package static let messageName = "remit.gateway.v1.ListEventsRequest"
        /// The last sequence number the reader has applied; 0 for the beginning.
        package var after: Int64
        /// How many at the most: 1 to 500; 0 means 100.
        package var pageSize: Int32
        /// What the caller knows of the store; there is no feed of one that does not know it.
        package var known: GatewayV1.StoreCursor?

        package init(
            after: Int64 = 0,
            pageSize: Int32 = 0,
            known: GatewayV1.StoreCursor? = nil
        ) {
            self.after = after
            self.pageSize = pageSize
            self.known = known
        }
    }
}

extension GatewayV1.ListEventsRequest {
    init(_ c: UnsafePointer<Remit__Gateway__V1__ListEventsRequest>, _ arena: Arena) throws(WireError) {
        after = c.pointee.after
        pageSize = c.pointee.page_size
        if let nested = c.pointee.known { known = try GatewayV1.StoreCursor(nested, arena) } else { known = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__ListEventsRequest> {
        let c = try arena.take(Remit__Gateway__V1__ListEventsRequest.self, for: Self.messageName)
        remit__gateway__v1__list_events_request__init(c)
        c.pointee.after = after
        c.pointee.page_size = pageSize
        if let nested = known { c.pointee.known = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__list_events_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__list_events_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__list_events_request__pack(c, $0) }
    }
}

extension GatewayV1 {
    package struct ListEventsResponse: WireMessage {
        package static let messageName = "remit.gateway.v1.ListEventsResponse"
        package var events: [GatewayV1.Event]
        package var position: GatewayV1.StorePosition?

        package init(
            events: [GatewayV1.Event] = [],
            position: GatewayV1.StorePosition? = nil
        ) {
            self.events = events
            self.position = position
        }
    }
}

extension GatewayV1.ListEventsResponse {
    init(_ c: UnsafePointer<Remit__Gateway__V1__ListEventsResponse>, _ arena: Arena) throws(WireError) {
        events = []
        if let elements = c.pointee.events {
            events.reserveCapacity(Int(c.pointee.n_events))
            for index in 0..<Int(c.pointee.n_events) {
                guard let element = elements[index] else { continue }
                events.append(try GatewayV1.Event(element, arena))
            }
        }
        if let nested = c.pointee.position { position = try GatewayV1.StorePosition(nested, arena) } else { position = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__ListEventsResponse> {
        let c = try arena.take(Remit__Gateway__V1__ListEventsResponse.self, for: Self.messageName)
        remit__gateway__v1__list_events_response__init(c)
        if !events.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Gateway__V1__Event>?).self, count: events.count, for: Self.messageName)
            for (index, element) in events.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_events = events.count
            c.pointee.events = elements
        }
        if let nested = position { c.pointee.position = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__list_events_response__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__list_events_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__list_events_response__pack(c, $0) }
    }
}

extension GatewayV1 {
    package struct StreamEventsRequest: WireMessage {
        package static let messageName = "remit.gateway.v1.StreamEventsRequest"
        /// The last sequence number the reader has applied; 0 for the beginning.
        package var after: Int64
        /// What the caller knows of the store; there is no feed of one that does not know it.
        package var known: GatewayV1.StoreCursor?

        package init(
            after: Int64 = 0,
            known: GatewayV1.StoreCursor? = nil
        ) {
            self.after = after
            self.known = known
        }
    }
}

extension GatewayV1.StreamEventsRequest {
    init(_ c: UnsafePointer<Remit__Gateway__V1__StreamEventsRequest>, _ arena: Arena) throws(WireError) {
        after = c.pointee.after
        if let nested = c.pointee.known { known = try GatewayV1.StoreCursor(nested, arena) } else { known = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__StreamEventsRequest> {
        let c = try arena.take(Remit__Gateway__V1__StreamEventsRequest.self, for: Self.messageName)
        remit__gateway__v1__stream_events_request__init(c)
        c.pointee.after = after
        if let nested = known { c.pointee.known = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__stream_events_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__stream_events_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__stream_events_request__pack(c, $0) }
    }
}

extension GatewayV1 {
    package struct StreamEventsResponse: WireMessage {
        package static let messageName = "remit.gateway.v1.StreamEventsResponse"
        /// Oldest first.
        package var events: [GatewayV1.Event]
        /// Where the store stood when they were read.
        package var position: GatewayV1.StorePosition?

        package init(
            events: [GatewayV1.Event] = [],
            position: GatewayV1.StorePosition? = nil
        ) {
            self.events = events
            self.position = position
        }
    }
}

extension GatewayV1.StreamEventsResponse {
    init(_ c: UnsafePointer<Remit__Gateway__V1__StreamEventsResponse>, _ arena: Arena) throws(WireError) {
        events = []
        if let elements = c.pointee.events {
            events.reserveCapacity(Int(c.pointee.n_events))
            for index in 0..<Int(c.pointee.n_events) {
                guard let element = elements[index] else { continue }
                events.append(try GatewayV1.Event(element, arena))
            }
        }
        if let nested = c.pointee.position { position = try GatewayV1.StorePosition(nested, arena) } else { position = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__StreamEventsResponse> {
        let c = try arena.take(Remit__Gateway__V1__StreamEventsResponse.self, for: Self.messageName)
        remit__gateway__v1__stream_events_response__init(c)
        if !events.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Gateway__V1__Event>?).self, count: events.count, for: Self.messageName)
            for (index, element) in events.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_events = events.count
            c.pointee.events = elements
        }
        if let nested = position { c.pointee.position = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__stream_events_response__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__stream_events_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__stream_events_response__pack(c, $0) }
    }
}

extension GatewayV1 {
    /// An operation reached a state.
    package struct Event: WireMessage {
        package static let messageName = "remit.gateway.v1.Event"
        /// 1, 2, 3 … in the order of commit.
        package var sequence: Int64
        /// "evt_…".
        package var eventID: String
        package var createTime: GoogleProtobuf.Timestamp?
        /// The operation as it was at this event.
        package var operation: GatewayV1.Operation?

        package init(
            sequence: Int64 = 0,
            eventID: String = "",
            createTime: GoogleProtobuf.Timestamp? = nil,
            operation: GatewayV1.Operation? = nil
        ) {
            self.sequence = sequence
            self.eventID = eventID
            self.createTime = createTime
            self.operation = operation
        }
    }
}

extension GatewayV1.Event {
    init(_ c: UnsafePointer<Remit__Gateway__V1__Event>, _ arena: Arena) throws(WireError) {
        sequence = c.pointee.sequence
        eventID = try arena.text(c.pointee.event_id, "remit.gateway.v1.Event", "event_id")
        if let nested = c.pointee.create_time { createTime = try GoogleProtobuf.Timestamp(nested, arena) } else { createTime = nil }
        if let nested = c.pointee.operation { operation = try GatewayV1.Operation(nested, arena) } else { operation = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__Event> {
        let c = try arena.take(Remit__Gateway__V1__Event.self, for: Self.messageName)
        remit__gateway__v1__event__init(c)
        c.pointee.sequence = sequence
        if !eventID.isEmpty { c.pointee.event_id = try arena.cString(eventID, "remit.gateway.v1.Event", "event_id") }
        if let nested = createTime { c.pointee.create_time = try nested.build(arena) }
        if let nested = operation { c.pointee.operation = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__event__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__event__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__event__pack(c, $0) }
    }
}

extension GatewayV1 {
    /// The numbered feed of everything that happened to a tenant's operations.
    package protocol EventServiceHandler: Sendable {
        /// The events after a sequence number, oldest first, without gaps for the reader to fear: a
        /// number is visible only when all lower ones are.
        ///
        /// Errors: DATA_LOSS (STORE_RESTORED).
        func list(
            _ request: GatewayV1.ListEventsRequest,
            context: ServerContext
        ) async throws(RPCError) -> GatewayV1.ListEventsResponse
        /// The events after a sequence number, oldest first and each once, for as long as the caller
        /// stays. The first message comes at once, without events if there are none; then one whenever
        /// events were committed, with 500 of them at the most. Opened again with the last sequence
        /// number that was applied, it goes on there.
        ///
        /// Errors: OUT_OF_RANGE (BAD_SEQUENCE), DATA_LOSS (STORE_RESTORED), UNAVAILABLE (DRAINING) when
        /// the gateway shuts down.
        func stream(
            _ request: GatewayV1.StreamEventsRequest,
            responses: RPCWriter<GatewayV1.StreamEventsResponse>,
            context: ServerContext
        ) async throws(RPCError)
    }

    /// The methods of `remit.gateway.v1.EventService`.
    package enum EventService {
        package static let name = "remit.gateway.v1.EventService"
        package static let list = MethodDescriptor(
            service: name, method: "List",
            scope: "charge", idempotent: true, maxRequestBytes: 4096)
        package static let stream = MethodDescriptor(
            service: name, method: "Stream",
            scope: "charge", idempotent: true, maxRequestBytes: 4096, kind: .serverStream)
        package static let methods: [MethodDescriptor] = [list, stream]
    }

    /// Calls `remit.gateway.v1.EventService`.
    package struct EventServiceClient: Sendable {
        private let caller: any RPCCaller

        package init(_ caller: any RPCCaller) {
            self.caller = caller
        }

        /// The events after a sequence number, oldest first, without gaps for the reader to fear: a
        /// number is visible only when all lower ones are.
        ///
        /// Errors: DATA_LOSS (STORE_RESTORED).
        package func list(
            _ request: GatewayV1.ListEventsRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> GatewayV1.ListEventsResponse {
            try await caller.call(EventService.list, request, options: options)
        }

        /// The events after a sequence number, oldest first and each once, for as long as the caller
        /// stays. The first message comes at once, without events if there are none; then one whenever
        /// events were committed, with 500 of them at the most. Opened again with the last sequence
        /// number that was applied, it goes on there.
        ///
        /// Errors: OUT_OF_RANGE (BAD_SEQUENCE), DATA_LOSS (STORE_RESTORED), UNAVAILABLE (DRAINING) when
        /// the gateway shuts down.
        package func stream(
            _ request: GatewayV1.StreamEventsRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> RPCMessages<GatewayV1.StreamEventsResponse> {
            let stream: RPCStream<GatewayV1.StreamEventsRequest, GatewayV1.StreamEventsResponse> =
                try await caller.open(EventService.stream, request, options: options)
            return stream.replies
        }
    }
}

extension Router {
    /// Serves `remit.gateway.v1.EventService`.
    package mutating func register(_ handler: some GatewayV1.EventServiceHandler) {
        register(GatewayV1.EventService.list, handler: handler.list)
        register(GatewayV1.EventService.stream, serverStream: handler.stream)
    }
}
