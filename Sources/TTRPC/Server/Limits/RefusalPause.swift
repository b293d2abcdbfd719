import NIOCore

/// Lets requests gather at a loop that has nothing to do but refuse them.
///
/// A refusal costs about 1 µs where many come in one read, and 10 where each of them wakes the loop,
/// and takes the processor from the work that keeps the server from letting more in. So connections
/// of which calls were refused are not read for `time` when the loop has nothing else to do, as a
/// network card holds its interrupts back. A loop with work of its own reads once a turn as it is,
/// and is left alone: see `TTRPC`.
///
/// On its loop only.
final class RefusalPause {
    /// How long a connection is not read.
    static let time = TimeAmount.milliseconds(2)

    private let eventLoop: any EventLoop
    /// Of which calls were refused in this turn.
    private var refused: [ServerConnection] = []
    private var resting: [ServerConnection] = []
    private var isStopped = false

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// A call was refused because there is no room for it.
    func refused(on connection: ServerConnection) {
        guard !connection.wasRefused, !isStopped else { return }
        connection.wasRefused = true
        refused.append(connection)
    }

    /// Everything that was readable has been read.
    ///
    /// - Parameter isIdle: whether the loop has nothing else to do now.
    func turnEnded(isIdle: @autoclosure () -> Bool) {
        guard !refused.isEmpty else { return }
        let pauses = isIdle()
        if pauses, resting.isEmpty { setTimer() }
        for connection in refused {
            connection.wasRefused = false
            if pauses { connection.rest(true) }
        }
        if pauses { resting += refused }
        refused.removeAll(keepingCapacity: true)
    }

    private func setTimer() {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleTask(in: Self.time) { bound.value.end() }
    }

    private func end() {
        let rested = resting
        resting = []
        for connection in rested { connection.rest(false) }
    }

    /// Nothing rests any more, and no connection is kept.
    func stop() {
        isStopped = true
        refused = []
        end()
    }
}
