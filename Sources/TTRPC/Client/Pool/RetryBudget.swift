/// How much a client may add to the load by calling again: a token bucket that calls fill. Pure,
/// and without a clock: at no time were there more retries than `floor` and `percent` of the calls.
///
/// - Source: Google, "Site Reliability Engineering", chapter 21: a client's retries are at most
///   10 % of its requests; gRPC proposal A6, "Throttling Retry Attempts".
package struct RetryBudget: Equatable, Sendable {
    /// Of a hundred calls, this many may be made once more; 0 to 100.
    package let percent: Int
    /// Retries that are there before any call was made.
    package let floor: Int
    /// Retries that can be saved up.
    package let capacity: Int
    /// In hundredths of a retry.
    private var balance: Int

    /// - Parameters:
    ///   - percent: retries for a hundred calls, 0 to 100.
    ///   - floor: retries at the start, 0 or more.
    ///   - capacity: retries saved up at the most, `floor` or more.
    package init(percent: Int, floor: Int, capacity: Int) {
        precondition((0...100).contains(percent), "0 to 100 percent")
        precondition(
            floor >= 0 && capacity >= floor && capacity < Int.max / 100,
            "floor <= capacity"
        )
        self.percent = percent
        self.floor = floor
        self.capacity = capacity
        balance = floor * 100
    }

    /// A call is made for the first time.
    package mutating func called() {
        balance = min(capacity * 100, balance + percent)
    }

    /// Takes one retry.
    ///
    /// - Returns: false when there is none left.
    package mutating func take() -> Bool {
        guard balance >= 100 else { return false }
        balance -= 100
        return true
    }
}
