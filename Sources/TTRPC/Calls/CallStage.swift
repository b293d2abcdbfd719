/// The order in which a call is looked at, and why.
///
/// At a server the first three are its own and may refuse the call; the others are interceptors and
/// only look. At a client all are interceptors, and say in the same order what the server is to
/// find. `end` goes through the interceptors in the same order.
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
    static func ordered<Interceptor>(
        _ interceptors: [Interceptor],
        by stage: (Interceptor) -> CallStage
    ) -> [Interceptor] {
        interceptors.enumerated()
            .sorted { left, right in
                (stage(left.element).rawValue, left.offset)
                    < (stage(right.element).rawValue, right.offset)
            }
            .map(\.element)
    }
}
