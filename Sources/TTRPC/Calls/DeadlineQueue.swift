import NIOCore

/// What has a deadline, the earliest first; anything in it can be taken out again.
///
/// A binary heap over numbers, with the position of each number beside it: nearly every call is
/// answered long before its deadline, so taking out must be as cheap as putting in. An event loop's
/// own queue looks at all that is in it to take one out.
struct DeadlineQueue<Item> {
    /// Stands for an item while it is in the queue. It may be given to another after that.
    struct Ticket {
        fileprivate let number: Int32
    }

    private struct Entry {
        let deadline: NIODeadline
        let number: Int32
    }

    private var heap: [Entry] = []
    /// By number: where in the heap it is.
    private var positions: [Int32] = []
    /// By number; nil for those in `free`.
    private var items: [Item?] = []
    private var free: [Int32] = []

    var count: Int { heap.count }

    /// The earliest deadline.
    var earliest: NIODeadline? { heap.first?.deadline }

    mutating func insert(_ item: Item, _ deadline: NIODeadline) -> Ticket {
        let number: Int32
        if let last = free.popLast() {
            number = last
            items[Int(number)] = item
        } else {
            number = Int32(items.count)
            items.append(item)
            positions.append(0)
        }
        heap.append(Entry(deadline: deadline, number: number))
        positions[Int(number)] = Int32(heap.count - 1)
        rise(from: heap.count - 1)
        return Ticket(number: number)
    }

    /// Takes an item out that is in the queue.
    mutating func remove(_ ticket: Ticket) {
        take(at: Int(positions[Int(ticket.number)]))
    }

    /// Takes out the earliest item whose deadline is not after `now`; nil when there is none.
    mutating func popDue(_ now: NIODeadline) -> Item? {
        guard let first = heap.first, first.deadline <= now else { return nil }
        let item = items[Int(first.number)]
        take(at: 0)
        return item
    }

    private mutating func take(at position: Int) {
        let number = heap[position].number
        items[Int(number)] = nil
        free.append(number)
        let last = heap.removeLast()
        guard position < heap.count else { return }
        put(last, at: position)
        rise(from: position)
        sink(from: position)
    }

    private mutating func put(_ entry: Entry, at position: Int) {
        heap[position] = entry
        positions[Int(entry.number)] = Int32(position)
    }

    private mutating func rise(from start: Int) {
        let entry = heap[start]
        var position = start
        while position > 0 {
            let parent = (position - 1) / 2
            guard entry.deadline < heap[parent].deadline else { break }
            put(heap[parent], at: position)
            position = parent
        }
        if position != start { put(entry, at: position) }
    }

    private mutating func sink(from start: Int) {
        let entry = heap[start]
        var position = start
        while true {
            var child = 2 * position + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].deadline < heap[child].deadline {
                child += 1
            }
            guard heap[child].deadline < entry.deadline else { break }
            put(heap[child], at: position)
            position = child
        }
        if position != start { put(entry, at: position) }
    }
}
