// Made by protoc-gen-remit-swift from remit/billing/v1/payment.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC
package import TTRPC

extension BillingV1 {
    package enum PaymentState: WireEnum {
        case unspecified
        /// Committed here, on its way to the bank.
        case submitting
        /// The bank has it and has not decided.
        case pending
        /// The cardholder must act first.
        case requiresAction
        /// The reply was lost; being found out. Do not pay again.
        case unknown
        /// Found out by people. Do not pay again.
        case review
        case succeeded
        case declined
        /// It never reached the bank, proven.
        case failed
        case canceled
        /// A number that this version of the schema has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .submitting
            case 2: self = .pending
            case 3: self = .requiresAction
            case 4: self = .unknown
            case 5: self = .review
            case 6: self = .succeeded
            case 7: self = .declined
            case 8: self = .failed
            case 9: self = .canceled
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .submitting: 1
            case .pending: 2
            case .requiresAction: 3
            case .unknown: 4
            case .review: 5
            case .succeeded: 6
            case .declined: 7
            case .failed: 8
            case .canceled: 9
            case .unrecognized(let number): number
            }
        }

        /// The name in the schema, without the type's prefix: "SUBMITTING".
        package var name: String {
            switch self {
            case .unspecified: "UNSPECIFIED"
            case .submitting: "SUBMITTING"
            case .pending: "PENDING"
            case .requiresAction: "REQUIRES_ACTION"
            case .unknown: "UNKNOWN"
            case .review: "REVIEW"
            case .succeeded: "SUCCEEDED"
            case .declined: "DECLINED"
            case .failed: "FAILED"
            case .canceled: "CANCELED"
            case .unrecognized(let number): "\(number)"
            }
        }

        /// The name in the schema: "PAYMENT_STATE_SUBMITTING".
        package var protoName: String {
            switch self {
            case .unspecified: "PAYMENT_STATE_UNSPECIFIED"
            case .submitting: "PAYMENT_STATE_SUBMITTING"
            case .pending: "PAYMENT_STATE_PENDING"
            case .requiresAction: "PAYMENT_STATE_REQUIRES_ACTION"
            case .unknown: "PAYMENT_STATE_UNKNOWN"
            case .review: "PAYMENT_STATE_REVIEW"
            case .succeeded: "PAYMENT_STATE_SUCCEEDED"
            case .declined: "PAYMENT_STATE_DECLINED"
            case .failed: "PAYMENT_STATE_FAILED"
            case .canceled: "PAYMENT_STATE_CANCELED"
            case .unrecognized(let number): "\(number)"
            }
        }
    }
}

extension BillingV1 {
    package enum CardSaving: WireEnum {
        /// Not asked, or not decided yet.
        case unspecified
        case saved
        /// The postal code did not match the bank's.
        case refusedPostalCode
        /// The payment was not approved.
        case refusedNotApproved
        /// A number that this version of the schema has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .saved
            case 2: self = .refusedPostalCode
            case 3: self = .refusedNotApproved
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .saved: 1
            case .refusedPostalCode: 2
            case .refusedNotApproved: 3
            case .unrecognized(let number): number
            }
        }

        /// The name in the schema, without the type's prefix: "SUBMITTING".
        package var name: String {
            switch self {
            case .unspecified: "UNSPECIFIED"
            case .saved: "SAVED"
            case .refusedPostalCode: "REFUSED_POSTAL_CODE"
            case .refusedNotApproved: "REFUSED_NOT_APPROVED"
            case .unrecognized(let number): "\(number)"
            }
        }

        /// The name in the schema: "PAYMENT_STATE_SUBMITTING".
        package var protoName: String {
            switch self {
            case .unspecified: "CARD_SAVING_UNSPECIFIED"
            case .saved: "CARD_SAVING_SAVED"
            case .refusedPostalCode: "CARD_SAVING_REFUSED_POSTAL_CODE"
            case .refusedNotApproved: "CARD_SAVING_REFUSED_NOT_APPROVED"
            case .unrecognized(let number): "\(number)"
            }
        }
    }
}

extension BillingV1 {
    package struct PreparePaymentRequest: WireMessage {
        package static let messageName = "remit.billing.v1.PreparePaymentRequest"
        package var accountID: String

        package init(
            accountID: String = ""
        ) {
            self.accountID = accountID
        }
    }
}

extension BillingV1.PreparePaymentRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__PreparePaymentRequest>, _ arena: Arena) throws(WireError) {
        accountID = try arena.text(c.pointee.account_id, "remit.billing.v1.PreparePaymentRequest", "account_id")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__PreparePaymentRequest> {
        let c = try arena.take(Remit__Billing__V1__PreparePaymentRequest.self, for: Self.messageName)
        remit__billing__v1__prepare_payment_request__init(c)
        if !accountID.isEmpty { c.pointee.account_id = try arena.cString(accountID, "remit.billing.v1.PreparePaymentRequest", "account_id") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__prepare_payment_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__prepare_payment_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__prepare_payment_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct PreparePaymentResponse: WireMessage {
        package static let messageName = "remit.billing.v1.PreparePaymentResponse"
        package var balance: BillingV1.Balance?
        /// The amount to prefill: what is outstanding. Absent when nothing is.
        package var amount: RemitType.Money?
        /// The address to prefill for a new method.
        package var billingAddress: RemitType.BillingAddress?
        /// The email to prefill for a new method: the top user's.
        package var billingEmail: String
        package var paymentMethods: [BillingV1.PaymentMethod]
        /// The payment that blocks another one; absent when none does.
        package var livePayment: BillingV1.Payment?

        package init(
            balance: BillingV1.Balance? = nil,
            amount: RemitType.Money? = nil,
            billingAddress: RemitType.BillingAddress? = nil,
            billingEmail: String = "",
            paymentMethods: [BillingV1.PaymentMethod] = [],
            livePayment: BillingV1.Payment? = nil
        ) {
            self.balance = balance
            self.amount = amount
            self.billingAddress = billingAddress
            self.billingEmail = billingEmail
            self.paymentMethods = paymentMethods
            self.livePayment = livePayment
        }
    }
}

extension BillingV1.PreparePaymentResponse {
    init(_ c: UnsafePointer<Remit__Billing__V1__PreparePaymentResponse>, _ arena: Arena) throws(WireError) {
        if let nested = c.pointee.balance { balance = try BillingV1.Balance(nested, arena) } else { balance = nil }
        if let nested = c.pointee.amount { amount = try RemitType.Money(nested, arena) } else { amount = nil }
        if let nested = c.pointee.billing_address { billingAddress = try RemitType.BillingAddress(nested, arena) } else { billingAddress = nil }
        billingEmail = try arena.text(c.pointee.billing_email, "remit.billing.v1.PreparePaymentResponse", "billing_email")
        paymentMethods = []
        if let elements = c.pointee.payment_methods {
            paymentMethods.reserveCapacity(Int(c.pointee.n_payment_methods))
            for index in 0..<Int(c.pointee.n_payment_methods) {
                guard let element = elements[index] else { continue }
                paymentMethods.append(try BillingV1.PaymentMethod(element, arena))
            }
        }
        if let nested = c.pointee.live_payment { livePayment = try BillingV1.Payment(nested, arena) } else { livePayment = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__PreparePaymentResponse> {
        let c = try arena.take(Remit__Billing__V1__PreparePaymentResponse.self, for: Self.messageName)
        remit__billing__v1__prepare_payment_response__init(c)
        if let nested = balance { c.pointee.balance = try nested.build(arena) }
        if let nested = amount { c.pointee.amount = try nested.build(arena) }
        if let nested = billingAddress { c.pointee.billing_address = try nested.build(arena) }
        if !billingEmail.isEmpty { c.pointee.billing_email = try arena.cString(billingEmail, "remit.billing.v1.PreparePaymentResponse", "billing_email") }
        if !paymentMethods.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Billing__V1__PaymentMethod>?).self, count: paymentMethods.count, for: Self.messageName)
            for (index, element) in paymentMethods.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_payment_methods = paymentMethods.count
            c.pointee.payment_methods = elements
        }
        if let nested = livePayment { c.pointee.live_payment = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__prepare_payment_response__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__prepare_payment_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__prepare_payment_response__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct PayRequest: WireMessage {
        package static let messageName = "remit.billing.v1.PayRequest"
        /// A UUID or ULID, one per intention to pay, kept through unknown outcomes. Time-ordered ones
        /// (ULID, UUID version 7) are cheapest to store.
        package var requestID: String
        package var accountID: String
        /// More than zero, in the account's currency.
        package var amount: RemitType.Money?
        package var source: Source?
        /// The balance version of the page; 0 when there was no page. If less than the amount is
        /// outstanding by now and the version is not current, the payment is refused.
        package var balanceVersion: Int64
        /// The payer wants what is left over as credit, whatever has changed since the page.
        package var acceptCredit: Bool

        /// At most one of these is set.
        package enum Source: Equatable, Sendable {
            /// "pm_…".
            case paymentMethodID(String)
            case newCard(BillingV1.NewCard)
        }

        package init(
            requestID: String = "",
            accountID: String = "",
            amount: RemitType.Money? = nil,
            source: Source? = nil,
            balanceVersion: Int64 = 0,
            acceptCredit: Bool = false
        ) {
            self.requestID = requestID
            self.accountID = accountID
            self.amount = amount
            self.source = source
            self.balanceVersion = balanceVersion
            self.acceptCredit = acceptCredit
        }
    }
}

extension BillingV1.PayRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__PayRequest>, _ arena: Arena) throws(WireError) {
        requestID = try arena.text(c.pointee.request_id, "remit.billing.v1.PayRequest", "request_id")
        accountID = try arena.text(c.pointee.account_id, "remit.billing.v1.PayRequest", "account_id")
        if let nested = c.pointee.amount { amount = try RemitType.Money(nested, arena) } else { amount = nil }
        balanceVersion = c.pointee.balance_version
        acceptCredit = c.pointee.accept_credit != 0
        switch c.pointee.source_case.rawValue {
        case 4:
            source = try .paymentMethodID(arena.text(c.pointee.payment_method_id, "remit.billing.v1.PayRequest", "payment_method_id"))
        case 5:
            if let nested = c.pointee.new_card {
                source = .newCard(try BillingV1.NewCard(nested, arena))
            } else { source = nil }
        default: source = nil
        }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__PayRequest> {
        let c = try arena.take(Remit__Billing__V1__PayRequest.self, for: Self.messageName)
        remit__billing__v1__pay_request__init(c)
        if !requestID.isEmpty { c.pointee.request_id = try arena.cString(requestID, "remit.billing.v1.PayRequest", "request_id") }
        if !accountID.isEmpty { c.pointee.account_id = try arena.cString(accountID, "remit.billing.v1.PayRequest", "account_id") }
        if let nested = amount { c.pointee.amount = try nested.build(arena) }
        c.pointee.balance_version = balanceVersion
        c.pointee.accept_credit = acceptCredit ? 1 : 0
        switch source {
        case .paymentMethodID(let value):
            c.pointee.source_case = .init(rawValue: 4)
            c.pointee.payment_method_id = try arena.cString(value, "remit.billing.v1.PayRequest", "payment_method_id")
        case .newCard(let value):
            c.pointee.source_case = .init(rawValue: 5)
            c.pointee.new_card = try value.build(arena)
        case nil: break
        }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__pay_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__pay_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__pay_request__pack(c, $0) }
    }
}

extension BillingV1 {
    /// A card that is not saved yet, by the token the gateway gave for it.
    package struct NewCard: WireMessage {
        package static let messageName = "remit.billing.v1.NewCard"
        /// "tok_…".
        package var token: String
        package var billingAddress: RemitType.BillingAddress?
        /// The top user's when empty.
        package var billingEmail: String
        /// Save it as a payment method if the payment is approved and the postal code matches.
        package var save: Bool

        package init(
            token: String = "",
            billingAddress: RemitType.BillingAddress? = nil,
            billingEmail: String = "",
            save: Bool = false
        ) {
            self.token = token
            self.billingAddress = billingAddress
            self.billingEmail = billingEmail
            self.save = save
        }
    }
}

extension BillingV1.NewCard {
    init(_ c: UnsafePointer<Remit__Billing__V1__NewCard>, _ arena: Arena) throws(WireError) {
        token = try arena.text(c.pointee.token, "remit.billing.v1.NewCard", "token")
        if let nested = c.pointee.billing_address { billingAddress = try RemitType.BillingAddress(nested, arena) } else { billingAddress = nil }
        billingEmail = try arena.text(c.pointee.billing_email, "remit.billing.v1.NewCard", "billing_email")
        save = c.pointee.save != 0
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__NewCard> {
        let c = try arena.take(Remit__Billing__V1__NewCard.self, for: Self.messageName)
        remit__billing__v1__new_card__init(c)
        if !token.isEmpty { c.pointee.token = try arena.cString(token, "remit.billing.v1.NewCard", "token") }
        if let nested = billingAddress { c.pointee.billing_address = try nested.build(arena) }
        if !billingEmail.isEmpty { c.pointee.billing_email = try arena.cString(billingEmail, "remit.billing.v1.NewCard", "billing_email") }
        c.pointee.save = save ? 1 : 0
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__new_card__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__new_card__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__new_card__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct GetPaymentRequest: WireMessage {
        package static let messageName = "remit.billing.v1.GetPaymentRequest"
        package var key: Key?

        /// At most one of these is set.
        package enum Key: Equatable, Sendable {
            /// "pay_…".
            case paymentID(String)
            /// The request_id of Pay.
            case requestID(String)
        }

        package init(
            key: Key? = nil
        ) {
            self.key = key
        }
    }
}

extension BillingV1.GetPaymentRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__GetPaymentRequest>, _ arena: Arena) throws(WireError) {
        switch c.pointee.key_case.rawValue {
        case 1:
            key = try .paymentID(arena.text(c.pointee.payment_id, "remit.billing.v1.GetPaymentRequest", "payment_id"))
        case 2:
            key = try .requestID(arena.text(c.pointee.request_id, "remit.billing.v1.GetPaymentRequest", "request_id"))
        default: key = nil
        }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__GetPaymentRequest> {
        let c = try arena.take(Remit__Billing__V1__GetPaymentRequest.self, for: Self.messageName)
        remit__billing__v1__get_payment_request__init(c)
        switch key {
        case .paymentID(let value):
            c.pointee.key_case = .init(rawValue: 1)
            c.pointee.payment_id = try arena.cString(value, "remit.billing.v1.GetPaymentRequest", "payment_id")
        case .requestID(let value):
            c.pointee.key_case = .init(rawValue: 2)
            c.pointee.request_id = try arena.cString(value, "remit.billing.v1.GetPaymentRequest", "request_id")
        case nil: break
        }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__get_payment_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__get_payment_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__get_payment_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct WatchPaymentRequest: WireMessage {
        package static let messageName = "remit.billing.v1.WatchPaymentRequest"
        package var key: Key?

        /// At most one of these is set.
        package enum Key: Equatable, Sendable {
            /// "pay_…".
            case paymentID(String)
            /// The request_id of Pay.
            case requestID(String)
        }

        package init(
            key: Key? = nil
        ) {
            self.key = key
        }
    }
}

extension BillingV1.WatchPaymentRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__WatchPaymentRequest>, _ arena: Arena) throws(WireError) {
        switch c.pointee.key_case.rawValue {
        case 1:
            key = try .paymentID(arena.text(c.pointee.payment_id, "remit.billing.v1.WatchPaymentRequest", "payment_id"))
        case 2:
            key = try .requestID(arena.text(c.pointee.request_id, "remit.billing.v1.WatchPaymentRequest", "request_id"))
        default: key = nil
        }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__WatchPaymentRequest> {
        let c = try arena.take(Remit__Billing__V1__WatchPaymentRequest.self, for: Self.messageName)
        remit__billing__v1__watch_payment_request__init(c)
        switch key {
        case .paymentID(let value):
            c.pointee.key_case = .init(rawValue: 1)
            c.pointee.payment_id = try arena.cString(value, "remit.billing.v1.WatchPaymentRequest", "payment_id")
        case .requestID(let value):
            c.pointee.key_case = .init(rawValue: 2)
            c.pointee.request_id = try arena.cString(value, "remit.billing.v1.WatchPaymentRequest", "request_id")
        case nil: break
        }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__watch_payment_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__watch_payment_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__watch_payment_request__pack(c, $0) }
    }
}

extension BillingV1 {
    /// Money of one payment that went to one invoice.
    package struct PaymentAllocation: WireMessage {
        package static let messageName = "remit.billing.v1.PaymentAllocation"
        /// "alc_…".
        package var allocationID: String
        /// "inv_…".
        package var invoiceID: String
        /// "INV00054321".
        package var invoiceNumber: String
        package var amount: RemitType.Money?

        package init(
            allocationID: String = "",
            invoiceID: String = "",
            invoiceNumber: String = "",
            amount: RemitType.Money? = nil
        ) {
            self.allocationID = allocationID
            self.invoiceID = invoiceID
            self.invoiceNumber = invoiceNumber
            self.amount = amount
        }
    }
}

extension BillingV1.PaymentAllocation {
    init(_ c: UnsafePointer<Remit__Billing__V1__PaymentAllocation>, _ arena: Arena) throws(WireError) {
        allocationID = try arena.text(c.pointee.allocation_id, "remit.billing.v1.PaymentAllocation", "allocation_id")
        invoiceID = try arena.text(c.pointee.invoice_id, "remit.billing.v1.PaymentAllocation", "invoice_id")
        invoiceNumber = try arena.text(c.pointee.invoice_number, "remit.billing.v1.PaymentAllocation", "invoice_number")
        if let nested = c.pointee.amount { amount = try RemitType.Money(nested, arena) } else { amount = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__PaymentAllocation> {
        let c = try arena.take(Remit__Billing__V1__PaymentAllocation.self, for: Self.messageName)
        remit__billing__v1__payment_allocation__init(c)
        if !allocationID.isEmpty { c.pointee.allocation_id = try arena.cString(allocationID, "remit.billing.v1.PaymentAllocation", "allocation_id") }
        if !invoiceID.isEmpty { c.pointee.invoice_id = try arena.cString(invoiceID, "remit.billing.v1.PaymentAllocation", "invoice_id") }
        if !invoiceNumber.isEmpty { c.pointee.invoice_number = try arena.cString(invoiceNumber, "remit.billing.v1.PaymentAllocation", "invoice_number") }
        if let nested = amount { c.pointee.amount = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__payment_allocation__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__payment_allocation__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__payment_allocation__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct Payment: WireMessage {
        package static let messageName = "remit.billing.v1.Payment"
        /// "pay_…".
        package var paymentID: String
        package var accountID: String
        package var requestID: String
        package var state: BillingV1.PaymentState
        package var amount: RemitType.Money?
        /// A sentence for the payer: "The card has been declined." Empty while there is nothing to say.
        package var message: String
        /// For operators, not for the shopper: "insufficient_funds"; empty unless declined.
        package var declineCode: String
        /// "soft", "update_card", "hard", "step_up"; empty unless declined.
        package var retryClass: String
        /// For operators: why it failed ("FENCED", "TOKEN_USED"); empty unless failed.
        package var failureReason: String
        /// The gateway's key: "att_…".
        package var attemptID: String
        /// The saved method that was charged, or that this payment attached; empty otherwise. One that is
        /// deleted already where the gateway kept the card of a payment that did not succeed.
        package var paymentMethodID: String
        /// Whether the card was saved, when that was asked.
        package var cardSaving: BillingV1.CardSaving
        package var cardBrand: String
        package var cardLastFour: String
        /// Oldest invoice first; empty unless succeeded.
        package var allocations: [BillingV1.PaymentAllocation]
        /// What was left over and became credit.
        package var credited: RemitType.Money?
        package var createTime: GoogleProtobuf.Timestamp?
        /// When it reached a terminal state.
        package var settleTime: GoogleProtobuf.Timestamp?

        package init(
            paymentID: String = "",
            accountID: String = "",
            requestID: String = "",
            state: BillingV1.PaymentState = .unspecified,
            amount: RemitType.Money? = nil,
            message: String = "",
            declineCode: String = "",
            retryClass: String = "",
            failureReason: String = "",
            attemptID: String = "",
            paymentMethodID: String = "",
            cardSaving: BillingV1.CardSaving = .unspecified,
            cardBrand: String = "",
            cardLastFour: String = "",
            allocations: [BillingV1.PaymentAllocation] = [],
            credited: RemitType.Money? = nil,
            createTime: GoogleProtobuf.Timestamp? = nil,
            settleTime: GoogleProtobuf.Timestamp? = nil
        ) {
            self.paymentID = paymentID
            self.accountID = accountID
            self.requestID = requestID
            self.state = state
            self.amount = amount
            self.message = message
            self.declineCode = declineCode
            self.retryClass = retryClass
            self.failureReason = failureReason
            self.attemptID = attemptID
            self.paymentMethodID = paymentMethodID
            self.cardSaving = cardSaving
            self.cardBrand = cardBrand
            self.cardLastFour = cardLastFour
            self.allocations = allocations
            self.credited = credited
            self.createTime = createTime
            self.settleTime = settleTime
        }
    }
}

extension BillingV1.Payment {
    init(_ c: UnsafePointer<Remit__Billing__V1__Payment>, _ arena: Arena) throws(WireError) {
        paymentID = try arena.text(c.pointee.payment_id, "remit.billing.v1.Payment", "payment_id")
        accountID = try arena.text(c.pointee.account_id, "remit.billing.v1.Payment", "account_id")
        requestID = try arena.text(c.pointee.request_id, "remit.billing.v1.Payment", "request_id")
        state = BillingV1.PaymentState(rawValue: Int32(bitPattern: c.pointee.state.rawValue))
        if let nested = c.pointee.amount { amount = try RemitType.Money(nested, arena) } else { amount = nil }
        message = try arena.text(c.pointee.message, "remit.billing.v1.Payment", "message")
        declineCode = try arena.text(c.pointee.decline_code, "remit.billing.v1.Payment", "decline_code")
        retryClass = try arena.text(c.pointee.retry_class, "remit.billing.v1.Payment", "retry_class")
        failureReason = try arena.text(c.pointee.failure_reason, "remit.billing.v1.Payment", "failure_reason")
        attemptID = try arena.text(c.pointee.attempt_id, "remit.billing.v1.Payment", "attempt_id")
        paymentMethodID = try arena.text(c.pointee.payment_method_id, "remit.billing.v1.Payment", "payment_method_id")
        cardSaving = BillingV1.CardSaving(rawValue: Int32(bitPattern: c.pointee.card_saving.rawValue))
        cardBrand = try arena.text(c.pointee.card_brand, "remit.billing.v1.Payment", "card_brand")
        cardLastFour = try arena.text(c.pointee.card_last_four, "remit.billing.v1.Payment", "card_last_four")
        allocations = []
        if let elements = c.pointee.allocations {
            allocations.reserveCapacity(Int(c.pointee.n_allocations))
            for index in 0..<Int(c.pointee.n_allocations) {
                guard let element = elements[index] else { continue }
                allocations.append(try BillingV1.PaymentAllocation(element, arena))
            }
        }
        if let nested = c.pointee.credited { credited = try RemitType.Money(nested, arena) } else { credited = nil }
        if let nested = c.pointee.create_time { createTime = try GoogleProtobuf.Timestamp(nested, arena) } else { createTime = nil }
        if let nested = c.pointee.settle_time { settleTime = try GoogleProtobuf.Timestamp(nested, arena) } else { settleTime = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__Payment> {
        let c = try arena.take(Remit__Billing__V1__Payment.self, for: Self.messageName)
        remit__billing__v1__payment__init(c)
        if !paymentID.isEmpty { c.pointee.payment_id = try arena.cString(paymentID, "remit.billing.v1.Payment", "payment_id") }
        if !accountID.isEmpty { c.pointee.account_id = try arena.cString(accountID, "remit.billing.v1.Payment", "account_id") }
        if !requestID.isEmpty { c.pointee.request_id = try arena.cString(requestID, "remit.billing.v1.Payment", "request_id") }
        c.pointee.state = Remit__Billing__V1__PaymentState(rawValue: UInt32(bitPattern: state.rawValue))
        if let nested = amount { c.pointee.amount = try nested.build(arena) }
        if !message.isEmpty { c.pointee.message = try arena.cString(message, "remit.billing.v1.Payment", "message") }
        if !declineCode.isEmpty { c.pointee.decline_code = try arena.cString(declineCode, "remit.billing.v1.Payment", "decline_code") }
        if !retryClass.isEmpty { c.pointee.retry_class = try arena.cString(retryClass, "remit.billing.v1.Payment", "retry_class") }
        if !failureReason.isEmpty { c.pointee.failure_reason = try arena.cString(failureReason, "remit.billing.v1.Payment", "failure_reason") }
        if !attemptID.isEmpty { c.pointee.attempt_id = try arena.cString(attemptID, "remit.billing.v1.Payment", "attempt_id") }
        if !paymentMethodID.isEmpty { c.pointee.payment_method_id = try arena.cString(paymentMethodID, "remit.billing.v1.Payment", "payment_method_id") }
        c.pointee.card_saving = Remit__Billing__V1__CardSaving(rawValue: UInt32(bitPattern: cardSaving.rawValue))
        if !cardBrand.isEmpty { c.pointee.card_brand = try arena.cString(cardBrand, "remit.billing.v1.Payment", "card_brand") }
        if !cardLastFour.isEmpty { c.pointee.card_last_four = try arena.cString(cardLastFour, "remit.billing.v1.Payment", "card_last_four") }
        if !allocations.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Billing__V1__PaymentAllocation>?).self, count: allocations.count, for: Self.messageName)
            for (index, element) in allocations.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_allocations = allocations.count
            c.pointee.allocations = elements
        }
        if let nested = credited { c.pointee.credited = try nested.build(arena) }
        if let nested = createTime { c.pointee.create_time = try nested.build(arena) }
        if let nested = settleTime { c.pointee.settle_time = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__payment__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__payment__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__payment__pack(c, $0) }
    }
}

extension BillingV1 {
    /// Takes payments. The payer picks no invoice: the oldest is paid first.
    package protocol PaymentServiceHandler: Sendable {
        /// What a payment page shows before anything is typed.
        ///
        /// Errors: NOT_FOUND (the account).
        func prepare(
            _ request: BillingV1.PreparePaymentRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.PreparePaymentResponse
        /// Pays, once per request_id whatever happens, and waits for the bank as long as the caller does.
        ///
        /// A decline is a result: the call succeeds and the payment's state is DECLINED. The caller's
        /// deadline ends only its wait: the answer is the payment as it is then (SUBMITTING or UNKNOWN),
        /// and the same request_id asks again.
        ///
        /// Errors: INVALID_ARGUMENT (AMOUNT_ZERO, AMOUNT_NEGATIVE, AMOUNT_OUT_OF_RANGE,
        /// CURRENCY_MISMATCH, BAD_TEXT), NOT_FOUND (the account, the method, the token), ALREADY_EXISTS
        /// (KEY_REUSED_DIFFERENT_BODY), FAILED_PRECONDITION (PAYMENT_IN_PROGRESS, METHOD_DELETED,
        /// TOKEN_USED, CVC_EXPIRED), ABORTED (VERSION_CONFLICT), UNAVAILABLE (nothing was begun).
        func pay(
            _ request: BillingV1.PayRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.Payment
        /// Errors: NOT_FOUND.
        func get(
            _ request: BillingV1.GetPaymentRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.Payment
        /// The payment as it is now, then once after each change. Changes that follow each other closely
        /// may come as one. The stream ends well after a terminal state.
        ///
        /// Errors: INVALID_ARGUMENT (BAD_ID), NOT_FOUND, UNAVAILABLE (DRAINING) when billing shuts down.
        func watch(
            _ request: BillingV1.WatchPaymentRequest,
            responses: RPCWriter<BillingV1.Payment>,
            context: ServerContext
        ) async throws(RPCError)
    }

    /// The methods of `remit.billing.v1.PaymentService`.
    package enum PaymentService {
        package static let name = "remit.billing.v1.PaymentService"
        package static let prepare = MethodDescriptor(
            service: name, method: "Prepare",
            scope: "payments.read", idempotent: true, maxRequestBytes: 4096)
        package static let pay = MethodDescriptor(
            service: name, method: "Pay",
            scope: "payments.write", idempotent: true, maxRequestBytes: 16384)
        package static let get = MethodDescriptor(
            service: name, method: "Get",
            scope: "payments.read", idempotent: true, maxRequestBytes: 4096)
        package static let watch = MethodDescriptor(
            service: name, method: "Watch",
            scope: "payments.read", idempotent: true, maxRequestBytes: 4096, kind: .serverStream)
        package static let methods: [MethodDescriptor] = [prepare, pay, get, watch]
    }

    /// Calls `remit.billing.v1.PaymentService`.
    package struct PaymentServiceClient: Sendable {
        private let caller: any RPCCaller

        package init(_ caller: any RPCCaller) {
            self.caller = caller
        }

        /// What a payment page shows before anything is typed.
        ///
        /// Errors: NOT_FOUND (the account).
        package func prepare(
            _ request: BillingV1.PreparePaymentRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.PreparePaymentResponse {
            try await caller.call(PaymentService.prepare, request, options: options)
        }

        /// Pays, once per request_id whatever happens, and waits for the bank as long as the caller does.
        ///
        /// A decline is a result: the call succeeds and the payment's state is DECLINED. The caller's
        /// deadline ends only its wait: the answer is the payment as it is then (SUBMITTING or UNKNOWN),
        /// and the same request_id asks again.
        ///
        /// Errors: INVALID_ARGUMENT (AMOUNT_ZERO, AMOUNT_NEGATIVE, AMOUNT_OUT_OF_RANGE,
        /// CURRENCY_MISMATCH, BAD_TEXT), NOT_FOUND (the account, the method, the token), ALREADY_EXISTS
        /// (KEY_REUSED_DIFFERENT_BODY), FAILED_PRECONDITION (PAYMENT_IN_PROGRESS, METHOD_DELETED,
        /// TOKEN_USED, CVC_EXPIRED), ABORTED (VERSION_CONFLICT), UNAVAILABLE (nothing was begun).
        package func pay(
            _ request: BillingV1.PayRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.Payment {
            try await caller.call(PaymentService.pay, request, options: options)
        }

        /// Errors: NOT_FOUND.
        package func get(
            _ request: BillingV1.GetPaymentRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.Payment {
            try await caller.call(PaymentService.get, request, options: options)
        }

        /// The payment as it is now, then once after each change. Changes that follow each other closely
        /// may come as one. The stream ends well after a terminal state.
        ///
        /// Errors: INVALID_ARGUMENT (BAD_ID), NOT_FOUND, UNAVAILABLE (DRAINING) when billing shuts down.
        package func watch(
            _ request: BillingV1.WatchPaymentRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> RPCMessages<BillingV1.Payment> {
            let stream: RPCStream<BillingV1.WatchPaymentRequest, BillingV1.Payment> =
                try await caller.open(PaymentService.watch, request, options: options)
            return stream.replies
        }
    }
}

extension Router {
    /// Serves `remit.billing.v1.PaymentService`.
    package mutating func register(_ handler: some BillingV1.PaymentServiceHandler) {
        register(BillingV1.PaymentService.prepare, handler: handler.prepare)
        register(BillingV1.PaymentService.pay, handler: handler.pay)
        register(BillingV1.PaymentService.get, handler: handler.get)
        register(BillingV1.PaymentService.watch, serverStream: handler.watch)
    }
}
