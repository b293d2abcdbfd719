import NIOConcurrencyHelpers

/// Holds handlers until a test opens it, and counts those that were cancelled meanwhile.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var entered = 0
        var cancelled: Set<Int> = []
        var left = 0
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = NIOLockedValueBox(State())

    /// Handlers that have come to the gate.
    var entered: Int { state.withLockedValue { $0.entered } }
    /// Handlers that were cancelled while they waited.
    var cancelled: Int { state.withLockedValue { $0.cancelled.count } }
    /// Handlers that have gone on.
    var left: Int { state.withLockedValue { $0.left } }

    /// Waits until the gate is open, or the task is cancelled.
    func pass() async {
        let number = state.withLockedValue { state in
            state.entered += 1
            return state.entered
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLockedValue { state in
                    if state.isOpen || state.cancelled.contains(number) { return true }
                    state.waiting[number] = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            let continuation = state.withLockedValue { state in
                guard !state.isOpen else { return nil as CheckedContinuation<Void, Never>? }
                state.cancelled.insert(number)
                return state.waiting.removeValue(forKey: number)
            }
            continuation?.resume()
        }
        state.withLockedValue { $0.left += 1 }
    }

    /// Lets everybody through, now and later.
    func open() {
        let waiting = state.withLockedValue { state in
            state.isOpen = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// Counts from any thread.
final class Counter: Sendable {
    private let count = NIOLockedValueBox(0)

    var value: Int { count.withLockedValue { $0 } }

    func add() {
        count.withLockedValue { $0 += 1 }
    }
}

/// Keeps texts from any thread.
final class NoteBox: Sendable {
    private let texts = NIOLockedValueBox<[String]>([])

    var all: [String] { texts.withLockedValue { $0 } }

    func add(_ text: String) {
        texts.withLockedValue { $0.append(text) }
    }
}
