// Made by protoc-gen-remit-swift from remit/billing/v1/invoice.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC
package import TTRPC

extension BillingV1 {
    package enum InvoiceState: WireEnum {
        case unspecified
        case draft
        /// Posted, with something left to pay.
        case open
        case paid
        case void
        /// A number that this version of the schema has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .draft
            case 2: self = .open
            case 3: self = .paid
            case 4: self = .void
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .draft: 1
            case .open: 2
            case .paid: 3
            case .void: 4
            case .unrecognized(let number): number
            }
        }

        /// The name in the schema, without the type's prefix: "SUBMITTING".
        package var name: String {
            switch self {
            case .unspecified: "UNSPECIFIED"
            case .draft: "DRAFT"
            case .open: "OPEN"
            case .paid: "PAID"
            case .void: "VOID"
            case .unrecognized(let number): "\(number)"
            }
        }

        /// The name in the schema: "PAYMENT_STATE_SUBMITTING".
        package var protoName: String {
            switch self {
            case .unspecified: "INVOICE_STATE_UNSPECIFIED"
            case .draft: "INVOICE_STATE_DRAFT"
            case .open: "INVOICE_STATE_OPEN"
            case .paid: "INVOICE_STATE_PAID"
            case .void: "INVOICE_STATE_VOID"
            case .unrecognized(let number): "\(number)"
            }
        }
    }
}

extension BillingV1 {
    package struct InvoiceLine: WireMessage {
        package static let messageName = "remit.billing.v1.InvoiceLine"
        /// 1 to 200 bytes.
        package var description: String
        /// More than zero.
        package var quantity: Int64
        /// Zero or more.
        package var unitPrice: RemitType.Money?
        /// quantity × unit_price; set by the service.
        package var amount: RemitType.Money?
        /// The service period; either or both may be absent.
        package var periodStartTime: GoogleProtobuf.Timestamp?
        package var periodEndTime: GoogleProtobuf.Timestamp?
        /// Charged again each period, rather than once.
        package var recurring: Bool

        package init(
            description: String = "",
            quantity: Int64 = 0,
            unitPrice: RemitType.Money? = nil,
            amount: RemitType.Money? = nil,
            periodStartTime: GoogleProtobuf.Timestamp? = nil,
            periodEndTime: GoogleProtobuf.Timestamp? = nil,
            recurring: Bool = false
        ) {
            self.description = description
            self.quantity = quantity
            self.unitPrice = unitPrice
            self.amount = amount
            self.periodStartTime = periodStartTime
            self.periodEndTime = periodEndTime
            self.recurring = recurring
        }
    }
}

extension BillingV1.InvoiceLine {
    init(_ c: UnsafePointer<Remit__Billing__V1__InvoiceLine>, _ arena: Arena) throws(WireError) {
        description = try arena.text(c.pointee.description, "remit.billing.v1.InvoiceLine", "description")
        quantity = c.pointee.quantity
        if let nested = c.pointee.unit_price { unitPrice = try RemitType.Money(nested, arena) } else { unitPrice = nil }
        if let nested = c.pointee.amount { amount = try RemitType.Money(nested, arena) } else { amount = nil }
        if let nested = c.pointee.period_start_time { periodStartTime = try GoogleProtobuf.Timestamp(nested, arena) } else { periodStartTime = nil }
        if let nested = c.pointee.period_end_time { periodEndTime = try GoogleProtobuf.Timestamp(nested, arena) } else { periodEndTime = nil }
        recurring = c.pointee.recurring != 0
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__InvoiceLine> {
        let c = try arena.take(Remit__Billing__V1__InvoiceLine.self, for: Self.messageName)
        remit__billing__v1__invoice_line__init(c)
        if !description.isEmpty { c.pointee.description = try arena.cString(description, "remit.billing.v1.InvoiceLine", "description") }
        c.pointee.quantity = quantity
        if let nested = unitPrice { c.pointee.unit_price = try nested.build(arena) }
        if let nested = amount { c.pointee.amount = try nested.build(arena) }
        if let nested = periodStartTime { c.pointee.period_start_time = try nested.build(arena) }
        if let nested = periodEndTime { c.pointee.period_end_time = try nested.build(arena) }
        c.pointee.recurring = recurring ? 1 : 0
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__invoice_line__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__invoice_line__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__invoice_line__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct InvoiceTax: WireMessage {
        package static let messageName = "remit.billing.v1.InvoiceTax"
        /// "HST"; 1 to 50 bytes.
        package var name: String
        /// Millionths: 130000 is 13 %.
        package var rateMicros: Int64
        /// Zero or more, as computed by whoever writes the invoice.
        package var amount: RemitType.Money?

        package init(
            name: String = "",
            rateMicros: Int64 = 0,
            amount: RemitType.Money? = nil
        ) {
            self.name = name
            self.rateMicros = rateMicros
            self.amount = amount
        }
    }
}

extension BillingV1.InvoiceTax {
    init(_ c: UnsafePointer<Remit__Billing__V1__InvoiceTax>, _ arena: Arena) throws(WireError) {
        name = try arena.text(c.pointee.name, "remit.billing.v1.InvoiceTax", "name")
        rateMicros = c.pointee.rate_micros
        if let nested = c.pointee.amount { amount = try RemitType.Money(nested, arena) } else { amount = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__InvoiceTax> {
        let c = try arena.take(Remit__Billing__V1__InvoiceTax.self, for: Self.messageName)
        remit__billing__v1__invoice_tax__init(c)
        if !name.isEmpty { c.pointee.name = try arena.cString(name, "remit.billing.v1.InvoiceTax", "name") }
        c.pointee.rate_micros = rateMicros
        if let nested = amount { c.pointee.amount = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__invoice_tax__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__invoice_tax__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__invoice_tax__pack(c, $0) }
    }
}

extension BillingV1 {
    /// Money that paid a part of an invoice.
    package struct InvoiceAllocation: WireMessage {
        package static let messageName = "remit.billing.v1.InvoiceAllocation"
        /// "alc_…".
        package var allocationID: String
        package var source: Source?
        package var amount: RemitType.Money?
        package var createTime: GoogleProtobuf.Timestamp?

        /// At most one of these is set.
        package enum Source: Equatable, Sendable {
            /// "pay_…".
            case paymentID(String)
            /// "crd_…".
            case creditID(String)
        }

        package init(
            allocationID: String = "",
            source: Source? = nil,
            amount: RemitType.Money? = nil,
            createTime: GoogleProtobuf.Timestamp? = nil
        ) {
            self.allocationID = allocationID
            self.source = source
            self.amount = amount
            self.createTime = createTime
        }
    }
}

extension BillingV1.InvoiceAllocation {
    init(_ c: UnsafePointer<Remit__Billing__V1__InvoiceAllocation>, _ arena: Arena) throws(WireError) {
        allocationID = try arena.text(c.pointee.allocation_id, "remit.billing.v1.InvoiceAllocation", "allocation_id")
        if let nested = c.pointee.amount { amount = try RemitType.Money(nested, arena) } else { amount = nil }
        if let nested = c.pointee.create_time { createTime = try GoogleProtobuf.Timestamp(nested, arena) } else { createTime = nil }
        switch c.pointee.source_case.rawValue {
        case 2:
            source = try .paymentID(arena.text(c.pointee.payment_id, "remit.billing.v1.InvoiceAllocation", "payment_id"))
        case 3:
            source = try .creditID(arena.text(c.pointee.credit_id, "remit.billing.v1.InvoiceAllocation", "credit_id"))
        default: source = nil
        }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__InvoiceAllocation> {
        let c = try arena.take(Remit__Billing__V1__InvoiceAllocation.self, for: Self.messageName)
        remit__billing__v1__invoice_allocation__init(c)
        if !allocationID.isEmpty { c.pointee.allocation_id = try arena.cString(allocationID, "remit.billing.v1.InvoiceAllocation", "allocation_id") }
        if let nested = amount { c.pointee.amount = try nested.build(arena) }
        if let nested = createTime { c.pointee.create_time = try nested.build(arena) }
        switch source {
        case .paymentID(let value):
            c.pointee.source_case = .init(rawValue: 2)
            c.pointee.payment_id = try arena.cString(value, "remit.billing.v1.InvoiceAllocation", "payment_id")
        case .creditID(let value):
            c.pointee.source_case = .init(rawValue: 3)
            c.pointee.credit_id = try arena.cString(value, "remit.billing.v1.InvoiceAllocation", "credit_id")
        case nil: break
        }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__invoice_allocation__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__invoice_allocation__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__invoice_allocation__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct Invoice: WireMessage {
        package static let messageName = "remit.billing.v1.Invoice"
        /// "inv_…".
        package var invoiceID: String
        /// The number people see: "INV00054321"; empty on a draft.
        package var invoiceNumber: String
        package var accountID: String
        package var accountNumber: String
        package var state: BillingV1.InvoiceState
        package var lines: [BillingV1.InvoiceLine]
        package var taxes: [BillingV1.InvoiceTax]
        /// Lines and taxes.
        package var total: RemitType.Money?
        /// What is left to pay.
        package var amountDue: RemitType.Money?
        /// The account's balance just before this invoice was posted: for the page, not for the sums.
        package var balanceForward: RemitType.Money?
        package var createTime: GoogleProtobuf.Timestamp?
        /// Absent on a draft.
        package var postTime: GoogleProtobuf.Timestamp?
        package var dueTime: GoogleProtobuf.Timestamp?
        /// Oldest first. Get fills it; List leaves it empty.
        package var allocations: [BillingV1.InvoiceAllocation]

        package init(
            invoiceID: String = "",
            invoiceNumber: String = "",
            accountID: String = "",
            accountNumber: String = "",
            state: BillingV1.InvoiceState = .unspecified,
            lines: [BillingV1.InvoiceLine] = [],
            taxes: [BillingV1.InvoiceTax] = [],
            total: RemitType.Money? = nil,
            amountDue: RemitType.Money? = nil,
            balanceForward: RemitType.Money? = nil,
            createTime: GoogleProtobuf.Timestamp? = nil,
            postTime: GoogleProtobuf.Timestamp? = nil,
            dueTime: GoogleProtobuf.Timestamp? = nil,
            allocations: [BillingV1.InvoiceAllocation] = []
        ) {
            self.invoiceID = invoiceID
            self.invoiceNumber = invoiceNumber
            self.accountID = accountID
            self.accountNumber = accountNumber
            self.state = state
            self.lines = lines
            self.taxes = taxes
            self.total = total
            self.amountDue = amountDue
            self.balanceForward = balanceForward
            self.createTime = createTime
            self.postTime = postTime
            self.dueTime = dueTime
            self.allocations = allocations
        }
    }
}

extension BillingV1.Invoice {
    init(_ c: UnsafePointer<Remit__Billing__V1__Invoice>, _ arena: Arena) throws(WireError) {
        invoiceID = try arena.text(c.pointee.invoice_id, "remit.billing.v1.Invoice", "invoice_id")
        invoiceNumber = try arena.text(c.pointee.invoice_number, "remit.billing.v1.Invoice", "invoice_number")
        accountID = try arena.text(c.pointee.account_id, "remit.billing.v1.Invoice", "account_id")
        accountNumber = try arena.text(c.pointee.account_number, "remit.billing.v1.Invoice", "account_number")
        state = BillingV1.InvoiceState(rawValue: Int32(bitPattern: c.pointee.state.rawValue))
        lines = []
        if let elements = c.pointee.lines {
            lines.reserveCapacity(Int(c.pointee.n_lines))
            for index in 0..<Int(c.pointee.n_lines) {
                guard let element = elements[index] else { continue }
                lines.append(try BillingV1.InvoiceLine(element, arena))
            }
        }
        taxes = []
        if let elements = c.pointee.taxes {
            taxes.reserveCapacity(Int(c.pointee.n_taxes))
            for index in 0..<Int(c.pointee.n_taxes) {
                guard let element = elements[index] else { continue }
                taxes.append(try BillingV1.InvoiceTax(element, arena))
            }
        }
        if let nested = c.pointee.total { total = try RemitType.Money(nested, arena) } else { total = nil }
        if let nested = c.pointee.amount_due { amountDue = try RemitType.Money(nested, arena) } else { amountDue = nil }
        if let nested = c.pointee.balance_forward { balanceForward = try RemitType.Money(nested, arena) } else { balanceForward = nil }
        if let nested = c.pointee.create_time { createTime = try GoogleProtobuf.Timestamp(nested, arena) } else { createTime = nil }
        if let nested = c.pointee.post_time { postTime = try GoogleProtobuf.Timestamp(nested, arena) } else { postTime = nil }
        if let nested = c.pointee.due_time { dueTime = try GoogleProtobuf.Timestamp(nested, arena) } else { dueTime = nil }
        allocations = []
        if let elements = c.pointee.allocations {
            allocations.reserveCapacity(Int(c.pointee.n_allocations))
            for index in 0..<Int(c.pointee.n_allocations) {
                guard let element = elements[index] else { continue }
                allocations.append(try BillingV1.InvoiceAllocation(element, arena))
            }
        }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__Invoice> {
        let c = try arena.take(Remit__Billing__V1__Invoice.self, for: Self.messageName)
        remit__billing__v1__invoice__init(c)
        if !invoiceID.isEmpty { c.pointee.invoice_id = try arena.cString(invoiceID, "remit.billing.v1.Invoice", "invoice_id") }
        if !invoiceNumber.isEmpty { c.pointee.invoice_number = try arena.cString(invoiceNumber, "remit.billing.v1.Invoice", "invoice_number") }
        if !accountID.isEmpty { c.pointee.account_id = try arena.cString(accountID, "remit.billing.v1.Invoice", "account_id") }
        if !accountNumber.isEmpty { c.pointee.account_number = try arena.cString(accountNumber, "remit.billing.v1.Invoice", "account_number") }
        c.pointee.state = Remit__Billing__V1__InvoiceState(rawValue: UInt32(bitPattern: state.rawValue))
        if !lines.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Billing__V1__InvoiceLine>?).self, count: lines.count, for: Self.messageName)
            for (index, element) in lines.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_lines = lines.count
            c.pointee.lines = elements
        }
        if !taxes.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Billing__V1__InvoiceTax>?).self, count: taxes.count, for: Self.messageName)
            for (index, element) in taxes.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_taxes = taxes.count
            c.pointee.taxes = elements
        }
        if let nested = total { c.pointee.total = try nested.build(arena) }
        if let nested = amountDue { c.pointee.amount_due = try nested.build(arena) }
        if let nested = balanceForward { c.pointee.balance_forward = try nested.build(arena) }
        if let nested = createTime { c.pointee.create_time = try nested.build(arena) }
        if let nested = postTime { c.pointee.post_time = try nested.build(arena) }
        if let nested = dueTime { c.pointee.due_time = try nested.build(arena) }
        if !allocations.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Billing__V1__InvoiceAllocation>?).self, count: allocations.count, for: Self.messageName)
            for (index, element) in allocations.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_allocations = allocations.count
            c.pointee.allocations = elements
        }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__invoice__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__invoice__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__invoice__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct CreateDraftInvoiceRequest: WireMessage {
        package static let messageName = "remit.billing.v1.CreateDraftInvoiceRequest"
        /// A UUID or ULID, one per intention.
        package var requestID: String
        package var accountID: String
        /// 1 to 200 lines.
        package var lines: [BillingV1.InvoiceLine]
        /// At most 10.
        package var taxes: [BillingV1.InvoiceTax]
        /// 30 days after posting when absent.
        package var dueTime: GoogleProtobuf.Timestamp?

        package init(
            requestID: String = "",
            accountID: String = "",
            lines: [BillingV1.InvoiceLine] = [],
            taxes: [BillingV1.InvoiceTax] = [],
            dueTime: GoogleProtobuf.Timestamp? = nil
        ) {
            self.requestID = requestID
            self.accountID = accountID
            self.lines = lines
            self.taxes = taxes
            self.dueTime = dueTime
        }
    }
}

extension BillingV1.CreateDraftInvoiceRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__CreateDraftInvoiceRequest>, _ arena: Arena) throws(WireError) {
        requestID = try arena.text(c.pointee.request_id, "remit.billing.v1.CreateDraftInvoiceRequest", "request_id")
        accountID = try arena.text(c.pointee.account_id, "remit.billing.v1.CreateDraftInvoiceRequest", "account_id")
        lines = []
        if let elements = c.pointee.lines {
            lines.reserveCapacity(Int(c.pointee.n_lines))
            for index in 0..<Int(c.pointee.n_lines) {
                guard let element = elements[index] else { continue }
                lines.append(try BillingV1.InvoiceLine(element, arena))
            }
        }
        taxes = []
        if let elements = c.pointee.taxes {
            taxes.reserveCapacity(Int(c.pointee.n_taxes))
            for index in 0..<Int(c.pointee.n_taxes) {
                guard let element = elements[index] else { continue }
                taxes.append(try BillingV1.InvoiceTax(element, arena))
            }
        }
        if let nested = c.pointee.due_time { dueTime = try GoogleProtobuf.Timestamp(nested, arena) } else { dueTime = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__CreateDraftInvoiceRequest> {
        let c = try arena.take(Remit__Billing__V1__CreateDraftInvoiceRequest.self, for: Self.messageName)
        remit__billing__v1__create_draft_invoice_request__init(c)
        if !requestID.isEmpty { c.pointee.request_id = try arena.cString(requestID, "remit.billing.v1.CreateDraftInvoiceRequest", "request_id") }
        if !accountID.isEmpty { c.pointee.account_id = try arena.cString(accountID, "remit.billing.v1.CreateDraftInvoiceRequest", "account_id") }
        if !lines.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Billing__V1__InvoiceLine>?).self, count: lines.count, for: Self.messageName)
            for (index, element) in lines.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_lines = lines.count
            c.pointee.lines = elements
        }
        if !taxes.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Billing__V1__InvoiceTax>?).self, count: taxes.count, for: Self.messageName)
            for (index, element) in taxes.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_taxes = taxes.count
            c.pointee.taxes = elements
        }
        if let nested = dueTime { c.pointee.due_time = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__create_draft_invoice_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__create_draft_invoice_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__create_draft_invoice_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct PostInvoiceRequest: WireMessage {
        package static let messageName = "remit.billing.v1.PostInvoiceRequest"
        package var invoiceID: String

        package init(
            invoiceID: String = ""
        ) {
            self.invoiceID = invoiceID
        }
    }
}

extension BillingV1.PostInvoiceRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__PostInvoiceRequest>, _ arena: Arena) throws(WireError) {
        invoiceID = try arena.text(c.pointee.invoice_id, "remit.billing.v1.PostInvoiceRequest", "invoice_id")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__PostInvoiceRequest> {
        let c = try arena.take(Remit__Billing__V1__PostInvoiceRequest.self, for: Self.messageName)
        remit__billing__v1__post_invoice_request__init(c)
        if !invoiceID.isEmpty { c.pointee.invoice_id = try arena.cString(invoiceID, "remit.billing.v1.PostInvoiceRequest", "invoice_id") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__post_invoice_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__post_invoice_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__post_invoice_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct GetInvoiceRequest: WireMessage {
        package static let messageName = "remit.billing.v1.GetInvoiceRequest"
        package var key: Key?

        /// At most one of these is set.
        package enum Key: Equatable, Sendable {
            /// "inv_…".
            case invoiceID(String)
            /// "INV00054321".
            case invoiceNumber(String)
        }

        package init(
            key: Key? = nil
        ) {
            self.key = key
        }
    }
}

extension BillingV1.GetInvoiceRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__GetInvoiceRequest>, _ arena: Arena) throws(WireError) {
        switch c.pointee.key_case.rawValue {
        case 1:
            key = try .invoiceID(arena.text(c.pointee.invoice_id, "remit.billing.v1.GetInvoiceRequest", "invoice_id"))
        case 2:
            key = try .invoiceNumber(arena.text(c.pointee.invoice_number, "remit.billing.v1.GetInvoiceRequest", "invoice_number"))
        default: key = nil
        }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__GetInvoiceRequest> {
        let c = try arena.take(Remit__Billing__V1__GetInvoiceRequest.self, for: Self.messageName)
        remit__billing__v1__get_invoice_request__init(c)
        switch key {
        case .invoiceID(let value):
            c.pointee.key_case = .init(rawValue: 1)
            c.pointee.invoice_id = try arena.cString(value, "remit.billing.v1.GetInvoiceRequest", "invoice_id")
        case .invoiceNumber(let value):
            c.pointee.key_case = .init(rawValue: 2)
            c.pointee.invoice_number = try arena.cString(value, "remit.billing.v1.GetInvoiceRequest", "invoice_number")
        case nil: break
        }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__get_invoice_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__get_invoice_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__get_invoice_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct ListInvoicesRequest: WireMessage {
        package static let messageName = "remit.billing.v1.ListInvoicesRequest"
        package var accountID: String
        /// 1 to 200; 0 means 50.
        package var pageSize: Int32
        /// From the previous page; opaque.
        package var pageToken: String

        package init(
            accountID: String = "",
            pageSize: Int32 = 0,
            pageToken: String = ""
        ) {
            self.accountID = accountID
            self.pageSize = pageSize
            self.pageToken = pageToken
        }
    }
}

extension BillingV1.ListInvoicesRequest {
    init(_ c: UnsafePointer<Remit__Billing__V1__ListInvoicesRequest>, _ arena: Arena) throws(WireError) {
        accountID = try arena.text(c.pointee.account_id, "remit.billing.v1.ListInvoicesRequest", "account_id")
        pageSize = c.pointee.page_size
        pageToken = try arena.text(c.pointee.page_token, "remit.billing.v1.ListInvoicesRequest", "page_token")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ListInvoicesRequest> {
        let c = try arena.take(Remit__Billing__V1__ListInvoicesRequest.self, for: Self.messageName)
        remit__billing__v1__list_invoices_request__init(c)
        if !accountID.isEmpty { c.pointee.account_id = try arena.cString(accountID, "remit.billing.v1.ListInvoicesRequest", "account_id") }
        c.pointee.page_size = pageSize
        if !pageToken.isEmpty { c.pointee.page_token = try arena.cString(pageToken, "remit.billing.v1.ListInvoicesRequest", "page_token") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__list_invoices_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__list_invoices_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__list_invoices_request__pack(c, $0) }
    }
}

extension BillingV1 {
    package struct ListInvoicesResponse: WireMessage {
        package static let messageName = "remit.billing.v1.ListInvoicesResponse"
        package var invoices: [BillingV1.Invoice]
        /// Empty on the last page.
        package var nextPageToken: String

        package init(
            invoices: [BillingV1.Invoice] = [],
            nextPageToken: String = ""
        ) {
            self.invoices = invoices
            self.nextPageToken = nextPageToken
        }
    }
}

extension BillingV1.ListInvoicesResponse {
    init(_ c: UnsafePointer<Remit__Billing__V1__ListInvoicesResponse>, _ arena: Arena) throws(WireError) {
        invoices = []
        if let elements = c.pointee.invoices {
            invoices.reserveCapacity(Int(c.pointee.n_invoices))
            for index in 0..<Int(c.pointee.n_invoices) {
                guard let element = elements[index] else { continue }
                invoices.append(try BillingV1.Invoice(element, arena))
            }
        }
        nextPageToken = try arena.text(c.pointee.next_page_token, "remit.billing.v1.ListInvoicesResponse", "next_page_token")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Billing__V1__ListInvoicesResponse> {
        let c = try arena.take(Remit__Billing__V1__ListInvoicesResponse.self, for: Self.messageName)
        remit__billing__v1__list_invoices_response__init(c)
        if !invoices.isEmpty {
            let elements = try arena.take((UnsafeMutablePointer<Remit__Billing__V1__Invoice>?).self, count: invoices.count, for: Self.messageName)
            for (index, element) in invoices.enumerated() {
                elements[index] = try element.build(arena)
            }
            c.pointee.n_invoices = invoices.count
            c.pointee.invoices = elements
        }
        if !nextPageToken.isEmpty { c.pointee.next_page_token = try arena.cString(nextPageToken, "remit.billing.v1.ListInvoicesResponse", "next_page_token") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__billing__v1__list_invoices_response__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__billing__v1__list_invoices_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__billing__v1__list_invoices_response__pack(c, $0) }
    }
}

extension BillingV1 {
    /// What customers are asked to pay.
    package protocol InvoiceServiceHandler: Sendable {
        /// Writes an invoice that does not count yet.
        ///
        /// Errors: INVALID_ARGUMENT (AMOUNT_ZERO, AMOUNT_NEGATIVE, AMOUNT_OUT_OF_RANGE,
        /// CURRENCY_MISMATCH, BAD_TEXT), NOT_FOUND (the account), ALREADY_EXISTS
        /// (KEY_REUSED_DIFFERENT_BODY).
        func createDraft(
            _ request: BillingV1.CreateDraftInvoiceRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.Invoice
        /// Makes a draft count: it gets its number, is owed from now on, and uses the account's credit,
        /// first in, first out. Posting twice is the same as posting once.
        ///
        /// Errors: NOT_FOUND, FAILED_PRECONDITION (INVOICE_STATE).
        func post(
            _ request: BillingV1.PostInvoiceRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.Invoice
        /// Errors: NOT_FOUND.
        func get(
            _ request: BillingV1.GetInvoiceRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.Invoice
        /// An account's invoices, newest first.
        ///
        /// Errors: NOT_FOUND (the account), INVALID_ARGUMENT (page_size, page_token).
        func list(
            _ request: BillingV1.ListInvoicesRequest,
            context: ServerContext
        ) async throws(RPCError) -> BillingV1.ListInvoicesResponse
    }

    /// The methods of `remit.billing.v1.InvoiceService`.
    package enum InvoiceService {
        package static let name = "remit.billing.v1.InvoiceService"
        package static let createDraft = MethodDescriptor(
            service: name, method: "CreateDraft",
            scope: "invoices.write", idempotent: true, maxRequestBytes: 61440)
        package static let post = MethodDescriptor(
            service: name, method: "Post",
            scope: "invoices.write", idempotent: true, maxRequestBytes: 4096)
        package static let get = MethodDescriptor(
            service: name, method: "Get",
            scope: "invoices.read", idempotent: true, maxRequestBytes: 4096)
        package static let list = MethodDescriptor(
            service: name, method: "List",
            scope: "invoices.read", idempotent: true, maxRequestBytes: 4096)
        package static let methods: [MethodDescriptor] = [createDraft, post, get, list]
    }

    /// Calls `remit.billing.v1.InvoiceService`.
    package struct InvoiceServiceClient: Sendable {
        private let caller: any RPCCaller

        package init(_ caller: any RPCCaller) {
            self.caller = caller
        }

        /// Writes an invoice that does not count yet.
        ///
        /// Errors: INVALID_ARGUMENT (AMOUNT_ZERO, AMOUNT_NEGATIVE, AMOUNT_OUT_OF_RANGE,
        /// CURRENCY_MISMATCH, BAD_TEXT), NOT_FOUND (the account), ALREADY_EXISTS
        /// (KEY_REUSED_DIFFERENT_BODY).
        package func createDraft(
            _ request: BillingV1.CreateDraftInvoiceRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.Invoice {
            try await caller.call(InvoiceService.createDraft, request, options: options)
        }

        /// Makes a draft count: it gets its number, is owed from now on, and uses the account's credit,
        /// first in, first out. Posting twice is the same as posting once.
        ///
        /// Errors: NOT_FOUND, FAILED_PRECONDITION (INVOICE_STATE).
        package func post(
            _ request: BillingV1.PostInvoiceRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.Invoice {
            try await caller.call(InvoiceService.post, request, options: options)
        }

        /// Errors: NOT_FOUND.
        package func get(
            _ request: BillingV1.GetInvoiceRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.Invoice {
            try await caller.call(InvoiceService.get, request, options: options)
        }

        /// An account's invoices, newest first.
        ///
        /// Errors: NOT_FOUND (the account), INVALID_ARGUMENT (page_size, page_token).
        package func list(
            _ request: BillingV1.ListInvoicesRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> BillingV1.ListInvoicesResponse {
            try await caller.call(InvoiceService.list, request, options: options)
        }
    }
}

extension Router {
    /// Serves `remit.billing.v1.InvoiceService`.
    package mutating func register(_ handler: some BillingV1.InvoiceServiceHandler) {
        register(BillingV1.InvoiceService.createDraft, handler: handler.createDraft)
        register(BillingV1.InvoiceService.post, handler: handler.post)
        register(BillingV1.InvoiceService.get, handler: handler.get)
        register(BillingV1.InvoiceService.list, handler: handler.list)
    }
}
