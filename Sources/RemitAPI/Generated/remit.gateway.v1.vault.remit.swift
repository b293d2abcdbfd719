// Made by protoc-gen-remit-swift from remit/gateway/v1/vault.proto. Do not edit.
// swift-format-ignore-file

internal import CProtobufC
internal import CRemitMessages
package import NIOCore
package import ProtobufC
package import TTRPC

extension GatewayV1 {
    package enum CardBrand: WireEnum {
        case unspecified
        case visa
        case mastercard
        case amex
        case discover
        /// A number that this version of the schema has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .visa
            case 2: self = .mastercard
            case 3: self = .amex
            case 4: self = .discover
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .visa: 1
            case .mastercard: 2
            case .amex: 3
            case .discover: 4
            case .unrecognized(let number): number
            }
        }

        /// The name in the schema, without the type's prefix: "SUBMITTING".
        package var name: String {
            switch self {
            case .unspecified: "UNSPECIFIED"
            case .visa: "VISA"
            case .mastercard: "MASTERCARD"
            case .amex: "AMEX"
            case .discover: "DISCOVER"
            case .unrecognized(let number): "\(number)"
            }
        }

        /// The name in the schema: "PAYMENT_STATE_SUBMITTING".
        package var protoName: String {
            switch self {
            case .unspecified: "CARD_BRAND_UNSPECIFIED"
            case .visa: "CARD_BRAND_VISA"
            case .mastercard: "CARD_BRAND_MASTERCARD"
            case .amex: "CARD_BRAND_AMEX"
            case .discover: "CARD_BRAND_DISCOVER"
            case .unrecognized(let number): "\(number)"
            }
        }
    }
}

extension GatewayV1 {
    package enum CardState: WireEnum {
        case unspecified
        /// Good for one operation, until it expires.
        case singleUse
        /// Bound to the one operation it was used for.
        case used
        /// Retained: may be charged again, without verification code.
        case retained
        /// Ended by its owner.
        case deleted
        /// A number that this version of the schema has no name for.
        case unrecognized(Int32)

        package init(rawValue: Int32) {
            switch rawValue {
            case 0: self = .unspecified
            case 1: self = .singleUse
            case 2: self = .used
            case 3: self = .retained
            case 4: self = .deleted
            default: self = .unrecognized(rawValue)
            }
        }

        package var rawValue: Int32 {
            switch self {
            case .unspecified: 0
            case .singleUse: 1
            case .used: 2
            case .retained: 3
            case .deleted: 4
            case .unrecognized(let number): number
            }
        }

        /// The name in the schema, without the type's prefix: "SUBMITTING".
        package var name: String {
            switch self {
            case .unspecified: "UNSPECIFIED"
            case .singleUse: "SINGLE_USE"
            case .used: "USED"
            case .retained: "RETAINED"
            case .deleted: "DELETED"
            case .unrecognized(let number): "\(number)"
            }
        }

        /// The name in the schema: "PAYMENT_STATE_SUBMITTING".
        package var protoName: String {
            switch self {
            case .unspecified: "CARD_STATE_UNSPECIFIED"
            case .singleUse: "CARD_STATE_SINGLE_USE"
            case .used: "CARD_STATE_USED"
            case .retained: "CARD_STATE_RETAINED"
            case .deleted: "CARD_STATE_DELETED"
            case .unrecognized(let number): "\(number)"
            }
        }
    }
}

extension GatewayV1 {
    /// A card as its holder types it. It reaches the gateway alone, never billing.
    package struct TokenizeRequest: WireMessage {
        package static let messageName = "remit.gateway.v1.TokenizeRequest"
        /// The card number: digits, with spaces or dashes between them if need be.
        package var number: SensitiveText
        /// Expiry month, 1 to 12.
        package var expiryMonth: Int32
        /// Expiry year, four digits.
        package var expiryYear: Int32
        /// Card verification code: 3 digits, 4 for American Express. Empty if the holder gave none.
        package var verificationCode: SensitiveText

        package init(
            number: SensitiveText = SensitiveText(),
            expiryMonth: Int32 = 0,
            expiryYear: Int32 = 0,
            verificationCode: SensitiveText = SensitiveText()
        ) {
            self.number = number
            self.expiryMonth = expiryMonth
            self.expiryYear = expiryYear
            self.verificationCode = verificationCode
        }
    }
}

extension GatewayV1.TokenizeRequest {
    init(_ c: UnsafePointer<Remit__Gateway__V1__TokenizeRequest>, _ arena: Arena) throws(WireError) {
        number = SensitiveText(try arena.text(c.pointee.number, "remit.gateway.v1.TokenizeRequest", "number"))
        expiryMonth = c.pointee.expiry_month
        expiryYear = c.pointee.expiry_year
        verificationCode = SensitiveText(try arena.text(c.pointee.verification_code, "remit.gateway.v1.TokenizeRequest", "verification_code"))
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__TokenizeRequest> {
        let c = try arena.take(Remit__Gateway__V1__TokenizeRequest.self, for: Self.messageName)
        remit__gateway__v1__tokenize_request__init(c)
        if !number.isEmpty { c.pointee.number = try arena.cString(number, "remit.gateway.v1.TokenizeRequest", "number") }
        c.pointee.expiry_month = expiryMonth
        c.pointee.expiry_year = expiryYear
        if !verificationCode.isEmpty { c.pointee.verification_code = try arena.cString(verificationCode, "remit.gateway.v1.TokenizeRequest", "verification_code") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__tokenize_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__tokenize_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__tokenize_request__pack(c, $0) }
    }
}

extension GatewayV1 {
    package struct TokenizeResponse: WireMessage {
        package static let messageName = "remit.gateway.v1.TokenizeResponse"
        /// The card, masked, with its token.
        package var card: GatewayV1.Card?

        package init(
            card: GatewayV1.Card? = nil
        ) {
            self.card = card
        }
    }
}

extension GatewayV1.TokenizeResponse {
    init(_ c: UnsafePointer<Remit__Gateway__V1__TokenizeResponse>, _ arena: Arena) throws(WireError) {
        if let nested = c.pointee.card { card = try GatewayV1.Card(nested, arena) } else { card = nil }
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__TokenizeResponse> {
        let c = try arena.take(Remit__Gateway__V1__TokenizeResponse.self, for: Self.messageName)
        remit__gateway__v1__tokenize_response__init(c)
        if let nested = card { c.pointee.card = try nested.build(arena) }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__tokenize_response__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__tokenize_response__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__tokenize_response__pack(c, $0) }
    }
}

extension GatewayV1 {
    package struct GetCardRequest: WireMessage {
        package static let messageName = "remit.gateway.v1.GetCardRequest"
        /// "tok_…".
        package var token: String

        package init(
            token: String = ""
        ) {
            self.token = token
        }
    }
}

extension GatewayV1.GetCardRequest {
    init(_ c: UnsafePointer<Remit__Gateway__V1__GetCardRequest>, _ arena: Arena) throws(WireError) {
        token = try arena.text(c.pointee.token, "remit.gateway.v1.GetCardRequest", "token")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__GetCardRequest> {
        let c = try arena.take(Remit__Gateway__V1__GetCardRequest.self, for: Self.messageName)
        remit__gateway__v1__get_card_request__init(c)
        if !token.isEmpty { c.pointee.token = try arena.cString(token, "remit.gateway.v1.GetCardRequest", "token") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__get_card_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__get_card_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__get_card_request__pack(c, $0) }
    }
}

extension GatewayV1 {
    package struct DeleteCardRequest: WireMessage {
        package static let messageName = "remit.gateway.v1.DeleteCardRequest"
        /// "tok_…".
        package var token: String

        package init(
            token: String = ""
        ) {
            self.token = token
        }
    }
}

extension GatewayV1.DeleteCardRequest {
    init(_ c: UnsafePointer<Remit__Gateway__V1__DeleteCardRequest>, _ arena: Arena) throws(WireError) {
        token = try arena.text(c.pointee.token, "remit.gateway.v1.DeleteCardRequest", "token")
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__DeleteCardRequest> {
        let c = try arena.take(Remit__Gateway__V1__DeleteCardRequest.self, for: Self.messageName)
        remit__gateway__v1__delete_card_request__init(c)
        if !token.isEmpty { c.pointee.token = try arena.cString(token, "remit.gateway.v1.DeleteCardRequest", "token") }
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__delete_card_request__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__delete_card_request__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__delete_card_request__pack(c, $0) }
    }
}

extension GatewayV1 {
    /// What may be shown of a card.
    package struct Card: WireMessage {
        package static let messageName = "remit.gateway.v1.Card"
        /// "tok_…": at least 128 random bits, never derived from the number.
        package var token: String
        package var brand: GatewayV1.CardBrand
        /// The last four digits of the number.
        package var lastFour: String
        /// Expiry month, 1 to 12.
        package var expiryMonth: Int32
        /// Expiry year, four digits.
        package var expiryYear: Int32
        package var state: GatewayV1.CardState
        /// The same for every token of one number within a tenant: a keyed hash, of no use elsewhere.
        package var fingerprint: String
        /// When the token was made.
        package var createTime: GoogleProtobuf.Timestamp?
        /// When an unused single-use token ends.
        package var expireTime: GoogleProtobuf.Timestamp?
        /// Whether the verification code is still held in memory for the one charge that may use it.
        package var verificationCodeHeld: Bool
        /// Whether a code came with the card and is no longer held: the token cannot be charged then.
        package var verificationCodeLost: Bool

        package init(
            token: String = "",
            brand: GatewayV1.CardBrand = .unspecified,
            lastFour: String = "",
            expiryMonth: Int32 = 0,
            expiryYear: Int32 = 0,
            state: GatewayV1.CardState = .unspecified,
            fingerprint: String = "",
            createTime: GoogleProtobuf.Timestamp? = nil,
            expireTime: GoogleProtobuf.Timestamp? = nil,
            verificationCodeHeld: Bool = false,
            verificationCodeLost: Bool = false
        ) {
            self.token = token
            self.brand = brand
            self.lastFour = lastFour
            self.expiryMonth = expiryMonth
            self.expiryYear = expiryYear
            self.state = state
            self.fingerprint = fingerprint
            self.createTime = createTime
            self.expireTime = expireTime
            self.verificationCodeHeld = verificationCodeHeld
            self.verificationCodeLost = verificationCodeLost
        }
    }
}

extension GatewayV1.Card {
    init(_ c: UnsafePointer<Remit__Gateway__V1__Card>, _ arena: Arena) throws(WireError) {
        token = try arena.text(c.pointee.token, "remit.gateway.v1.Card", "token")
        brand = GatewayV1.CardBrand(rawValue: Int32(bitPattern: c.pointee.brand.rawValue))
        lastFour = try arena.text(c.pointee.last_four, "remit.gateway.v1.Card", "last_four")
        expiryMonth = c.pointee.expiry_month
        expiryYear = c.pointee.expiry_year
        state = GatewayV1.CardState(rawValue: Int32(bitPattern: c.pointee.state.rawValue))
        fingerprint = try arena.text(c.pointee.fingerprint, "remit.gateway.v1.Card", "fingerprint")
        if let nested = c.pointee.create_time { createTime = try GoogleProtobuf.Timestamp(nested, arena) } else { createTime = nil }
        if let nested = c.pointee.expire_time { expireTime = try GoogleProtobuf.Timestamp(nested, arena) } else { expireTime = nil }
        verificationCodeHeld = c.pointee.verification_code_held != 0
        verificationCodeLost = c.pointee.verification_code_lost != 0
    }

    func build(_ arena: Arena) throws(WireError) -> UnsafeMutablePointer<Remit__Gateway__V1__Card> {
        let c = try arena.take(Remit__Gateway__V1__Card.self, for: Self.messageName)
        remit__gateway__v1__card__init(c)
        if !token.isEmpty { c.pointee.token = try arena.cString(token, "remit.gateway.v1.Card", "token") }
        c.pointee.brand = Remit__Gateway__V1__CardBrand(rawValue: UInt32(bitPattern: brand.rawValue))
        if !lastFour.isEmpty { c.pointee.last_four = try arena.cString(lastFour, "remit.gateway.v1.Card", "last_four") }
        c.pointee.expiry_month = expiryMonth
        c.pointee.expiry_year = expiryYear
        c.pointee.state = Remit__Gateway__V1__CardState(rawValue: UInt32(bitPattern: state.rawValue))
        if !fingerprint.isEmpty { c.pointee.fingerprint = try arena.cString(fingerprint, "remit.gateway.v1.Card", "fingerprint") }
        if let nested = createTime { c.pointee.create_time = try nested.build(arena) }
        if let nested = expireTime { c.pointee.expire_time = try nested.build(arena) }
        c.pointee.verification_code_held = verificationCodeHeld ? 1 : 0
        c.pointee.verification_code_lost = verificationCodeLost ? 1 : 0
        return c
    }

    package static func decode(
        _ bytes: UnsafeRawBufferPointer, in arena: Arena
    ) throws(WireError) -> Self {
        let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let c = remit__gateway__v1__card__unpack(arena.allocator, bytes.count, data) else {
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
        let size = remit__gateway__v1__card__get_packed_size(c)
        header(&buffer, size)
        buffer.writePacked(size) { _ = remit__gateway__v1__card__pack(c, $0) }
    }
}

extension GatewayV1 {
    /// Keeps card numbers, and hands out tokens in their place.
    package protocol VaultServiceHandler: Sendable {
        /// Stores a card and answers with a token that stands for it.
        ///
        /// Errors: INVALID_ARGUMENT (BAD_LUHN, BAD_EXPIRY, BAD_CVC, BAD_TEXT), FAILED_PRECONDITION
        /// (CARD_NOT_SUPPORTED), RESOURCE_EXHAUSTED (OVERLOAD: too many verification codes are held).
        func tokenize(
            _ request: GatewayV1.TokenizeRequest,
            context: ServerContext
        ) async throws(RPCError) -> GatewayV1.TokenizeResponse
        /// The masked card behind a token.
        ///
        /// Errors: NOT_FOUND.
        func getCard(
            _ request: GatewayV1.GetCardRequest,
            context: ServerContext
        ) async throws(RPCError) -> GatewayV1.Card
        /// Ends a token: charges stop at once, and the number is destroyed as soon as no operation needs
        /// it. Deleting twice is the same as deleting once.
        ///
        /// Errors: NOT_FOUND.
        func delete(
            _ request: GatewayV1.DeleteCardRequest,
            context: ServerContext
        ) async throws(RPCError) -> GatewayV1.Card
    }

    /// The methods of `remit.gateway.v1.VaultService`.
    package enum VaultService {
        package static let name = "remit.gateway.v1.VaultService"
        package static let tokenize = MethodDescriptor(
            service: name, method: "Tokenize",
            scope: "tokenize", idempotent: false, maxRequestBytes: 4096)
        package static let getCard = MethodDescriptor(
            service: name, method: "GetCard",
            scope: "charge", idempotent: true, maxRequestBytes: 4096)
        package static let delete = MethodDescriptor(
            service: name, method: "Delete",
            scope: "charge", idempotent: true, maxRequestBytes: 4096)
        package static let methods: [MethodDescriptor] = [tokenize, getCard, delete]
    }

    /// Calls `remit.gateway.v1.VaultService`.
    package struct VaultServiceClient: Sendable {
        private let caller: any RPCCaller

        package init(_ caller: any RPCCaller) {
            self.caller = caller
        }

        /// Stores a card and answers with a token that stands for it.
        ///
        /// Errors: INVALID_ARGUMENT (BAD_LUHN, BAD_EXPIRY, BAD_CVC, BAD_TEXT), FAILED_PRECONDITION
        /// (CARD_NOT_SUPPORTED), RESOURCE_EXHAUSTED (OVERLOAD: too many verification codes are held).
        package func tokenize(
            _ request: GatewayV1.TokenizeRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> GatewayV1.TokenizeResponse {
            try await caller.call(VaultService.tokenize, request, options: options)
        }

        /// The masked card behind a token.
        ///
        /// Errors: NOT_FOUND.
        package func getCard(
            _ request: GatewayV1.GetCardRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> GatewayV1.Card {
            try await caller.call(VaultService.getCard, request, options: options)
        }

        /// Ends a token: charges stop at once, and the number is destroyed as soon as no operation needs
        /// it. Deleting twice is the same as deleting once.
        ///
        /// Errors: NOT_FOUND.
        package func delete(
            _ request: GatewayV1.DeleteCardRequest,
            options: CallOptions = CallOptions()
        ) async throws(RPCError) -> GatewayV1.Card {
            try await caller.call(VaultService.delete, request, options: options)
        }
    }
}

extension Router {
    /// Serves `remit.gateway.v1.VaultService`.
    package mutating func register(_ handler: some GatewayV1.VaultServiceHandler) {
        register(GatewayV1.VaultService.tokenize, handler: handler.tokenize)
        register(GatewayV1.VaultService.getCard, handler: handler.getCard)
        register(GatewayV1.VaultService.delete, handler: handler.delete)
    }
}
