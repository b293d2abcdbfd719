// Made by protoc-gen-remit-swift from remit/billing/v1/event.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC
package import TTRPC

extension BillingV1 {
    package struct ListEventsRequest: WireMessage {
        package static let messageName = "remit.billing.v1.ListEventsRequest"
        /// The last sequence number the reader has applied; 0 for the beginning.
        package var after: Int64
        /// How many at the most: 1 to 500; 0 means 100.
        package var pageSize: Int32

        package init(
            after: Int64 = 0,
            pageSize: Int32 = 0
        ) {
            self.after = after
            self.pageSize = pageSize
        }
    }
}

extension BillingV1.ListEventsRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__ListEventsRequest>, _ arena: Arena) throws(WireError) {
        after = c.pointee.after
        pageSize = c.pointee.page_size
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ListEventsRequest> {
        let c = try arena.take(Remit__Billing__V1__ListEventsRequest.self, for: Self.messageName)
        remit__billing__v1__list_events_request__init(c)
        c.pointee.after = after
        c.pointee.page_size = pageSize
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__list_events_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__list_events_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__list_events_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct ListEventsResponse: WireMessage {
        package static let messageName = "remit.billing.v1.ListEventsResponse"
        package var events: [BillingV1.Event]
        /// The sequence number of the newest event.
        package var headSequence: Int64

        package init(
            events: [BillingV1.Event] = [],
            headSequence: Int64 = 0
        ) {
            self.events = events
            self.headSequence = headSequence
        }
    }
}

extension BillingV1.ListEventsResponse {
    init(_ c: UnsafePointer<Remit__Billing__V1__ListEventsResponse>, _ arena: Arena) throws(WireError) {
        events = []
        if let elements = c.pointee.events {
            events.reserveCapacity(Int(c.pointee.n_events))
            for index in 0..<Int(c.pointee.n_events) {
                guard let element = elements[index] else { continue }
                events.append(try BillingV1.Event(element, arena))
            }
        }
        headSequence = c.pointee.head_sequence
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ListEventsResponse> {
        let c = try arena.take(Remit__Billing__V1__ListEventsResponse.self, for: Self.messageName)
        remit__billing__v1__list_events_response__init(c)
        if !events.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Billing__V1__Event>?).self, count: events.count, for: Self.messageName)
            for (index, element) in events.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_events = events.count
            c.pointee.events = elements
        }
        c.pointee.head_sequence = headSequence
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__list_events_response__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__list_events_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__list_events_response__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct StreamEventsRequest: WireMessage {
        package static let messageName = "remit.billing.v1.StreamEventsRequest"
        /// The last sequence number the reader has applied; 0 for the beginning.
        package var after: Int64

        package init(
            after: Int64 = 0
        ) {
            self.after = after
        }
    }
}

extension BillingV1.StreamEventsRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__StreamEventsRequest>, _ arena: Arena) throws(WireError) {
        after = c.pointee.after
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__StreamEventsRequest> {
        let c = try arena.take(Remit__Billing__V1__StreamEventsRequest.self, for: Self.messageName)
        remit__billing__v1__stream_events_request__init(c)
        c.pointee.after = after
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__stream_events_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__stream_events_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__stream_events_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct StreamEventsResponse: WireMessage {
        package static let messageName = "remit.billing.v1.StreamEventsResponse"
        /// Oldest first.
        package var events: [BillingV1.Event]
        /// The sequence number of the newest event.
        package var headSequence: Int64

        package init(
            events: [BillingV1.Event] = [],
            headSequence: Int64 = 0
        ) {
            self.events = events
            self.headSequence = headSequence
        }
    }
}

extension BillingV1.StreamEventsResponse {
    init(_ c: UnsafePointer<Remit__Billing__V1__StreamEventsResponse>, _ arena: Arena) throws(WireError) {
        events = []
        if let elements = c.pointee.events {
            events.reserveCapacity(Int(c.pointee.n_events))
            for index in 0..<Int(c.pointee.n_events) {
                guard let element = elements[index] else { continue }
                events.append(try BillingV1.Event(element, arena))
            }
        }
        headSequence = c.pointee.head_sequence
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__StreamEventsResponse> {
        let c = try arena.take(Remit__Billing__V1__StreamEventsResponse.self, for: Self.messageName)
        remit__billing__v1__stream_events_response__init(c)
        if !events.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Billing__V1__Event>?).self, count: events.count, for: Self.messageName)
            for (index, element) in events.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_events = events.count
            c.pointee.events = elements
        }
        c.pointee.head_sequence = headSequence
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__stream_events_response__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__stream_events_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__stream_events_response__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct Event: WireMessage {
        package static let messageName = "remit.billing.v1.Event"
        /// 1, 2, 3 … in the order of commit.
        package var sequence: Int64
        /// "evt_…".
        package var eventID: String
        /// "payment.succeeded", "invoice.posted".
        package var type: String
        /// What it is about: "pay_…", "inv_…".
        package var subjectID: String
        /// "acct_…".
        package var accountID: String
        package var createTime: GoogleProtobuf.Timestamp?

        package init(
            sequence: Int64 = 0,
            eventID: String = "",
            type: String = "",
            subjectID: String = "",
            accountID: String = "",
            createTime: GoogleProtobuf.Timestamp? = nil
        ) {
            self.sequence = sequence
            self.eventID = eventID
            self.type = type
            self.subjectID = subjectID
            self.accountID = accountID
            self.createTime = createTime
        }
    }
}

extension BillingV1.Event {
    init(_ c: UnsafePointer<Remit__Billing__V1__Event>, _ arena: Arena) throws(WireError) {
        sequence = c.pointee.sequence
        eventID = try arena.text(c.pointee.event_id, "remit.billing.v1.Event", "event_id")
        type = try arena.text(c.pointee.type, "remit.billing.v1.Event", "type")
        subjectID = try arena.text(c.pointee.subject_id, "remit.billing.v1.Event", "subject_id")
        accountID = try arena.text(c.pointee.account_id, "remit.billing.v1.Event", "account_id")
        if let nested = c.pointee.create_time { createTime = try GoogleProtobuf.Timestamp(nested, arena) } else { createTime = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__Event> {
        let c = try arena.take(Remit__Billing__V1__Event.self, for: Self.messageName)
        remit__billing__v1__event__init(c)
        c.pointee.sequence = sequence
        if !eventID.isEmpty { c.pointee.event_id = try arena.cString(eventID, "remit.billing.v1.Event", "event_id") }
        if !type.isEmpty { c.pointee.type = try arena.cString(type, "remit.billing.v1.Event", "type") }
        if !subjectID.isEmpty { c.pointee.subject_id = try arena.cString(subjectID, "remit.billing.v1.Event", "subject_id") }
        if !accountID.isEmpty { c.pointee.account_id = try arena.cString(accountID, "remit.billing.v1.Event", "account_id") }
        if let nested = createTime { c.pointee.create_time = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__event__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__event__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__event__pack(c, $0) }
    }
}

extension BillingV1 {
    /// The numbered feed of what happened in billing. Ids only, no personal data.
    package protocol EventServiceHandler: Sendable {
        /// The events after a sequence number, oldest first.
        func list(
            _ request: BillingV1.ListEventsRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.ListEventsResponse
        /// The events after a sequence number, oldest first and each once, for as long as the caller
        /// stays. The first message comes at once, without events if there are none; then one whenever
        /// events were committed, with 500 of them at the most. Opened again with the last sequence
        /// number that was applied, it goes on there.
        ///
        /// Errors: OUT_OF_RANGE (BAD_SEQUENCE), UNAVAILABLE (DRAINING) when billing shuts down.
        func stream(
            _ request: BillingV1.StreamEventsRequest,
            responses: RPCWriter<BillingV1.StreamEventsResponse>,
            context: ServerContext
        ) async throws(RPCError)
    }

    /// The methods of `remit.billing.v1.EventService`.
    package enum EventService {
        package static let name = "remit.billing.v1.EventService"
        package static let list = MethodDescriptor(
            service: name, method: "List",
            scope: "events.read", idempotent: true, maxRequestBytes: 4096)
        package static let stream = MethodDescriptor(
            service: name, method: "Stream",
            scope: "events.read", idempotent: true, maxRequestBytes: 4096, kind: .serverStream)
        package static let methods: [MethodDescriptor] = [list, stream]
    }

    /// Calls `remit.billing.v1.EventService`.
    package struct EventServiceClient: Sendable {
        private let caller: any RPCCaller

        package init(_ caller: any RPCCaller) {
            self.caller = caller
        }

        /// The events after a sequence number, oldest first.
        package func list(
            _ request: BillingV1.ListEventsRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.ListEventsResponse {
            try await caller.call(EventService.list, request, options: options)
        }

        /// The events after a sequence number, oldest first and each once, for as long as the caller
        /// stays. The first message comes at once, without events if there are none; then one whenever
        /// events were committed, with 500 of them at the most. Opened again with the last sequence
        /// number that was applied, it goes on there.
        ///
        /// Errors: OUT_OF_RANGE (BAD_SEQUENCE), UNAVAILABLE (DRAINING) when billing shuts down.
        package func stream(
            _ request: BillingV1.StreamEventsRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> RPCMessages<BillingV1.StreamEventsResponse> {
            let stream: RPCStream<BillingV1.StreamEventsRequest, BillingV1.StreamEventsResponse> =
                try await caller.open(EventService.stream, request, options: options)
            return stream.replies
        }
    }
}

extension Router {
    /// Serves `remit.billing.v1.EventService`.
    package mutating func register(_ handler: some BillingV1.EventServiceHandler) {
        register(BillingV1.EventService.list, handler: handler.list)
        register(BillingV1.EventService.stream, serverStream: handler.stream)
    }
}
