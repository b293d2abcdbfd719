import ServiceKit
import Storage

/// One life of a process. When it ends, nothing that it still does has an effect: its stores, its
/// lines and its clock are gone.
///
/// `@unchecked Sendable`: see `SimulatedExecutor`.
final class Incarnation: @unchecked Sendable {
    let name: String
    let number: Int
    unowned let world: World
    private(set) var isAlive = true
    /// Ends this life, and has the next begin some time later.
    private let end: () -> Void
    private var stores: [SQLiteStore] = []
    private var tasks: [Task<Void, Never>] = []
    private var waiting: [(id: Int, lose: () -> Void)] = []
    private var nextWaiting = 0

    init(_ name: String, number: Int, world: World, end: @escaping () -> Void) {
        self.name = name
        self.number = number
        self.world = world
        self.end = end
    }

    /// What spawns and sleeps in this life.
    var scheduler: WorkScheduler {
        WorkScheduler(
            executor: world.executor,
            pause: { [self] duration in
                guard isAlive else { return }
                await world.executor.sleep(duration, owner: self)
            },
            uptimeNanoseconds: { [world] in UInt64(world.executor.now) }
        )
    }

    /// A place where the process may end.
    ///
    /// - Returns: whether it lives on.
    @discardableResult
    func passCrashPoint(_ label: StaticString) -> Bool {
        guard isAlive else { return false }
        if world.chance(world.faults.crash) { crash(label) }
        return isAlive
    }

    func crash(_ label: StaticString) {
        guard isAlive else { return }
        world.note(label, Int64(number), "\(name) \(number) CRASHES")
        end()
    }

    /// Opens a store of this life; one that is opened after its end does nothing.
    func open(
        _ memory: MemoryDatabase,
        committed: @escaping @Sendable () -> Void = {}
    ) -> SQLiteStore {
        let store = SQLiteStore(
            memory,
            worker: { [self, world] work in
                let begin = { [self] in
                    passCrashPoint("before a commit")
                    work()
                    committed()
                    passCrashPoint("after a commit")
                }
                if world.chance(world.faults.slowDisk) {
                    world.executor.after(milliseconds: 1 + world.random.below(300), begin)
                } else {
                    world.executor.submit(begin)
                }
            },
            logger: world.logger(name)
        )
        if isAlive {
            stores.append(store)
        } else {
            store.abandon()
        }
        return store
    }

    /// Runs a task of this life.
    func run(_ work: sending @escaping () async -> Void) {
        tasks.append(world.executor.spawn(work))
    }

    /// Keeps what is to be told when this life ends.
    func await(_ lose: @escaping () -> Void) -> Int {
        nextWaiting += 1
        waiting.append((nextWaiting, lose))
        return nextWaiting
    }

    func awaited(_ id: Int) {
        waiting.removeAll { $0.id == id }
    }

    /// Ends this life.
    func die() {
        isAlive = false
        for store in stores { store.abandon() }
        for task in tasks { task.cancel() }
        for (_, lose) in waiting { lose() }
        (stores, tasks, waiting) = ([], [], [])
        world.executor.wake(self)
    }
}

/// A process that ends anywhere and is started again.
///
/// `@unchecked Sendable`: see `SimulatedExecutor`.
final class SimulatedProcess<App: Sendable>: @unchecked Sendable {
    let name: String
    private unowned let world: World
    /// Opens the stores and settles what the last life left open.
    private let open: (Incarnation) async throws -> App
    /// The background work.
    private let work: (App) async -> Void
    private var number = 0
    private var isEnded = false
    private(set) var current: Incarnation?
    /// Nil while it is down or starting.
    private(set) var app: App?

    init(
        _ name: String,
        world: World,
        open: @escaping (Incarnation) async throws -> App,
        work: @escaping (App) async -> Void
    ) {
        self.name = name
        self.world = world
        self.open = open
        self.work = work
    }

    func start() {
        guard !isEnded, current == nil else { return }
        number += 1
        let incarnation = Incarnation(name, number: number, world: world) { [unowned self] in
            crash()
        }
        current = incarnation
        world.note("start", Int64(number), "\(name) \(number)")
        nonisolated(unsafe) let (open, work) = (open, work)
        incarnation.run { [self] in
            do {
                let app = try await open(incarnation)
                guard incarnation.isAlive else { return }
                self.app = app
                await work(app)
            } catch {
                guard incarnation.isAlive else { return }
                world.fail("\(name) did not start: \(error)")
            }
        }
    }

    /// The current life ends; another begins later.
    func crash() {
        guard let incarnation = current else { return }
        world.crashes += 1
        leave(incarnation)
        world.executor.after(milliseconds: 50 + world.random.below(4000)) { [weak self] in
            self?.start()
        }
    }

    /// The world ends.
    func stop() {
        isEnded = true
        if let current { leave(current) }
    }

    private func leave(_ incarnation: Incarnation) {
        current = nil
        app = nil
        incarnation.die()
    }
}
