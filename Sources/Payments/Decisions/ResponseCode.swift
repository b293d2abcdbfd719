/// A bank's answer: field 39 of ISO 8583, two characters.
package struct ResponseCode: Hashable, Sendable {
    /// What an answer means for a sale.
    package enum Meaning: Equatable, Sendable {
        case approved
        /// Only a part was approved: it is reversed, and the sale is declined.
        case partialApproval
        case declined(DeclineCode)
        /// The bank cannot say: the outcome must be found out.
        case inDoubt
        /// A success when a card is verified; no approval of a sale.
        case verificationOnly
    }

    /// Two upper-case letters or digits.
    package let text: String

    /// - Parameter text: two letters or digits.
    /// - Returns: nil for anything else.
    package init?(_ text: String) {
        // Looked at before it is raised: other scripts have letters whose capitals are ours.
        guard text.utf8.count == 2,
            text.utf8.allSatisfy({
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
            })
        else { return nil }
        self.text = text.uppercased()
    }

    /// What it means; a code that the table does not have is a generic decline.
    ///
    /// - Parameter brand: 65 asks for authentication at Mastercard, and is a velocity limit
    ///   elsewhere.
    /// - Source: ISO 8583-1:1987, field 39; Visa Core Rules (1A, N7, R0, R1, R3); Mastercard's
    ///   authentication request (65).
    package func meaning(for brand: CardBrand) -> Meaning {
        switch text {
        case "00": .approved
        case "10": .partialApproval
        case "68", "94": .inDoubt
        case "80", "85": .verificationOnly
        case "65" where brand == .mastercard: .declined(.authenticationRequired)
        default: .declined(Self.declines[text] ?? .genericDecline)
        }
    }

    private static let declines: [String: DeclineCode] = [
        "01": .callIssuer, "02": .callIssuer, "03": .merchantInvalid, "04": .pickupCard,
        "05": .doNotHonor, "06": .processingError, "07": .pickupCard,
        "12": .transactionNotAllowed, "13": .invalidAmount, "14": .incorrectNumber,
        "15": .noSuchIssuer, "19": .reenterTransaction, "30": .formatError, "34": .fraudulent,
        "36": .restrictedCard, "41": .lostCard, "43": .stolenCard, "46": .accountClosed,
        "51": .insufficientFunds, "54": .expiredCard, "57": .transactionNotAllowed,
        "58": .serviceNotAllowed, "59": .fraudulent, "61": .amountLimitExceeded,
        "62": .restrictedCard, "63": .securityViolation, "65": .cardVelocityExceeded,
        "75": .pinTryExceeded, "78": .invalidAccount, "82": .incorrectCVC,
        "91": .issuerNotAvailable, "92": .routingError, "93": .transactionNotAllowed,
        "96": .processingError, "1A": .authenticationRequired, "N7": .incorrectCVC,
        "R0": .stopPaymentOrder, "R1": .revocationOfAuthorization,
        "R3": .revocationOfAllAuthorizations,
    ]
}
