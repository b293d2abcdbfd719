import Payments
import RemitAPI
import ServiceKit
import TTRPC

extension GatewayV1.OperationReply {
    init(_ view: OperationView) {
        self.init(
            operation: GatewayV1.Operation(view.operation, card: view.card),
            position: GatewayV1.StorePosition(view.position)
        )
    }
}

extension StoreCursor {
    init(_ cursor: GatewayV1.StoreCursor) {
        self.init(epoch: cursor.epoch, sequence: cursor.sequence, eventID: cursor.eventID)
    }
}

extension GatewayV1.StorePosition {
    init(_ position: StorePosition) {
        self.init(epoch: position.epoch, headSequence: position.headSequence)
    }
}

extension GatewayV1.Operation {
    /// - Parameters:
    ///   - operation: the operation.
    ///   - card: its card; nil in feeds, which carry ids alone, and on fenced keys.
    init(_ operation: Operation, card: StoredCard?) {
        let result = operation.result
        self.init(
            operationID: operation.id.text,
            key: operation.key.attempt.text,
            version: operation.version,
            state: GatewayV1.OperationState(rawValue: Int32(operation.state.rawValue)),
            amount: RemitType.Money(operation.amount),
            token: operation.token?.text ?? "",
            declineCode: result.declineCode?.rawValue ?? "",
            retryClass: result.declineCode?.retryClass.rawValue ?? "",
            responseCode: result.responseCode,
            approvalCode: result.approvalCode,
            avsResult: result.avsResult,
            cvcResult: result.cvcResult,
            retention: GatewayV1.CardRetention(rawValue: Int32(result.retention.rawValue)),
            createTime: GoogleProtobuf.Timestamp(milliseconds: operation.createdAt),
            updateTime: GoogleProtobuf.Timestamp(milliseconds: operation.updatedAt),
            cardBrand: card?.brand.rawValue ?? "",
            cardLastFour: card?.lastFour ?? "",
            cardExpiryMonth: Int32(card?.expiry.month ?? 0),
            cardExpiryYear: Int32(card?.expiry.year ?? 0),
            cardFingerprint: card?.fingerprintText ?? ""
        )
    }
}

extension GatewayV1.Card {
    init(_ card: StoredCard, holdsCode: Bool) {
        self.init(
            token: card.token.text,
            brand: GatewayV1.CardBrand(card.brand),
            lastFour: card.lastFour,
            expiryMonth: Int32(card.expiry.month),
            expiryYear: Int32(card.expiry.year),
            state: GatewayV1.CardState(rawValue: Int32(card.state.rawValue)),
            fingerprint: card.fingerprintText,
            createTime: GoogleProtobuf.Timestamp(milliseconds: card.createdAt),
            expireTime: GoogleProtobuf.Timestamp(milliseconds: card.expiresAt),
            verificationCodeHeld: holdsCode,
            verificationCodeLost: card.state == .singleUse && card.hasVerificationCode && !holdsCode
        )
    }
}

extension GatewayV1.CardBrand {
    init(_ brand: CardBrand) {
        switch brand {
        case .visa: self = .visa
        case .mastercard: self = .mastercard
        case .amex: self = .amex
        case .discover: self = .discover
        }
    }
}
