/// What did not happen within its bound.
struct TimedOut: Error, CustomStringConvertible {
    let description: String
}

/// Looks again and again until a condition holds, for 30 seconds at the most.
///
/// - Throws: `TimedOut`; what `condition` throws.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(30)
    while try await !condition() {
        guard ContinuousClock.now < end else {
            throw TimedOut(description: "\(what) did not happen within 30 seconds")
        }
        try await Task.sleep(for: .milliseconds(2))
    }
}
