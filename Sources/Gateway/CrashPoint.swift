/// Where a test may stop the process in the middle of a sale.
package enum GatewayCrashPoint: String, CaseIterable, Sendable {
    /// The sale was read and checked; nothing is stored.
    case beforeOperationCommit = "before-operation-commit"
    /// The operation is stored; the bank was not asked.
    case afterOperationCommit = "after-operation-commit"
    /// The bank has answered; the result is not stored.
    case afterBankAnswer = "after-bank-answer"
    /// The result is stored; the reply was not sent.
    case beforeReply = "before-reply"
}

/// Called at each crash point; returns at once unless a test has asked for that point.
package typealias GatewayCrashHook = @Sendable (GatewayCrashPoint) async -> Void
