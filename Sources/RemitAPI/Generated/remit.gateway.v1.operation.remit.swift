// Made by protoc-gen-remit-swift from remit/gateway/v1/operation.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC
package import TTRPC

extension GatewayV1 {
    /// What became of the wish to keep the card.
    package enum CardRetention: WireEnum {
        /// Nobody asked, or the operation is not approved yet.
        case unspecified
        case retained
        /// The postal code did not match.
        case refusedPostalCode
        /// The operation was not approved.
        case refusedNotApproved
        /// A number that this version of the schema has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .retained
            case 2: self = .refusedPostalCode
            case 3: self = .refusedNotApproved
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .retained: 1
            case .refusedPostalCode: 2
            case .refusedNotApproved: 3
            case .unrecognized(let number): number
            }
        }

        /// The name in the schema, without the type's prefix: "SUBMITTING".
        package var name: String {
            switch self {
            case .unspecified: "UNSPECIFIED"
            case .retained: "RETAINED"
            case .refusedPostalCode: "REFUSED_POSTAL_CODE"
            case .refusedNotApproved: "REFUSED_NOT_APPROVED"
            case .unrecognized(let number): "\(number)"
            }
        }

        /// The name in the schema: "PAYMENT_STATE_SUBMITTING".
        package var protoName: String {
            switch self {
            case .unspecified: "CARD_RETENTION_UNSPECIFIED"
            case .retained: "CARD_RETENTION_RETAINED"
            case .refusedPostalCode: "CARD_RETENTION_REFUSED_POSTAL_CODE"
            case .refusedNotApproved: "CARD_RETENTION_REFUSED_NOT_APPROVED"
            case .unrecognized(let number): "\(number)"
            }
        }
    }
}

extension GatewayV1 {
    package enum OperationState: WireEnum {
        case unspecified
        case received
        case sent
        case approved
        case captured
        case declined
        case pending
        case requiresAction
        case inDoubt
        case voided
        case expired
        case fenced
        case notSent
        /// A number that this version of the schema has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .received
            case 2: self = .sent
            case 3: self = .approved
            case 4: self = .captured
            case 5: self = .declined
            case 6: self = .pending
            case 7: self = .requiresAction
            case 8: self = .inDoubt
            case 9: self = .voided
            case 10: self = .expired
            case 11: self = .fenced
            case 12: self = .notSent
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .received: 1
            case .sent: 2
            case .approved: 3
            case .captured: 4
            case .declined: 5
            case .pending: 6
            case .requiresAction: 7
            case .inDoubt: 8
            case .voided: 9
            case .expired: 10
            case .fenced: 11
            case .notSent: 12
            case .unrecognized(let number): number
            }
        }

        /// The name in the schema, without the type's prefix: "SUBMITTING".
        package var name: String {
            switch self {
            case .unspecified: "UNSPECIFIED"
            case .received: "RECEIVED"
            case .sent: "SENT"
            case .approved: "APPROVED"
            case .captured: "CAPTURED"
            case .declined: "DECLINED"
            case .pending: "PENDING"
            case .requiresAction: "REQUIRES_ACTION"
            case .inDoubt: "IN_DOUBT"
            case .voided: "VOIDED"
            case .expired: "EXPIRED"
            case .fenced: "FENCED"
            case .notSent: "NOT_SENT"
            case .unrecognized(let number): "\(number)"
            }
        }

        /// The name in the schema: "PAYMENT_STATE_SUBMITTING".
        package var protoName: String {
            switch self {
            case .unspecified: "OPERATION_STATE_UNSPECIFIED"
            case .received: "OPERATION_STATE_RECEIVED"
            case .sent: "OPERATION_STATE_SENT"
            case .approved: "OPERATION_STATE_APPROVED"
            case .captured: "OPERATION_STATE_CAPTURED"
            case .declined: "OPERATION_STATE_DECLINED"
            case .pending: "OPERATION_STATE_PENDING"
            case .requiresAction: "OPERATION_STATE_REQUIRES_ACTION"
            case .inDoubt: "OPERATION_STATE_IN_DOUBT"
            case .voided: "OPERATION_STATE_VOIDED"
            case .expired: "OPERATION_STATE_EXPIRED"
            case .fenced: "OPERATION_STATE_FENCED"
            case .notSent: "OPERATION_STATE_NOT_SENT"
            case .unrecognized(let number): "\(number)"
            }
        }
    }
}

extension GatewayV1 {
    package struct SaleRequest: WireMessage {
        package static let messageName = "remit.gateway.v1.SaleRequest"
        /// The idempotency key, kept for ever: billing's attempt, "att_…".
        package var key: String
        /// "tok_…": a single-use token, or a retained one.
        package var token: String
        /// More than zero.
        package var amount: RemitType.Money?
        /// What the bank compares with the address it knows.
        package var billingAddress: RemitType.BillingAddress?
        /// A wish: keep the card if the sale is approved and the postal code matches.
        package var retainCard: Bool
        /// What the caller knows of the store; nothing is done if the store does not.
        package var known: GatewayV1.StoreCursor?

        package init(
            key: String = "",
            token: String = "",
            amount: RemitType.Money? = nil,
            billingAddress: RemitType.BillingAddress? = nil,
            retainCard: Bool = false,
            known: GatewayV1.StoreCursor? = nil
        ) {
            self.key = key
            self.token = token
            self.amount = amount
            self.billingAddress = billingAddress
            self.retainCard = retainCard
            self.known = known
        }
    }
}

extension GatewayV1.SaleRequest {
    init(_ c: UnsafePointer<Remit__Gateway__V1__SaleRequest>, _ arena: Arena) throws(WireError) {
        key = try arena.text(c.pointee.key, "remit.gateway.v1.SaleRequest", "key")
        token = try arena.text(c.pointee.token, "remit.gateway.v1.SaleRequest", "token")
        if let nested = c.pointee.amount { amount = try RemitType.Money(nested, arena) } else { amount = nil }
        if let nested = c.pointee.billing_address { billingAddress = try RemitType.BillingAddress(nested, arena) } else { billingAddress = nil }
        retainCard = c.pointee.retain_card != 0
        if let nested = c.pointee.known { known = try GatewayV1.StoreCursor(nested, arena) } else { known = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__SaleRequest> {
        let c = try arena.take(Remit__Gateway__V1__SaleRequest.self, for: Self.messageName)
        remit__gateway__v1__sale_request__init(c)
        if !key.isEmpty { c.pointee.key = try arena.cString(key, "remit.gateway.v1.SaleRequest", "key") }
        if !token.isEmpty { c.pointee.token = try arena.cString(token, "remit.gateway.v1.SaleRequest", "token") }
        if let nested = amount { c.pointee.amount = try nested.build(arena) }
        if let nested = billingAddress { c.pointee.billing_address = try nested.build(arena) }
        c.pointee.retain_card = retainCard ? 1 : 0
        if let nested = known { c.pointee.known = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__sale_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__sale_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__sale_request__pack(c, $0) }
    }
}

extension GatewayV1 {
    package struct GetOperationRequest: WireMessage {
        package static let messageName = "remit.gateway.v1.GetOperationRequest"
        /// "att_…".
        package var key: String
        /// What the caller knows of the store; absence in one that does not know it proves nothing.
        package var known: GatewayV1.StoreCursor?

        package init(
            key: String = "",
            known: GatewayV1.StoreCursor? = nil
        ) {
            self.key = key
            self.known = known
        }
    }
}

extension GatewayV1.GetOperationRequest {
    init(_ c: UnsafePointer<Remit__Gateway__V1__GetOperationRequest>, _ arena: Arena) throws(WireError) {
        key = try arena.text(c.pointee.key, "remit.gateway.v1.GetOperationRequest", "key")
        if let nested = c.pointee.known { known = try GatewayV1.StoreCursor(nested, arena) } else { known = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__GetOperationRequest> {
        let c = try arena.take(Remit__Gateway__V1__GetOperationRequest.self, for: Self.messageName)
        remit__gateway__v1__get_operation_request__init(c)
        if !key.isEmpty { c.pointee.key = try arena.cString(key, "remit.gateway.v1.GetOperationRequest", "key") }
        if let nested = known { c.pointee.known = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__get_operation_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__get_operation_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__get_operation_request__pack(c, $0) }
    }
}

extension GatewayV1 {
    package struct FenceRequest: WireMessage {
        package static let messageName = "remit.gateway.v1.FenceRequest"
        /// "att_…".
        package var key: String
        /// What the caller knows of the store; nothing is done if the store does not.
        package var known: GatewayV1.StoreCursor?

        package init(
            key: String = "",
            known: GatewayV1.StoreCursor? = nil
        ) {
            self.key = key
            self.known = known
        }
    }
}

extension GatewayV1.FenceRequest {
    init(_ c: UnsafePointer<Remit__Gateway__V1__FenceRequest>, _ arena: Arena) throws(WireError) {
        key = try arena.text(c.pointee.key, "remit.gateway.v1.FenceRequest", "key")
        if let nested = c.pointee.known { known = try GatewayV1.StoreCursor(nested, arena) } else { known = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__FenceRequest> {
        let c = try arena.take(Remit__Gateway__V1__FenceRequest.self, for: Self.messageName)
        remit__gateway__v1__fence_request__init(c)
        if !key.isEmpty { c.pointee.key = try arena.cString(key, "remit.gateway.v1.FenceRequest", "key") }
        if let nested = known { c.pointee.known = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__fence_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__fence_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__fence_request__pack(c, $0) }
    }
}

extension GatewayV1 {
    package struct ListInDoubtRequest: WireMessage {
        package static let messageName = "remit.gateway.v1.ListInDoubtRequest"
        /// 1 to 500; 0 means 100.
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

extension GatewayV1.ListInDoubtRequest {
    init(_ c: UnsafePointer<Remit__Gateway__V1__ListInDoubtRequest>, _ arena: Arena) throws(WireError) {
        pageSize = c.pointee.page_size
        pageToken = try arena.text(c.pointee.page_token, "remit.gateway.v1.ListInDoubtRequest", "page_token")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__ListInDoubtRequest> {
        let c = try arena.take(Remit__Gateway__V1__ListInDoubtRequest.self, for: Self.messageName)
        remit__gateway__v1__list_in_doubt_request__init(c)
        c.pointee.page_size = pageSize
        if !pageToken.isEmpty { c.pointee.page_token = try arena.cString(pageToken, "remit.gateway.v1.ListInDoubtRequest", "page_token") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__list_in_doubt_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__list_in_doubt_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__list_in_doubt_request__pack(c, $0) }
    }
}

extension GatewayV1 {
    package struct ListInDoubtResponse: WireMessage {
        package static let messageName = "remit.gateway.v1.ListInDoubtResponse"
        package var operations: [GatewayV1.OpenOperation]
        /// Empty on the last page.
        package var nextPageToken: String
        package var position: GatewayV1.StorePosition?

        package init(
            operations: [GatewayV1.OpenOperation] = [],
            nextPageToken: String = "",
            position: GatewayV1.StorePosition? = nil
        ) {
            self.operations = operations
            self.nextPageToken = nextPageToken
            self.position = position
        }
    }
}

extension GatewayV1.ListInDoubtResponse {
    init(_ c: UnsafePointer<Remit__Gateway__V1__ListInDoubtResponse>, _ arena: Arena) throws(WireError) {
        operations = []
        if let elements = c.pointee.operations {
            operations.reserveCapacity(Int(c.pointee.n_operations))
            for index in 0..<Int(c.pointee.n_operations) {
                guard let element = elements[index] else { continue }
                operations.append(try GatewayV1.OpenOperation(element, arena))
            }
        }
        nextPageToken = try arena.text(c.pointee.next_page_token, "remit.gateway.v1.ListInDoubtResponse", "next_page_token")
        if let nested = c.pointee.position { position = try GatewayV1.StorePosition(nested, arena) } else { position = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__ListInDoubtResponse> {
        let c = try arena.take(Remit__Gateway__V1__ListInDoubtResponse.self, for: Self.messageName)
        remit__gateway__v1__list_in_doubt_response__init(c)
        if !operations.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Gateway__V1__OpenOperation>?).self, count: operations.count, for: Self.messageName)
            for (index, element) in operations.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_operations = operations.count
            c.pointee.operations = elements
        }
        if !nextPageToken.isEmpty { c.pointee.next_page_token = try arena.cString(nextPageToken, "remit.gateway.v1.ListInDoubtResponse", "next_page_token") }
        if let nested = position { c.pointee.position = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__list_in_doubt_response__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__list_in_doubt_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__list_in_doubt_response__pack(c, $0) }
    }
}

extension GatewayV1 {
    /// An operation that has not ended.
    package struct OpenOperation: WireMessage {
        package static let messageName = "remit.gateway.v1.OpenOperation"
        /// "opn_…".
        package var operationID: String
        /// The key it was asked under.
        package var key: String
        package var state: GatewayV1.OperationState
        package var amount: RemitType.Money?
        /// How long ago it was received.
        package var ageMilliseconds: Int64

        package init(
            operationID: String = "",
            key: String = "",
            state: GatewayV1.OperationState = .unspecified,
            amount: RemitType.Money? = nil,
            ageMilliseconds: Int64 = 0
        ) {
            self.operationID = operationID
            self.key = key
            self.state = state
            self.amount = amount
            self.ageMilliseconds = ageMilliseconds
        }
    }
}

extension GatewayV1.OpenOperation {
    init(_ c: UnsafePointer<Remit__Gateway__V1__OpenOperation>, _ arena: Arena) throws(WireError) {
        operationID = try arena.text(c.pointee.operation_id, "remit.gateway.v1.OpenOperation", "operation_id")
        key = try arena.text(c.pointee.key, "remit.gateway.v1.OpenOperation", "key")
        state = GatewayV1.OperationState(rawValue: Int32(bitPattern: c.pointee.state.rawValue))
        if let nested = c.pointee.amount { amount = try RemitType.Money(nested, arena) } else { amount = nil }
        ageMilliseconds = c.pointee.age_milliseconds
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__OpenOperation> {
        let c = try arena.take(Remit__Gateway__V1__OpenOperation.self, for: Self.messageName)
        remit__gateway__v1__open_operation__init(c)
        if !operationID.isEmpty { c.pointee.operation_id = try arena.cString(operationID, "remit.gateway.v1.OpenOperation", "operation_id") }
        if !key.isEmpty { c.pointee.key = try arena.cString(key, "remit.gateway.v1.OpenOperation", "key") }
        c.pointee.state = Remit__Gateway__V1__OperationState(rawValue: UInt32(bitPattern: state.rawValue))
        if let nested = amount { c.pointee.amount = try nested.build(arena) }
        c.pointee.age_milliseconds = ageMilliseconds
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__open_operation__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__open_operation__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__open_operation__pack(c, $0) }
    }
}

extension GatewayV1 {
    /// An operation, and where the gateway's store stands.
    package struct OperationReply: WireMessage {
        package static let messageName = "remit.gateway.v1.OperationReply"
        package var operation: GatewayV1.Operation?
        package var position: GatewayV1.StorePosition?

        package init(
            operation: GatewayV1.Operation? = nil,
            position: GatewayV1.StorePosition? = nil
        ) {
            self.operation = operation
            self.position = position
        }
    }
}

extension GatewayV1.OperationReply {
    init(_ c: UnsafePointer<Remit__Gateway__V1__OperationReply>, _ arena: Arena) throws(WireError) {
        if let nested = c.pointee.operation { operation = try GatewayV1.Operation(nested, arena) } else { operation = nil }
        if let nested = c.pointee.position { position = try GatewayV1.StorePosition(nested, arena) } else { position = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__OperationReply> {
        let c = try arena.take(Remit__Gateway__V1__OperationReply.self, for: Self.messageName)
        remit__gateway__v1__operation_reply__init(c)
        if let nested = operation { c.pointee.operation = try nested.build(arena) }
        if let nested = position { c.pointee.position = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__operation_reply__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__operation_reply__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__operation_reply__pack(c, $0) }
    }
}

extension GatewayV1 {
    /// Names a store and how far it has come, so that a restored backup is noticed.
    package struct StorePosition: WireMessage {
        package static let messageName = "remit.gateway.v1.StorePosition"
        /// Random, made with the store; another epoch is another store.
        package var epoch: String
        /// The sequence number of the newest event.
        package var headSequence: Int64

        package init(
            epoch: String = "",
            headSequence: Int64 = 0
        ) {
            self.epoch = epoch
            self.headSequence = headSequence
        }
    }
}

extension GatewayV1.StorePosition {
    init(_ c: UnsafePointer<Remit__Gateway__V1__StorePosition>, _ arena: Arena) throws(WireError) {
        epoch = try arena.text(c.pointee.epoch, "remit.gateway.v1.StorePosition", "epoch")
        headSequence = c.pointee.head_sequence
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__StorePosition> {
        let c = try arena.take(Remit__Gateway__V1__StorePosition.self, for: Self.messageName)
        remit__gateway__v1__store_position__init(c)
        if !epoch.isEmpty { c.pointee.epoch = try arena.cString(epoch, "remit.gateway.v1.StorePosition", "epoch") }
        c.pointee.head_sequence = headSequence
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__store_position__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__store_position__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__store_position__pack(c, $0) }
    }
}

extension GatewayV1 {
    /// The last event that a caller has applied. A store that was restored from a backup does not have
    /// it, or has another one under its number, however many events came since.
    package struct StoreCursor: WireMessage {
        package static let messageName = "remit.gateway.v1.StoreCursor"
        /// The epoch of the store that it came from.
        package var epoch: String
        /// Its sequence number; 0 before the first event.
        package var sequence: Int64
        /// "evt_…"; empty before the first event.
        package var eventID: String

        package init(
            epoch: String = "",
            sequence: Int64 = 0,
            eventID: String = ""
        ) {
            self.epoch = epoch
            self.sequence = sequence
            self.eventID = eventID
        }
    }
}

extension GatewayV1.StoreCursor {
    init(_ c: UnsafePointer<Remit__Gateway__V1__StoreCursor>, _ arena: Arena) throws(WireError) {
        epoch = try arena.text(c.pointee.epoch, "remit.gateway.v1.StoreCursor", "epoch")
        sequence = c.pointee.sequence
        eventID = try arena.text(c.pointee.event_id, "remit.gateway.v1.StoreCursor", "event_id")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__StoreCursor> {
        let c = try arena.take(Remit__Gateway__V1__StoreCursor.self, for: Self.messageName)
        remit__gateway__v1__store_cursor__init(c)
        if !epoch.isEmpty { c.pointee.epoch = try arena.cString(epoch, "remit.gateway.v1.StoreCursor", "epoch") }
        c.pointee.sequence = sequence
        if !eventID.isEmpty { c.pointee.event_id = try arena.cString(eventID, "remit.gateway.v1.StoreCursor", "event_id") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__store_cursor__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__store_cursor__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__store_cursor__pack(c, $0) }
    }
}

extension GatewayV1 {
    package struct Operation: WireMessage {
        package static let messageName = "remit.gateway.v1.Operation"
        /// "opn_…".
        package var operationID: String
        /// The key it was asked under.
        package var key: String
        /// Rises by one with each change; results are applied by comparing it.
        package var version: Int64
        package var state: GatewayV1.OperationState
        package var amount: RemitType.Money?
        /// "tok_…"; empty on a fenced key.
        package var token: String
        /// Why it was declined, for operators ("insufficient_funds"); empty otherwise.
        package var declineCode: String
        /// How a decline may be answered: "soft", "update_card", "hard", "step_up".
        package var retryClass: String
        /// ISO 8583 field 39 as the bank sent it; empty when the bank was not asked.
        package var responseCode: String
        /// The bank's approval code, six characters; empty unless approved.
        package var approvalCode: String
        /// Address verification result: Y A Z N U R S G; empty when not checked.
        package var avsResult: String
        /// Verification code result: M N P S U; empty when not checked.
        package var cvcResult: String
        package var retention: GatewayV1.CardRetention
        package var createTime: GoogleProtobuf.Timestamp?
        package var updateTime: GoogleProtobuf.Timestamp?
        /// The masked card, as far as it is known.
        package var cardBrand: String
        package var cardLastFour: String
        package var cardExpiryMonth: Int32
        package var cardExpiryYear: Int32
        package var cardFingerprint: String

        package init(
            operationID: String = "",
            key: String = "",
            version: Int64 = 0,
            state: GatewayV1.OperationState = .unspecified,
            amount: RemitType.Money? = nil,
            token: String = "",
            declineCode: String = "",
            retryClass: String = "",
            responseCode: String = "",
            approvalCode: String = "",
            avsResult: String = "",
            cvcResult: String = "",
            retention: GatewayV1.CardRetention = .unspecified,
            createTime: GoogleProtobuf.Timestamp? = nil,
            updateTime: GoogleProtobuf.Timestamp? = nil,
            cardBrand: String = "",
            cardLastFour: String = "",
            cardExpiryMonth: Int32 = 0,
            cardExpiryYear: Int32 = 0,
            cardFingerprint: String = ""
        ) {
            self.operationID = operationID
            self.key = key
            self.version = version
            self.state = state
            self.amount = amount
            self.token = token
            self.declineCode = declineCode
            self.retryClass = retryClass
            self.responseCode = responseCode
            self.approvalCode = approvalCode
            self.avsResult = avsResult
            self.cvcResult = cvcResult
            self.retention = retention
            self.createTime = createTime
            self.updateTime = updateTime
            self.cardBrand = cardBrand
            self.cardLastFour = cardLastFour
            self.cardExpiryMonth = cardExpiryMonth
            self.cardExpiryYear = cardExpiryYear
            self.cardFingerprint = cardFingerprint
        }
    }
}

extension GatewayV1.Operation {
    init(_ c: UnsafePointer<Remit__Gateway__V1__Operation>, _ arena: Arena) throws(WireError) {
        operationID = try arena.text(c.pointee.operation_id, "remit.gateway.v1.Operation", "operation_id")
        key = try arena.text(c.pointee.key, "remit.gateway.v1.Operation", "key")
        version = c.pointee.version
        state = GatewayV1.OperationState(rawValue: Int32(bitPattern: c.pointee.state.rawValue))
        if let nested = c.pointee.amount { amount = try RemitType.Money(nested, arena) } else { amount = nil }
        token = try arena.text(c.pointee.token, "remit.gateway.v1.Operation", "token")
        declineCode = try arena.text(c.pointee.decline_code, "remit.gateway.v1.Operation", "decline_code")
        retryClass = try arena.text(c.pointee.retry_class, "remit.gateway.v1.Operation", "retry_class")
        responseCode = try arena.text(c.pointee.response_code, "remit.gateway.v1.Operation", "response_code")
        approvalCode = try arena.text(c.pointee.approval_code, "remit.gateway.v1.Operation", "approval_code")
        avsResult = try arena.text(c.pointee.avs_result, "remit.gateway.v1.Operation", "avs_result")
        cvcResult = try arena.text(c.pointee.cvc_result, "remit.gateway.v1.Operation", "cvc_result")
        retention = GatewayV1.CardRetention(rawValue: Int32(bitPattern: c.pointee.retention.rawValue))
        if let nested = c.pointee.create_time { createTime = try GoogleProtobuf.Timestamp(nested, arena) } else { createTime = nil }
        if let nested = c.pointee.update_time { updateTime = try GoogleProtobuf.Timestamp(nested, arena) } else { updateTime = nil }
        cardBrand = try arena.text(c.pointee.card_brand, "remit.gateway.v1.Operation", "card_brand")
        cardLastFour = try arena.text(c.pointee.card_last_four, "remit.gateway.v1.Operation", "card_last_four")
        cardExpiryMonth = c.pointee.card_expiry_month
        cardExpiryYear = c.pointee.card_expiry_year
        cardFingerprint = try arena.text(c.pointee.card_fingerprint, "remit.gateway.v1.Operation", "card_fingerprint")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__Operation> {
        let c = try arena.take(Remit__Gateway__V1__Operation.self, for: Self.messageName)
        remit__gateway__v1__operation__init(c)
        if !operationID.isEmpty { c.pointee.operation_id = try arena.cString(operationID, "remit.gateway.v1.Operation", "operation_id") }
        if !key.isEmpty { c.pointee.key = try arena.cString(key, "remit.gateway.v1.Operation", "key") }
        c.pointee.version = version
        c.pointee.state = Remit__Gateway__V1__OperationState(rawValue: UInt32(bitPattern: state.rawValue))
        if let nested = amount { c.pointee.amount = try nested.build(arena) }
        if !token.isEmpty { c.pointee.token = try arena.cString(token, "remit.gateway.v1.Operation", "token") }
        if !declineCode.isEmpty { c.pointee.decline_code = try arena.cString(declineCode, "remit.gateway.v1.Operation", "decline_code") }
        if !retryClass.isEmpty { c.pointee.retry_class = try arena.cString(retryClass, "remit.gateway.v1.Operation", "retry_class") }
        if !responseCode.isEmpty { c.pointee.response_code = try arena.cString(responseCode, "remit.gateway.v1.Operation", "response_code") }
        if !approvalCode.isEmpty { c.pointee.approval_code = try arena.cString(approvalCode, "remit.gateway.v1.Operation", "approval_code") }
        if !avsResult.isEmpty { c.pointee.avs_result = try arena.cString(avsResult, "remit.gateway.v1.Operation", "avs_result") }
        if !cvcResult.isEmpty { c.pointee.cvc_result = try arena.cString(cvcResult, "remit.gateway.v1.Operation", "cvc_result") }
        c.pointee.retention = Remit__Gateway__V1__CardRetention(rawValue: UInt32(bitPattern: retention.rawValue))
        if let nested = createTime { c.pointee.create_time = try nested.build(arena) }
        if let nested = updateTime { c.pointee.update_time = try nested.build(arena) }
        if !cardBrand.isEmpty { c.pointee.card_brand = try arena.cString(cardBrand, "remit.gateway.v1.Operation", "card_brand") }
        if !cardLastFour.isEmpty { c.pointee.card_last_four = try arena.cString(cardLastFour, "remit.gateway.v1.Operation", "card_last_four") }
        c.pointee.card_expiry_month = cardExpiryMonth
        c.pointee.card_expiry_year = cardExpiryYear
        if !cardFingerprint.isEmpty { c.pointee.card_fingerprint = try arena.cString(cardFingerprint, "remit.gateway.v1.Operation", "card_fingerprint") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__operation__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__operation__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__operation__pack(c, $0) }
    }
}

extension GatewayV1 {
    /// Moves money.
    package protocol AuthorizationServiceHandler: Sendable {
        /// Authorizes and captures in one step, once per key whatever happens.
        ///
        /// A decline is a result: the call succeeds and the operation's state is DECLINED. The same key
        /// with the same body answers with the operation as it is now, without another charge.
        ///
        /// Errors: INVALID_ARGUMENT (AMOUNT_ZERO, AMOUNT_NEGATIVE, AMOUNT_OUT_OF_RANGE,
        /// CURRENCY_MISMATCH, BAD_TEXT), ALREADY_EXISTS (KEY_REUSED_DIFFERENT_BODY), ABORTED
        /// (KEY_FENCED), FAILED_PRECONDITION (TOKEN_USED, CVC_EXPIRED, METHOD_DELETED), NOT_FOUND (the
        /// token), DATA_LOSS (STORE_RESTORED): nothing was done, UNAVAILABLE.
        func sale(
            _ request: GatewayV1.SaleRequest,
            context: ServerContext
        ) async throws(RPCError) -> GatewayV1.OperationReply
    }

    /// The methods of `remit.gateway.v1.AuthorizationService`.
    package enum AuthorizationService {
        package static let name = "remit.gateway.v1.AuthorizationService"
        package static let sale = MethodDescriptor(
            service: name, method: "Sale",
            scope: "charge", idempotent: true, maxRequestBytes: 16384)
        package static let methods: [MethodDescriptor] = [sale]
    }

    /// Calls `remit.gateway.v1.AuthorizationService`.
    package struct AuthorizationServiceClient: Sendable {
        private let caller: any RPCCaller

        package init(_ caller: any RPCCaller) {
            self.caller = caller
        }

        /// Authorizes and captures in one step, once per key whatever happens.
        ///
        /// A decline is a result: the call succeeds and the operation's state is DECLINED. The same key
        /// with the same body answers with the operation as it is now, without another charge.
        ///
        /// Errors: INVALID_ARGUMENT (AMOUNT_ZERO, AMOUNT_NEGATIVE, AMOUNT_OUT_OF_RANGE,
        /// CURRENCY_MISMATCH, BAD_TEXT), ALREADY_EXISTS (KEY_REUSED_DIFFERENT_BODY), ABORTED
        /// (KEY_FENCED), FAILED_PRECONDITION (TOKEN_USED, CVC_EXPIRED, METHOD_DELETED), NOT_FOUND (the
        /// token), DATA_LOSS (STORE_RESTORED): nothing was done, UNAVAILABLE.
        package func sale(
            _ request: GatewayV1.SaleRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> GatewayV1.OperationReply {
            try await caller.call(AuthorizationService.sale, request, options: options)
        }
    }
}

extension Router {
    /// Serves `remit.gateway.v1.AuthorizationService`.
    package mutating func register(_ handler: some GatewayV1.AuthorizationServiceHandler) {
        register(GatewayV1.AuthorizationService.sale, handler: handler.sale)
    }
}

extension GatewayV1 {
    /// Finds out what became of an operation whose reply was lost.
    package protocol RecoveryServiceHandler: Sendable {
        /// The operation under a key.
        ///
        /// Errors: NOT_FOUND: no operation is under the key yet. That proves nothing about one on its
        /// way: ask Fence. DATA_LOSS (STORE_RESTORED).
        func getOperation(
            _ request: GatewayV1.GetOperationRequest,
            context: ServerContext
        ) async throws(RPCError) -> GatewayV1.OperationReply
        /// Leaves a tombstone under the key that refuses a late original (state FENCED), or answers with
        /// the operation that arrived first.
        ///
        /// Errors: DATA_LOSS (STORE_RESTORED): nothing was done.
        func fence(
            _ request: GatewayV1.FenceRequest,
            context: ServerContext
        ) async throws(RPCError) -> GatewayV1.OperationReply
        /// The operations that have not ended (RECEIVED, SENT, IN_DOUBT, PENDING, REQUIRES_ACTION), in the
        /// order of their keys, which is that of time.
        ///
        /// Errors: INVALID_ARGUMENT (page_size, page_token).
        func listInDoubt(
            _ request: GatewayV1.ListInDoubtRequest,
            context: ServerContext
        ) async throws(RPCError) -> GatewayV1.ListInDoubtResponse
    }

    /// The methods of `remit.gateway.v1.RecoveryService`.
    package enum RecoveryService {
        package static let name = "remit.gateway.v1.RecoveryService"
        package static let getOperation = MethodDescriptor(
            service: name, method: "GetOperation",
            scope: "charge", idempotent: true, maxRequestBytes: 4096)
        package static let fence = MethodDescriptor(
            service: name, method: "Fence",
            scope: "charge", idempotent: true, maxRequestBytes: 4096)
        package static let listInDoubt = MethodDescriptor(
            service: name, method: "ListInDoubt",
            scope: "charge", idempotent: true, maxRequestBytes: 4096)
        package static let methods: [MethodDescriptor] = [getOperation, fence, listInDoubt]
    }

    /// Calls `remit.gateway.v1.RecoveryService`.
    package struct RecoveryServiceClient: Sendable {
        private let caller: any RPCCaller

        package init(_ caller: any RPCCaller) {
            self.caller = caller
        }

        /// The operation under a key.
        ///
        /// Errors: NOT_FOUND: no operation is under the key yet. That proves nothing about one on its
        /// way: ask Fence. DATA_LOSS (STORE_RESTORED).
        package func getOperation(
            _ request: GatewayV1.GetOperationRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> GatewayV1.OperationReply {
            try await caller.call(RecoveryService.getOperation, request, options: options)
        }

        /// Leaves a tombstone under the key that refuses a late original (state FENCED), or answers with
        /// the operation that arrived first.
        ///
        /// Errors: DATA_LOSS (STORE_RESTORED): nothing was done.
        package func fence(
            _ request: GatewayV1.FenceRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> GatewayV1.OperationReply {
            try await caller.call(RecoveryService.fence, request, options: options)
        }

        /// The operations that have not ended (RECEIVED, SENT, IN_DOUBT, PENDING, REQUIRES_ACTION), in the
        /// order of their keys, which is that of time.
        ///
        /// Errors: INVALID_ARGUMENT (page_size, page_token).
        package func listInDoubt(
            _ request: GatewayV1.ListInDoubtRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> GatewayV1.ListInDoubtResponse {
            try await caller.call(RecoveryService.listInDoubt, request, options: options)
        }
    }
}

extension Router {
    /// Serves `remit.gateway.v1.RecoveryService`.
    package mutating func register(_ handler: some GatewayV1.RecoveryServiceHandler) {
        register(GatewayV1.RecoveryService.getOperation, handler: handler.getOperation)
        register(GatewayV1.RecoveryService.fence, handler: handler.fence)
        register(GatewayV1.RecoveryService.listInDoubt, handler: handler.listInDoubt)
    }
}
