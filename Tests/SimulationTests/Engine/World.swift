import Logging
import ServiceKit

/// Both services, the bank, the network and the customers of one history. All of it is on one
/// thread, and the same for the same seed.
///
/// `@unchecked Sendable`: see `SimulatedExecutor`.
final class World: @unchecked Sendable {
    let seed: UInt64
    let databases: Databases
    let executor: SimulatedExecutor
    /// Decides everything but the order of what is runnable.
    var random: SplitMix64
    var faults: Faults
    let sabotage: Sabotage?
    /// Whether payments reach a horizon that operators watch.
    let hasOperators: Bool
    private(set) var trace: Trace
    /// What must not be, as it was found.
    private(set) var violations: [String] = []
    var crashes = 0
    /// How the gateway's operations ended, by the names of their states.
    var endings: [String: Int] = [:]
    /// What came before operators.
    var tally = ReviewTally()
    /// Tasks of customers and of handlers that have not ended.
    private(set) var openTasks = 0
    /// Moves the clock of business, and no other, ahead.
    var businessOffset: Int64 = 0

    private(set) lazy var network = Network(self)
    private(set) lazy var bank = SimulatedBank(self)
    private(set) lazy var gateway = GatewayProcess.make(self)
    private(set) lazy var billing = BillingProcess.make(self)
    private(set) lazy var answers = Answers(self)
    private(set) lazy var watch = BillingWatch(self)

    init(
        seed: UInt64,
        databases: Databases,
        sabotage: Sabotage? = nil,
        isPrinted: Bool = false
    ) throws {
        self.seed = seed
        self.databases = databases
        self.sabotage = sabotage
        hasOperators = Operators.areIn(seed)
        random = SplitMix64(seed: seed)
        executor = SimulatedExecutor(seed: seed ^ 0x5EED_0F0A_0DE2_0001)
        trace = Trace(isPrinted: isPrinted)
        faults = .none
        try databases.removeAllRows()
    }

    /// 2026-01-15T00:00:00Z, and what has passed since.
    var clock: BusinessClock {
        BusinessClock { [unowned self] in
            1_768_435_200_000 + executor.now / 1_000_000 + businessOffset
        }
    }

    var randomSource: RandomSource {
        RandomSource { [unowned self] in random.next() }
    }

    func chance(_ thousandths: Int) -> Bool {
        thousandths > 0 && random.below(1000) < thousandths
    }

    /// Starts a task that belongs to no life of a process.
    func spawn(_ work: sending @escaping () async -> Void) {
        openTasks += 1
        nonisolated(unsafe) let work = work
        executor.spawn { [self] in
            await work()
            openTasks -= 1
        }
    }

    func sleep(milliseconds: Int) async {
        await executor.sleep(.milliseconds(milliseconds), owner: nil)
    }

    func note(
        _ label: StaticString,
        _ number: Int64 = 0,
        _ detail: @autoclosure () -> String = ""
    ) {
        trace.note(label, number, time: executor.now, detail)
    }

    func fail(_ text: String) {
        note("VIOLATION", 0, text)
        violations.append(text)
    }

    /// What the history ended with becomes part of its trace.
    func noteEnd(_ text: String) {
        trace.note(text)
    }

    func logger(_ name: String) -> Logger {
        guard trace.isPrinted else { return Self.silent }
        return Logger(label: name) { _ in TraceLogHandler(world: self, name: name) }
    }

    private static let silent = Logger(label: "simulation") { _ in
        var handler = SwiftLogNoOpLogHandler()
        handler.logLevel = .critical
        return handler
    }

    /// Ends everything and runs what is left to its end.
    ///
    /// - Returns: whether every task has ended: one that waits for ever is a bug.
    func end() -> Bool {
        billing.stop()
        gateway.stop()
        executor.run(forMilliseconds: 3_600_000) { executor.isIdle }
        return executor.isIdle && openTasks == 0
    }
}

/// Writes what the services log into the trace of the one seed that someone looks at.
private struct TraceLogHandler: LogHandler {
    unowned let world: World
    let name: String
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    init(world: World, name: String) {
        self.world = world
        self.name = name
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let values = (event.metadata ?? [:]).sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        print("        \(name) \(event.level): \(event.message) \(values)")
    }
}
