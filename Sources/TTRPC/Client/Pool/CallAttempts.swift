package import NIOCore

/// Decides after each failure of a call whether it is made once more, and what the caller is told
/// at the end. Pure.
///
/// A call is repeated only when nothing was begun (no byte was sent, or the peer refused it since
/// it drains), or when its method is declared idempotent. Once a request may have been executed, no
/// later failure makes the outcome known again.
package struct CallAttempts: Sendable {
    /// What to do about a failure.
    package enum Verdict: Equatable, Sendable {
        /// Call again, after a pause.
        case again(TimeAmount)
        /// Tell the caller.
        case fail(RPCError)
    }

    /// Whether what may have been executed may be executed again.
    package let isRepeatable: Bool
    /// Attempts in all; 1 or more.
    package let maxAttempts: Int
    /// Attempts that have failed.
    package private(set) var failures = 0
    private var backoff: Backoff
    /// An attempt was lost after it was sent.
    private var mayHaveRun = false
    /// What a peer said last; it tells more than that nobody could be reached afterwards.
    private var answer: RPCError?

    /// - Parameters:
    ///   - isRepeatable: the method is idempotent, and the caller lets it be repeated.
    ///   - maxAttempts: attempts in all; 1 or more.
    ///   - backoff: the pauses between attempts.
    package init(isRepeatable: Bool, maxAttempts: Int, backoff: Backoff) {
        precondition(maxAttempts >= 1, "at least one attempt")
        self.isRepeatable = isRepeatable
        self.maxAttempts = maxAttempts
        self.backoff = backoff
    }

    /// An attempt failed.
    ///
    /// - Parameters:
    ///   - error: how.
    ///   - timeLeft: until the caller's deadline; nil without one.
    ///   - budget: pays for an attempt that adds to the peers' load.
    ///   - random: 64 bits, uniform.
    package mutating func failed(
        _ error: RPCError,
        timeLeft: TimeAmount?,
        budget: inout RetryBudget,
        random: UInt64
    ) -> Verdict {
        failures += 1
        if error.origin == .lost { mayHaveRun = true }
        let fails = Verdict.fail(told(error))
        guard failures < maxAttempts, error.code == .unavailable else { return fails }
        if error.origin == .notSent || error.isDraining { return .again(.zero) }
        guard isRepeatable else { return fails }
        if error.origin == .peer { answer = error }
        let asked = TimeAmount.milliseconds(max(0, error.retryAfterMilliseconds ?? 0))
        let pause = max(backoff.failed(random: random), asked)
        if let timeLeft, pause >= timeLeft { return fails }
        return budget.take() ? .again(pause) : fails
    }

    /// What the caller is told when no more attempt can be made.
    package func told(_ error: RPCError) -> RPCError {
        var error = error
        if !mayHaveRun, error.origin == .notSent, let answer { error = answer }
        if mayHaveRun { error.origin = .lost }
        return error
    }
}
