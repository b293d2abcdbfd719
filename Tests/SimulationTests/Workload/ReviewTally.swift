/// What came before operators.
struct ReviewTally: Equatable, Sendable {
    /// Payments that came into REVIEW.
    var reviews = 0
    /// Proofs that contradicted how a payment had ended.
    var exceptions = 0
    /// What two operators carried out, by its name: "CREDIT".
    var decisions: [String: Int] = [:]
    /// Payments that billing's books and the gateway's have apart in the end, by what was decided.
    var differences = 0
    /// Votes that were refused for another operator's other proposal.
    var disagreements = 0
    /// Votes that were refused because the money is not where they say.
    var misfits = 0

    mutating func add(_ other: ReviewTally) {
        reviews += other.reviews
        exceptions += other.exceptions
        decisions.merge(other.decisions, uniquingKeysWith: +)
        differences += other.differences
        disagreements += other.disagreements
        misfits += other.misfits
    }
}
