// Made by protoc-gen-remit-swift from remit/billing/v1/review.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC
package import TTRPC

extension BillingV1 {
    package enum ReviewDecision: WireEnum {
        case unspecified
        /// A payment in review was paid: it settles as if the gateway had proven it.
        case succeeded
        /// A payment in review was not paid: it ends as FAILED, and the account may pay again.
        case failed
        /// The gateway took money for a payment that ended without it: the money goes to the account's
        /// open invoices, oldest first, and what is left over becomes credit.
        case credit
        /// The gateway took no money for a payment that is in the books: it is taken back, from the
        /// payment's own credit first, then from the invoices it paid, which open again.
        case reverse
        /// The exception is closed and no money moves.
        case dismiss
        /// A number that this version of the schema has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .succeeded
            case 2: self = .failed
            case 3: self = .credit
            case 4: self = .reverse
            case 5: self = .dismiss
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .succeeded: 1
            case .failed: 2
            case .credit: 3
            case .reverse: 4
            case .dismiss: 5
            case .unrecognized(let number): number
            }
        }

        /// The name in the schema, without the type's prefix: "SUBMITTING".
        package var name: String {
            switch self {
            case .unspecified: "UNSPECIFIED"
            case .succeeded: "SUCCEEDED"
            case .failed: "FAILED"
            case .credit: "CREDIT"
            case .reverse: "REVERSE"
            case .dismiss: "DISMISS"
            case .unrecognized(let number): "\(number)"
            }
        }

        /// The name in the schema: "PAYMENT_STATE_SUBMITTING".
        package var protoName: String {
            switch self {
            case .unspecified: "REVIEW_DECISION_UNSPECIFIED"
            case .succeeded: "REVIEW_DECISION_SUCCEEDED"
            case .failed: "REVIEW_DECISION_FAILED"
            case .credit: "REVIEW_DECISION_CREDIT"
            case .reverse: "REVIEW_DECISION_REVERSE"
            case .dismiss: "REVIEW_DECISION_DISMISS"
            case .unrecognized(let number): "\(number)"
            }
        }
    }
}

extension BillingV1 {
    /// An operator's word.
    package struct ReviewVote: WireMessage {
        package static let messageName = "remit.billing.v1.ReviewVote"
        /// The operator's name, as the operator gave it.
        package var `operator`: String
        package var decision: BillingV1.ReviewDecision
        /// Why, for whoever reads this later.
        package var note: String
        package var createTime: GoogleProtobuf.Timestamp?
        /// Who called, as a certificate or a bearer token proved it: "remit://ann", "token ann". Empty
        /// where callers are not authenticated.
        package var caller: String

        package init(
            `operator`: String = "",
            decision: BillingV1.ReviewDecision = .unspecified,
            note: String = "",
            createTime: GoogleProtobuf.Timestamp? = nil,
            caller: String = ""
        ) {
            self.`operator` = `operator`
            self.decision = decision
            self.note = note
            self.createTime = createTime
            self.caller = caller
        }
    }
}

extension BillingV1.ReviewVote {
    init(_ c: UnsafePointer<Remit__Billing__V1__ReviewVote>, _ arena: Arena) throws(WireError) {
        `operator` = try arena.text(c.pointee.operator_, "remit.billing.v1.ReviewVote", "operator")
        decision = BillingV1.ReviewDecision(rawValue: Int32(bitPattern: c.pointee.decision.rawValue))
        note = try arena.text(c.pointee.note, "remit.billing.v1.ReviewVote", "note")
        if let nested = c.pointee.create_time { createTime = try GoogleProtobuf.Timestamp(nested, arena) } else { createTime = nil }
        caller = try arena.text(c.pointee.caller, "remit.billing.v1.ReviewVote", "caller")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ReviewVote> {
        let c = try arena.take(Remit__Billing__V1__ReviewVote.self, for: Self.messageName)
        remit__billing__v1__review_vote__init(c)
        if !`operator`.isEmpty { c.pointee.operator_ = try arena.cString(`operator`, "remit.billing.v1.ReviewVote", "operator") }
        c.pointee.decision = Remit__Billing__V1__ReviewDecision(rawValue: UInt32(bitPattern: decision.rawValue))
        if !note.isEmpty { c.pointee.note = try arena.cString(note, "remit.billing.v1.ReviewVote", "note") }
        if let nested = createTime { c.pointee.create_time = try nested.build(arena) }
        if !caller.isEmpty { c.pointee.caller = try arena.cString(caller, "remit.billing.v1.ReviewVote", "caller") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__review_vote__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__review_vote__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__review_vote__pack(c, $0) }
    }
}

extension BillingV1 {
    /// A payment in review, or an exception. payment_id and gateway_version name it.
    package struct ReviewItem: WireMessage {
        package static let messageName = "remit.billing.v1.ReviewItem"
        /// "pay_…".
        package var paymentID: String
        /// The version of the gateway's operation that contradicts the payment; 0 for a payment in review.
        package var gatewayVersion: Int64
        /// "acct_…".
        package var accountID: String
        /// The gateway's key: "att_…".
        package var attemptID: String
        package var amount: RemitType.Money?
        /// The payment as it is now.
        package var paymentState: BillingV1.PaymentState
        /// What the gateway proves, by its name ("APPROVED"). Empty for a payment in review: nothing is
        /// proven, and RecoveryService.GetOperation of the gateway tells what it knows.
        package var gatewayState: String
        /// When it began to wait for people.
        package var openTime: GoogleProtobuf.Timestamp?
        /// How long that is ago, by billing's clock; until its end for a decided item.
        package var ageMilliseconds: Int64
        /// The first operator's word; absent while nobody has proposed anything.
        package var proposal: BillingV1.ReviewVote?
        /// The second operator's word; absent until it was carried out.
        package var confirmation: BillingV1.ReviewVote?

        package init(
            paymentID: String = "",
            gatewayVersion: Int64 = 0,
            accountID: String = "",
            attemptID: String = "",
            amount: RemitType.Money? = nil,
            paymentState: BillingV1.PaymentState = .unspecified,
            gatewayState: String = "",
            openTime: GoogleProtobuf.Timestamp? = nil,
            ageMilliseconds: Int64 = 0,
            proposal: BillingV1.ReviewVote? = nil,
            confirmation: BillingV1.ReviewVote? = nil
        ) {
            self.paymentID = paymentID
            self.gatewayVersion = gatewayVersion
            self.accountID = accountID
            self.attemptID = attemptID
            self.amount = amount
            self.paymentState = paymentState
            self.gatewayState = gatewayState
            self.openTime = openTime
            self.ageMilliseconds = ageMilliseconds
            self.proposal = proposal
            self.confirmation = confirmation
        }
    }
}

extension BillingV1.ReviewItem {
    init(_ c: UnsafePointer<Remit__Billing__V1__ReviewItem>, _ arena: Arena) throws(WireError) {
        paymentID = try arena.text(c.pointee.payment_id, "remit.billing.v1.ReviewItem", "payment_id")
        gatewayVersion = c.pointee.gateway_version
        accountID = try arena.text(c.pointee.account_id, "remit.billing.v1.ReviewItem", "account_id")
        attemptID = try arena.text(c.pointee.attempt_id, "remit.billing.v1.ReviewItem", "attempt_id")
        if let nested = c.pointee.amount { amount = try RemitType.Money(nested, arena) } else { amount = nil }
        paymentState = BillingV1.PaymentState(rawValue: Int32(bitPattern: c.pointee.payment_state.rawValue))
        gatewayState = try arena.text(c.pointee.gateway_state, "remit.billing.v1.ReviewItem", "gateway_state")
        if let nested = c.pointee.open_time { openTime = try GoogleProtobuf.Timestamp(nested, arena) } else { openTime = nil }
        ageMilliseconds = c.pointee.age_milliseconds
        if let nested = c.pointee.proposal { proposal = try BillingV1.ReviewVote(nested, arena) } else { proposal = nil }
        if let nested = c.pointee.confirmation { confirmation = try BillingV1.ReviewVote(nested, arena) } else { confirmation = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ReviewItem> {
        let c = try arena.take(Remit__Billing__V1__ReviewItem.self, for: Self.messageName)
        remit__billing__v1__review_item__init(c)
        if !paymentID.isEmpty { c.pointee.payment_id = try arena.cString(paymentID, "remit.billing.v1.ReviewItem", "payment_id") }
        c.pointee.gateway_version = gatewayVersion
        if !accountID.isEmpty { c.pointee.account_id = try arena.cString(accountID, "remit.billing.v1.ReviewItem", "account_id") }
        if !attemptID.isEmpty { c.pointee.attempt_id = try arena.cString(attemptID, "remit.billing.v1.ReviewItem", "attempt_id") }
        if let nested = amount { c.pointee.amount = try nested.build(arena) }
        c.pointee.payment_state = Remit__Billing__V1__PaymentState(rawValue: UInt32(bitPattern: paymentState.rawValue))
        if !gatewayState.isEmpty { c.pointee.gateway_state = try arena.cString(gatewayState, "remit.billing.v1.ReviewItem", "gateway_state") }
        if let nested = openTime { c.pointee.open_time = try nested.build(arena) }
        c.pointee.age_milliseconds = ageMilliseconds
        if let nested = proposal { c.pointee.proposal = try nested.build(arena) }
        if let nested = confirmation { c.pointee.confirmation = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__review_item__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__review_item__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__review_item__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct ListExceptionsRequest: WireMessage {
        package static let messageName = "remit.billing.v1.ListExceptionsRequest"
        /// 1 to 200; 0 means 50.
        package var pageSize: Int32
        /// From the previous page; opaque.
        package var pageToken: String

        package init(
            pageSize: Int32 = 0,
            pageToken: String = ""
        ) {
            self.pageSize = pageSize
            self.pageToken = pageToken
        }
    }
}

extension BillingV1.ListExceptionsRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__ListExceptionsRequest>, _ arena: Arena) throws(WireError) {
        pageSize = c.pointee.page_size
        pageToken = try arena.text(c.pointee.page_token, "remit.billing.v1.ListExceptionsRequest", "page_token")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ListExceptionsRequest> {
        let c = try arena.take(Remit__Billing__V1__ListExceptionsRequest.self, for: Self.messageName)
        remit__billing__v1__list_exceptions_request__init(c)
        c.pointee.page_size = pageSize
        if !pageToken.isEmpty { c.pointee.page_token = try arena.cString(pageToken, "remit.billing.v1.ListExceptionsRequest", "page_token") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__list_exceptions_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__list_exceptions_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__list_exceptions_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct ListExceptionsResponse: WireMessage {
        package static let messageName = "remit.billing.v1.ListExceptionsResponse"
        package var items: [BillingV1.ReviewItem]
        /// Empty on the last page.
        package var nextPageToken: String

        package init(
            items: [BillingV1.ReviewItem] = [],
            nextPageToken: String = ""
        ) {
            self.items = items
            self.nextPageToken = nextPageToken
        }
    }
}

extension BillingV1.ListExceptionsResponse {
    init(_ c: UnsafePointer<Remit__Billing__V1__ListExceptionsResponse>, _ arena: Arena) throws(WireError) {
        items = []
        if let elements = c.pointee.items {
            items.reserveCapacity(Int(c.pointee.n_items))
            for index in 0..<Int(c.pointee.n_items) {
                guard let element = elements[index] else { continue }
                items.append(try BillingV1.ReviewItem(element, arena))
            }
        }
        nextPageToken = try arena.text(c.pointee.next_page_token, "remit.billing.v1.ListExceptionsResponse", "next_page_token")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ListExceptionsResponse> {
        let c = try arena.take(Remit__Billing__V1__ListExceptionsResponse.self, for: Self.messageName)
        remit__billing__v1__list_exceptions_response__init(c)
        if !items.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Billing__V1__ReviewItem>?).self, count: items.count, for: Self.messageName)
            for (index, element) in items.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_items = items.count
            c.pointee.items = elements
        }
        if !nextPageToken.isEmpty { c.pointee.next_page_token = try arena.cString(nextPageToken, "remit.billing.v1.ListExceptionsResponse", "next_page_token") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__list_exceptions_response__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__list_exceptions_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__list_exceptions_response__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct DecideRequest: WireMessage {
        package static let messageName = "remit.billing.v1.DecideRequest"
        /// "pay_…".
        package var paymentID: String
        /// As ListExceptions has it: 0 for a payment in review.
        package var gatewayVersion: Int64
        /// SUCCEEDED or FAILED for a payment in review; CREDIT, REVERSE or DISMISS for an exception.
        package var decision: BillingV1.ReviewDecision
        /// Who decides: 1 to 100 bytes; upper and lower case are the same operator. An authenticated
        /// caller is stored beside it, and a second vote must differ in both.
        package var `operator`: String
        /// Why: 1 to 500 bytes.
        package var note: String

        package init(
            paymentID: String = "",
            gatewayVersion: Int64 = 0,
            decision: BillingV1.ReviewDecision = .unspecified,
            `operator`: String = "",
            note: String = ""
        ) {
            self.paymentID = paymentID
            self.gatewayVersion = gatewayVersion
            self.decision = decision
            self.`operator` = `operator`
            self.note = note
        }
    }
}

extension BillingV1.DecideRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__DecideRequest>, _ arena: Arena) throws(WireError) {
        paymentID = try arena.text(c.pointee.payment_id, "remit.billing.v1.DecideRequest", "payment_id")
        gatewayVersion = c.pointee.gateway_version
        decision = BillingV1.ReviewDecision(rawValue: Int32(bitPattern: c.pointee.decision.rawValue))
        `operator` = try arena.text(c.pointee.operator_, "remit.billing.v1.DecideRequest", "operator")
        note = try arena.text(c.pointee.note, "remit.billing.v1.DecideRequest", "note")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__DecideRequest> {
        let c = try arena.take(Remit__Billing__V1__DecideRequest.self, for: Self.messageName)
        remit__billing__v1__decide_request__init(c)
        if !paymentID.isEmpty { c.pointee.payment_id = try arena.cString(paymentID, "remit.billing.v1.DecideRequest", "payment_id") }
        c.pointee.gateway_version = gatewayVersion
        c.pointee.decision = Remit__Billing__V1__ReviewDecision(rawValue: UInt32(bitPattern: decision.rawValue))
        if !`operator`.isEmpty { c.pointee.operator_ = try arena.cString(`operator`, "remit.billing.v1.DecideRequest", "operator") }
        if !note.isEmpty { c.pointee.note = try arena.cString(note, "remit.billing.v1.DecideRequest", "note") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__decide_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__decide_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__decide_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct ListParkedEventsRequest: WireMessage {
        package static let messageName = "remit.billing.v1.ListParkedEventsRequest"
        /// 1 to 200; 0 means 50.
        package var pageSize: Int32
        /// From the previous page; opaque.
        package var pageToken: String

        package init(
            pageSize: Int32 = 0,
            pageToken: String = ""
        ) {
            self.pageSize = pageSize
            self.pageToken = pageToken
        }
    }
}

extension BillingV1.ListParkedEventsRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__ListParkedEventsRequest>, _ arena: Arena) throws(WireError) {
        pageSize = c.pointee.page_size
        pageToken = try arena.text(c.pointee.page_token, "remit.billing.v1.ListParkedEventsRequest", "page_token")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ListParkedEventsRequest> {
        let c = try arena.take(Remit__Billing__V1__ListParkedEventsRequest.self, for: Self.messageName)
        remit__billing__v1__list_parked_events_request__init(c)
        c.pointee.page_size = pageSize
        if !pageToken.isEmpty { c.pointee.page_token = try arena.cString(pageToken, "remit.billing.v1.ListParkedEventsRequest", "page_token") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__list_parked_events_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__list_parked_events_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__list_parked_events_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct ListParkedEventsResponse: WireMessage {
        package static let messageName = "remit.billing.v1.ListParkedEventsResponse"
        package var events: [BillingV1.ParkedEvent]
        /// Empty on the last page.
        package var nextPageToken: String

        package init(
            events: [BillingV1.ParkedEvent] = [],
            nextPageToken: String = ""
        ) {
            self.events = events
            self.nextPageToken = nextPageToken
        }
    }
}

extension BillingV1.ListParkedEventsResponse {
    init(_ c: UnsafePointer<Remit__Billing__V1__ListParkedEventsResponse>, _ arena: Arena) throws(WireError) {
        events = []
        if let elements = c.pointee.events {
            events.reserveCapacity(Int(c.pointee.n_events))
            for index in 0..<Int(c.pointee.n_events) {
                guard let element = elements[index] else { continue }
                events.append(try BillingV1.ParkedEvent(element, arena))
            }
        }
        nextPageToken = try arena.text(c.pointee.next_page_token, "remit.billing.v1.ListParkedEventsResponse", "next_page_token")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ListParkedEventsResponse> {
        let c = try arena.take(Remit__Billing__V1__ListParkedEventsResponse.self, for: Self.messageName)
        remit__billing__v1__list_parked_events_response__init(c)
        if !events.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Billing__V1__ParkedEvent>?).self, count: events.count, for: Self.messageName)
            for (index, element) in events.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_events = events.count
            c.pointee.events = elements
        }
        if !nextPageToken.isEmpty { c.pointee.next_page_token = try arena.cString(nextPageToken, "remit.billing.v1.ListParkedEventsResponse", "next_page_token") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__list_parked_events_response__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__list_parked_events_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__list_parked_events_response__pack(c, $0) }
    }
}

extension BillingV1 {
    /// An event of the gateway's feed that could not be applied.
    package struct ParkedEvent: WireMessage {
        package static let messageName = "remit.billing.v1.ParkedEvent"
        /// Its number in the gateway's feed.
        package var sequence: Int64
        /// The key as it came: "att_…".
        package var gatewayKey: String
        /// For operators.
        package var reason: String
        /// How long ago it was parked.
        package var ageMilliseconds: Int64

        package init(
            sequence: Int64 = 0,
            gatewayKey: String = "",
            reason: String = "",
            ageMilliseconds: Int64 = 0
        ) {
            self.sequence = sequence
            self.gatewayKey = gatewayKey
            self.reason = reason
            self.ageMilliseconds = ageMilliseconds
        }
    }
}

extension BillingV1.ParkedEvent {
    init(_ c: UnsafePointer<Remit__Billing__V1__ParkedEvent>, _ arena: Arena) throws(WireError) {
        sequence = c.pointee.sequence
        gatewayKey = try arena.text(c.pointee.gateway_key, "remit.billing.v1.ParkedEvent", "gateway_key")
        reason = try arena.text(c.pointee.reason, "remit.billing.v1.ParkedEvent", "reason")
        ageMilliseconds = c.pointee.age_milliseconds
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ParkedEvent> {
        let c = try arena.take(Remit__Billing__V1__ParkedEvent.self, for: Self.messageName)
        remit__billing__v1__parked_event__init(c)
        c.pointee.sequence = sequence
        if !gatewayKey.isEmpty { c.pointee.gateway_key = try arena.cString(gatewayKey, "remit.billing.v1.ParkedEvent", "gateway_key") }
        if !reason.isEmpty { c.pointee.reason = try arena.cString(reason, "remit.billing.v1.ParkedEvent", "reason") }
        c.pointee.age_milliseconds = ageMilliseconds
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__parked_event__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__parked_event__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__parked_event__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct GetStatusRequest: WireMessage {
        package static let messageName = "remit.billing.v1.GetStatusRequest"

        package init() {}
    }
}

extension BillingV1.GetStatusRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__GetStatusRequest>, _ arena: Arena) throws(WireError) {
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__GetStatusRequest> {
        let c = try arena.take(Remit__Billing__V1__GetStatusRequest.self, for: Self.messageName)
        remit__billing__v1__get_status_request__init(c)
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__get_status_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__get_status_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__get_status_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct GetStatusResponse: WireMessage {
        package static let messageName = "remit.billing.v1.GetStatusResponse"
        /// The gateway's store that billing knows; empty before the first contact.
        package var gatewayEpoch: String
        /// The last event of the gateway's feed that was applied or parked.
        package var gatewayCursor: Int64
        /// Why payments and recovery have stopped: the gateway's store is not the one billing knows, or
        /// went back in time. Empty while there is no loss.
        package var dataLossReason: String
        /// The payments that have not ended, by state; states without one are left out.
        package var livePayments: [BillingV1.LivePayments]
        /// Exceptions that wait for a decision; payments in review are counted among the live ones.
        package var openExceptions: Int64
        package var parkedEvents: Int64

        package init(
            gatewayEpoch: String = "",
            gatewayCursor: Int64 = 0,
            dataLossReason: String = "",
            livePayments: [BillingV1.LivePayments] = [],
            openExceptions: Int64 = 0,
            parkedEvents: Int64 = 0
        ) {
            self.gatewayEpoch = gatewayEpoch
            self.gatewayCursor = gatewayCursor
            self.dataLossReason = dataLossReason
            self.livePayments = livePayments
            self.openExceptions = openExceptions
            self.parkedEvents = parkedEvents
        }
    }
}

extension BillingV1.GetStatusResponse {
    init(_ c: UnsafePointer<Remit__Billing__V1__GetStatusResponse>, _ arena: Arena) throws(WireError) {
        gatewayEpoch = try arena.text(c.pointee.gateway_epoch, "remit.billing.v1.GetStatusResponse", "gateway_epoch")
        gatewayCursor = c.pointee.gateway_cursor
        dataLossReason = try arena.text(c.pointee.data_loss_reason, "remit.billing.v1.GetStatusResponse", "data_loss_reason")
        livePayments = []
        if let elements = c.pointee.live_payments {
            livePayments.reserveCapacity(Int(c.pointee.n_live_payments))
            for index in 0..<Int(c.pointee.n_live_payments) {
                guard let element = elements[index] else { continue }
                livePayments.append(try BillingV1.LivePayments(element, arena))
            }
        }
        openExceptions = c.pointee.open_exceptions
        parkedEvents = c.pointee.parked_events
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__GetStatusResponse> {
        let c = try arena.take(Remit__Billing__V1__GetStatusResponse.self, for: Self.messageName)
        remit__billing__v1__get_status_response__init(c)
        if !gatewayEpoch.isEmpty { c.pointee.gateway_epoch = try arena.cString(gatewayEpoch, "remit.billing.v1.GetStatusResponse", "gateway_epoch") }
        c.pointee.gateway_cursor = gatewayCursor
        if !dataLossReason.isEmpty { c.pointee.data_loss_reason = try arena.cString(dataLossReason, "remit.billing.v1.GetStatusResponse", "data_loss_reason") }
        if !livePayments.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Billing__V1__LivePayments>?).self, count: livePayments.count, for: Self.messageName)
            for (index, element) in livePayments.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_live_payments = livePayments.count
            c.pointee.live_payments = elements
        }
        c.pointee.open_exceptions = openExceptions
        c.pointee.parked_events = parkedEvents
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__get_status_response__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__get_status_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__get_status_response__pack(c, $0) }
    }
}

extension BillingV1 {
    /// The payments of one state that is not terminal.
    package struct LivePayments: WireMessage {
        package static let messageName = "remit.billing.v1.LivePayments"
        package var state: BillingV1.PaymentState
        package var count: Int64
        /// How long ago the oldest was made.
        package var oldestAgeMilliseconds: Int64

        package init(
            state: BillingV1.PaymentState = .unspecified,
            count: Int64 = 0,
            oldestAgeMilliseconds: Int64 = 0
        ) {
            self.state = state
            self.count = count
            self.oldestAgeMilliseconds = oldestAgeMilliseconds
        }
    }
}

extension BillingV1.LivePayments {
    init(_ c: UnsafePointer<Remit__Billing__V1__LivePayments>, _ arena: Arena) throws(WireError) {
        state = BillingV1.PaymentState(rawValue: Int32(bitPattern: c.pointee.state.rawValue))
        count = c.pointee.count
        oldestAgeMilliseconds = c.pointee.oldest_age_milliseconds
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__LivePayments> {
        let c = try arena.take(Remit__Billing__V1__LivePayments.self, for: Self.messageName)
        remit__billing__v1__live_payments__init(c)
        c.pointee.state = Remit__Billing__V1__PaymentState(rawValue: UInt32(bitPattern: state.rawValue))
        c.pointee.count = count
        c.pointee.oldest_age_milliseconds = oldestAgeMilliseconds
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__live_payments__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__live_payments__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__live_payments__pack(c, $0) }
    }
}

extension BillingV1 {
    /// What no machine may decide: payments that stayed unknown too long, and proof of the gateway that
    /// contradicts how a payment ended. Two operators decide each.
    ///
    /// Where callers are authenticated (by a certificate or a bearer token), an operator is a caller and
    /// what it calls itself, and both must be another's for the second vote: each operator needs a
    /// certificate or token of their own. Elsewhere callers are believed about who they are.
    package protocol ReviewServiceHandler: Sendable {
        /// The items that wait for a decision, oldest payment first.
        ///
        /// Errors: INVALID_ARGUMENT (page_size, page_token).
        func listExceptions(
            _ request: BillingV1.ListExceptionsRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.ListExceptionsResponse
        /// Decides an item, in two calls: the first operator's proposes, and a second operator's with the
        /// same decision carries it out. Money, ledger, history, event and mail are then one step.
        ///
        /// The first operator's call again changes nothing and has the same answer. With another decision
        /// it takes the place of that operator's own proposal, which still needs a second operator. A
        /// proposal from before callers were authenticated proves nothing: an authenticated caller's takes
        /// its place. An item that was decided answers with what was decided, whoever asks for whatever.
        ///
        /// Errors: INVALID_ARGUMENT (BAD_ID; BAD_TEXT in operator or note; BAD_VERSION; BAD_ENUM in
        /// decision, also for one that an item of this kind never has), NOT_FOUND (the payment, or its
        /// exception of that gateway_version), FAILED_PRECONDITION (ONE_OPERATOR: the authenticated
        /// caller proposed this itself under another name, or another caller did under this one, or the
        /// caller is not authenticated though the proposal's was; DECISION_DIFFERS: another operator
        /// proposed another decision; DECISION_DOES_NOT_FIT: CREDIT of money that the gateway did not
        /// take or that is in the books already, REVERSE of money that the gateway took or that is not
        /// in the books; NOT_IN_REVIEW: the payment has ended, or was never in review).
        func decide(
            _ request: BillingV1.DecideRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.ReviewItem
        /// The gateway's events that could not be applied, in their order.
        ///
        /// Errors: INVALID_ARGUMENT (page_size, page_token).
        func listParkedEvents(
            _ request: BillingV1.ListParkedEventsRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.ListParkedEventsResponse
        /// How billing stands with the gateway, and how much waits for whom.
        func getStatus(
            _ request: BillingV1.GetStatusRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.GetStatusResponse
    }

    /// The methods of `remit.billing.v1.ReviewService`.
    package enum ReviewService {
        package static let name = "remit.billing.v1.ReviewService"
        package static let listExceptions = MethodDescriptor(
            service: name, method: "ListExceptions",
            scope: "review.read", idempotent: true, maxRequestBytes: 4096)
        package static let decide = MethodDescriptor(
            service: name, method: "Decide",
            scope: "review.decide", idempotent: true, maxRequestBytes: 4096)
        package static let listParkedEvents = MethodDescriptor(
            service: name, method: "ListParkedEvents",
            scope: "review.read", idempotent: true, maxRequestBytes: 4096)
        package static let getStatus = MethodDescriptor(
            service: name, method: "GetStatus",
            scope: "review.read", idempotent: true, maxRequestBytes: 4096)
        package static let methods: [MethodDescriptor] = [listExceptions, decide, listParkedEvents, getStatus]
    }

    /// Calls `remit.billing.v1.ReviewService`.
    package struct ReviewServiceClient: Sendable {
        private let caller: any RPCCaller

        package init(_ caller: any RPCCaller) {
            self.caller = caller
        }

        /// The items that wait for a decision, oldest payment first.
        ///
        /// Errors: INVALID_ARGUMENT (page_size, page_token).
        package func listExceptions(
            _ request: BillingV1.ListExceptionsRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.ListExceptionsResponse {
            try await caller.call(ReviewService.listExceptions, request, options: options)
        }

        /// Decides an item, in two calls: the first operator's proposes, and a second operator's with the
        /// same decision carries it out. Money, ledger, history, event and mail are then one step.
        ///
        /// The first operator's call again changes nothing and has the same answer. With another decision
        /// it takes the place of that operator's own proposal, which still needs a second operator. A
        /// proposal from before callers were authenticated proves nothing: an authenticated caller's takes
        /// its place. An item that was decided answers with what was decided, whoever asks for whatever.
        ///
        /// Errors: INVALID_ARGUMENT (BAD_ID; BAD_TEXT in operator or note; BAD_VERSION; BAD_ENUM in
        /// decision, also for one that an item of this kind never has), NOT_FOUND (the payment, or its
        /// exception of that gateway_version), FAILED_PRECONDITION (ONE_OPERATOR: the authenticated
        /// caller proposed this itself under another name, or another caller did under this one, or the
        /// caller is not authenticated though the proposal's was; DECISION_DIFFERS: another operator
        /// proposed another decision; DECISION_DOES_NOT_FIT: CREDIT of money that the gateway did not
        /// take or that is in the books already, REVERSE of money that the gateway took or that is not
        /// in the books; NOT_IN_REVIEW: the payment has ended, or was never in review).
        package func decide(
            _ request: BillingV1.DecideRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.ReviewItem {
            try await caller.call(ReviewService.decide, request, options: options)
        }

        /// The gateway's events that could not be applied, in their order.
        ///
        /// Errors: INVALID_ARGUMENT (page_size, page_token).
        package func listParkedEvents(
            _ request: BillingV1.ListParkedEventsRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.ListParkedEventsResponse {
            try await caller.call(ReviewService.listParkedEvents, request, options: options)
        }

        /// How billing stands with the gateway, and how much waits for whom.
        package func getStatus(
            _ request: BillingV1.GetStatusRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.GetStatusResponse {
            try await caller.call(ReviewService.getStatus, request, options: options)
        }
    }
}

extension Router {
    /// Serves `remit.billing.v1.ReviewService`.
    package mutating func register(_ handler: some BillingV1.ReviewServiceHandler) {
        register(BillingV1.ReviewService.listExceptions, handler: handler.listExceptions)
        register(BillingV1.ReviewService.decide, handler: handler.decide)
        register(BillingV1.ReviewService.listParkedEvents, handler: handler.listParkedEvents)
        register(BillingV1.ReviewService.getStatus, handler: handler.getStatus)
    }
}
