import NIOConcurrencyHelpers
import NIOCore
import Payments

/// Verification codes, in memory only: until the bank has answered, or their time has passed.
///
/// - Source: PCI DSS 4.0, 3.3.1.2: never stored after authorization, encrypted or not.
final class VerificationCodeCache: Sendable {
    private struct Held {
        let code: CardVerificationCode
        let end: NIODeadline
    }

    private struct State {
        var held: [TokenID: Held] = [:]
        /// Tokens in the order their codes came, to find those whose time has passed.
        var order: [TokenID] = []
        var first = 0
    }

    private let limit: Int
    private let lifetime: TimeAmount
    private let state = NIOLockedValueBox(State())

    init(limit: Int, lifetimeSeconds: Int64) {
        self.limit = limit
        lifetime = .seconds(lifetimeSeconds)
    }

    /// Holds a code.
    ///
    /// - Throws: `GatewayError.tooManyVerificationCodes`.
    func hold(
        _ code: CardVerificationCode,
        for token: TokenID,
        now: NIODeadline
    ) throws(GatewayError) {
        let isHeld = state.withLockedValue { state in
            drop(&state, now)
            guard state.held.count < limit else { return false }
            state.held[token] = Held(code: code, end: now + lifetime)
            state.order.append(token)
            return true
        }
        guard isHeld else { throw .tooManyVerificationCodes }
    }

    /// The code, while it is held.
    func code(for token: TokenID, now: NIODeadline) -> CardVerificationCode? {
        state.withLockedValue { state in
            drop(&state, now)
            return state.held[token]?.code
        }
    }

    /// Forgets a code.
    func forget(_ token: TokenID) {
        state.withLockedValue { state in
            state.held[token] = nil
        }
    }

    /// Forgets the codes whose time has passed: nobody may ask for anything for a long time.
    func expire(now: NIODeadline) {
        state.withLockedValue { drop(&$0, now) }
    }

    /// How many codes are in memory, their time passed or not.
    var count: Int { state.withLockedValue { $0.held.count } }

    private func drop(_ state: inout State, _ now: NIODeadline) {
        while state.first < state.order.count {
            let token = state.order[state.first]
            if let held = state.held[token], held.end > now { break }
            state.held[token] = nil
            state.first += 1
        }
        // Tokens whose codes were forgotten lie behind one that is still held.
        if state.order.count > 2 * state.held.count + 1024 {
            state.order = state.order[state.first...].filter { state.held[$0] != nil }
            state.first = 0
        }
    }
}
