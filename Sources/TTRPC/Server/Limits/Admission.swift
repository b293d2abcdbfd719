import NIOCore
import ProtobufC

/// Decides for one event loop which calls are begun at once, which wait for their turn, and which
/// are refused; and lets those run that wait.
///
/// A handler that does not suspend occupies its loop. Work is therefore done in turns of
/// `turnBudget`: within a turn calls run where they arrived, and what arrives after it waits in the
/// backlog, first in, first out. Between two turns the loop reads: whatever is offered, a refusal
/// or a health check is answered after a turn or two, and not after all the work that waits. What
/// is in service, the backlog included, is bounded by a `ConcurrencyLimit` for each method.
///
/// On its loop only: no atomics but for what the whole server counts, and those only for calls that
/// outlive the burst that began them.
final class Admission {
    /// What becomes of a call.
    enum Decision {
        /// It is begun in place.
        case run
        /// It is put into the backlog.
        case wait
        case refuse(RPCError)
    }

    /// Who is let in when not everyone can be.
    enum Priority {
        /// Health checks: always, and at once.
        case always
        /// Calls that put things right: as long as their reserve lasts, and at once.
        case control
        case normal
    }

    /// What is known about one method on this loop.
    private struct Kind {
        let priority: Priority
        /// Whether what is in service is bounded by how long it takes.
        let isAdaptive: Bool
        /// Whether its handlers wait for somebody else, and say when.
        let waits: Bool
        /// Calls that have a place: admitted, not answered in place, and not waiting for somebody
        /// else. One that is answered has its place until its handler has ended.
        var inService = 0
        var limit: ConcurrencyLimit
    }

    /// A call that waits for its turn.
    struct WaitingCall {
        let connection: ServerConnection
        let call: ServerCall
        let payload: [UInt8]
        fileprivate let start: (UnsafeRawBufferPointer) -> Void
    }

    /// Of calls that were answered in place, one in so many is a sample.
    private static let sampleInterval = 8
    private static let retryRange: ClosedRange<Int64> = 64...4096

    let load: ServerLoad
    private let eventLoop: any EventLoop
    private let configuration: ServerConfiguration
    private let executor: LoopExecutor
    private let arena: Arena
    private let firstNumber: Int
    private var kinds: [Kind] = []
    /// When the turn began; nil between two turns.
    private var turnStart: NIODeadline?
    private var backlog = CircularBuffer<WaitingCall>()
    private var unsampled = 0
    /// Nothing is taken out of the backlog any more.
    private var isStopped = false
    /// The last refusal: the next is likely to be the same.
    private var lastRefusal: (limit: ServerLimit, milliseconds: Int64, error: RPCError)?

    init(
        _ eventLoop: any EventLoop,
        configuration: ServerConfiguration,
        methods: [MethodDescriptor],
        load: ServerLoad,
        executor: LoopExecutor,
        arena: Arena
    ) {
        self.eventLoop = eventLoop
        self.configuration = configuration
        self.load = load
        self.executor = executor
        self.arena = arena
        firstNumber = methods.lazy.map(\.number).min() ?? 0
        let count = (methods.lazy.map(\.number).max() ?? -1) - firstNumber + 1
        let limit = ConcurrencyLimit(configuration.concurrency)
        kinds = Array(
            repeating: Kind(priority: .normal, isAdaptive: false, waits: false, limit: limit),
            count: max(0, count)
        )
        for method in methods {
            let priority: Priority =
                if configuration.exemptServices.contains(method.service) {
                    .always
                } else if configuration.controlServices.contains(method.service) {
                    .control
                } else {
                    .normal
                }
            kinds[method.number - firstNumber] = Kind(
                priority: priority,
                isAdaptive: configuration.isConcurrencyAdaptive && method.kind == .unary,
                waits: configuration.waitingMethods.contains(method.fullName),
                limit: limit
            )
        }
    }

    /// Calls that wait for their turn.
    var backlogCount: Int { backlog.count }

    /// The limit of a method that is served.
    func concurrencyLimit(of method: MethodDescriptor) -> ConcurrencyLimit {
        kinds[method.number - firstNumber].limit
    }

    /// What becomes of a call that has arrived.
    ///
    /// - Parameters:
    ///   - method: one that is served.
    ///   - payloadBytes: what would be kept if it had to wait.
    ///   - keptBytes: what its connection has had kept already.
    ///   - now: when it arrived.
    func decide(
        _ method: MethodDescriptor,
        payloadBytes: Int,
        keptBytes: Int,
        now: NIODeadline
    ) -> Decision {
        let turnStart = turnStart ?? beginTurn(now)
        let index = method.number - firstNumber
        switch kinds[index].priority {
        case .always:
            return .run
        case .control:
            let most = configuration.maxCallsInService + configuration.controlReserve
            return load.callsInService < most ? .run : refuse(.callsInService, index)
        case .normal:
            break
        }
        // A stream may be open for days and idle: it takes no place from calls that do work. Its
        // messages cannot wait for its turn.
        guard method.kind == .unary else {
            return load.streamsInService < configuration.maxStreamsInService
                ? .run : refuse(.streamsInService, index)
        }
        guard load.callsInService < configuration.maxCallsInService else {
            return refuse(.callsInService, index)
        }
        if kinds[index].isAdaptive, kinds[index].inService >= kinds[index].limit.limit {
            kinds[index].limit.refused()
            return refuse(.concurrency, index)
        }
        guard !backlog.isEmpty || now - turnStart > configuration.turnBudget else { return .run }
        guard keptBytes + payloadBytes <= configuration.maxBufferedBytesPerConnection,
            load.bufferedBytes + payloadBytes <= configuration.maxBufferedBytes
        else { return refuse(.bufferedBytes, index) }
        return .wait
    }

    /// Lets a call's limit know when its handler waits for somebody else, if it does. Before it is
    /// begun.
    func watchWaits(of call: ServerCall) {
        guard kinds[call.method.number - firstNumber].waits else { return }
        call.context.absence = CallAbsence(call, self, eventLoop)
    }

    private func refuse(_ limit: ServerLimit, _ index: Int) -> Decision {
        load.refused(limit)
        let milliseconds = retryAfter(index)
        if let last = lastRefusal, last.limit == limit, last.milliseconds == milliseconds {
            return .refuse(last.error)
        }
        let error = RPCError.overload(limit, retryAfterMilliseconds: milliseconds)
        lastRefusal = (limit, milliseconds, error)
        return .refuse(error)
    }

    /// Twice what a call takes now, as a power of two: few values, so that refusals are alike and
    /// need be encoded only once.
    private func retryAfter(_ index: Int) -> Int64 {
        let wanted = kinds[index].limit.medianNanoseconds * 2 / 1_000_000
        var milliseconds = Self.retryRange.lowerBound
        while milliseconds < wanted, milliseconds < Self.retryRange.upperBound { milliseconds *= 2 }
        return milliseconds
    }

    /// An admitted call goes on after the burst that brought it.
    func held(_ call: ServerCall) {
        call.isCounted = true
        load.callBegan(call.method.kind)
        if call.waitsSince == nil { takePlace(call) }
        call.found = max(1, kinds[call.method.number - firstNumber].inService)
    }

    private func takePlace(_ call: ServerCall) {
        guard !call.hasPlace else { return }
        call.hasPlace = true
        kinds[call.method.number - firstNumber].inService += 1
    }

    private func leavePlace(_ call: ServerCall) {
        guard call.hasPlace else { return }
        call.hasPlace = false
        kinds[call.method.number - firstNumber].inService -= 1
    }

    /// The handler of a call begins to wait for somebody else.
    func waitBegan(_ call: ServerCall) {
        call.waitsSince = .now()
        leavePlace(call)
    }

    /// The handler of a call goes on: it is not asked to wait again.
    func waitEnded(_ call: ServerCall) {
        if let since = call.waitsSince { call.waited = call.waited + (.now() - since) }
        call.waitsSince = nil
        if call.isCounted { takePlace(call) }
    }

    /// The handler of a call has ended, or never began. The server counts the call until then, and
    /// until it is answered: what a handler holds is not free because nobody waits for it.
    func handlerEnded(_ call: ServerCall) {
        call.hasHandlerEnded = true
        if call.isFinished { giveBack(call) }
    }

    private func giveBack(_ call: ServerCall) {
        guard call.isCounted else { return }
        call.isCounted = false
        leavePlace(call)
        load.callEnded(call.method.kind)
    }

    /// An admitted call has its answer, or is given up.
    func ended(_ call: ServerCall, _ error: RPCError?, now: NIODeadline) {
        guard call.isAdmitted else { return }
        let index = call.method.number - firstNumber
        if call.found > 0 {
            if call.hasHandlerEnded || call.isWaiting { giveBack(call) }
        } else {
            unsampled += 1
            guard unsampled >= Self.sampleInterval else { return }
            unsampled = 0
        }
        // What fails early says nothing about how long work takes.
        guard kinds[index].isAdaptive, error == nil || error?.code == .deadlineExceeded
        else { return }
        let away = call.waited + (call.waitsSince.map { now - $0 } ?? .zero)
        kinds[index].limit.sample(
            latency: max(0, (now - call.startTime - away).nanoseconds),
            found: max(1, call.found),
            inService: kinds[index].inService + (call.hasPlace ? 0 : 1),
            at: Int64(now.uptimeNanoseconds)
        )
    }

    // MARK: Turns

    /// A connection has something to read: the first one begins the turn.
    func readBegan(_ now: NIODeadline) {
        if turnStart == nil { _ = beginTurn(now) }
    }

    private func beginTurn(_ now: NIODeadline) -> NIODeadline {
        turnStart = now
        executor.drainSoon()
        return now
    }

    /// Whether the turn has lasted longer than `duration` at `now`.
    func isTurnOlder(than duration: TimeAmount, at now: NIODeadline) -> Bool {
        turnStart.map { now - $0 > duration } ?? false
    }

    /// Everything that was readable has been read.
    func turnEnded() {
        turnStart = nil
        scheduleBacklog()
    }

    /// Puts a call into the backlog.
    ///
    /// - Parameters:
    ///   - connection: its connection.
    ///   - call: an admitted call.
    ///   - payload: its request, copied: the frame is gone when its turn comes.
    ///   - start: begins it.
    func wait(
        _ connection: ServerConnection,
        _ call: ServerCall,
        _ payload: UnsafeRawBufferPointer,
        start: @escaping (UnsafeRawBufferPointer) -> Void
    ) {
        let payload = [UInt8](payload)
        load.bufferedBytesChanged(by: payload.count)
        connection.waitingBytes += payload.count
        backlog.append(
            WaitingCall(connection: connection, call: call, payload: payload, start: start)
        )
    }

    private func scheduleBacklog() {
        if !backlog.isEmpty { executor.look() }
    }

    /// Serves calls that wait, for one turn. After a look for something to read.
    func serveBacklog() {
        guard !backlog.isEmpty else { return }
        let end = NIODeadline.now() + configuration.turnBudget
        executor.burst {
            var now = NIODeadline.now()
            while now < end, let waiting = backlog.popFirst() {
                guard waiting.call.isFinished || waiting.connection.hasRoom else {
                    // Its reply would wait as well: the request is smaller.
                    waiting.connection.parked.append(waiting)
                    continue
                }
                release(waiting)
                guard !waiting.call.isFinished else {
                    // Its deadline has passed, or its connection is gone.
                    load.refused(.abandoned)
                    waiting.connection.freePlace(of: waiting.call)
                    continue
                }
                if let deadline = waiting.call.context.deadline, deadline <= now {
                    load.refused(.abandoned)
                    waiting.connection.expireWaiting(waiting.call)
                } else {
                    waiting.payload.withUnsafeBytes(waiting.start)
                    arena.reset()
                }
                now = .now()
            }
        }
        executor.drain()
        scheduleBacklog()
    }

    /// There is room for a connection's replies again, or nobody waits for them any more.
    func unpark(_ connection: ServerConnection) {
        guard !connection.parked.isEmpty else { return }
        let parked = connection.parked
        connection.parked.removeAll()
        guard !isStopped else { return parked.forEach(release) }
        backlog.append(contentsOf: parked)
        scheduleBacklog()
    }

    private func release(_ waiting: WaitingCall) {
        load.bufferedBytesChanged(by: -waiting.payload.count)
        waiting.connection.waitingBytes -= waiting.payload.count
    }

    /// Drops what waits, and lets go of the loop.
    func stop() {
        isStopped = true
        while let waiting = backlog.popFirst() { release(waiting) }
    }
}
