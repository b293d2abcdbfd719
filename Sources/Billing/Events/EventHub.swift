import NIOConcurrencyHelpers
import ServiceKit
import TTRPC

/// Tells whoever watches something that the feed has an event about it.
///
/// While anything is watched one task follows the feed for all: a thousand watchers cost a store no
/// more reading than one, but for what each is told about.
final class EventHub: Sendable {
    /// Events read at a time.
    private static let maxEvents = 500

    private struct Subject {
        let signal: ChangeSignal
        var watchers = 0
    }

    private struct State {
        var subjects: [String: Subject] = [:]
        /// A task follows the feed. It ends at the first change that it has nobody to tell of.
        var isFollowed = false
    }

    private let store: BillingStore
    /// How long changes are gathered before they are read.
    private let pause: Duration
    let scheduler: WorkScheduler
    private let state = NIOLockedValueBox(State())

    init(
        store: BillingStore,
        configuration: BillingConfiguration,
        scheduler: WorkScheduler = .system
    ) {
        self.store = store
        pause = .milliseconds(configuration.streamCoalescingMilliseconds)
        self.scheduler = scheduler
    }

    /// Subjects that are watched.
    var subjectCount: Int { state.withLockedValue { $0.subjects.count } }

    /// Whether a task follows the feed.
    var isFollowed: Bool { state.withLockedValue { $0.isFollowed } }

    /// Watches a subject while `body` runs.
    ///
    /// - Parameters:
    ///   - subject: "pay_…".
    ///   - body: gets a signal that is bumped after each event about the subject, and now and then
    ///     without one; closed when streams must end.
    /// - Throws: what `body` throws.
    func watching(
        _ subject: String,
        _ body: (ChangeSignal) async throws(RPCError) -> Void
    ) async throws(RPCError) {
        let signal = enter(subject)
        defer { leave(subject) }
        try await body(signal)
    }

    private func enter(_ subject: String) -> ChangeSignal {
        let (signal, begins) = state.withLockedValue { state -> (ChangeSignal, Bool) in
            var found = state.subjects[subject] ?? Subject(signal: ChangeSignal())
            found.watchers += 1
            state.subjects[subject] = found
            defer { state.isFollowed = true }
            return (found.signal, !state.isFollowed)
        }
        if begins { scheduler.spawn { await self.follow() } }
        return signal
    }

    private func leave(_ subject: String) {
        state.withLockedValue { state in
            guard var found = state.subjects[subject] else { return }
            found.watchers -= 1
            state.subjects[subject] = found.watchers > 0 ? found : nil
        }
    }

    private func follow() async {
        var cursor: Int64?
        while goesOn() {
            let seen = store.changes.version
            do {
                let (last, isFull) = try await look(after: cursor)
                cursor = last
                if isFull { continue }
            } catch {
                // Whoever watches looks for itself now, and gets the error too.
                wake { _ in true }
                await scheduler.sleep(for: pause)
                continue
            }
            if case .changed = await store.changes.wait(after: seen) {
                await scheduler.sleep(for: pause)
            }
        }
    }

    /// Reads the feed on, and wakes those whom it concerns.
    private func look(after cursor: Int64?) async throws -> (last: Int64, isFull: Bool) {
        guard let cursor else {
            // The feed is followed from here on. Who came before, and has looked before, may have
            // missed something: it looks again.
            let head = try await store.read { try $0.headSequence() }
            wake { _ in true }
            return (head, false)
        }
        let limit = Self.maxEvents
        let events = try await store.read { try $0.eventSubjects(after: cursor, limit: limit) }
        let subjects = Set(events.map(\.subject))
        wake { subjects.contains($0) }
        return (events.last?.sequence ?? cursor, events.count == limit)
    }

    private func wake(_ isMeant: (String) -> Bool) {
        let signals = state.withLockedValue { state in
            state.subjects.filter { isMeant($0.key) }.map(\.value.signal)
        }
        for signal in signals { signal.bump() }
    }

    /// Whether there is anyone to follow the feed for. When streams must end, all are told.
    private func goesOn() -> Bool {
        let isClosed = store.changes.isClosed
        let ended: [ChangeSignal]? = state.withLockedValue { state in
            guard isClosed || state.subjects.isEmpty else { return nil }
            state.isFollowed = false
            return state.subjects.values.map(\.signal)
        }
        guard let ended else { return true }
        for signal in ended { signal.close() }
        return false
    }
}
