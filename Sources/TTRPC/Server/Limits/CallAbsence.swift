import NIOCore

/// Takes a call out of its method's adaptive limit while its handler waits for somebody else.
///
/// Known to the contexts of the call, and so to every task that works for it. Changes on the loop
/// of the call's connection only.
final class CallAbsence: @unchecked Sendable {
    // Sendable: what changes is touched on the loop only, where `begin` and `end` go.
    private let eventLoop: any EventLoop
    private let admission: Admission
    // Weak: the call has the context that has this.
    private weak var call: ServerCall?
    private var depth = 0

    init(_ call: ServerCall, _ admission: Admission, _ eventLoop: any EventLoop) {
        self.call = call
        self.admission = admission
        self.eventLoop = eventLoop
    }

    /// A task that works for the call begins to wait.
    func begin() {
        onLoop {
            self.depth += 1
            guard self.depth == 1, let call = self.call else { return }
            self.admission.waitBegan(call)
        }
    }

    /// It waits no more.
    func end() {
        onLoop {
            self.depth -= 1
            guard self.depth == 0, let call = self.call else { return }
            self.admission.waitEnded(call)
        }
    }

    private func onLoop(_ change: @escaping @Sendable () -> Void) {
        if eventLoop.inEventLoop { change() } else { eventLoop.execute(change) }
    }
}
