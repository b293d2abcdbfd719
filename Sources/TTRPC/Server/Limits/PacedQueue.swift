import NIOCore

/// Does something with each element when its time has come, a few at a time, first come, first
/// served: what comes to a loop all at once does not come back so.
///
/// On its loop only. Holds an element until its turn.
final class PacedQueue<Element> {
    /// Elements of one turn, and the time to the next one.
    static var slice: Int { 2 }
    static var pause: TimeAmount { .milliseconds(1) }

    private let eventLoop: any EventLoop
    private let delay: TimeAmount
    private let body: (Element) -> Bool
    private var elements = CircularBuffer<(element: Element, time: NIODeadline)>()

    /// - Parameters:
    ///   - delay: how long each element waits, at least.
    ///   - body: returns whether there was anything to do; what was not is not counted.
    init(_ eventLoop: any EventLoop, delay: TimeAmount, body: @escaping (Element) -> Bool) {
        self.eventLoop = eventLoop
        self.delay = delay
        self.body = body
    }

    func append(_ element: Element) {
        let time = eventLoop.now + delay
        elements.append((element, time))
        if elements.count == 1 { setTimer(time) }
    }

    /// - Returns: what waited, in order: nothing is done with it.
    @discardableResult
    func removeAll() -> [Element] {
        defer { elements.removeAll() }
        return elements.map(\.element)
    }

    private func setTimer(_ time: NIODeadline) {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleTask(deadline: time) { bound.value.turn() }
    }

    private func turn() {
        let now = eventLoop.now
        var rest = Self.slice
        while rest > 0, let first = elements.first, first.time <= now {
            elements.removeFirst()
            if body(first.element) { rest -= 1 }
        }
        if let next = elements.first { setTimer(max(next.time, now + Self.pause)) }
    }
}
