// Made by protoc-gen-remit-swift from remit/billing/v1/account.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC
package import TTRPC

extension BillingV1 {
    package struct CreateAccountRequest: WireMessage {
        package static let messageName = "remit.billing.v1.CreateAccountRequest"
        /// A UUID or ULID, one per intention. A repeat answers with the same account.
        package var requestID: String
        /// The customer's name; 1 to 200 bytes.
        package var displayName: String
        /// ISO 4217; "CAD" when empty. It never changes.
        package var currency: String
        /// Prefilled on the payment page.
        package var billingAddress: RemitType.BillingAddress?

        package init(
            requestID: String = "",
            displayName: String = "",
            currency: String = "",
            billingAddress: RemitType.BillingAddress? = nil
        ) {
            self.requestID = requestID
            self.displayName = displayName
            self.currency = currency
            self.billingAddress = billingAddress
        }
    }
}

extension BillingV1.CreateAccountRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__CreateAccountRequest>, _ arena: Arena) throws(WireError) {
        requestID = try arena.text(c.pointee.request_id, "remit.billing.v1.CreateAccountRequest", "request_id")
        displayName = try arena.text(c.pointee.display_name, "remit.billing.v1.CreateAccountRequest", "display_name")
        currency = try arena.text(c.pointee.currency, "remit.billing.v1.CreateAccountRequest", "currency")
        if let nested = c.pointee.billing_address { billingAddress = try RemitType.BillingAddress(nested, arena) } else { billingAddress = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__CreateAccountRequest> {
        let c = try arena.take(Remit__Billing__V1__CreateAccountRequest.self, for: Self.messageName)
        remit__billing__v1__create_account_request__init(c)
        if !requestID.isEmpty { c.pointee.request_id = try arena.cString(requestID, "remit.billing.v1.CreateAccountRequest", "request_id") }
        if !displayName.isEmpty { c.pointee.display_name = try arena.cString(displayName, "remit.billing.v1.CreateAccountRequest", "display_name") }
        if !currency.isEmpty { c.pointee.currency = try arena.cString(currency, "remit.billing.v1.CreateAccountRequest", "currency") }
        if let nested = billingAddress { c.pointee.billing_address = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__create_account_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__create_account_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__create_account_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct GetAccountRequest: WireMessage {
        package static let messageName = "remit.billing.v1.GetAccountRequest"
        package var key: Key?

        /// At most one of these is set.
        package enum Key: Equatable, Sendable {
            /// "acct_…".
            case accountID(String)
            /// The number people see: "001234".
            case accountNumber(String)
        }

        package init(
            key: Key? = nil
        ) {
            self.key = key
        }
    }
}

extension BillingV1.GetAccountRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__GetAccountRequest>, _ arena: Arena) throws(WireError) {
        switch c.pointee.key_case.rawValue {
        case 1:
            key = try .accountID(arena.text(c.pointee.account_id, "remit.billing.v1.GetAccountRequest", "account_id"))
        case 2:
            key = try .accountNumber(arena.text(c.pointee.account_number, "remit.billing.v1.GetAccountRequest", "account_number"))
        default: key = nil
        }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__GetAccountRequest> {
        let c = try arena.take(Remit__Billing__V1__GetAccountRequest.self, for: Self.messageName)
        remit__billing__v1__get_account_request__init(c)
        switch key {
        case .accountID(let value):
            c.pointee.key_case = .init(rawValue: 1)
            c.pointee.account_id = try arena.cString(value, "remit.billing.v1.GetAccountRequest", "account_id")
        case .accountNumber(let value):
            c.pointee.key_case = .init(rawValue: 2)
            c.pointee.account_number = try arena.cString(value, "remit.billing.v1.GetAccountRequest", "account_number")
        case nil: break
        }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__get_account_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__get_account_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__get_account_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct Account: WireMessage {
        package static let messageName = "remit.billing.v1.Account"
        /// "acct_…".
        package var accountID: String
        /// The number people see: "001234".
        package var accountNumber: String
        package var displayName: String
        package var currency: String
        package var billingAddress: RemitType.BillingAddress?
        package var balance: BillingV1.Balance?
        package var createTime: GoogleProtobuf.Timestamp?

        package init(
            accountID: String = "",
            accountNumber: String = "",
            displayName: String = "",
            currency: String = "",
            billingAddress: RemitType.BillingAddress? = nil,
            balance: BillingV1.Balance? = nil,
            createTime: GoogleProtobuf.Timestamp? = nil
        ) {
            self.accountID = accountID
            self.accountNumber = accountNumber
            self.displayName = displayName
            self.currency = currency
            self.billingAddress = billingAddress
            self.balance = balance
            self.createTime = createTime
        }
    }
}

extension BillingV1.Account {
    init(_ c: UnsafePointer<Remit__Billing__V1__Account>, _ arena: Arena) throws(WireError) {
        accountID = try arena.text(c.pointee.account_id, "remit.billing.v1.Account", "account_id")
        accountNumber = try arena.text(c.pointee.account_number, "remit.billing.v1.Account", "account_number")
        displayName = try arena.text(c.pointee.display_name, "remit.billing.v1.Account", "display_name")
        currency = try arena.text(c.pointee.currency, "remit.billing.v1.Account", "currency")
        if let nested = c.pointee.billing_address { billingAddress = try RemitType.BillingAddress(nested, arena) } else { billingAddress = nil }
        if let nested = c.pointee.balance { balance = try BillingV1.Balance(nested, arena) } else { balance = nil }
        if let nested = c.pointee.create_time { createTime = try GoogleProtobuf.Timestamp(nested, arena) } else { createTime = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__Account> {
        let c = try arena.take(Remit__Billing__V1__Account.self, for: Self.messageName)
        remit__billing__v1__account__init(c)
        if !accountID.isEmpty { c.pointee.account_id = try arena.cString(accountID, "remit.billing.v1.Account", "account_id") }
        if !accountNumber.isEmpty { c.pointee.account_number = try arena.cString(accountNumber, "remit.billing.v1.Account", "account_number") }
        if !displayName.isEmpty { c.pointee.display_name = try arena.cString(displayName, "remit.billing.v1.Account", "display_name") }
        if !currency.isEmpty { c.pointee.currency = try arena.cString(currency, "remit.billing.v1.Account", "currency") }
        if let nested = billingAddress { c.pointee.billing_address = try nested.build(arena) }
        if let nested = balance { c.pointee.balance = try nested.build(arena) }
        if let nested = createTime { c.pointee.create_time = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__account__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__account__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__account__pack(c, $0) }
    }
}

extension BillingV1 {
    /// What an account owes.
    package struct Balance: WireMessage {
        package static let messageName = "remit.billing.v1.Balance"
        /// Open invoices less credit: negative when the account is in credit.
        package var current: RemitType.Money?
        /// What is still due on open invoices, zero or more.
        package var outstanding: RemitType.Money?
        /// Credit that the next invoice will use, zero or more.
        package var credit: RemitType.Money?
        /// Payments the bank has not decided; in none of the sums above.
        package var pending: RemitType.Money?
        /// Rises with every change of the balance; a payment page sends it back.
        package var version: Int64

        package init(
            current: RemitType.Money? = nil,
            outstanding: RemitType.Money? = nil,
            credit: RemitType.Money? = nil,
            pending: RemitType.Money? = nil,
            version: Int64 = 0
        ) {
            self.current = current
            self.outstanding = outstanding
            self.credit = credit
            self.pending = pending
            self.version = version
        }
    }
}

extension BillingV1.Balance {
    init(_ c: UnsafePointer<Remit__Billing__V1__Balance>, _ arena: Arena) throws(WireError) {
        if let nested = c.pointee.current { current = try RemitType.Money(nested, arena) } else { current = nil }
        if let nested = c.pointee.outstanding { outstanding = try RemitType.Money(nested, arena) } else { outstanding = nil }
        if let nested = c.pointee.credit { credit = try RemitType.Money(nested, arena) } else { credit = nil }
        if let nested = c.pointee.pending { pending = try RemitType.Money(nested, arena) } else { pending = nil }
        version = c.pointee.version
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__Balance> {
        let c = try arena.take(Remit__Billing__V1__Balance.self, for: Self.messageName)
        remit__billing__v1__balance__init(c)
        if let nested = current { c.pointee.current = try nested.build(arena) }
        if let nested = outstanding { c.pointee.outstanding = try nested.build(arena) }
        if let nested = credit { c.pointee.credit = try nested.build(arena) }
        if let nested = pending { c.pointee.pending = try nested.build(arena) }
        c.pointee.version = version
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__balance__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__balance__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__balance__pack(c, $0) }
    }
}

extension BillingV1 {
    /// Customers' accounts: who owes, in which currency.
    package protocol AccountServiceHandler: Sendable {
        /// Opens an account.
        ///
        /// Errors: INVALID_ARGUMENT (BAD_TEXT, CURRENCY_MISMATCH: a currency that is not offered),
        /// ALREADY_EXISTS (KEY_REUSED_DIFFERENT_BODY).
        func create(
            _ request: BillingV1.CreateAccountRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.Account
        /// Errors: NOT_FOUND.
        func get(
            _ request: BillingV1.GetAccountRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.Account
    }

    /// The methods of `remit.billing.v1.AccountService`.
    package enum AccountService {
        package static let name = "remit.billing.v1.AccountService"
        package static let create = MethodDescriptor(
            service: name, method: "Create",
            scope: "accounts.write", idempotent: true, maxRequestBytes: 8192)
        package static let get = MethodDescriptor(
            service: name, method: "Get",
            scope: "accounts.read", idempotent: true, maxRequestBytes: 4096)
        package static let methods: [MethodDescriptor] = [create, get]
    }

    /// Calls `remit.billing.v1.AccountService`.
    package struct AccountServiceClient: Sendable {
        private let caller: any RPCCaller

        package init(_ caller: any RPCCaller) {
            self.caller = caller
        }

        /// Opens an account.
        ///
        /// Errors: INVALID_ARGUMENT (BAD_TEXT, CURRENCY_MISMATCH: a currency that is not offered),
        /// ALREADY_EXISTS (KEY_REUSED_DIFFERENT_BODY).
        package func create(
            _ request: BillingV1.CreateAccountRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.Account {
            try await caller.call(AccountService.create, request, options: options)
        }

        /// Errors: NOT_FOUND.
        package func get(
            _ request: BillingV1.GetAccountRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.Account {
            try await caller.call(AccountService.get, request, options: options)
        }
    }
}

extension Router {
    /// Serves `remit.billing.v1.AccountService`.
    package mutating func register(_ handler: some BillingV1.AccountServiceHandler) {
        register(BillingV1.AccountService.create, handler: handler.create)
        register(BillingV1.AccountService.get, handler: handler.get)
    }
}
