// Made by protoc-gen-remit-swift from remit/billing/v1/payment_method.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC
package import TTRPC

extension BillingV1 {
    package enum PaymentMethodState: WireEnum {
        case unspecified
        case active
        case deleted
        /// A number that this version of the schema has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .active
            case 2: self = .deleted
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .active: 1
            case .deleted: 2
            case .unrecognized(let number): number
            }
        }

        /// The name in the schema, without the type's prefix: "SUBMITTING".
        package var name: String {
            switch self {
            case .unspecified: "UNSPECIFIED"
            case .active: "ACTIVE"
            case .deleted: "DELETED"
            case .unrecognized(let number): "\(number)"
            }
        }

        /// The name in the schema: "PAYMENT_STATE_SUBMITTING".
        package var protoName: String {
            switch self {
            case .unspecified: "PAYMENT_METHOD_STATE_UNSPECIFIED"
            case .active: "PAYMENT_METHOD_STATE_ACTIVE"
            case .deleted: "PAYMENT_METHOD_STATE_DELETED"
            case .unrecognized(let number): "\(number)"
            }
        }
    }
}

extension BillingV1 {
    package struct PaymentMethod: WireMessage {
        package static let messageName = "remit.billing.v1.PaymentMethod"
        /// "pm_…".
        package var paymentMethodID: String
        package var accountID: String
        /// "visa", "mastercard", "amex", "discover".
        package var brand: String
        package var lastFour: String
        package var expiryMonth: Int32
        package var expiryYear: Int32
        package var billingAddress: RemitType.BillingAddress?
        package var billingEmail: String
        package var state: BillingV1.PaymentMethodState
        package var createTime: GoogleProtobuf.Timestamp?

        package init(
            paymentMethodID: String = "",
            accountID: String = "",
            brand: String = "",
            lastFour: String = "",
            expiryMonth: Int32 = 0,
            expiryYear: Int32 = 0,
            billingAddress: RemitType.BillingAddress? = nil,
            billingEmail: String = "",
            state: BillingV1.PaymentMethodState = .unspecified,
            createTime: GoogleProtobuf.Timestamp? = nil
        ) {
            self.paymentMethodID = paymentMethodID
            self.accountID = accountID
            self.brand = brand
            self.lastFour = lastFour
            self.expiryMonth = expiryMonth
            self.expiryYear = expiryYear
            self.billingAddress = billingAddress
            self.billingEmail = billingEmail
            self.state = state
            self.createTime = createTime
        }
    }
}

extension BillingV1.PaymentMethod {
    init(_ c: UnsafePointer<Remit__Billing__V1__PaymentMethod>, _ arena: Arena) throws(WireError) {
        paymentMethodID = try arena.text(c.pointee.payment_method_id, "remit.billing.v1.PaymentMethod", "payment_method_id")
        accountID = try arena.text(c.pointee.account_id, "remit.billing.v1.PaymentMethod", "account_id")
        brand = try arena.text(c.pointee.brand, "remit.billing.v1.PaymentMethod", "brand")
        lastFour = try arena.text(c.pointee.last_four, "remit.billing.v1.PaymentMethod", "last_four")
        expiryMonth = c.pointee.expiry_month
        expiryYear = c.pointee.expiry_year
        if let nested = c.pointee.billing_address { billingAddress = try RemitType.BillingAddress(nested, arena) } else { billingAddress = nil }
        billingEmail = try arena.text(c.pointee.billing_email, "remit.billing.v1.PaymentMethod", "billing_email")
        state = BillingV1.PaymentMethodState(rawValue: Int32(bitPattern: c.pointee.state.rawValue))
        if let nested = c.pointee.create_time { createTime = try GoogleProtobuf.Timestamp(nested, arena) } else { createTime = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__PaymentMethod> {
        let c = try arena.take(Remit__Billing__V1__PaymentMethod.self, for: Self.messageName)
        remit__billing__v1__payment_method__init(c)
        if !paymentMethodID.isEmpty { c.pointee.payment_method_id = try arena.cString(paymentMethodID, "remit.billing.v1.PaymentMethod", "payment_method_id") }
        if !accountID.isEmpty { c.pointee.account_id = try arena.cString(accountID, "remit.billing.v1.PaymentMethod", "account_id") }
        if !brand.isEmpty { c.pointee.brand = try arena.cString(brand, "remit.billing.v1.PaymentMethod", "brand") }
        if !lastFour.isEmpty { c.pointee.last_four = try arena.cString(lastFour, "remit.billing.v1.PaymentMethod", "last_four") }
        c.pointee.expiry_month = expiryMonth
        c.pointee.expiry_year = expiryYear
        if let nested = billingAddress { c.pointee.billing_address = try nested.build(arena) }
        if !billingEmail.isEmpty { c.pointee.billing_email = try arena.cString(billingEmail, "remit.billing.v1.PaymentMethod", "billing_email") }
        c.pointee.state = Remit__Billing__V1__PaymentMethodState(rawValue: UInt32(bitPattern: state.rawValue))
        if let nested = createTime { c.pointee.create_time = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__payment_method__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__payment_method__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__payment_method__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct ListPaymentMethodsRequest: WireMessage {
        package static let messageName = "remit.billing.v1.ListPaymentMethodsRequest"
        package var accountID: String

        package init(
            accountID: String = ""
        ) {
            self.accountID = accountID
        }
    }
}

extension BillingV1.ListPaymentMethodsRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__ListPaymentMethodsRequest>, _ arena: Arena) throws(WireError) {
        accountID = try arena.text(c.pointee.account_id, "remit.billing.v1.ListPaymentMethodsRequest", "account_id")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ListPaymentMethodsRequest> {
        let c = try arena.take(Remit__Billing__V1__ListPaymentMethodsRequest.self, for: Self.messageName)
        remit__billing__v1__list_payment_methods_request__init(c)
        if !accountID.isEmpty { c.pointee.account_id = try arena.cString(accountID, "remit.billing.v1.ListPaymentMethodsRequest", "account_id") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__list_payment_methods_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__list_payment_methods_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__list_payment_methods_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct ListPaymentMethodsResponse: WireMessage {
        package static let messageName = "remit.billing.v1.ListPaymentMethodsResponse"
        package var paymentMethods: [BillingV1.PaymentMethod]

        package init(
            paymentMethods: [BillingV1.PaymentMethod] = []
        ) {
            self.paymentMethods = paymentMethods
        }
    }
}

extension BillingV1.ListPaymentMethodsResponse {
    init(_ c: UnsafePointer<Remit__Billing__V1__ListPaymentMethodsResponse>, _ arena: Arena) throws(WireError) {
        paymentMethods = []
        if let elements = c.pointee.payment_methods {
            paymentMethods.reserveCapacity(Int(c.pointee.n_payment_methods))
            for index in 0..<Int(c.pointee.n_payment_methods) {
                guard let element = elements[index] else { continue }
                paymentMethods.append(try BillingV1.PaymentMethod(element, arena))
            }
        }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ListPaymentMethodsResponse> {
        let c = try arena.take(Remit__Billing__V1__ListPaymentMethodsResponse.self, for: Self.messageName)
        remit__billing__v1__list_payment_methods_response__init(c)
        if !paymentMethods.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Billing__V1__PaymentMethod>?).self, count: paymentMethods.count, for: Self.messageName)
            for (index, element) in paymentMethods.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_payment_methods = paymentMethods.count
            c.pointee.payment_methods = elements
        }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__list_payment_methods_response__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__list_payment_methods_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__list_payment_methods_response__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct DeletePaymentMethodRequest: WireMessage {
        package static let messageName = "remit.billing.v1.DeletePaymentMethodRequest"
        package var accountID: String
        package var paymentMethodID: String

        package init(
            accountID: String = "",
            paymentMethodID: String = ""
        ) {
            self.accountID = accountID
            self.paymentMethodID = paymentMethodID
        }
    }
}

extension BillingV1.DeletePaymentMethodRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__DeletePaymentMethodRequest>, _ arena: Arena) throws(WireError) {
        accountID = try arena.text(c.pointee.account_id, "remit.billing.v1.DeletePaymentMethodRequest", "account_id")
        paymentMethodID = try arena.text(c.pointee.payment_method_id, "remit.billing.v1.DeletePaymentMethodRequest", "payment_method_id")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__DeletePaymentMethodRequest> {
        let c = try arena.take(Remit__Billing__V1__DeletePaymentMethodRequest.self, for: Self.messageName)
        remit__billing__v1__delete_payment_method_request__init(c)
        if !accountID.isEmpty { c.pointee.account_id = try arena.cString(accountID, "remit.billing.v1.DeletePaymentMethodRequest", "account_id") }
        if !paymentMethodID.isEmpty { c.pointee.payment_method_id = try arena.cString(paymentMethodID, "remit.billing.v1.DeletePaymentMethodRequest", "payment_method_id") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__delete_payment_method_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__delete_payment_method_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__delete_payment_method_request__pack(c, $0) }
    }
}

extension BillingV1 {
    /// Saved cards. A card is attached by an approved payment that asked to save it.
    package protocol PaymentMethodServiceHandler: Sendable {
        /// An account's saved methods, newest first.
        ///
        /// Errors: NOT_FOUND (the account).
        func list(
            _ request: BillingV1.ListPaymentMethodsRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.ListPaymentMethodsResponse
        /// Ends a method: it is charged no more from this moment. Deleting twice is the same as once.
        ///
        /// Errors: NOT_FOUND.
        func delete(
            _ request: BillingV1.DeletePaymentMethodRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.PaymentMethod
    }

    /// The methods of `remit.billing.v1.PaymentMethodService`.
    package enum PaymentMethodService {
        package static let name = "remit.billing.v1.PaymentMethodService"
        package static let list = MethodDescriptor(
            service: name, method: "List",
            scope: "payment_methods.read", idempotent: true, maxRequestBytes: 4096)
        package static let delete = MethodDescriptor(
            service: name, method: "Delete",
            scope: "payment_methods.write", idempotent: true, maxRequestBytes: 4096)
        package static let methods: [MethodDescriptor] = [list, delete]
    }

    /// Calls `remit.billing.v1.PaymentMethodService`.
    package struct PaymentMethodServiceClient: Sendable {
        private let caller: any RPCCaller

        package init(_ caller: any RPCCaller) {
            self.caller = caller
        }

        /// An account's saved methods, newest first.
        ///
        /// Errors: NOT_FOUND (the account).
        package func list(
            _ request: BillingV1.ListPaymentMethodsRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.ListPaymentMethodsResponse {
            try await caller.call(PaymentMethodService.list, request, options: options)
        }

        /// Ends a method: it is charged no more from this moment. Deleting twice is the same as once.
        ///
        /// Errors: NOT_FOUND.
        package func delete(
            _ request: BillingV1.DeletePaymentMethodRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.PaymentMethod {
            try await caller.call(PaymentMethodService.delete, request, options: options)
        }
    }
}

extension Router {
    /// Serves `remit.billing.v1.PaymentMethodService`.
    package mutating func register(_ handler: some BillingV1.PaymentMethodServiceHandler) {
        register(BillingV1.PaymentMethodService.list, handler: handler.list)
        register(BillingV1.PaymentMethodService.delete, handler: handler.delete)
    }
}
