/// The order in which a server looks at a call, and why.
///
/// The first three belong to the server and may refuse the call; the others are interceptors and
/// only look. `end` goes through the interceptors in the same order.
package enum CallStage: Int, Sendable, Hashable, CaseIterable {
    /// Who calls, and whether they may. First: a stranger must not take a place, and is told that
    /// they are one and not that the server is busy.
    case identity
    /// Whether there is room. Before all that costs more, so that a refusal is cheap.
    case limits
    /// Whether the answer could still be in time. After the limits, which take no time to look at;
    /// a call that waits is looked at again when its turn comes.
    case deadline
    /// The request's name, which the stages below write down.
    case requestID
    /// The trace it belongs to, which the log writes down.
    case tracing
    /// Counts and times. Before the log: it costs less, and is right even if a line is dropped.
    case metrics
    /// The line in the log. Last: it knows what the others found.
    case accessLog

    /// Interceptors in the order of their stages; those of one stage stay as they were.
    static func ordered(_ interceptors: [any ServerInterceptor]) -> [any ServerInterceptor] {
        interceptors.enumerated()
            .sorted { left, right in
                (left.element.stage.rawValue, left.offset)
                    < (right.element.stage.rawValue, right.offset)
            }
            .map(\.element)
    }
}
