import Foundation
import Payments

/// Where a token stands.
enum StoredCardState: Int, Sendable {
    /// Good for one operation.
    case singleUse = 1
    /// Bound to its one operation.
    case used = 2
    /// May be charged again.
    case retained = 3
    /// Ended by its owner.
    case deleted = 4
}

/// A card's row: everything but its key.
struct StoredCard: Sendable {
    let token: TokenID
    let tenant: Int64
    var state: StoredCardState
    let brand: CardBrand
    let lastFour: String
    let expiry: CardExpiry
    /// A keyed hash of the number; 16 bytes.
    let fingerprint: Data
    /// The sealed number; nil once it is destroyed.
    let sealedNumber: Data?
    let hasVerificationCode: Bool
    let createdAt: Int64
    let expiresAt: Int64

    /// The fingerprint as text: 32 hexadecimal digits.
    var fingerprintText: String { fingerprint.map { hexadecimal($0) }.joined() }
}

private func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.utf8.count == 1 ? "0" + digits : digits
}
