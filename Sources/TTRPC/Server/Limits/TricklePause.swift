import NIOCore

/// Keeps peers that send their frames in crumbs from taking the loop's time.
///
/// A read costs 12 to 20 µs, however little it brings, and the calls of others wait behind the reads
/// of a thousand peers that send a byte a second in step. So a connection is not read for `time` when
/// its frame has been on its way for `ServerConfiguration.trickleGrace`, nothing but a crumb of it
/// was read, and the frame's time is not up before that. The kernel keeps what comes meanwhile.
/// Those whose time is over are read a few at a time, the first first: see `TTRPC`.
///
/// On its loop only.
final class TricklePause {
    /// How long a connection is not read, at least.
    static let time = TimeAmount.seconds(2)
    /// A read of fewer bytes is a crumb.
    static let crumbBytes = 256
    /// Connections that are read again in one go, and the time to the next ones.
    static let slice = 4
    static let slicePause = TimeAmount.milliseconds(1)

    private let eventLoop: any EventLoop
    /// In the order in which their time is over; some may be closed.
    private var resting = CircularBuffer<(connection: ServerConnection, end: NIODeadline)>()
    private var isStopped = false

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Part of a frame was read, and no frame came to its end with it.
    ///
    /// - Parameters:
    ///   - bytes: how many were read.
    ///   - age: how long the frame has been on its way.
    func read(_ bytes: Int, of connection: ServerConnection, age: TimeAmount) {
        let configuration = connection.loop.configuration
        guard bytes < Self.crumbBytes, age >= configuration.trickleGrace,
            age + Self.time < configuration.frameTimeout, !connection.isTrickling, !isStopped
        else { return }
        let end = eventLoop.now + Self.time
        connection.trickle(true)
        resting.append((connection, end))
        if resting.count == 1 { setTimer(end) }
    }

    private func setTimer(_ time: NIODeadline) {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleTask(deadline: time) { bound.value.readSome() }
    }

    private func readSome() {
        let now = eventLoop.now
        for _ in 0..<Self.slice {
            guard let first = resting.first, first.end <= now else { break }
            resting.removeFirst()
            first.connection.trickle(false)
        }
        if let next = resting.first { setTimer(max(next.end, now + Self.slicePause)) }
    }

    /// No connection rests or is kept any more.
    func stop() {
        isStopped = true
        for (connection, _) in resting { connection.trickle(false) }
        resting = []
    }
}
