/// Where a test may stop the process in the middle of a payment.
package enum BillingCrashPoint: String, CaseIterable, Sendable {
    /// The request was checked; nothing is stored.
    case beforeIntentCommit = "before-intent-commit"
    /// The payment is stored; nothing was sent to the gateway.
    case afterIntentCommit = "after-intent-commit"
    /// The gateway has answered; the result is not stored.
    case beforeSettle = "before-settle"
}

/// Called at each crash point; returns at once unless a test has asked for that point.
package typealias BillingCrashHook = @Sendable (BillingCrashPoint) async -> Void
