import Payments
import Testing

@Suite("Histories of payments")
struct PaymentHistoryTests {
    private typealias Machine = PaymentStateMachine

    /// What is wrong with one step; nil when nothing is.
    private static func complaint(
        _ before: Machine,
        _ event: Machine.Event,
        _ action: Machine.Action,
        _ after: Machine
    ) -> String? {
        let step = "\(before.state) v\(before.version), \(event) → \(action), \(after.state)"
        if after.version < before.version { return "the version fell: \(step)" }
        if before.state.isTerminal, after.state != before.state { return "it changed: \(step)" }
        switch action {
        case .ignore, .openException:
            if after.state != before.state { return "changed without a commit: \(step)" }
        case .move(let next):
            if next != after.state || next.isTerminal || next == before.state {
                return "a move that is none: \(step)"
            }
        case .settle(let next):
            if next != after.state || !next.isTerminal || before.state.isTerminal {
                return "a settlement that is none: \(step)"
            }
        }
        guard case .proof(let operation, let version) = event else {
            if after.version != before.version { return "a version without proof: \(step)" }
            if case .decided = event, before.state == .review { return nil }
            return after.state.isTerminal && !before.state.isTerminal ? "guessed: \(step)" : nil
        }
        if after.version != max(version, before.version) { return "a version is lost: \(step)" }
        if after.state == .failed, before.state != .failed,
            operation != .fenced, operation != .notSent
        {
            return "failed without proof: \(step)"
        }
        let outcome = Machine.outcome(of: operation)
        let contradicts =
            version > before.version && before.state.isTerminal && outcome.isTerminal
            && outcome != before.state
        if contradicts != (action == .openException) { return "contradiction: \(step)" }
        return nil
    }

    @Test("Whatever is said in whatever order, no rule is broken")
    func anything() {
        for seed in 0..<10_000 {
            var random = SplitMix64(seed: UInt64(seed))
            var machine = Machine(.submitting, version: 0)
            for _ in 0..<25 {
                let event: Machine.Event
                switch Int.random(in: 0..<7, using: &random) {
                case 0: event = .replyLost
                case 1: event = .horizonPassed
                case 2: event = .decided(Bool.random(using: &random) ? .succeeded : .failed)
                default:
                    guard let state = OperationState.allCases.randomElement(using: &random) else {
                        return
                    }
                    event = .proof(state, version: Int64.random(in: 0...20, using: &random))
                }
                let before = machine
                let action = machine.event(event)
                let complaint = Self.complaint(before, event, action, machine)
                #expect(complaint == nil, "seed \(seed)")
                if complaint != nil { return }
            }
        }
    }

    /// The states that an operation goes through, the first under version 1.
    private static func operation(_ random: inout SplitMix64) -> [OperationState] {
        if Int.random(in: 0..<8, using: &random) == 0 { return [.fenced] }
        var machine = OperationStateMachine(.received)
        var states: [OperationState] = [.received]
        while !machine.state.isTerminal {
            guard let event = OperationStateMachine.Event.allCases.randomElement(using: &random)
            else { break }
            let isFirst = event == .sent || event == .riskRefused
            if isFirst, machine.state != .received { continue }
            if case .record(let next) = machine.event(event) { states.append(next) }
        }
        return states
    }

    @Test("Replies, feed and losses in any order lead to what the operation came to")
    func honestGateway() throws {
        for seed in 0..<10_000 {
            var random = SplitMix64(seed: UInt64(seed) ^ 0xABCD)
            let states = Self.operation(&random)
            var events = states.enumerated().flatMap { index, state in
                // Once by the reply or an inquiry, once by the feed, and perhaps again.
                [Machine.Event](
                    repeating: .proof(state, version: Int64(index + 1)),
                    count: Int.random(in: 1...3, using: &random)
                )
            }
            events += [.replyLost, .horizonPassed, .replyLost]
            events.shuffle(using: &random)
            var machine = Machine(.submitting, version: 0)
            var settlements = 0
            for event in events {
                let before = machine
                let action = machine.event(event)
                if case .settle = action { settlements += 1 }
                let complaint = Self.complaint(before, event, action, machine)
                #expect(complaint == nil && action != .openException, "seed \(seed) \(action)")
                if complaint != nil || action == .openException { return }
            }
            let last = try #require(states.last)
            #expect(machine.state == Machine.outcome(of: last), "seed \(seed) \(states)")
            #expect(settlements == 1, "seed \(seed)")
        }
    }
}
