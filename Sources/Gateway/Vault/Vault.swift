import Foundation
import NIOCore
import Payments
import ServiceKit

/// Keeps cards and hands out tokens in their place.
struct Vault: Sendable {
    let store: GatewayStore
    let cardKeys: CardKeyStore
    let keyRing: KeyRing
    let codes: VerificationCodeCache
    let bank: any BankLink
    let clock: BusinessClock
    let configuration: GatewayConfiguration
    var scheduler = WorkScheduler.system
    var random = RandomSource.system

    /// Stores a card.
    ///
    /// - Throws: `GatewayError.cardNotSupported` (before anything is stored),
    ///   `.tooManyVerificationCodes`, `.storage`.
    func tokenize(
        _ number: CardNumber,
        expiry: CardExpiry,
        code: CardVerificationCode?,
        tenant: Int64
    ) async throws(GatewayError) -> StoredCard {
        if let refusal = bank.refusal(of: number) { throw .cardNotSupported(refusal) }
        let token = randomToken()
        let createdAt = clock.milliseconds
        let sealed = try keyRing.seal(number, token: token, owner: tenant)
        let card = StoredCard(
            token: token,
            tenant: tenant,
            state: .singleUse,
            brand: number.brand,
            lastFour: number.lastFour,
            expiry: expiry,
            fingerprint: keyRing.fingerprint(number, owner: tenant),
            sealedNumber: sealed.number,
            hasVerificationCode: code != nil,
            createdAt: createdAt,
            expiresAt: createdAt + configuration.tokenLifetimeMilliseconds
        )
        if let code { try codes.hold(code, for: token, now: now()) }
        do {
            // The key first: a key without a card is of no use to anyone, a card without its key
            // would be a token that cannot be charged.
            try await cardKeys.insert(sealed, token: token)
            try await store.insert(card)
        } catch {
            codes.forget(token)
            throw .wrap(error)
        }
        return card
    }

    /// The card behind a token.
    ///
    /// - Throws: `GatewayError.tokenNotFound`, `.storage`.
    func card(_ token: TokenID, tenant: Int64) async throws(GatewayError) -> StoredCard {
        let card: StoredCard?
        do {
            card = try await store.read { try $0.card(token) }
        } catch {
            throw .wrap(error)
        }
        guard let card, card.tenant == tenant else { throw .tokenNotFound }
        return card
    }

    /// Whether the code that came with a card is still held.
    func holdsCode(_ card: StoredCard) -> Bool {
        card.hasVerificationCode && card.state == .singleUse
            && codes.code(for: card.token, now: now()) != nil
    }

    /// The monotonic clock, which codes live by.
    func now() -> NIODeadline { .uptimeNanoseconds(scheduler.uptimeNanoseconds) }

    /// Ends a token. Its key is destroyed as soon as no operation needs the number.
    ///
    /// - Throws: `GatewayError.tokenNotFound`, `.storage`.
    func delete(_ token: TokenID, tenant: Int64) async throws(GatewayError) -> StoredCard {
        let card: StoredCard
        do {
            card = try await store.deleteCard(token, tenant: tenant)
        } catch {
            throw .wrap(error)
        }
        codes.forget(token)
        return card
    }

    /// Opens a card's number for the bank.
    ///
    /// - Throws: `GatewayError.vaultDamaged`, `.storage`.
    func number(of card: StoredCard) async throws(GatewayError) -> CardNumber {
        guard let sealedNumber = card.sealedNumber else { throw .vaultDamaged }
        let sealed: KeyRing.SealedCard?
        do {
            sealed = try await cardKeys.sealedCard(card.token, number: sealedNumber)
        } catch {
            throw .wrap(error)
        }
        guard let sealed else { throw .vaultDamaged }
        return try keyRing.open(sealed, token: card.token, owner: card.tenant)
    }

    /// A token of 128 random bits: unlike other identifiers it carries no time, so that it cannot
    /// be guessed from one seen before.
    private func randomToken() -> TokenID {
        var random = random
        return TokenID(
            ULID(
                high: UInt64.random(in: .min ... .max, using: &random),
                low: UInt64.random(in: .min ... .max, using: &random)
            )
        )
    }
}
