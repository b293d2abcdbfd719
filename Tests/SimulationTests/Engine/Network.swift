import TTRPC

/// Why a message had no answer.
enum MessageFailure: Error {
    /// It never left, or nobody was there to take it.
    case notSent
    /// What became of it is unknown.
    case lost
}

/// The answer to one message, which comes once or never.
///
/// `@unchecked Sendable`: see `SimulatedExecutor`.
private final class Answer<Value: Sendable>: @unchecked Sendable {
    private var result: Result<Value, MessageFailure>?
    private var continuation: UnsafeContinuation<Result<Value, MessageFailure>, Never>?

    func give(_ result: Result<Value, MessageFailure>) {
        guard self.result == nil else { return }
        self.result = result
        continuation?.resume(returning: result)
        continuation = nil
    }

    var value: Result<Value, MessageFailure> {
        get async {
            await withUnsafeContinuation { continuation in
                if let result { return continuation.resume(returning: result) }
                self.continuation = continuation
            }
        }
    }
}

/// The network: it loses, doubles, delays and so reorders. A message to a process that is down is
/// lost, and a life that has ended answers nothing.
///
/// `@unchecked Sendable`: see `SimulatedExecutor`.
final class Network: @unchecked Sendable {
    private unowned let world: World

    init(_ world: World) {
        self.world = world
    }

    /// Sends a message and waits for the answer.
    ///
    /// - Parameters:
    ///   - sender: the life that sends; nil for a customer's browser, which never ends.
    ///   - process: takes it.
    ///   - milliseconds: how long the answer is waited for.
    ///   - label: for the trace.
    ///   - handle: what the process does; twice when the message is doubled.
    func send<App, Value: Sendable>(
        from sender: Incarnation? = nil,
        to process: SimulatedProcess<App>,
        timeoutMilliseconds milliseconds: Int,
        _ label: StaticString,
        _ handle: @escaping @Sendable (App) async -> Value
    ) async -> Result<Value, MessageFailure> {
        if let sender, !sender.passCrashPoint("before a message") { return .failure(.lost) }
        let answer = Answer<Value>()
        let id = sender?.await { answer.give(.failure(.lost)) }
        let timer = world.executor.after(milliseconds: milliseconds) { [weak answer] in
            answer?.give(.failure(.lost))
        }
        let faults = world.faults
        let loss = faults.loss(isBetweenServices: sender != nil)
        let copies = world.chance(loss) ? 0 : world.chance(faults.doubling) ? 2 : 1
        world.note(label, Int64(copies), "\(sender?.name ?? "customer") -> \(process.name)")
        for _ in 0..<copies {
            world.executor.after(milliseconds: delay()) { [self] in
                deliver(sender, process, label, isOnly: copies == 1, handle, answer)
            }
        }
        sender?.passCrashPoint("after a message")
        let result = await answer.value
        if let id { sender?.awaited(id) }
        timer.fire()
        return result
    }

    /// Opens a stream from a process.
    ///
    /// - Parameters:
    ///   - sender: the life that reads it.
    ///   - process: sends it.
    ///   - label: for the trace.
    ///   - handle: what the process does: it writes parts, and returns what the stream ends with.
    ///   - receive: gets each part, then nil or what the stream failed with.
    func stream<App: Sendable>(
        from sender: Incarnation,
        to process: SimulatedProcess<App>,
        _ label: StaticString,
        _ handle:
            @escaping @Sendable (
                App, @escaping @Sendable ([UInt8]) async throws(RPCError) -> Void
            ) async -> RPCError?,
        _ receive: @escaping (Result<[UInt8]?, RPCError>) -> Void
    ) -> NetworkStream {
        let stream = NetworkStream(world, label, receive)
        let loss = world.faults.loss(isBetweenServices: true)
        guard sender.passCrashPoint("before a message"), !world.chance(loss) else {
            world.executor.after(milliseconds: delay()) { stream.lose() }
            return stream
        }
        world.note(label, 0, "\(sender.name) <- \(process.name)")
        world.executor.after(milliseconds: delay()) { [world] in
            guard let life = process.current, let app = process.app else {
                world.note(label, -1, "nobody there")
                return stream.lose()
            }
            stream.run(life, app, handle)
        }
        return stream
    }

    /// How long something is on its way, in milliseconds.
    func delay() -> Int {
        world.chance(world.faults.lateness)
            ? 200 + world.random.below(15_000) : 1 + world.random.below(30)
    }

    private func deliver<App, Value: Sendable>(
        _ sender: Incarnation?,
        _ process: SimulatedProcess<App>,
        _ label: StaticString,
        isOnly: Bool,
        _ handle: @escaping @Sendable (App) async -> Value,
        _ answer: Answer<Value>
    ) {
        guard let life = process.current, let app = process.app else {
            world.note(label, -1, "nobody there")
            if isOnly { answer.give(.failure(.notSent)) }
            return
        }
        world.spawn { [self] in
            let value = await handle(app)
            guard life.passCrashPoint("before an answer") else {
                // The connection is reset; sometimes not even that is heard.
                if world.random.below(2) == 0 { answer.give(.failure(.lost)) }
                return
            }
            if world.chance(world.faults.loss(isBetweenServices: sender != nil)) {
                world.note(label, -2, "the answer is lost")
                return
            }
            world.executor.after(milliseconds: delay()) { [world] in
                // It left before the life ended, and is on its way: it may arrive, or not.
                if life.isAlive || world.random.below(2) == 0 { answer.give(.success(value)) }
            }
        }
    }
}
