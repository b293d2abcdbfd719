// Made by protoc-gen-remit-swift from remit/billing/v1/ledger.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC
package import TTRPC

extension BillingV1 {
    package struct ListLedgerEntriesRequest: WireMessage {
        package static let messageName = "remit.billing.v1.ListLedgerEntriesRequest"
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

extension BillingV1.ListLedgerEntriesRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__ListLedgerEntriesRequest>, _ arena: Arena) throws(WireError) {
        after = c.pointee.after
        pageSize = c.pointee.page_size
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ListLedgerEntriesRequest> {
        let c = try arena.take(Remit__Billing__V1__ListLedgerEntriesRequest.self, for: Self.messageName)
        remit__billing__v1__list_ledger_entries_request__init(c)
        c.pointee.after = after
        c.pointee.page_size = pageSize
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__list_ledger_entries_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__list_ledger_entries_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__list_ledger_entries_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct ListLedgerEntriesResponse: WireMessage {
        package static let messageName = "remit.billing.v1.ListLedgerEntriesResponse"
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

extension BillingV1.ListLedgerEntriesResponse {
    init(_ c: UnsafePointer<Remit__Billing__V1__ListLedgerEntriesResponse>, _ arena: Arena) throws(WireError) {
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

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ListLedgerEntriesResponse> {
        let c = try arena.take(Remit__Billing__V1__ListLedgerEntriesResponse.self, for: Self.messageName)
        remit__billing__v1__list_ledger_entries_response__init(c)
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
        guard let c = remit__billing__v1__list_ledger_entries_response__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__list_ledger_entries_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__list_ledger_entries_response__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct TrialBalanceRequest: WireMessage {
        package static let messageName = "remit.billing.v1.TrialBalanceRequest"

        package init() {}
    }
}

extension BillingV1.TrialBalanceRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__TrialBalanceRequest>, _ arena: Arena) throws(WireError) {
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__TrialBalanceRequest> {
        let c = try arena.take(Remit__Billing__V1__TrialBalanceRequest.self, for: Self.messageName)
        remit__billing__v1__trial_balance_request__init(c)
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__trial_balance_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__trial_balance_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__trial_balance_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct TrialBalanceResponse: WireMessage {
        package static let messageName = "remit.billing.v1.TrialBalanceResponse"
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

extension BillingV1.TrialBalanceResponse {
    init(_ c: UnsafePointer<Remit__Billing__V1__TrialBalanceResponse>, _ arena: Arena) throws(WireError) {
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

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__TrialBalanceResponse> {
        let c = try arena.take(Remit__Billing__V1__TrialBalanceResponse.self, for: Self.messageName)
        remit__billing__v1__trial_balance_response__init(c)
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
        guard let c = remit__billing__v1__trial_balance_response__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__trial_balance_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__trial_balance_response__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct ListInFlightRequest: WireMessage {
        package static let messageName = "remit.billing.v1.ListInFlightRequest"
        /// 1 to 1000; 0 means 500.
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

extension BillingV1.ListInFlightRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__ListInFlightRequest>, _ arena: Arena) throws(WireError) {
        pageSize = c.pointee.page_size
        pageToken = try arena.text(c.pointee.page_token, "remit.billing.v1.ListInFlightRequest", "page_token")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ListInFlightRequest> {
        let c = try arena.take(Remit__Billing__V1__ListInFlightRequest.self, for: Self.messageName)
        remit__billing__v1__list_in_flight_request__init(c)
        c.pointee.page_size = pageSize
        if !pageToken.isEmpty { c.pointee.page_token = try arena.cString(pageToken, "remit.billing.v1.ListInFlightRequest", "page_token") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__list_in_flight_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__list_in_flight_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__list_in_flight_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct ListInFlightResponse: WireMessage {
        package static let messageName = "remit.billing.v1.ListInFlightResponse"
        package var payments: [BillingV1.InFlightPayment]
        /// Empty on the last page.
        package var nextPageToken: String

        package init(
            payments: [BillingV1.InFlightPayment] = [],
            nextPageToken: String = ""
        ) {
            self.payments = payments
            self.nextPageToken = nextPageToken
        }
    }
}

extension BillingV1.ListInFlightResponse {
    init(_ c: UnsafePointer<Remit__Billing__V1__ListInFlightResponse>, _ arena: Arena) throws(WireError) {
        payments = []
        if let elements = c.pointee.payments {
            payments.reserveCapacity(Int(c.pointee.n_payments))
            for index in 0..<Int(c.pointee.n_payments) {
                guard let element = elements[index] else { continue }
                payments.append(try BillingV1.InFlightPayment(element, arena))
            }
        }
        nextPageToken = try arena.text(c.pointee.next_page_token, "remit.billing.v1.ListInFlightResponse", "next_page_token")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ListInFlightResponse> {
        let c = try arena.take(Remit__Billing__V1__ListInFlightResponse.self, for: Self.messageName)
        remit__billing__v1__list_in_flight_response__init(c)
        if !payments.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Billing__V1__InFlightPayment>?).self, count: payments.count, for: Self.messageName)
            for (index, element) in payments.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_payments = payments.count
            c.pointee.payments = elements
        }
        if !nextPageToken.isEmpty { c.pointee.next_page_token = try arena.cString(nextPageToken, "remit.billing.v1.ListInFlightResponse", "next_page_token") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__list_in_flight_response__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__list_in_flight_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__list_in_flight_response__pack(c, $0) }
    }
}

extension BillingV1 {
    /// A payment that blocks its account.
    package struct InFlightPayment: WireMessage {
        package static let messageName = "remit.billing.v1.InFlightPayment"
        /// "pay_…".
        package var paymentID: String
        /// "att_…".
        package var attemptID: String
        /// The state by name: "PENDING", "UNKNOWN".
        package var state: String
        /// How long it has been live.
        package var ageMilliseconds: Int64

        package init(
            paymentID: String = "",
            attemptID: String = "",
            state: String = "",
            ageMilliseconds: Int64 = 0
        ) {
            self.paymentID = paymentID
            self.attemptID = attemptID
            self.state = state
            self.ageMilliseconds = ageMilliseconds
        }
    }
}

extension BillingV1.InFlightPayment {
    init(_ c: UnsafePointer<Remit__Billing__V1__InFlightPayment>, _ arena: Arena) throws(WireError) {
        paymentID = try arena.text(c.pointee.payment_id, "remit.billing.v1.InFlightPayment", "payment_id")
        attemptID = try arena.text(c.pointee.attempt_id, "remit.billing.v1.InFlightPayment", "attempt_id")
        state = try arena.text(c.pointee.state, "remit.billing.v1.InFlightPayment", "state")
        ageMilliseconds = c.pointee.age_milliseconds
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__InFlightPayment> {
        let c = try arena.take(Remit__Billing__V1__InFlightPayment.self, for: Self.messageName)
        remit__billing__v1__in_flight_payment__init(c)
        if !paymentID.isEmpty { c.pointee.payment_id = try arena.cString(paymentID, "remit.billing.v1.InFlightPayment", "payment_id") }
        if !attemptID.isEmpty { c.pointee.attempt_id = try arena.cString(attemptID, "remit.billing.v1.InFlightPayment", "attempt_id") }
        if !state.isEmpty { c.pointee.state = try arena.cString(state, "remit.billing.v1.InFlightPayment", "state") }
        c.pointee.age_milliseconds = ageMilliseconds
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__in_flight_payment__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__in_flight_payment__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__in_flight_payment__pack(c, $0) }
    }
}

extension BillingV1 {
    /// Billing's books.
    package protocol LedgerServiceHandler: Sendable {
        /// The entries after a sequence number, oldest first, each with its hash.
        func listEntries(
            _ request: BillingV1.ListLedgerEntriesRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.ListLedgerEntriesResponse
        /// Every account's debits and credits, per currency.
        func trialBalance(
            _ request: BillingV1.TrialBalanceRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.TrialBalanceResponse
        /// The payments the bank has not decided, by their gateway keys: what a reconciliation may find
        /// in one book and not yet in another.
        func listInFlight(
            _ request: BillingV1.ListInFlightRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.ListInFlightResponse
    }

    /// The methods of `remit.billing.v1.LedgerService`.
    package enum LedgerService {
        package static let name = "remit.billing.v1.LedgerService"
        package static let listEntries = MethodDescriptor(
            service: name, method: "ListEntries",
            scope: "ledger.read", idempotent: true, maxRequestBytes: 4096)
        package static let trialBalance = MethodDescriptor(
            service: name, method: "TrialBalance",
            scope: "ledger.read", idempotent: true, maxRequestBytes: 4096)
        package static let listInFlight = MethodDescriptor(
            service: name, method: "ListInFlight",
            scope: "ledger.read", idempotent: true, maxRequestBytes: 4096)
        package static let methods: [MethodDescriptor] = [listEntries, trialBalance, listInFlight]
    }

    /// Calls `remit.billing.v1.LedgerService`.
    package struct LedgerServiceClient: Sendable {
        private let caller: any RPCCaller

        package init(_ caller: any RPCCaller) {
            self.caller = caller
        }

        /// The entries after a sequence number, oldest first, each with its hash.
        package func listEntries(
            _ request: BillingV1.ListLedgerEntriesRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.ListLedgerEntriesResponse {
            try await caller.call(LedgerService.listEntries, request, options: options)
        }

        /// Every account's debits and credits, per currency.
        package func trialBalance(
            _ request: BillingV1.TrialBalanceRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.TrialBalanceResponse {
            try await caller.call(LedgerService.trialBalance, request, options: options)
        }

        /// The payments the bank has not decided, by their gateway keys: what a reconciliation may find
        /// in one book and not yet in another.
        package func listInFlight(
            _ request: BillingV1.ListInFlightRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.ListInFlightResponse {
            try await caller.call(LedgerService.listInFlight, request, options: options)
        }
    }
}

extension Router {
    /// Serves `remit.billing.v1.LedgerService`.
    package mutating func register(_ handler: some BillingV1.LedgerServiceHandler) {
        register(BillingV1.LedgerService.listEntries, handler: handler.listEntries)
        register(BillingV1.LedgerService.trialBalance, handler: handler.trialBalance)
        register(BillingV1.LedgerService.listInFlight, handler: handler.listInFlight)
    }
}
