import Testing

@testable import TTRPC

@Suite("Pings")
struct PingStateMachineTests {
    private typealias Action = PingStateMachine.Action

    /// A look at a time, and what must be done.
    private struct Look {
        var now: Int64
        var wasHeard = false
        var isWaited = true
        var action: Action = .nothing
    }

    private struct History: CustomTestStringConvertible {
        let testDescription: String
        let looks: [Look]
    }

    /// With a ping after 100 of silence, and 50 more for the answer.
    private static let histories = [
        History(
            testDescription: "a silent peer is asked, then given up, once",
            looks: [
                Look(now: 99), Look(now: 100, action: .ping(1)), Look(now: 149),
                Look(now: 150, action: .giveUp), Look(now: 400),
            ]
        ),
        History(
            testDescription: "an answer begins it anew, with another number",
            looks: [
                Look(now: 100, action: .ping(1)), Look(now: 140, wasHeard: true),
                Look(now: 239), Look(now: 240, action: .ping(2)),
                Look(now: 290, action: .giveUp),
            ]
        ),
        History(
            testDescription: "a peer that is heard is not asked",
            looks: [
                Look(now: 90, wasHeard: true), Look(now: 180, wasHeard: true), Look(now: 270),
                Look(now: 280, action: .ping(1)),
            ]
        ),
        History(
            testDescription: "a peer that nobody waits for is not asked",
            looks: [
                Look(now: 500, isWaited: false), Look(now: 599),
                Look(now: 600, action: .ping(1)),
            ]
        ),
        History(
            testDescription: "a peer that nobody waits for any more is not given up",
            looks: [
                Look(now: 100, action: .ping(1)), Look(now: 150, isWaited: false), Look(now: 240),
            ]
        ),
    ]

    @Test("asks when it is silent, and gives up when it stays so", arguments: histories)
    private func table(_ history: History) {
        var machine = PingStateMachine(interval: 100, timeout: 50, now: 0)
        for look in history.looks {
            let action = machine.look(look.now, wasHeard: look.wasHeard, isWaited: look.isWaited)
            #expect(action == look.action, "at \(look.now)")
        }
    }

    @Test("no peer that is heard in time is given up, and each silent one is", arguments: 1...20)
    func random(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var machine = PingStateMachine(interval: 100, timeout: 50, now: 0)
        var now: Int64 = 0
        var lastHeard: Int64 = 0
        for _ in 0..<500 {
            let wasHeard = Int.random(in: 0..<30, using: &random) == 0
            now += Int64.random(in: 1...10, using: &random)
            if wasHeard { lastHeard = now }
            let action = machine.look(now, wasHeard: wasHeard, isWaited: true)
            if action == .giveUp {
                #expect(now - lastHeard >= 150)
                return
            }
            // Looks are at most 10 apart, so each step is at most that late.
            #expect(now - lastHeard < 150 + 20, "seed \(seed)")
        }
    }
}
