import NIOConcurrencyHelpers
import Payments
import ServiceKit

/// The payments that this process is carrying out, and the callers that wait for them.
final class PaymentsInFlight: Sendable {
    private struct Waiter {
        let number: UInt64
        let continuation: UnsafeContinuation<PaymentView?, Never>
        var timer: Task<Void, Never>?
    }

    private struct State {
        var waiters: [PaymentID: [Waiter]] = [:]
        var nextNumber: UInt64 = 0
        var entered = 0
    }

    private let limit: Int
    private let scheduler: WorkScheduler
    private let state = NIOLockedValueBox(State())

    init(limit: Int, scheduler: WorkScheduler = .system) {
        self.limit = limit
        self.scheduler = scheduler
    }

    /// Takes one of the places; false when none is free.
    func enter() -> Bool {
        state.withLockedValue { state in
            guard state.entered < limit else { return false }
            state.entered += 1
            return true
        }
    }

    /// Gives a place back.
    func leave() {
        state.withLockedValue { $0.entered -= 1 }
    }

    /// A payment is being carried out from now on.
    func begin(_ id: PaymentID) {
        state.withLockedValue { $0.waiters[id] = [] }
    }

    /// Whether this process is carrying out a payment.
    func contains(_ id: PaymentID) -> Bool {
        state.withLockedValue { $0.waiters[id] != nil }
    }

    /// It has come as far as it will: everyone who waits is told.
    func finish(_ id: PaymentID, _ view: PaymentView?) {
        let waiters = state.withLockedValue { $0.waiters.removeValue(forKey: id) ?? [] }
        for waiter in waiters {
            waiter.timer?.cancel()
            waiter.continuation.resume(returning: view)
        }
    }

    /// Waits until a payment is finished, or the time is over.
    ///
    /// - Parameter timeout: nil waits as long as it takes.
    /// - Returns: the payment; nil when the time was over, or it is not being carried out.
    func wait(_ id: PaymentID, timeout: Duration?) async -> PaymentView? {
        let number = state.withLockedValue { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        return await withUnsafeContinuation { continuation in
            let isGone = state.withLockedValue { state in
                guard state.waiters[id] != nil else { return true }
                state.waiters[id]?.append(Waiter(number: number, continuation: continuation))
                return false
            }
            guard !isGone else { return continuation.resume(returning: nil) }
            guard let timeout else { return }
            // Begun when the waiter is there to be given up.
            let timer = scheduler.spawn { [scheduler] in
                await scheduler.sleep(for: timeout)
                if !Task.isCancelled { self.giveUp(id, number) }
            }
            keep(timer, id, number)
        }
    }

    /// Keeps a waiter's timer, or ends it when the waiter was answered meanwhile.
    private func keep(_ timer: Task<Void, Never>, _ id: PaymentID, _ number: UInt64) {
        let isKept = state.withLockedValue { state in
            guard let index = state.waiters[id]?.firstIndex(where: { $0.number == number })
            else { return false }
            state.waiters[id]?[index].timer = timer
            return true
        }
        if !isKept { timer.cancel() }
    }

    private func giveUp(_ id: PaymentID, _ number: UInt64) {
        let waiter: Waiter? = state.withLockedValue { state in
            guard let index = state.waiters[id]?.firstIndex(where: { $0.number == number })
            else { return nil }
            return state.waiters[id]?.remove(at: index)
        }
        waiter?.continuation.resume(returning: nil)
    }
}
