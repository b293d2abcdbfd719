import Testing

@testable import TTRPC

@Suite("Stream table")
struct StreamTableTests {
    /// One thing that happens to a table.
    private enum Step {
        /// A request arrives and is accepted.
        case accept(UInt32, flags: UInt8 = 0)
        /// A request arrives and is refused.
        case refuse(UInt32, flags: UInt8 = 0, RPCCode, String)
        case finish
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
            name: "a request that is the last of its stream is unary",
            steps: [.accept(1, flags: 0x01), .accept(3, flags: 0x80)],
            active: 2
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
                .refuse(2, flags: 0x02, .invalidArgument, "BAD_STREAM_ID"),
                .refuse(3, flags: 0x02, .invalidArgument, "BAD_STREAM_ID"),
            ],
            active: 1
        ),
    ]

    private func replay(_ history: History) {
        var table = StreamTable(maxStreams: history.maxStreams)
        for step in history.steps {
            switch step {
            case .accept(let streamID, let flags):
                #expect(table.open(streamID, flags: flags) == .accept, "stream \(streamID)")
            case .refuse(let streamID, let flags, let code, let reason):
                let before = table.active
                guard case .refuse(let error) = table.open(streamID, flags: flags) else {
                    Issue.record("stream \(streamID) was accepted")
                    continue
                }
                #expect(error.code == code)
                #expect(error.reason == reason)
                #expect(table.active == before)
            case .finish:
                table.finish()
            case .drain:
                table.drain()
                #expect(table.isDraining)
            }
        }
        #expect(table.active == history.active)
    }

    @Test("decides by id, flags, room and draining", arguments: histories)
    private func table(_ history: History) {
        replay(history)
    }

    @Test("a refusal that passes says when to come again")
    func retryAfter() {
        var table = StreamTable(maxStreams: 1)
        #expect(table.open(1, flags: 0) == .accept)
        guard case .refuse(let overload) = table.open(3, flags: 0) else {
            Issue.record("accepted")
            return
        }
        #expect(overload.retryAfterMilliseconds == 100)
        table.drain()
        guard case .refuse(let draining) = table.open(5, flags: 0) else {
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
        var last: UInt32 = 0
        for _ in 0..<500 {
            if active > 0, Bool.random(using: &random) {
                table.finish()
                active -= 1
            } else {
                let streamID = UInt32.random(in: 0...(last + 6), using: &random)
                let isNew = streamID % 2 == 1 && streamID > last
                let decision = table.open(streamID, flags: 0)
                #expect((decision == .accept) == (isNew && active < 5), "seed \(seed)")
                if isNew { last = streamID }
                if decision == .accept { active += 1 }
            }
            #expect(table.active == active)
        }
    }
}
