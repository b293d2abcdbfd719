// Made by protoc-gen-remit-swift from remit/billing/v1/history.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC
package import TTRPC

extension BillingV1 {
    package enum TransactionType: WireEnum {
        case unspecified
        case invoice
        case payment
        case credit
        /// A payment that was taken back: it turned out not to have happened.
        case reversal
        /// A number that this version of the schema has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .invoice
            case 2: self = .payment
            case 3: self = .credit
            case 4: self = .reversal
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .invoice: 1
            case .payment: 2
            case .credit: 3
            case .reversal: 4
            case .unrecognized(let number): number
            }
        }

        /// The name in the schema, without the type's prefix: "SUBMITTING".
        package var name: String {
            switch self {
            case .unspecified: "UNSPECIFIED"
            case .invoice: "INVOICE"
            case .payment: "PAYMENT"
            case .credit: "CREDIT"
            case .reversal: "REVERSAL"
            case .unrecognized(let number): "\(number)"
            }
        }

        /// The name in the schema: "PAYMENT_STATE_SUBMITTING".
        package var protoName: String {
            switch self {
            case .unspecified: "TRANSACTION_TYPE_UNSPECIFIED"
            case .invoice: "TRANSACTION_TYPE_INVOICE"
            case .payment: "TRANSACTION_TYPE_PAYMENT"
            case .credit: "TRANSACTION_TYPE_CREDIT"
            case .reversal: "TRANSACTION_TYPE_REVERSAL"
            case .unrecognized(let number): "\(number)"
            }
        }
    }
}

extension BillingV1 {
    package struct ListTransactionsRequest: WireMessage {
        package static let messageName = "remit.billing.v1.ListTransactionsRequest"
        package var accountID: String
        /// All types when empty.
        package var types: [BillingV1.TransactionType]
        /// From this time on; 24 months ago when absent, and never earlier than that.
        package var startTime: GoogleProtobuf.Timestamp?
        /// Before this time; now when absent.
        package var endTime: GoogleProtobuf.Timestamp?
        /// 1 to 200; 0 means 50.
        package var pageSize: Int32
        /// From the previous page; opaque.
        package var pageToken: String

        package init(
            accountID: String = "",
            types: [BillingV1.TransactionType] = [],
            startTime: GoogleProtobuf.Timestamp? = nil,
            endTime: GoogleProtobuf.Timestamp? = nil,
            pageSize: Int32 = 0,
            pageToken: String = ""
        ) {
            self.accountID = accountID
            self.types = types
            self.startTime = startTime
            self.endTime = endTime
            self.pageSize = pageSize
            self.pageToken = pageToken
        }
    }
}

extension BillingV1.ListTransactionsRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__ListTransactionsRequest>, _ arena: Arena) throws(WireError) {
        accountID = try arena.text(c.pointee.account_id, "remit.billing.v1.ListTransactionsRequest", "account_id")
        types = []
        if let elements = c.pointee.types {
            types.reserveCapacity(Int(c.pointee.n_types))
            for index in 0..<Int(c.pointee.n_types) {
                types.append(BillingV1.TransactionType(rawValue: Int32(bitPattern: elements[index].rawValue)))
            }
        }
        if let nested = c.pointee.start_time { startTime = try GoogleProtobuf.Timestamp(nested, arena) } else { startTime = nil }
        if let nested = c.pointee.end_time { endTime = try GoogleProtobuf.Timestamp(nested, arena) } else { endTime = nil }
        pageSize = c.pointee.page_size
        pageToken = try arena.text(c.pointee.page_token, "remit.billing.v1.ListTransactionsRequest", "page_token")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ListTransactionsRequest> {
        let c = try arena.take(Remit__Billing__V1__ListTransactionsRequest.self, for: Self.messageName)
        remit__billing__v1__list_transactions_request__init(c)
        if !accountID.isEmpty { c.pointee.account_id = try arena.cString(accountID, "remit.billing.v1.ListTransactionsRequest", "account_id") }
        if !types.isEmpty {
            let elements = try arena.take((Remit__Billing__V1__TransactionType).self, count: types.count, for: Self.messageName)
            for (index, element) in types.enumerated() {
                elements[index] = Remit__Billing__V1__TransactionType(rawValue: UInt32(bitPattern: element.rawValue))
            }
            c.pointee.n_types = types.count
            c.pointee.types = elements
        }
        if let nested = startTime { c.pointee.start_time = try nested.build(arena) }
        if let nested = endTime { c.pointee.end_time = try nested.build(arena) }
        c.pointee.page_size = pageSize
        if !pageToken.isEmpty { c.pointee.page_token = try arena.cString(pageToken, "remit.billing.v1.ListTransactionsRequest", "page_token") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__list_transactions_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__list_transactions_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__list_transactions_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct ListTransactionsResponse: WireMessage {
        package static let messageName = "remit.billing.v1.ListTransactionsResponse"
        package var transactions: [BillingV1.Transaction]
        /// Empty on the last page.
        package var nextPageToken: String

        package init(
            transactions: [BillingV1.Transaction] = [],
            nextPageToken: String = ""
        ) {
            self.transactions = transactions
            self.nextPageToken = nextPageToken
        }
    }
}

extension BillingV1.ListTransactionsResponse {
    init(_ c: UnsafePointer<Remit__Billing__V1__ListTransactionsResponse>, _ arena: Arena) throws(WireError) {
        transactions = []
        if let elements = c.pointee.transactions {
            transactions.reserveCapacity(Int(c.pointee.n_transactions))
            for index in 0..<Int(c.pointee.n_transactions) {
                guard let element = elements[index] else { continue }
                transactions.append(try BillingV1.Transaction(element, arena))
            }
        }
        nextPageToken = try arena.text(c.pointee.next_page_token, "remit.billing.v1.ListTransactionsResponse", "next_page_token")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ListTransactionsResponse> {
        let c = try arena.take(Remit__Billing__V1__ListTransactionsResponse.self, for: Self.messageName)
        remit__billing__v1__list_transactions_response__init(c)
        if !transactions.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Billing__V1__Transaction>?).self, count: transactions.count, for: Self.messageName)
            for (index, element) in transactions.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_transactions = transactions.count
            c.pointee.transactions = elements
        }
        if !nextPageToken.isEmpty { c.pointee.next_page_token = try arena.cString(nextPageToken, "remit.billing.v1.ListTransactionsResponse", "next_page_token") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__list_transactions_response__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__list_transactions_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__list_transactions_response__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct GetTransactionRequest: WireMessage {
        package static let messageName = "remit.billing.v1.GetTransactionRequest"
        package var accountID: String
        /// "inv_…", "pay_…", "crd_…", or "jrn_…" for a reversal.
        package var transactionID: String

        package init(
            accountID: String = "",
            transactionID: String = ""
        ) {
            self.accountID = accountID
            self.transactionID = transactionID
        }
    }
}

extension BillingV1.GetTransactionRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__GetTransactionRequest>, _ arena: Arena) throws(WireError) {
        accountID = try arena.text(c.pointee.account_id, "remit.billing.v1.GetTransactionRequest", "account_id")
        transactionID = try arena.text(c.pointee.transaction_id, "remit.billing.v1.GetTransactionRequest", "transaction_id")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__GetTransactionRequest> {
        let c = try arena.take(Remit__Billing__V1__GetTransactionRequest.self, for: Self.messageName)
        remit__billing__v1__get_transaction_request__init(c)
        if !accountID.isEmpty { c.pointee.account_id = try arena.cString(accountID, "remit.billing.v1.GetTransactionRequest", "account_id") }
        if !transactionID.isEmpty { c.pointee.transaction_id = try arena.cString(transactionID, "remit.billing.v1.GetTransactionRequest", "transaction_id") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__get_transaction_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__get_transaction_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__get_transaction_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct Transaction: WireMessage {
        package static let messageName = "remit.billing.v1.Transaction"
        /// "inv_…", "pay_…", "crd_…", or "jrn_…" for a reversal.
        package var transactionID: String
        package var type: BillingV1.TransactionType
        package var time: GoogleProtobuf.Timestamp?
        /// "Invoice INV00000012", "Payment by Visa ending in 4242".
        package var description: String
        /// Signed: an invoice or a reversal adds to the balance, a payment takes from it. A credit that a
        /// payment left over is shown with its amount, and is part of that payment's; the credit for a
        /// payment that had ended without money takes from the balance itself.
        package var amount: RemitType.Money?
        /// The account's balance after this row.
        package var balanceAfter: RemitType.Money?
        /// The state by name: "OPEN", "PAID", "SUCCEEDED", "DECLINED", "PENDING", "AVAILABLE", "USED",
        /// "REVERSED".
        package var status: String

        package init(
            transactionID: String = "",
            type: BillingV1.TransactionType = .unspecified,
            time: GoogleProtobuf.Timestamp? = nil,
            description: String = "",
            amount: RemitType.Money? = nil,
            balanceAfter: RemitType.Money? = nil,
            status: String = ""
        ) {
            self.transactionID = transactionID
            self.type = type
            self.time = time
            self.description = description
            self.amount = amount
            self.balanceAfter = balanceAfter
            self.status = status
        }
    }
}

extension BillingV1.Transaction {
    init(_ c: UnsafePointer<Remit__Billing__V1__Transaction>, _ arena: Arena) throws(WireError) {
        transactionID = try arena.text(c.pointee.transaction_id, "remit.billing.v1.Transaction", "transaction_id")
        type = BillingV1.TransactionType(rawValue: Int32(bitPattern: c.pointee.type.rawValue))
        if let nested = c.pointee.time { time = try GoogleProtobuf.Timestamp(nested, arena) } else { time = nil }
        description = try arena.text(c.pointee.description, "remit.billing.v1.Transaction", "description")
        if let nested = c.pointee.amount { amount = try RemitType.Money(nested, arena) } else { amount = nil }
        if let nested = c.pointee.balance_after { balanceAfter = try RemitType.Money(nested, arena) } else { balanceAfter = nil }
        status = try arena.text(c.pointee.status, "remit.billing.v1.Transaction", "status")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__Transaction> {
        let c = try arena.take(Remit__Billing__V1__Transaction.self, for: Self.messageName)
        remit__billing__v1__transaction__init(c)
        if !transactionID.isEmpty { c.pointee.transaction_id = try arena.cString(transactionID, "remit.billing.v1.Transaction", "transaction_id") }
        c.pointee.type = Remit__Billing__V1__TransactionType(rawValue: UInt32(bitPattern: type.rawValue))
        if let nested = time { c.pointee.time = try nested.build(arena) }
        if !description.isEmpty { c.pointee.description = try arena.cString(description, "remit.billing.v1.Transaction", "description") }
        if let nested = amount { c.pointee.amount = try nested.build(arena) }
        if let nested = balanceAfter { c.pointee.balance_after = try nested.build(arena) }
        if !status.isEmpty { c.pointee.status = try arena.cString(status, "remit.billing.v1.Transaction", "status") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__transaction__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__transaction__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__transaction__pack(c, $0) }
    }
}

extension BillingV1 {
    /// What happened on an account, as its customer reads it.
    package protocol HistoryServiceHandler: Sendable {
        /// The account's transactions of the last 24 months, newest first, with the balance after each.
        ///
        /// Errors: NOT_FOUND (the account), INVALID_ARGUMENT (page_size, page_token, the filters).
        func listTransactions(
            _ request: BillingV1.ListTransactionsRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.ListTransactionsResponse
        /// Errors: NOT_FOUND.
        func getTransaction(
            _ request: BillingV1.GetTransactionRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.Transaction
    }

    /// The methods of `remit.billing.v1.HistoryService`.
    package enum HistoryService {
        package static let name = "remit.billing.v1.HistoryService"
        package static let listTransactions = MethodDescriptor(
            service: name, method: "ListTransactions",
            scope: "history.read", idempotent: true, maxRequestBytes: 4096)
        package static let getTransaction = MethodDescriptor(
            service: name, method: "GetTransaction",
            scope: "history.read", idempotent: true, maxRequestBytes: 4096)
        package static let methods: [MethodDescriptor] = [listTransactions, getTransaction]
    }

    /// Calls `remit.billing.v1.HistoryService`.
    package struct HistoryServiceClient: Sendable {
        private let caller: any RPCCaller

        package init(_ caller: any RPCCaller) {
            self.caller = caller
        }

        /// The account's transactions of the last 24 months, newest first, with the balance after each.
        ///
        /// Errors: NOT_FOUND (the account), INVALID_ARGUMENT (page_size, page_token, the filters).
        package func listTransactions(
            _ request: BillingV1.ListTransactionsRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.ListTransactionsResponse {
            try await caller.call(HistoryService.listTransactions, request, options: options)
        }

        /// Errors: NOT_FOUND.
        package func getTransaction(
            _ request: BillingV1.GetTransactionRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.Transaction {
            try await caller.call(HistoryService.getTransaction, request, options: options)
        }
    }
}

extension Router {
    /// Serves `remit.billing.v1.HistoryService`.
    package mutating func register(_ handler: some BillingV1.HistoryServiceHandler) {
        register(BillingV1.HistoryService.listTransactions, handler: handler.listTransactions)
        register(BillingV1.HistoryService.getTransaction, handler: handler.getTransaction)
    }
}
