import TTRPC

/// One stream from a process, on its way: its parts come late and in their order, and none is lost
/// alone. It is cut at any of them, or when either life ends.
///
/// `@unchecked Sendable`: see `SimulatedExecutor`.
final class NetworkStream: @unchecked Sendable {
    /// How long a peer that is gone without a word may stay unnoticed: until a ping has no answer.
    private static let silenceMilliseconds = 25_000

    private unowned let world: World
    private let label: StaticString
    private let receive: (Result<[UInt8]?, RPCError>) -> Void
    /// When the last part arrives, in nanoseconds.
    private var lastArrival: Int64 = 0
    private var isOver = false

    /// - Parameters:
    ///   - world: its world.
    ///   - label: for the trace.
    ///   - receive: gets each part, then nil or what the stream failed with.
    init(
        _ world: World,
        _ label: StaticString,
        _ receive: @escaping (Result<[UInt8]?, RPCError>) -> Void
    ) {
        self.world = world
        self.label = label
        self.receive = receive
    }

    /// Nobody reads any more; the sender learns of it when it sends.
    func cut() {
        isOver = true
    }

    /// The stream fails at its reader, and nothing comes after that.
    func lose() {
        guard !isOver else { return }
        isOver = true
        receive(.failure(Self.lost))
    }

    /// Runs the handler of a life, and brings what it writes.
    func run<App: Sendable>(
        _ life: Incarnation,
        _ app: App,
        _ handle:
            @escaping @Sendable (
                App, @escaping @Sendable ([UInt8]) async throws(RPCError) -> Void
            ) async -> RPCError?
    ) {
        life.run { [self] in
            let error = await handle(app) { (part) async throws(RPCError) in
                try self.send(part, life)
            }
            if life.isAlive {
                arrive { [self] in over(error.map { .failure($0) } ?? .success(nil)) }
            } else {
                // The connection is reset; sometimes not even that is heard.
                let isSilent = world.random.below(2) == 0
                arrive(after: isSilent ? Self.silenceMilliseconds : 0) { [self] in lose() }
            }
        }
    }

    private func send(_ part: [UInt8], _ life: Incarnation) throws(RPCError) {
        guard life.passCrashPoint("before a part of a stream"), !isOver else { throw Self.lost }
        if world.chance(world.faults.loss(isBetweenServices: true)) {
            world.note(label, -2, "the stream is cut")
            arrive { [self] in lose() }
            throw Self.lost
        }
        world.note(label, Int64(part.count))
        arrive { [self] in
            if !isOver { receive(.success(part)) }
        }
    }

    private func over(_ end: Result<[UInt8]?, RPCError>) {
        guard !isOver else { return }
        isOver = true
        receive(end)
    }

    /// Has something arrive after all that was sent before.
    private func arrive(after milliseconds: Int = 0, _ action: @escaping () -> Void) {
        let earliest = world.executor.now + Int64(milliseconds + world.network.delay()) * 1_000_000
        lastArrival = max(lastArrival, earliest)
        let wait = Int((lastArrival - world.executor.now) / 1_000_000)
        world.executor.after(milliseconds: wait, action)
    }

    private static let lost = RPCError(
        .unavailable,
        "The connection was lost.",
        reason: "CONNECTION_LOST",
        origin: .lost
    )
}
