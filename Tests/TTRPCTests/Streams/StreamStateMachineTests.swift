import Testing

@testable import TTRPC

@Suite("Stream state machine")
struct StreamStateMachineTests {
    private typealias Machine = StreamStateMachine

    /// One thing that happens to a stream, and what must be done.
    private enum Step {
        case data(flags: UInt8, length: Int, Machine.DataAction)
        case response(hasPayload: Bool, Machine.ResponseAction)
        case finish(tells: Bool)
        case abort(wasAlive: Bool)
        case maySend(Bool)
    }

    private struct History: CustomTestStringConvertible {
        let name: String
        let machine: Machine
        let steps: [Step]
        let end: Machine.State
        var testDescription: String { name }
    }

    private static let last: UInt8 = 0x01
    private static let none: UInt8 = 0x04

    private static let serverHistories = [
        History(
            name: "server: a stream of requests is read to its end, then answered",
            machine: Machine(serverOf: .clientStream, isOpen: true),
            steps: [
                .maySend(true),
                .data(flags: 0, length: 7, .deliver),
                .data(flags: 0, length: 0, .deliver),
                .data(flags: last | none, length: 0, .end),
                .maySend(false),
                .finish(tells: true),
            ],
            end: .ended
        ),
        History(
            name: "server: the last message may bring the end, and may be empty",
            machine: Machine(serverOf: .bidirectional, isOpen: true),
            steps: [.data(flags: last, length: 0, .deliverAndEnd), .maySend(true)],
            end: .remoteClosed
        ),
        History(
            name: "server: a frame that says nothing changes nothing",
            machine: Machine(serverOf: .bidirectional, isOpen: true),
            steps: [.data(flags: none, length: 0, .drop)],
            end: .open
        ),
        History(
            name: "server: unknown flags change nothing",
            machine: Machine(serverOf: .bidirectional, isOpen: true),
            steps: [.data(flags: 0xF8, length: 3, .deliver)],
            end: .open
        ),
        History(
            name: "server: data after the end is the peer's mistake",
            machine: Machine(serverOf: .bidirectional, isOpen: true),
            steps: [
                .data(flags: last | none, length: 0, .end),
                .data(flags: 0, length: 1, .violation(.dataAfterEnd)),
                .data(flags: 0, length: 1, .drop),
            ],
            end: .ended
        ),
        History(
            name: "server: data on a stream that was opened closed is the peer's mistake",
            machine: Machine(serverOf: .serverStream, isOpen: false),
            steps: [.data(flags: 0, length: 1, .violation(.dataAfterEnd)), .maySend(false)],
            end: .ended
        ),
        History(
            name: "server: data in a frame that says it has none is the peer's mistake",
            machine: Machine(serverOf: .bidirectional, isOpen: true),
            steps: [.data(flags: last | none, length: 1, .violation(.dataWithoutData))],
            end: .ended
        ),
        History(
            name: "server: its end ends a stream whose requests still come",
            machine: Machine(serverOf: .bidirectional, isOpen: true),
            steps: [
                .finish(tells: true), .maySend(false),
                .data(flags: 0, length: 1, .drop),
                .data(flags: last | none, length: 0, .drop),
                .finish(tells: false), .abort(wasAlive: false),
            ],
            end: .ended
        ),
    ]

    private static let clientHistories = [
        History(
            name: "client: a stream of replies is read to its end",
            machine: Machine(clientOf: .serverStream),
            steps: [
                .maySend(false), .finish(tells: false),
                .data(flags: 0, length: 3, .deliver),
                .data(flags: last | none, length: 0, .end),
                .data(flags: 0, length: 3, .drop),
                .response(hasPayload: true, .drop),
            ],
            end: .ended
        ),
        History(
            name: "client: a response ends a stream of replies, with a last one or without",
            machine: Machine(clientOf: .serverStream),
            steps: [.response(hasPayload: false, .end)],
            end: .ended
        ),
        History(
            name: "client: a response with a payload is the last message",
            machine: Machine(clientOf: .bidirectional),
            steps: [.response(hasPayload: true, .deliverAndEnd)],
            end: .ended
        ),
        History(
            name: "client: the one reply may be empty",
            machine: Machine(clientOf: .clientStream),
            steps: [
                .maySend(true), .finish(tells: true), .maySend(false), .finish(tells: false),
                .response(hasPayload: false, .deliverAndEnd),
            ],
            end: .ended
        ),
        History(
            name: "client: data where one reply is due is the server's mistake",
            machine: Machine(clientOf: .clientStream),
            steps: [.data(flags: 0, length: 1, .violation(.dataForOneReply))],
            end: .ended
        ),
        History(
            name: "client: the server's end ends a stream whose requests are not done",
            machine: Machine(clientOf: .bidirectional),
            steps: [
                .data(flags: last | none, length: 0, .end), .maySend(false),
                .finish(tells: false),
            ],
            end: .ended
        ),
        History(
            name: "client: what is given up is over",
            machine: Machine(clientOf: .bidirectional),
            steps: [
                .abort(wasAlive: true), .abort(wasAlive: false), .maySend(false),
                .data(flags: 0, length: 1, .drop), .response(hasPayload: true, .drop),
            ],
            end: .ended
        ),
    ]

    @Test(
        "says what to do with each frame and each end",
        arguments: serverHistories + clientHistories
    )
    private func table(_ history: History) {
        var machine = history.machine
        for (index, step) in history.steps.enumerated() {
            switch step {
            case .data(let flags, let length, let action):
                #expect(machine.receivedData(flags: flags, length: length) == action, "\(index)")
            case .response(let hasPayload, let action):
                #expect(machine.receivedResponse(hasPayload: hasPayload) == action, "\(index)")
            case .finish(let tells):
                #expect(machine.finish() == tells, "\(index)")
            case .abort(let wasAlive):
                #expect(machine.abort() == wasAlive, "\(index)")
            case .maySend(let may):
                #expect(machine.maySend == may, "\(index)")
            }
        }
        #expect(machine.state == history.end)
    }

    @Test("no history delivers after an end, sends after one, or comes back", arguments: 1...30)
    func random(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for kind in MethodKind.allCases {
            for isClient in [true, false] {
                var machine =
                    isClient
                    ? Machine(clientOf: kind)
                    : Machine(serverOf: kind, isOpen: Bool.random(using: &random))
                var hasPeerEnded = machine.state == .remoteClosed
                var hasEnded = false
                for _ in 0..<40 {
                    let before = machine.state
                    switch Int.random(in: 0..<8, using: &random) {
                    case 0:
                        _ = machine.finish()
                        if !isClient { hasEnded = true }
                    case 1 where Int.random(in: 0..<4, using: &random) == 0:
                        _ = machine.abort()
                        hasEnded = true
                    case 2 where isClient:
                        let action = machine.receivedResponse(hasPayload: true)
                        #expect((action == .drop) == hasEnded)
                        hasEnded = true
                    default:
                        let flags = UInt8.random(in: 0...7, using: &random)
                        let length = Int.random(in: 0...1, using: &random)
                        switch machine.receivedData(flags: flags, length: length) {
                        case .deliver:
                            #expect(!hasPeerEnded && !hasEnded)
                        case .deliverAndEnd, .end:
                            #expect(!hasPeerEnded && !hasEnded)
                            hasPeerEnded = true
                            if isClient { hasEnded = true }
                        case .violation:
                            #expect(!hasEnded)
                            hasEnded = true
                        case .drop:
                            break
                        }
                    }
                    if before == .ended { #expect(machine.state == .ended) }
                    #expect((machine.state == .ended) == hasEnded, "seed \(seed) \(kind)")
                    if hasEnded { #expect(!machine.maySend) }
                }
            }
        }
    }
}
