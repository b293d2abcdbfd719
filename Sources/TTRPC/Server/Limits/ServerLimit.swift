/// A limit that a server refuses work by.
package enum ServerLimit: Int, Sendable, CaseIterable {
    /// Calls in service, as the latency allows.
    case concurrency
    /// Calls in service over the whole server, but for streams.
    case callsInService
    /// Open streams over the whole server.
    case streamsInService
    /// Calls in service on one connection, streams among them.
    case streamsPerConnection
    /// Bytes that one connection, or all of them, keep in memory.
    case bufferedBytes
    /// Open connections.
    case connections
    /// Open connections of one address.
    case connectionsPerPeer
    /// The deadline passed, or the connection was lost, before the work began.
    case abandoned

    /// As metrics have it: "calls_in_service".
    package var name: String {
        switch self {
        case .concurrency: "concurrency"
        case .callsInService: "calls_in_service"
        case .streamsInService: "streams_in_service"
        case .streamsPerConnection: "streams_per_connection"
        case .bufferedBytes: "buffered_bytes"
        case .connections: "connections"
        case .connectionsPerPeer: "connections_per_peer"
        case .abandoned: "abandoned"
        }
    }
}

extension RPCError {
    /// What work past a limit is refused with: RESOURCE_EXHAUSTED, OVERLOAD, and when to come back.
    ///
    /// - Parameters:
    ///   - limit: which one.
    ///   - retryAfterMilliseconds: when to try again.
    static func overload(_ limit: ServerLimit, retryAfterMilliseconds: Int64) -> RPCError {
        let message =
            switch limit {
            case .concurrency, .abandoned:
                "The server is busy; try again later."
            case .callsInService:
                "The server has as many calls in service as it may; try again later."
            case .streamsInService:
                "The server has as many streams open as it may; try again later."
            case .streamsPerConnection:
                "The connection has as many calls in service as it may; try again later."
            case .bufferedBytes:
                "The server keeps as many unfinished messages as it may; try again later."
            case .connections, .connectionsPerPeer:
                "The server has as many connections as it may; try again later."
            }
        return RPCError(
            .resourceExhausted,
            message,
            reason: "OVERLOAD",
            retryAfterMilliseconds: retryAfterMilliseconds
        )
    }
}
