import Payments
import Testing

@Suite("OperationStateMachine")
struct OperationStateMachineTests {
    private typealias Machine = OperationStateMachine

    /// A row a state, a column an event: the state that is recorded, "-" for nothing new, "R" for
    /// a reversal again, "!" for what only our own bug could cause.
    private static let table = """
        state           sent riskRefused bankApproved bankDeclined bankPending answerLost restarted reversalAcknowledged
        RECEIVED        SENT DECLINED    R            -            -           -          NOT_SENT  -
        SENT            !    !           APPROVED     DECLINED     PENDING     IN_DOUBT   IN_DOUBT  DECLINED
        APPROVED        !    !           -            -            -           -          -         -
        CAPTURED        !    !           -            -            -           -          -         -
        DECLINED        !    !           R            -            -           -          -         -
        PENDING         !    !           APPROVED     DECLINED     -           -          -         EXPIRED
        REQUIRES_ACTION !    !           APPROVED     DECLINED     -           -          -         VOIDED
        IN_DOUBT        !    !           APPROVED     DECLINED     PENDING     -          -         DECLINED
        VOIDED          !    !           R            -            -           -          -         -
        EXPIRED         !    !           R            -            -           -          -         -
        FENCED          !    !           R            -            -           -          -         -
        NOT_SENT        !    !           R            -            -           -          -         -
        """

    private static let rows = table.split(separator: "\n").map {
        $0.split(separator: " ").map(String.init)
    }

    @Test("The table has every state and every event")
    func tableIsWhole() {
        #expect(Self.rows.dropFirst().map { $0[0] } == OperationState.allCases.map(\.name))
        #expect(Self.rows[0].dropFirst().map { $0 } == Machine.Event.allCases.map { "\($0)" })
        #expect(Self.rows.allSatisfy { $0.count == Machine.Event.allCases.count + 1 })
    }

    @Test("Every event in every state does what the table says", arguments: OperationState.allCases)
    func transitions(state: OperationState) throws {
        let row = try #require(Self.rows.first { $0[0] == state.name })
        for (event, cell) in zip(Machine.Event.allCases, row.dropFirst()) where cell != "!" {
            var machine = Machine(state)
            let action = machine.event(event)
            switch cell {
            case "-":
                #expect(action == .ignore, "\(state) \(event)")
                #expect(machine.state == state)
            case "R":
                #expect(action == .reverseAgain, "\(state) \(event)")
                #expect(machine.state == state)
            default:
                let next = try #require(OperationState.allCases.first { $0.name == cell })
                #expect(action == .record(next), "\(state) \(event)")
                #expect(machine.state == next)
            }
        }
    }

    @Test("Sending twice is our own bug and stops the process")
    func sendingTwice() async {
        await #expect(processExitsWith: .failure) {
            var machine = OperationStateMachine(.sent)
            _ = machine.event(.sent)
        }
    }

    @Test("The states that have ended are exactly those that the bank's word cannot change")
    func terminalStates() {
        let live: [OperationState] = [.received, .sent, .pending, .requiresAction, .inDoubt]
        #expect(OperationState.allCases.filter { !$0.isTerminal } == live)
        #expect(OperationState.allCases.map(\.rawValue) == Array(1...12))
    }

    @Test("Whatever arrives in whatever order, an ended operation stays as it ended")
    func histories() {
        for seed in 0..<10_000 {
            var random = SplitMix64(seed: UInt64(seed))
            var machine = Machine(.received)
            var wasSent = false
            for _ in 0..<20 {
                guard let event = Machine.Event.allCases.randomElement(using: &random) else {
                    return
                }
                if event == .sent || event == .riskRefused, machine.state != .received { continue }
                let before = machine.state
                let action = machine.event(event)
                if action == .record(.sent) { wasSent = true }
                let complaint = Self.complaint(before, event, action, machine.state, wasSent)
                #expect(complaint == nil, "seed \(seed)")
                if complaint != nil { return }
            }
        }
    }

    /// What is wrong with one step; nil when nothing is.
    private static func complaint(
        _ before: OperationState,
        _ event: Machine.Event,
        _ action: Machine.Action,
        _ after: OperationState,
        _ wasSent: Bool
    ) -> String? {
        let step = "\(before) \(event) → \(action) \(after)"
        if before.isTerminal, after != before { return "an ended operation changed: \(step)" }
        switch action {
        case .record(let next):
            if next != after || next == before { return "recorded what is not new: \(step)" }
        case .ignore, .reverseAgain:
            if after != before { return "changed without a record: \(step)" }
        }
        if action == .reverseAgain, event != .bankApproved { return "reversed: \(step)" }
        if after == .notSent, wasSent { return "NOT_SENT after it was sent: \(step)" }
        if after == .approved, !wasSent { return "approved and never sent: \(step)" }
        return nil
    }
}
