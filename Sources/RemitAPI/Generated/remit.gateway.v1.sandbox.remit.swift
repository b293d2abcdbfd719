// Made by protoc-gen-remit-swift from remit/gateway/v1/sandbox.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC
package import TTRPC

extension GatewayV1 {
    package enum PendingDecision: WireEnum {
        /// As the card's script says.
        case unspecified
        case approve
        case decline
        /// A number that this version of the schema has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .approve
            case 2: self = .decline
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .approve: 1
            case .decline: 2
            case .unrecognized(let number): number
            }
        }

        /// The name in the schema, without the type's prefix: "SUBMITTING".
        package var name: String {
            switch self {
            case .unspecified: "UNSPECIFIED"
            case .approve: "APPROVE"
            case .decline: "DECLINE"
            case .unrecognized(let number): "\(number)"
            }
        }

        /// The name in the schema: "PAYMENT_STATE_SUBMITTING".
        package var protoName: String {
            switch self {
            case .unspecified: "PENDING_DECISION_UNSPECIFIED"
            case .approve: "PENDING_DECISION_APPROVE"
            case .decline: "PENDING_DECISION_DECLINE"
            case .unrecognized(let number): "\(number)"
            }
        }
    }
}

extension GatewayV1 {
    package enum BankChargeState: WireEnum {
        case unspecified
        case pending
        case approved
        case declined
        case reversed
        /// A number that this version of the schema has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .pending
            case 2: self = .approved
            case 3: self = .declined
            case 4: self = .reversed
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .pending: 1
            case .approved: 2
            case .declined: 3
            case .reversed: 4
            case .unrecognized(let number): number
            }
        }

        /// The name in the schema, without the type's prefix: "SUBMITTING".
        package var name: String {
            switch self {
            case .unspecified: "UNSPECIFIED"
            case .pending: "PENDING"
            case .approved: "APPROVED"
            case .declined: "DECLINED"
            case .reversed: "REVERSED"
            case .unrecognized(let number): "\(number)"
            }
        }

        /// The name in the schema: "PAYMENT_STATE_SUBMITTING".
        package var protoName: String {
            switch self {
            case .unspecified: "BANK_CHARGE_STATE_UNSPECIFIED"
            case .pending: "BANK_CHARGE_STATE_PENDING"
            case .approved: "BANK_CHARGE_STATE_APPROVED"
            case .declined: "BANK_CHARGE_STATE_DECLINED"
            case .reversed: "BANK_CHARGE_STATE_REVERSED"
            case .unrecognized(let number): "\(number)"
            }
        }
    }
}

extension GatewayV1 {
    package struct ResolvePendingRequest: WireMessage {
        package static let messageName = "remit.gateway.v1.ResolvePendingRequest"
        /// The operation's key: "att_…".
        package var key: String
        package var decision: GatewayV1.PendingDecision

        package init(
            key: String = "",
            decision: GatewayV1.PendingDecision = .unspecified
        ) {
            self.key = key
            self.decision = decision
        }
    }
}

extension GatewayV1.ResolvePendingRequest {
    init(_ c: UnsafePointer<Remit__Gateway__V1__ResolvePendingRequest>, _ arena: Arena) throws(WireError) {
        key = try arena.text(c.pointee.key, "remit.gateway.v1.ResolvePendingRequest", "key")
        decision = GatewayV1.PendingDecision(rawValue: Int32(bitPattern: c.pointee.decision.rawValue))
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__ResolvePendingRequest> {
        let c = try arena.take(Remit__Gateway__V1__ResolvePendingRequest.self, for: Self.messageName)
        remit__gateway__v1__resolve_pending_request__init(c)
        if !key.isEmpty { c.pointee.key = try arena.cString(key, "remit.gateway.v1.ResolvePendingRequest", "key") }
        c.pointee.decision = Remit__Gateway__V1__PendingDecision(rawValue: UInt32(bitPattern: decision.rawValue))
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__resolve_pending_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__resolve_pending_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__resolve_pending_request__pack(c, $0) }
    }
}

extension GatewayV1 {
    package struct ListBankChargesRequest: WireMessage {
        package static let messageName = "remit.gateway.v1.ListBankChargesRequest"
        /// The last sequence number already read; 0 for the beginning.
        package var after: Int64
        /// How many at the most: 1 to 1000; 0 means 500.
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

extension GatewayV1.ListBankChargesRequest {
    init(_ c: UnsafePointer<Remit__Gateway__V1__ListBankChargesRequest>, _ arena: Arena) throws(WireError) {
        after = c.pointee.after
        pageSize = c.pointee.page_size
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__ListBankChargesRequest> {
        let c = try arena.take(Remit__Gateway__V1__ListBankChargesRequest.self, for: Self.messageName)
        remit__gateway__v1__list_bank_charges_request__init(c)
        c.pointee.after = after
        c.pointee.page_size = pageSize
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__list_bank_charges_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__list_bank_charges_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__list_bank_charges_request__pack(c, $0) }
    }
}

extension GatewayV1 {
    package struct ListBankChargesResponse: WireMessage {
        package static let messageName = "remit.gateway.v1.ListBankChargesResponse"
        package var charges: [GatewayV1.BankCharge]
        /// The sequence number of the newest charge.
        package var headSequence: Int64

        package init(
            charges: [GatewayV1.BankCharge] = [],
            headSequence: Int64 = 0
        ) {
            self.charges = charges
            self.headSequence = headSequence
        }
    }
}

extension GatewayV1.ListBankChargesResponse {
    init(_ c: UnsafePointer<Remit__Gateway__V1__ListBankChargesResponse>, _ arena: Arena) throws(WireError) {
        charges = []
        if let elements = c.pointee.charges {
            charges.reserveCapacity(Int(c.pointee.n_charges))
            for index in 0..<Int(c.pointee.n_charges) {
                guard let element = elements[index] else { continue }
                charges.append(try GatewayV1.BankCharge(element, arena))
            }
        }
        headSequence = c.pointee.head_sequence
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__ListBankChargesResponse> {
        let c = try arena.take(Remit__Gateway__V1__ListBankChargesResponse.self, for: Self.messageName)
        remit__gateway__v1__list_bank_charges_response__init(c)
        if !charges.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Gateway__V1__BankCharge>?).self, count: charges.count, for: Self.messageName)
            for (index, element) in charges.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_charges = charges.count
            c.pointee.charges = elements
        }
        c.pointee.head_sequence = headSequence
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__list_bank_charges_response__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__list_bank_charges_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__list_bank_charges_response__pack(c, $0) }
    }
}

extension GatewayV1 {
    /// One line of the bank's book. It is not idempotent: a doubled request is two lines.
    package struct BankCharge: WireMessage {
        package static let messageName = "remit.gateway.v1.BankCharge"
        /// 1, 2, 3 … in the order of arrival.
        package var sequence: Int64
        /// The gateway's operation: "opn_…".
        package var operationID: String
        /// The key that the gateway sent along: "att_…".
        package var key: String
        package var state: GatewayV1.BankChargeState
        package var amount: RemitType.Money?
        /// ISO 8583 field 39; empty while pending.
        package var responseCode: String
        package var createTime: GoogleProtobuf.Timestamp?

        package init(
            sequence: Int64 = 0,
            operationID: String = "",
            key: String = "",
            state: GatewayV1.BankChargeState = .unspecified,
            amount: RemitType.Money? = nil,
            responseCode: String = "",
            createTime: GoogleProtobuf.Timestamp? = nil
        ) {
            self.sequence = sequence
            self.operationID = operationID
            self.key = key
            self.state = state
            self.amount = amount
            self.responseCode = responseCode
            self.createTime = createTime
        }
    }
}

extension GatewayV1.BankCharge {
    init(_ c: UnsafePointer<Remit__Gateway__V1__BankCharge>, _ arena: Arena) throws(WireError) {
        sequence = c.pointee.sequence
        operationID = try arena.text(c.pointee.operation_id, "remit.gateway.v1.BankCharge", "operation_id")
        key = try arena.text(c.pointee.key, "remit.gateway.v1.BankCharge", "key")
        state = GatewayV1.BankChargeState(rawValue: Int32(bitPattern: c.pointee.state.rawValue))
        if let nested = c.pointee.amount { amount = try RemitType.Money(nested, arena) } else { amount = nil }
        responseCode = try arena.text(c.pointee.response_code, "remit.gateway.v1.BankCharge", "response_code")
        if let nested = c.pointee.create_time { createTime = try GoogleProtobuf.Timestamp(nested, arena) } else { createTime = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__BankCharge> {
        let c = try arena.take(Remit__Gateway__V1__BankCharge.self, for: Self.messageName)
        remit__gateway__v1__bank_charge__init(c)
        c.pointee.sequence = sequence
        if !operationID.isEmpty { c.pointee.operation_id = try arena.cString(operationID, "remit.gateway.v1.BankCharge", "operation_id") }
        if !key.isEmpty { c.pointee.key = try arena.cString(key, "remit.gateway.v1.BankCharge", "key") }
        c.pointee.state = Remit__Gateway__V1__BankChargeState(rawValue: UInt32(bitPattern: state.rawValue))
        if let nested = amount { c.pointee.amount = try nested.build(arena) }
        if !responseCode.isEmpty { c.pointee.response_code = try arena.cString(responseCode, "remit.gateway.v1.BankCharge", "response_code") }
        if let nested = createTime { c.pointee.create_time = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__bank_charge__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__bank_charge__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__bank_charge__pack(c, $0) }
    }
}

extension GatewayV1 {
    /// Drives the embedded sandbox bank. Refused when the gateway talks to a real bank.
    package protocol SandboxServiceHandler: Sendable {
        /// Lets the bank decide a pending charge now.
        ///
        /// Errors: NOT_FOUND, FAILED_PRECONDITION (OPERATION_NOT_PENDING).
        func resolvePending(
            _ request: GatewayV1.ResolvePendingRequest,
            context: ServerContext
        ) async throws(RPCError) -> GatewayV1.OperationReply
        /// The bank's own book, oldest first: what it was asked, each time it was asked.
        func listBankCharges(
            _ request: GatewayV1.ListBankChargesRequest,
            context: ServerContext
        ) async throws(RPCError) -> GatewayV1.ListBankChargesResponse
    }

    /// The methods of `remit.gateway.v1.SandboxService`.
    package enum SandboxService {
        package static let name = "remit.gateway.v1.SandboxService"
        package static let resolvePending = MethodDescriptor(
            service: name, method: "ResolvePending",
            scope: "sandbox", idempotent: true, maxRequestBytes: 4096)
        package static let listBankCharges = MethodDescriptor(
            service: name, method: "ListBankCharges",
            scope: "sandbox", idempotent: true, maxRequestBytes: 4096)
        package static let methods: [MethodDescriptor] = [resolvePending, listBankCharges]
    }

    /// Calls `remit.gateway.v1.SandboxService`.
    package struct SandboxServiceClient: Sendable {
        private let caller: any RPCCaller

        package init(_ caller: any RPCCaller) {
            self.caller = caller
        }

        /// Lets the bank decide a pending charge now.
        ///
        /// Errors: NOT_FOUND, FAILED_PRECONDITION (OPERATION_NOT_PENDING).
        package func resolvePending(
            _ request: GatewayV1.ResolvePendingRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> GatewayV1.OperationReply {
            try await caller.call(SandboxService.resolvePending, request, options: options)
        }

        /// The bank's own book, oldest first: what it was asked, each time it was asked.
        package func listBankCharges(
            _ request: GatewayV1.ListBankChargesRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> GatewayV1.ListBankChargesResponse {
            try await caller.call(SandboxService.listBankCharges, request, options: options)
        }
    }
}

extension Router {
    /// Serves `remit.gateway.v1.SandboxService`.
    package mutating func register(_ handler: some GatewayV1.SandboxServiceHandler) {
        register(GatewayV1.SandboxService.resolvePending, handler: handler.resolvePending)
        register(GatewayV1.SandboxService.listBankCharges, handler: handler.listBankCharges)
    }
}
