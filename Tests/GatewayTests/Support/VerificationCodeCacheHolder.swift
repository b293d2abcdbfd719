import NIOConcurrencyHelpers
import Payments

@testable import Gateway

/// Lets a crash point, which is made before the gateway, forget a code of it.
final class VerificationCodeCacheHolder: Sendable {
    private let held = NIOLockedValueBox<(VerificationCodeCache, TokenID)?>(nil)

    func set(_ cache: VerificationCodeCache, _ token: TokenID) {
        held.withLockedValue { $0 = (cache, token) }
    }

    func forget() {
        guard let (cache, token) = held.withLockedValue({ $0 }) else { return }
        cache.forget(token)
    }
}
