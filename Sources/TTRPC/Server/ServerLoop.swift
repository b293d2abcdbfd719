import Logging
import NIOCore
import ProtobufC

/// What the connections of one event loop share.
final class ServerLoop {
    typealias Deadlines = DeadlineWatch<(connection: ServerConnection, call: ServerCall)>

    /// How long replies wait for those of other connections.
    private static let flushDelay = TimeAmount.microseconds(100)
    /// Connections and streams that are looked at in one go for what has timed out or is granted no
    /// more, and the time to the next ones: calls do not wait behind a look at all of them.
    private static let sweepSlice = 16
    private static let sweepPause = TimeAmount.milliseconds(1)
    /// Of these, how many are closed, drained or read again: an end costs 30 µs.
    private static let closedSlice = 2

    let eventLoop: any EventLoop
    let executor: LoopExecutor
    /// For one request's decoding, or one reply's encoding, at a time.
    let arena: Arena
    let configuration: ServerConfiguration
    let router: Router
    /// Nil for none.
    let interceptors: InterceptorChain?
    /// Nil lets everyone call everything.
    let authorizer: (any ServerAuthorizer)?
    let logger: Logger
    let admission: Admission
    let refusalPause: RefusalPause
    let tricklePause: TricklePause
    /// Connections of which part of a frame is here.
    var unfinishedFrames = 0
    /// Of the calls that outlived the burst that started them.
    let deadlines: Deadlines
    /// When the loop last looked at the clock: with each read, after each call that it has answered
    /// or left waiting, and before it sends. What a read brings begins then; what a timer does looks
    /// first.
    private(set) var time = NIODeadline.now()
    /// The last failure that was written.
    var failures = FailureCache()
    /// In no order; each knows its index.
    private var connections: [ServerConnection] = []
    private var unflushed: [ServerConnection] = []
    /// Empty: the memory of the last ones that were flushed.
    private var flushed: [ServerConnection] = []
    private var sweep: RepeatedTask?
    /// Of the connections, the first so many are those that the sweep has yet to look at.
    private var unswept = 0

    init(
        _ eventLoop: any EventLoop,
        configuration: ServerConfiguration,
        router: Router,
        interceptors: [any ServerInterceptor],
        authorizer: (any ServerAuthorizer)?,
        load: ServerLoad,
        logger: Logger
    ) {
        self.eventLoop = eventLoop
        self.configuration = configuration
        self.router = router
        self.interceptors = InterceptorChain(interceptors)
        self.authorizer = authorizer
        self.logger = logger
        executor = LoopExecutor(eventLoop, turnBudget: configuration.turnBudget)
        arena = Arena(
            capacity: max(
                Arena.replyCapacity,
                Arena.capacity(forFrameBytes: configuration.maxRequestFrameBytes)
            )
        )
        admission = Admission(
            eventLoop,
            configuration: configuration,
            methods: router.methods,
            load: load,
            executor: executor,
            arena: arena
        )
        refusalPause = RefusalPause(eventLoop)
        tricklePause = TricklePause(eventLoop, configuration)
        let executor = executor
        deadlines = Deadlines(
            eventLoop,
            onExpiry: { $0.connection.deadlinePassed($0.call) },
            afterExpiry: { executor.drain() }
        )
        executor.afterDrain { self.flush() }
        executor.atTurnEnd {
            self.admission.turnEnded()
            self.refusalPause.turnEnded(isIdle: executor.isIdle)
        }
        executor.hangBell()
        executor.afterLook { self.admission.serveBacklog() }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        sweep = eventLoop.scheduleRepeatedTask(
            initialDelay: configuration.sweepInterval,
            delay: configuration.sweepInterval
        ) { _ in bound.value.beginSweep() }
    }

    func opened(_ connection: ServerConnection) {
        connection.loopIndex = connections.count
        connections.append(connection)
        if isDraining { connection.drain() }
    }

    func closed(_ connection: ServerConnection) {
        guard let index = connection.loopIndex else { return }
        connection.loopIndex = nil
        let last = connections.removeLast()
        guard last !== connection else { return }
        connections[index] = last
        last.loopIndex = index
    }

    /// The time, which is also that of what is done next.
    @discardableResult
    func lookAtClock() -> NIODeadline {
        time = .now()
        return time
    }

    /// Something waits to be written on a connection.
    func needsFlush(_ connection: ServerConnection) {
        guard !isStopped else { return }
        unflushed.append(connection)
    }

    /// A connection has read what there was: its replies are sent together with those of the other
    /// connections that the loop finds readable, unless that takes too long.
    ///
    /// A peer that is sent replies one at a time is woken for each of them, which costs more than
    /// to make them.
    func drainAfterRead(_ connection: ServerConnection) {
        if connections.count == 1
            || admission.isTurnOlder(than: Self.flushDelay, at: connection.lastActivity)
        {
            executor.drain()
        } else {
            executor.drainSoon()
        }
    }

    /// Connections that are open.
    var connectionCount: Int { connections.count }

    private(set) var isDraining = false
    private var isStopped = false

    /// Refuses new calls on every connection; each closes when its last call is answered.
    func drain() {
        isDraining = true
        for connection in connections { connection.drain() }
    }

    /// Closes every connection, whatever runs on it.
    func closeAll() {
        for connection in connections { connection.close("the drain took too long") }
    }

    func stop() {
        sweep?.cancel()
        sweep = nil
        unswept = 0
        admission.stop()
        refusalPause.stop()
        tricklePause.stop()
        executor.stop()
        unflushed = []
        isStopped = true
    }

    private func flush() {
        guard !unflushed.isEmpty else { return }
        // Flushing may make others wait for a flush, or this one once more.
        var batch = flushed
        flushed = []
        swap(&batch, &unflushed)
        lookAtClock()
        for connection in batch { connection.flush() }
        batch.removeAll(keepingCapacity: true)
        flushed = batch
    }

    private func beginSweep() {
        // One that is slower than its interval is not begun again.
        guard unswept == 0 else { return }
        unswept = connections.count
        closeStale()
    }

    private func closeStale() {
        let now = NIODeadline.now()
        var rest = Self.closedSlice
        var looks = Self.sweepSlice
        while looks > 0, rest > 0 {
            // The last one takes the place of one that is gone: nothing leaves the first so many
            // without a look.
            unswept = min(unswept, connections.count)
            guard unswept > 0 else { break }
            unswept -= 1
            let connection = connections[unswept]
            if connection.closeIfStale(now) { rest -= 1 }
            looks -= 1 + connection.endRevokedStreams()
        }
        if unswept > 0 {
            let bound = NIOLoopBound(self, eventLoop: eventLoop)
            eventLoop.scheduleTask(in: Self.sweepPause) { bound.value.closeStale() }
        }
        executor.drain()
    }
}
