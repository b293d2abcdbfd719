/// Billing's settings and limits.
package struct BillingConfiguration: Sendable {
    /// A sale's own deadline once its intent is committed, in milliseconds.
    package var saleTimeoutMilliseconds: Int64 = 30_000
    /// The deadline of other calls to the gateway, in milliseconds.
    package var callTimeoutMilliseconds: Int64 = 5000
    /// How much before its deadline a caller that waits for the bank is answered, in milliseconds:
    /// a tenth of the time it has, within these bounds.
    package var replyMarginMilliseconds: ClosedRange<Int64> = 100...1000
    /// How long the gateway's feed is left alone once its stream has ended, and between two pages
    /// where there is no stream, in milliseconds.
    package var feedIntervalMilliseconds: Int64 = 250
    /// Events of the gateway applied in one step, and read at a time where there is no stream.
    package var feedPageSize = 200
    /// Whether the gateway is asked for a stream of its feed.
    package var streamsFeed = true
    /// How often a gateway that has no stream is asked for pages before it is asked for a stream
    /// again: it may be a newer one by then.
    package var feedPagesWithoutStream = 240
    /// How long a stream gathers changes before it reads, in milliseconds.
    package var streamCoalescingMilliseconds: Int64 = 10
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
