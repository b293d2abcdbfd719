import NIOCore

/// Tells when deadlines pass, with one timer of the event loop for all of them. On its loop only.
final class DeadlineWatch<Item> {
    typealias Ticket = DeadlineQueue<Item>.Ticket

    /// The shortest time from one look to the next that it sets: where many deadlines lie close
    /// together, those that follow another are told so much later at most.
    private static var pace: TimeAmount { .milliseconds(1) }

    private let eventLoop: any EventLoop
    private let onExpiry: (Item) -> Void
    private let afterExpiry: () -> Void
    private var queue = DeadlineQueue<Item>()
    private var timer: Scheduled<Void>?
    private var timerDeadline = NIODeadline.distantFuture

    /// - Parameters:
    ///   - eventLoop: the loop.
    ///   - onExpiry: given each item whose deadline has passed, which is watched no more.
    ///   - afterExpiry: called after some were given.
    init(
        _ eventLoop: any EventLoop,
        onExpiry: @escaping (Item) -> Void,
        afterExpiry: @escaping () -> Void = {}
    ) {
        self.eventLoop = eventLoop
        self.onExpiry = onExpiry
        self.afterExpiry = afterExpiry
    }

    deinit {
        timer?.cancel()
    }

    /// How many are watched.
    var count: Int { queue.count }

    /// Watches a deadline, until it has passed or `end` is called with the ticket.
    func begin(_ item: Item, _ deadline: NIODeadline) -> Ticket {
        let ticket = queue.insert(item, deadline)
        if deadline < timerDeadline { setTimer(deadline) }
        return ticket
    }

    /// Watches an item no more that was not given to `onExpiry`.
    ///
    /// The timer is left as it is: it finds nothing, and is set anew.
    func end(_ ticket: Ticket) {
        queue.remove(ticket)
    }

    private func setTimer(_ deadline: NIODeadline) {
        timer?.cancel()
        timerDeadline = deadline
        timer = eventLoop.assumeIsolated()
            .scheduleTask(deadline: deadline) { [weak self] in self?.look() }
    }

    private func look() {
        timer = nil
        timerDeadline = .distantFuture
        let now = eventLoop.now
        var hasExpired = false
        while let item = queue.popDue(now) {
            hasExpired = true
            onExpiry(item)
        }
        if hasExpired { afterExpiry() }
        guard let next = queue.earliest else { return }
        setTimer(max(next, now + Self.pace))
    }
}
