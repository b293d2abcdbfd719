/// Billing's settings and limits.
package struct BillingConfiguration: Sendable {
    /// A sale's own deadline once its intent is committed, in milliseconds.
    package var saleTimeoutMilliseconds: Int64 = 30_000
    /// The deadline of other calls to the gateway, in milliseconds.
    package var callTimeoutMilliseconds: Int64 = 5000
    /// How much before its deadline a caller that waits for the bank is answered, in milliseconds:
    /// a tenth of the time it has, within these bounds.
    package var replyMarginMilliseconds: ClosedRange<Int64> = 100...1000
    /// How often the gateway's feed is read, in milliseconds.
    package var feedIntervalMilliseconds: Int64 = 250
    /// Events read at a time.
    package var feedPageSize = 200
    /// How often unknown payments are looked at, in milliseconds.
    package var recoveryIntervalMilliseconds: Int64 = 1000
    /// The longest pause between two tries of one payment, in milliseconds.
    package var maxRecoveryPauseMilliseconds: Int64 = 60_000
    /// How long a payment may be live before people look at it, in milliseconds.
    package var unknownHorizonMilliseconds: Int64 = 7 * 24 * 3600 * 1000
    /// Payments handled by one round of background work.
    package var maxRecoveryBatch = 500
    /// Payments on their way to the bank at once; one more is refused.
    package var maxPaymentsInFlight = 4096

    package init() {}
}
