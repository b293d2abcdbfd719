import NIOConcurrencyHelpers

/// What the rounds of recovery share: they take turns, and they remember what the bank left
/// unanswered.
///
/// Turns, because a decision that was read before a reversal must not be stored after it: the bank
/// would have no charge where we have an approval.
final class RecoveryTurn: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [UnsafeContinuation<Void, Never>] = []
        var unanswered: [OperationKey: Int] = [:]
    }

    /// Rounds that may wait for their turn; one more is refused.
    static let maxWaiting = 1024

    private let state = NIOLockedValueBox(State())

    /// Runs one round at a time, in the order they came.
    ///
    /// - Throws: `GatewayError.overloaded`; what `body` throws.
    func take<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await enter()
        defer { leave() }
        return try await body()
    }

    private func enter() async throws(GatewayError) {
        let isFull = state.withLockedValue { $0.waiting.count >= Self.maxWaiting }
        guard !isFull else { throw .overloaded }
        await withUnsafeContinuation { continuation in
            let isMine = state.withLockedValue { state in
                guard state.isTaken else {
                    state.isTaken = true
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isMine { continuation.resume() }
        }
    }

    private func leave() {
        let next: UnsafeContinuation<Void, Never>? = state.withLockedValue { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.isTaken = false
            return nil
        }
        next?.resume()
    }

    /// The bank left an inquiry unanswered.
    ///
    /// - Returns: how often by now.
    func noteUnanswered(_ key: OperationKey) -> Int {
        state.withLockedValue { state in
            state.unanswered[key, default: 0] += 1
            return state.unanswered[key] ?? 0
        }
    }

    /// An operation is settled.
    func forget(_ key: OperationKey) {
        state.withLockedValue { $0.unanswered[key] = nil }
    }
}
