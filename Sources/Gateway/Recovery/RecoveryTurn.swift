import NIOConcurrencyHelpers
import Payments

/// What the rounds of recovery share: they take turns, and they remember what the bank left
/// unanswered and what was said of failures, which each round meets again.
///
/// Turns, because a decision that was read before a reversal must not be stored after it: the bank
/// would have no charge where we have an approval.
final class RecoveryTurn: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [UnsafeContinuation<Void, Never>] = []
        var unanswered: [OperationKey: Int] = [:]
        var failedAdvices: Set<Int64> = []
        var damaged: [OperationState: Int] = [:]
    }

    /// Rounds that may wait for their turn; one more is refused.
    static let maxWaiting = 1024
    /// Advices whose failure is remembered.
    static let maxFailedAdvices = 1024

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

    /// A decision of the bank could not be stored.
    ///
    /// - Returns: whether that is news: it is said once, and of so many advices at a time.
    func noteFailure(of advice: BankAdvice) -> Bool {
        state.withLockedValue { state in
            guard state.failedAdvices.count < Self.maxFailedAdvices else { return false }
            return state.failedAdvices.insert(advice.sequence).inserted
        }
    }

    /// A decision of the bank is stored.
    func forget(_ advice: BankAdvice) {
        state.withLockedValue { _ = $0.failedAdvices.remove(advice.sequence) }
    }

    /// Rows of operations in a state cannot be read.
    ///
    /// - Returns: whether that is news: the round before had another number of them.
    func noteDamage(_ count: Int, in operationState: OperationState) -> Bool {
        state.withLockedValue { state in
            let before = state.damaged.updateValue(count, forKey: operationState) ?? 0
            return before != count
        }
    }
}
