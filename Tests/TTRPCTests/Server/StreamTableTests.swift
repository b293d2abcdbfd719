import Testing

@testable import TTRPC

@Suite("Stream table")
struct StreamTableTests {
    /// One thing that happens to a table.
    private enum Step {
        /// A request arrives and is accepted.
        case accept(UInt32)
        /// A request arrives and is refused.
        case refuse(UInt32, RPCCode, String)
        /// A call is answered by its handler.
        case finish
        /// A call is answered while its handler runs on.
        case answered
        /// The handler of a call ends, which was answered before or is answered later.
        case handlerEnded
        case drain
    }

    private struct History: CustomTestStringConvertible {
        let name: String
        var maxStreams = 3
        let steps: [Step]
        let active: Int
        var testDescription: String { name }
    }

    private static let histories = [
        History(name: "ids rise", steps: [.accept(1), .accept(3), .accept(99)], active: 3),
        History(
            name: "the highest id is a client's",
            steps: [.accept(.max), .refuse(1, .invalidArgument, "BAD_STREAM_ID")],
            active: 1
        ),
        History(
            name: "even ids are refused, and change nothing",
            steps: [
                .refuse(0, .invalidArgument, "BAD_STREAM_ID"),
                .refuse(8, .invalidArgument, "BAD_STREAM_ID"),
                .accept(3),
            ],
            active: 1
        ),
        History(
            name: "an id that falls or comes again is refused",
            steps: [
                .accept(5),
                .refuse(5, .invalidArgument, "BAD_STREAM_ID"),
                .refuse(3, .invalidArgument, "BAD_STREAM_ID"),
                .accept(7),
            ],
            active: 2
        ),
        History(
            name: "an id does not come again after its call is done",
            steps: [.accept(1), .finish, .refuse(1, .invalidArgument, "BAD_STREAM_ID")],
            active: 0
        ),
        History(
            name: "an id that was refused is used up",
            maxStreams: 1,
            steps: [
                .accept(1),
                .refuse(3, .resourceExhausted, "OVERLOAD"),
                .finish,
                .refuse(3, .invalidArgument, "BAD_STREAM_ID"),
                .accept(5),
            ],
            active: 1
        ),
        History(
            name: "no more than the limit are in service",
            steps: [
                .accept(1), .accept(3), .accept(5),
                .refuse(7, .resourceExhausted, "OVERLOAD"),
                .finish,
                .accept(9),
                .refuse(11, .resourceExhausted, "OVERLOAD"),
            ],
            active: 3
        ),
        History(
            name: "a handler that runs on after its call was answered keeps its place",
            maxStreams: 2,
            steps: [
                .accept(1), .accept(3), .answered,
                .refuse(5, .resourceExhausted, "OVERLOAD"),
                .handlerEnded,
                .accept(7),
            ],
            active: 2
        ),
        History(
            name: "a stream whose handler has ended counts until it is answered",
            maxStreams: 2,
            steps: [
                .accept(1), .accept(3), .handlerEnded, .handlerEnded,
                .refuse(5, .resourceExhausted, "OVERLOAD"),
                .answered,
                .accept(7),
            ],
            active: 2
        ),
        History(
            name: "nothing is accepted while draining, and what runs may finish",
            steps: [
                .accept(1), .accept(3), .drain,
                .refuse(5, .unavailable, "DRAINING"),
                .finish, .finish,
                .refuse(7, .unavailable, "DRAINING"),
            ],
            active: 0
        ),
        History(
            name: "a bad id is told before anything else",
            maxStreams: 1,
            steps: [
                .accept(5), .drain,
                .refuse(2, .invalidArgument, "BAD_STREAM_ID"),
                .refuse(3, .invalidArgument, "BAD_STREAM_ID"),
            ],
            active: 1
        ),
    ]

    private func replay(_ history: History) {
        var table = StreamTable(maxStreams: history.maxStreams)
        for step in history.steps {
            switch step {
            case .accept(let streamID):
                #expect(table.open(streamID) == .accept, "stream \(streamID)")
            case .refuse(let streamID, let code, let reason):
                let before = table.active
                guard case .refuse(let error) = table.open(streamID) else {
                    Issue.record("stream \(streamID) was accepted")
                    continue
                }
                #expect(error.code == code)
                #expect(error.reason == reason)
                #expect(table.active == before)
            case .finish:
                table.finish()
            case .answered:
                table.answered()
            case .handlerEnded:
                table.handlerEnded()
            case .drain:
                table.drain()
                #expect(table.isDraining)
            }
        }
        #expect(table.active == history.active)
    }

    @Test("decides by id, room and draining", arguments: histories)
    private func table(_ history: History) {
        replay(history)
    }

    @Test("a refusal that passes says when to come again")
    func retryAfter() {
        var table = StreamTable(maxStreams: 1)
        #expect(table.open(1) == .accept)
        guard case .refuse(let overload) = table.open(3) else {
            Issue.record("accepted")
            return
        }
        #expect(overload.retryAfterMilliseconds == 100)
        table.drain()
        guard case .refuse(let draining) = table.open(5) else {
            Issue.record("accepted")
            return
        }
        #expect(draining.retryAfterMilliseconds == 100)
    }

    @Test("random histories keep the count between nothing and the limit", arguments: 1...20)
    func random(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var table = StreamTable(maxStreams: 5)
        var active = 0
        var running = 0
        var last: UInt32 = 0
        for _ in 0..<500 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0 where active > 0:
                table.finish()
                active -= 1
                running -= 1
            case 1 where active > 0:
                table.answered()
                active -= 1
            case 2 where running > active:
                table.handlerEnded()
                running -= 1
            default:
                let streamID = UInt32.random(in: 0...(last + 6), using: &random)
                let isNew = streamID % 2 == 1 && streamID > last
                let decision = table.open(streamID)
                #expect((decision == .accept) == (isNew && running < 5), "seed \(seed)")
                if isNew { last = streamID }
                if decision == .accept {
                    active += 1
                    running += 1
                }
            }
            #expect(table.active == active)
            #expect(table.running == running)
        }
    }
}
