import NIOCore

/// Keeps a crowd of peers that send their frames in crumbs from taking the loop's time.
///
/// A read costs 7 to 20 µs, however little it brings, and the calls of others wait behind the reads
/// of thousands of peers that send a byte a second in step. So when more than
/// `ServerConfiguration.trickleCrowd` frames are unfinished, a connection is not read for `time` if
/// its frame has been on its way for `ServerConfiguration.trickleGrace` and
///
/// - the last read brought nothing but a crumb of it, or
/// - it is the connection's first, or has rested before, and nothing of it has come for as long.
///
/// The kernel keeps what comes meanwhile. Those whose pause is over are read a few at a time. What
/// has come for a frame is read before the frame is given up for its age: see `TTRPC`.
///
/// On its loop only.
final class TricklePause {
    /// How long a connection is not read, at least.
    static let time = TimeAmount.seconds(2)
    /// How long a connection is read again before its frame is given up for its age. Not until the
    /// next look at all of them: those who have been read again are in step again.
    static let endTime = TimeAmount.milliseconds(10)
    /// A read of fewer bytes is a crumb.
    static let crumbBytes = 256

    /// A frame of which more is to come.
    private struct Watched {
        var connection: ServerConnection
        /// When the frame began, as the connection says for as long as it is on its way.
        var begin: NIODeadline
        /// Since when nothing of it has come, if it rests.
        var since: NIODeadline
    }

    private let eventLoop: any EventLoop
    private let configuration: ServerConfiguration
    private lazy var resting = PacedQueue<ServerConnection>(eventLoop, delay: Self.time) {
        [unowned self] in wake($0)
    }
    private lazy var watched = PacedQueue<Watched>(eventLoop, delay: configuration.trickleGrace) {
        [unowned self] in look($0)
    }
    private lazy var ending = PacedQueue<Watched>(eventLoop, delay: Self.endTime) {
        [unowned self] in end($0)
    }
    private var isStopped = false

    init(_ eventLoop: any EventLoop, _ configuration: ServerConfiguration) {
        self.eventLoop = eventLoop
        self.configuration = configuration
    }

    /// Part of a connection's first frame has arrived.
    func firstFrameBegan(of connection: ServerConnection, _ begin: NIODeadline) {
        guard !isStopped else { return }
        watched.append(Watched(connection: connection, begin: begin, since: begin))
    }

    /// More of a frame was read, and it is not whole yet.
    ///
    /// - Parameters:
    ///   - bytes: how many were read.
    ///   - age: how long the frame has been on its way.
    func read(_ bytes: Int, of connection: ServerConnection, age: TimeAmount) {
        guard bytes < Self.crumbBytes, age >= configuration.trickleGrace else { return }
        rest(connection, age)
    }

    /// - Returns: whether the connection rests now.
    @discardableResult
    private func rest(_ connection: ServerConnection, _ age: TimeAmount) -> Bool {
        // One whose time is up is read once more, and closed.
        guard age <= configuration.frameTimeout, !connection.streams.isDraining,
            !connection.isTrickling, !isStopped,
            connection.loop.unfinishedFrames > configuration.trickleCrowd
        else { return false }
        resting.append(connection)
        connection.trickle(true)
        return true
    }

    private func look(_ watched: Watched) -> Bool {
        let connection = watched.connection
        guard connection.partialSince == watched.begin, connection.lastRead <= watched.since
        else { return false }
        return rest(connection, .now() - watched.begin)
    }

    private func wake(_ connection: ServerConnection) -> Bool {
        guard connection.isTrickling else { return false }
        connection.trickle(false)
        if let begin = connection.partialSince {
            watched.append(Watched(connection: connection, begin: begin, since: .now()))
        }
        return true
    }

    /// Has a connection that rests read again since the time of its frame is up, and closed soon if
    /// it is not whole then.
    func timeIsUp(for connection: ServerConnection) {
        guard connection.isTrickling, let begin = connection.partialSince, !isStopped
        else { return }
        connection.trickle(false)
        ending.append(Watched(connection: connection, begin: begin, since: begin))
    }

    private func end(_ watched: Watched) -> Bool {
        let connection = watched.connection
        guard connection.partialSince == watched.begin else { return false }
        return connection.closeIfStale(.now())
    }

    /// Nothing rests any more, and no connection is kept.
    func stop() {
        isStopped = true
        watched.removeAll()
        ending.removeAll()
        for connection in resting.removeAll() { connection.trickle(false) }
    }
}
