import NIOConcurrencyHelpers
import Synchronization

/// What a server has in hand at a moment, and what it has refused since its start.
package struct ServerStatistics: Sendable, Equatable {
    /// Calls of one request and one reply whose handler has not ended, answered or not, and that
    /// are not being run this very moment.
    package var callsInService = 0
    /// Streams that are open, or whose handler has not ended.
    package var streamsInService = 0
    /// Bytes of unfinished frames, of requests that wait for their turn, of messages of streams that
    /// no handler has read, and of replies that slow peers have not taken.
    package var bufferedBytes = 0
    /// Open connections, but for those past the limits.
    package var connections = 0
    /// Work refused or dropped, by what it was refused by.
    package var refused: [ServerLimit: Int] = [:]

    package init() {}
}

/// The counts that all loops of a server share. Relaxed atomics: limits may be missed by as many
/// as there are loops, never by more.
final class ServerLoad: Sendable {
    private let calls = Atomic<Int>(0)
    private let streams = Atomic<Int>(0)
    private let buffered = Atomic<Int>(0)
    private let connections = Atomic<Int>(0)
    private let refusing = Atomic<Int>(0)
    private let refusals = NIOLockedValueBox(
        [Int](repeating: 0, count: ServerLimit.allCases.count)
    )
    private let byPeer = NIOLockedValueBox<[String: Int]>([:])

    // MARK: Calls

    var callsInService: Int { calls.load(ordering: .relaxed) }

    var streamsInService: Int { streams.load(ordering: .relaxed) }

    func callBegan(_ kind: MethodKind) {
        count(kind, 1)
    }

    func callEnded(_ kind: MethodKind) {
        count(kind, -1)
    }

    private func count(_ kind: MethodKind, _ difference: Int) {
        if kind == .unary {
            calls.add(difference, ordering: .relaxed)
        } else {
            streams.add(difference, ordering: .relaxed)
        }
    }

    // MARK: Memory

    var bufferedBytes: Int { buffered.load(ordering: .relaxed) }

    /// More bytes are kept, or fewer.
    func bufferedBytesChanged(by difference: Int) {
        buffered.add(difference, ordering: .relaxed)
    }

    // MARK: Connections

    /// Takes a place for a connection.
    ///
    /// - Parameters:
    ///   - peer: its address, without the port.
    ///   - configuration: how many there may be.
    /// - Returns: the limit that leaves none; nil when the place is taken and `connectionClosed`
    ///   must give it back.
    func connectionOpened(_ peer: String, _ configuration: ServerConfiguration) -> ServerLimit? {
        let count = connections.add(1, ordering: .relaxed).newValue
        guard count <= configuration.maxConnections else {
            connections.subtract(1, ordering: .relaxed)
            return .connections
        }
        let isPeerFull = byPeer.withLockedValue { byPeer in
            let count = byPeer[peer, default: 0]
            guard count < configuration.maxConnectionsPerPeer else { return true }
            byPeer[peer] = count + 1
            return false
        }
        guard !isPeerFull else {
            connections.subtract(1, ordering: .relaxed)
            return .connectionsPerPeer
        }
        return nil
    }

    func connectionClosed(_ peer: String) {
        connections.subtract(1, ordering: .relaxed)
        byPeer.withLockedValue { byPeer in
            let left = byPeer[peer, default: 1] - 1
            byPeer[peer] = left > 0 ? left : nil
        }
    }

    /// Takes a place for a connection past the limits.
    ///
    /// - Returns: false when there is none; otherwise `refusingConnectionClosed` must give it back.
    func refusingConnectionOpened(_ configuration: ServerConfiguration) -> Bool {
        let count = refusing.add(1, ordering: .relaxed).newValue
        guard count > configuration.maxRefusingConnections else { return true }
        refusingConnectionClosed()
        return false
    }

    func refusingConnectionClosed() {
        refusing.subtract(1, ordering: .relaxed)
    }

    // MARK: Refusals

    /// - Returns: how often this limit has refused something, this time included.
    @discardableResult
    func refused(_ limit: ServerLimit, count: Int = 1) -> Int {
        refusals.withLockedValue { refusals in
            refusals[limit.rawValue] += count
            return refusals[limit.rawValue]
        }
    }

    var statistics: ServerStatistics {
        let refusals = refusals.withLockedValue { $0 }
        var refused: [ServerLimit: Int] = [:]
        for limit in ServerLimit.allCases { refused[limit] = refusals[limit.rawValue] }
        var statistics = ServerStatistics()
        statistics.callsInService = callsInService
        statistics.streamsInService = streamsInService
        statistics.bufferedBytes = bufferedBytes
        statistics.connections = connections.load(ordering: .relaxed)
        statistics.refused = refused
        return statistics
    }
}
