// Made by protoc-gen-remit-swift from remit/gateway/v1/ledger.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC
package import TTRPC

extension GatewayV1 {
    package struct ListLedgerEntriesRequest: WireMessage {
        package static let messageName = "remit.gateway.v1.ListLedgerEntriesRequest"
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

extension GatewayV1.ListLedgerEntriesRequest {
    init(_ c: UnsafePointer<Remit__Gateway__V1__ListLedgerEntriesRequest>, _ arena: Arena) throws(WireError) {
        after = c.pointee.after
        pageSize = c.pointee.page_size
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__ListLedgerEntriesRequest> {
        let c = try arena.take(Remit__Gateway__V1__ListLedgerEntriesRequest.self, for: Self.messageName)
        remit__gateway__v1__list_ledger_entries_request__init(c)
        c.pointee.after = after
        c.pointee.page_size = pageSize
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__list_ledger_entries_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__list_ledger_entries_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__list_ledger_entries_request__pack(c, $0) }
    }
}

extension GatewayV1 {
    package struct ListLedgerEntriesResponse: WireMessage {
        package static let messageName = "remit.gateway.v1.ListLedgerEntriesResponse"
        package var entries: [RemitType.LedgerEntry]
        /// The sequence number of the newest entry.
        package var headSequence: Int64

        package init(
            entries: [RemitType.LedgerEntry] = [],
            headSequence: Int64 = 0
        ) {
            self.entries = entries
            self.headSequence = headSequence
        }
    }
}

extension GatewayV1.ListLedgerEntriesResponse {
    init(_ c: UnsafePointer<Remit__Gateway__V1__ListLedgerEntriesResponse>, _ arena: Arena) throws(WireError) {
        entries = []
        if let elements = c.pointee.entries {
            entries.reserveCapacity(Int(c.pointee.n_entries))
            for index in 0..<Int(c.pointee.n_entries) {
                guard let element = elements[index] else { continue }
                entries.append(try RemitType.LedgerEntry(element, arena))
            }
        }
        headSequence = c.pointee.head_sequence
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__ListLedgerEntriesResponse> {
        let c = try arena.take(Remit__Gateway__V1__ListLedgerEntriesResponse.self, for: Self.messageName)
        remit__gateway__v1__list_ledger_entries_response__init(c)
        if !entries.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Type__LedgerEntry>?).self, count: entries.count, for: Self.messageName)
            for (index, element) in entries.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_entries = entries.count
            c.pointee.entries = elements
        }
        c.pointee.head_sequence = headSequence
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__list_ledger_entries_response__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__list_ledger_entries_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__list_ledger_entries_response__pack(c, $0) }
    }
}

extension GatewayV1 {
    package struct TrialBalanceRequest: WireMessage {
        package static let messageName = "remit.gateway.v1.TrialBalanceRequest"

        package init() {}
    }
}

extension GatewayV1.TrialBalanceRequest {
    init(_ c: UnsafePointer<Remit__Gateway__V1__TrialBalanceRequest>, _ arena: Arena) throws(WireError) {
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__TrialBalanceRequest> {
        let c = try arena.take(Remit__Gateway__V1__TrialBalanceRequest.self, for: Self.messageName)
        remit__gateway__v1__trial_balance_request__init(c)
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__trial_balance_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__trial_balance_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__trial_balance_request__pack(c, $0) }
    }
}

extension GatewayV1 {
    package struct TrialBalanceResponse: WireMessage {
        package static let messageName = "remit.gateway.v1.TrialBalanceResponse"
        package var lines: [RemitType.TrialBalanceLine]
        /// The entries covered: all up to this one.
        package var headSequence: Int64

        package init(
            lines: [RemitType.TrialBalanceLine] = [],
            headSequence: Int64 = 0
        ) {
            self.lines = lines
            self.headSequence = headSequence
        }
    }
}

extension GatewayV1.TrialBalanceResponse {
    init(_ c: UnsafePointer<Remit__Gateway__V1__TrialBalanceResponse>, _ arena: Arena) throws(WireError) {
        lines = []
        if let elements = c.pointee.lines {
            lines.reserveCapacity(Int(c.pointee.n_lines))
            for index in 0..<Int(c.pointee.n_lines) {
                guard let element = elements[index] else { continue }
                lines.append(try RemitType.TrialBalanceLine(element, arena))
            }
        }
        headSequence = c.pointee.head_sequence
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__TrialBalanceResponse> {
        let c = try arena.take(Remit__Gateway__V1__TrialBalanceResponse.self, for: Self.messageName)
        remit__gateway__v1__trial_balance_response__init(c)
        if !lines.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Type__TrialBalanceLine>?).self, count: lines.count, for: Self.messageName)
            for (index, element) in lines.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_lines = lines.count
            c.pointee.lines = elements
        }
        c.pointee.head_sequence = headSequence
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__trial_balance_response__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__trial_balance_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__trial_balance_response__pack(c, $0) }
    }
}

extension GatewayV1 {
    /// The gateway's books.
    package protocol LedgerServiceHandler: Sendable {
        /// The entries after a sequence number, oldest first, each with its hash.
        func listEntries(
            _ request: GatewayV1.ListLedgerEntriesRequest,
            context: ServerContext
        ) async throws(RPCError) -> GatewayV1.ListLedgerEntriesResponse
        /// Every account's debits and credits, per currency.
        func trialBalance(
            _ request: GatewayV1.TrialBalanceRequest,
            context: ServerContext
        ) async throws(RPCError) -> GatewayV1.TrialBalanceResponse
    }

    /// The methods of `remit.gateway.v1.LedgerService`.
    package enum LedgerService {
        package static let name = "remit.gateway.v1.LedgerService"
        package static let listEntries = MethodDescriptor(
            service: name, method: "ListEntries",
            scope: "ledger.read", idempotent: true, maxRequestBytes: 4096)
        package static let trialBalance = MethodDescriptor(
            service: name, method: "TrialBalance",
            scope: "ledger.read", idempotent: true, maxRequestBytes: 4096)
        package static let methods: [MethodDescriptor] = [listEntries, trialBalance]
    }

    /// Calls `remit.gateway.v1.LedgerService`.
    package struct LedgerServiceClient: Sendable {
        private let caller: any RPCCaller

        package init(_ caller: any RPCCaller) {
            self.caller = caller
        }

        /// The entries after a sequence number, oldest first, each with its hash.
        package func listEntries(
            _ request: GatewayV1.ListLedgerEntriesRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> GatewayV1.ListLedgerEntriesResponse {
            try await caller.call(LedgerService.listEntries, request, options: options)
        }

        /// Every account's debits and credits, per currency.
        package func trialBalance(
            _ request: GatewayV1.TrialBalanceRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> GatewayV1.TrialBalanceResponse {
            try await caller.call(LedgerService.trialBalance, request, options: options)
        }
    }
}

extension Router {
    /// Serves `remit.gateway.v1.LedgerService`.
    package mutating func register(_ handler: some GatewayV1.LedgerServiceHandler) {
        register(GatewayV1.LedgerService.listEntries, handler: handler.listEntries)
        register(GatewayV1.LedgerService.trialBalance, handler: handler.trialBalance)
    }
}
