import Testing

/// A seed that found a bug, and what the bug was. What a seed plays changes when the customers or
/// the faults do: it is kept for its story, and with the bug put back others find it too.
struct Regression: Sendable, CustomTestStringConvertible {
    let seed: UInt64
    let what: String

    var testDescription: String { "\(seed): \(what)" }

    static let all = [
        Regression(
            seed: 324,
            what: """
                the feed overtook the reply to an inquiry, which was then taken for one of a \
                store that had gone back in time: DATA_LOSS, and the payment stayed UNKNOWN
                """
        ),
        Regression(
            seed: 536,
            what: "the same by the reply to a sale: no payment was taken until a restart"
        ),
        Regression(
            seed: 426,
            what: """
                without turns in the gateway's recovery, a decision that was read before a \
                reversal was stored after it: SUCCEEDED, and no charge at the bank
                """
        ),
    ]
}
