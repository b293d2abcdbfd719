import NIOCore
import NIOEmbedded
import Testing

@testable import TTRPC

@Suite("Deadlines of many calls")
struct DeadlineWatchTests {
    /// One that a queue holds, as the test knows it.
    private struct Expected {
        let item: Int
        let deadline: NIODeadline
        let ticket: DeadlineQueue<Int>.Ticket
    }

    @Test("a queue gives what is in it by deadline, whatever is taken out", arguments: 0..<20)
    func history(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var queue = DeadlineQueue<Int>()
        var expected: [Expected] = []
        var next = 0
        for _ in 0..<2000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                // Few values: many deadlines are equal.
                let deadline = NIODeadline.uptimeNanoseconds(.random(in: 0..<50, using: &random))
                let ticket = queue.insert(next, deadline)
                expected.append(Expected(item: next, deadline: deadline, ticket: ticket))
                next += 1
            case 5..<8:
                guard !expected.isEmpty else { break }
                let index = Int.random(in: 0..<expected.count, using: &random)
                queue.remove(expected.remove(at: index).ticket)
            default:
                let now = NIODeadline.uptimeNanoseconds(.random(in: 0..<50, using: &random))
                let earliest = expected.map(\.deadline).min()
                guard let item = queue.popDue(now) else {
                    #expect(earliest.map { $0 > now } ?? true)
                    break
                }
                let index = expected.firstIndex { $0.item == item }
                #expect(index.map { expected[$0].deadline } == earliest)
                #expect(earliest.map { $0 <= now } == true)
                if let index { expected.remove(at: index) }
            }
            #expect(queue.count == expected.count)
            #expect(queue.earliest == expected.map(\.deadline).min())
        }
    }

    /// A watch over a loop whose time the test makes, and what it has told.
    private final class Fixture {
        let eventLoop = EmbeddedEventLoop()
        private(set) var told: [String] = []
        var onTold: (String) -> Void = { _ in }
        private(set) lazy var watch = DeadlineWatch<String>(
            eventLoop,
            onExpiry: { [unowned self] in
                told.append($0)
                onTold($0)
            },
            afterExpiry: { [unowned self] in told.append("|") }
        )

        func begin(_ item: String, milliseconds: Int64) -> DeadlineWatch<String>.Ticket {
            watch.begin(item, eventLoop.now + .milliseconds(milliseconds))
        }
    }

    @Test("each is told at its deadline, and those of one time together")
    func inTime() {
        let fixture = Fixture()
        for (item, milliseconds) in [("c", 30), ("a", 10), ("b", 20), ("B", 20)] {
            _ = fixture.begin(item, milliseconds: Int64(milliseconds))
        }
        fixture.eventLoop.advanceTime(by: .milliseconds(9))
        #expect(fixture.told == [])
        fixture.eventLoop.advanceTime(by: .milliseconds(1))
        #expect(fixture.told == ["a", "|"])
        fixture.eventLoop.advanceTime(by: .milliseconds(10))
        #expect(Set(fixture.told) == ["a", "|", "b", "B"])
        #expect(fixture.told.count == 5)
        fixture.eventLoop.advanceTime(by: .milliseconds(10))
        #expect(fixture.told.suffix(2) == ["c", "|"])
        #expect(fixture.watch.count == 0)
    }

    @Test("one that ends before is not told, and those after it are")
    func ended() {
        let fixture = Fixture()
        let first = fixture.begin("first", milliseconds: 10)
        _ = fixture.begin("second", milliseconds: 20)
        fixture.watch.end(first)
        fixture.eventLoop.advanceTime(by: .milliseconds(19))
        #expect(fixture.told == [])
        fixture.eventLoop.advanceTime(by: .milliseconds(1))
        #expect(fixture.told == ["second", "|"])
    }

    @Test("what is told of a deadline may end another, and begin one")
    func changes() {
        let fixture = Fixture()
        _ = fixture.begin("first", milliseconds: 10)
        let second = fixture.begin("second", milliseconds: 11)
        fixture.onTold = { item in
            guard item == "first" else { return }
            fixture.watch.end(second)
            _ = fixture.begin("third", milliseconds: 5)
        }
        fixture.eventLoop.advanceTime(by: .milliseconds(100))
        #expect(fixture.told == ["first", "|", "third", "|"])
    }

    @Test("in a crowd of deadlines, none is told later than a millisecond")
    func crowd() {
        let fixture = Fixture()
        for number in 0..<100 {
            let deadline = fixture.eventLoop.now + .microseconds(Int64(1000 + 50 * number))
            _ = fixture.watch.begin("\(number)", deadline)
        }
        for step in 1...7 {
            fixture.eventLoop.advanceTime(by: .milliseconds(1))
            // Those whose deadline was a millisecond ago are.
            let due = (0..<100).filter { 1000 + 50 * $0 <= 1000 * (step - 1) }
            #expect(Set(fixture.told).isSuperset(of: due.map(String.init)))
        }
        #expect(fixture.told.filter { $0 == "|" }.count <= 7)
        #expect(fixture.watch.count == 0)
    }
}
