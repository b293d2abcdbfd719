import NIOCore

/// Keeps peers that send their frames in crumbs from taking the loop's time.
///
/// A read costs 7 to 20 µs, however little it brings, and the calls of others wait behind the reads
/// of thousands of peers that send a byte a second in step. So a connection is not read for `time`
/// when its frame has been on its way for `ServerConfiguration.trickleGrace` and
///
/// - nothing but a crumb of it was read, or
/// - it is the connection's first, and nothing more of it has come since it began,
///
/// unless the frame's time would be up by then. The kernel keeps what comes meanwhile. Those whose
/// pause is over are read a few at a time: see `TTRPC`.
///
/// On its loop only.
final class TricklePause {
    /// How long a connection is not read, at least.
    static let time = TimeAmount.seconds(2)
    /// A read of fewer bytes is a crumb.
    static let crumbBytes = 256

    private let grace: TimeAmount
    /// The oldest frame whose connection may rest.
    private let lastAge: TimeAmount
    private let resting: PacedQueue<ServerConnection>
    /// Connections whose first frame has begun, and when.
    private let watched: PacedQueue<(ServerConnection, NIODeadline)>
    private var isStopped = false

    init(_ eventLoop: any EventLoop, _ configuration: ServerConfiguration) {
        grace = configuration.trickleGrace
        lastAge = configuration.frameTimeout - Self.time
        let resting = PacedQueue<ServerConnection>(eventLoop, delay: Self.time) {
            $0.trickle(false)
        }
        self.resting = resting
        watched = PacedQueue(eventLoop, delay: grace) { connection, begin in
            guard connection.partialSince == begin, connection.lastRead <= begin,
                !connection.isTrickling
            else { return false }
            resting.append(connection)
            return connection.trickle(true)
        }
    }

    /// Part of a connection's first frame has arrived.
    ///
    /// - Parameter begin: when, as the connection says for as long as this frame is on its way.
    func firstFrameBegan(of connection: ServerConnection, _ begin: NIODeadline) {
        guard grace < lastAge, !isStopped else { return }
        watched.append((connection, begin))
    }

    /// More of a frame was read, and no frame has come to its end with it.
    ///
    /// - Parameters:
    ///   - bytes: how many were read.
    ///   - age: how long the frame has been on its way.
    func read(_ bytes: Int, of connection: ServerConnection, age: TimeAmount) {
        guard bytes < Self.crumbBytes, age >= grace, age < lastAge, !connection.isTrickling,
            !isStopped
        else { return }
        resting.append(connection)
        connection.trickle(true)
    }

    /// No connection is kept any more.
    func stop() {
        isStopped = true
        resting.removeAll()
        watched.removeAll()
    }
}
