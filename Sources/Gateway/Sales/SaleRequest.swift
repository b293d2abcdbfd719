import Crypto
import Foundation
import Payments

/// A sale that was asked for, in domain terms.
struct SaleRequest: Sendable {
    let key: OperationKey
    let token: TokenID
    let amount: Money
    /// Normalized; empty when the payer gave none.
    let postalCode: String
    let hasStreet: Bool
    let wantsRetention: Bool
    /// What the caller knows of the store; nil when it says nothing.
    var known: StoreCursor?

    /// What a repeat must have in common with the first: amount, currency, and the retained card
    /// or the words "new card". A caller that lost the reply may tokenize again, so a single-use
    /// token, its code and the address are no part of it.
    func bodyHash(isRetained: Bool) -> Data {
        var hash = SHA256()
        hash.update(data: Data("sale/1/\(amount.minorUnits)/\(amount.currency.code)/".utf8))
        hash.update(data: Data((isRetained ? token.text : "new card").utf8))
        return Data(hash.finalize().prefix(16))
    }
}
