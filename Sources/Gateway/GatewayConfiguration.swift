/// The gateway's settings and limits.
package struct GatewayConfiguration: Sendable {
    /// The tenant served here, and that of every call while there is no TLS to tell callers
    /// apart. Its name is stored: turning TLS on with the same name changes no key.
    package var tenant = "default"
    /// How long a single-use token may be charged, in milliseconds.
    package var tokenLifetimeMilliseconds: Int64 = 24 * 3600 * 1000
    /// How long a verification code is held in memory, in seconds.
    package var verificationCodeSeconds: Int64 = 15 * 60
    /// How many verification codes are held at once.
    package var maxVerificationCodes = 100_000
    /// How long a reply of the bank is waited for, in milliseconds.
    package var bankTimeoutMilliseconds: Int64 = 10_000
    /// How often the bank may leave an inquiry about a doubt unanswered before the charge is
    /// reversed.
    package var maxInquiries = 3
    /// How long the bank may leave a charge pending, in milliseconds, before it is reversed.
    package var pendingHorizonMilliseconds: Int64 = 7 * 24 * 3600 * 1000
    /// How often the bank is asked for decisions, in milliseconds.
    package var adviceIntervalMilliseconds: Int64 = 100
    /// How often operations in doubt are looked at, in milliseconds.
    package var recoveryIntervalMilliseconds: Int64 = 1000
    /// Operations handled by one round of background work.
    package var maxRecoveryBatch = 500
    /// How long a stream gathers changes before it reads, in milliseconds.
    package var streamCoalescingMilliseconds: Int64 = 10
    /// Sales in flight at once; one more is refused.
    package var maxSalesInFlight = 4096

    package init() {}
}
