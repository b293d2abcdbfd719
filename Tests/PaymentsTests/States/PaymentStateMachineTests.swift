import Payments
import Testing

@Suite("PaymentStateMachine")
struct PaymentStateMachineTests {
    private typealias Machine = PaymentStateMachine

    /// A row a payment state, a column a proven operation state (in the order of their numbers),
    /// then a lost reply, the horizon, and operators that decide that it succeeded or failed. "."
    /// nothing new, "X" an exception, upper case settles (Succeeded, Declined, Failed, Canceled),
    /// lower case moves (pending, action, unknown, review).
    private static let table = """
        SUBMITTING      u u S S D p a u C D F F u . . .
        PENDING         . . S S D . . . C D F F . r . .
        REQUIRES_ACTION u u S S D p . u C D F F . r . .
        UNKNOWN         . . S S D p a . C D F F . r . .
        REVIEW          . . S S D . . . C D F F . . S F
        SUCCEEDED       . . . . X . . . X X X X . . . .
        DECLINED        . . X X . . . . X . X X . . . .
        FAILED          . . X X X . . . X X . . . . . .
        CANCELED        . . X X X . . . . X X X . . . .
        """

    private static let actions: [String: Machine.Action] = [
        ".": .ignore, "X": .openException,
        "S": .settle(.succeeded), "D": .settle(.declined), "F": .settle(.failed),
        "C": .settle(.canceled),
        "p": .move(.pending), "a": .move(.requiresAction), "u": .move(.unknown),
        "r": .move(.review),
    ]

    private static var events: [Machine.Event] {
        OperationState.allCases.map { .proof($0, version: 5) } + [.replyLost, .horizonPassed]
            + Machine.Verdict.allCases.map { .decided($0) }
    }

    private static let rows = table.split(separator: "\n").map {
        $0.split(separator: " ").map(String.init)
    }

    @Test("The table has every state and every event")
    func tableIsWhole() {
        #expect(Self.rows.map { $0[0] } == PaymentState.allCases.map(\.name))
        #expect(Self.rows.allSatisfy { $0.count == Self.events.count + 1 })
        #expect(PaymentState.allCases.map(\.rawValue) == Array(1...9))
    }

    @Test("Every event in every state does what the table says", arguments: PaymentState.allCases)
    func transitions(state: PaymentState) throws {
        let row = try #require(Self.rows.first { $0[0] == state.name })
        for (event, cell) in zip(Self.events, row.dropFirst()) {
            var machine = Machine(state, version: 4)
            let action = machine.event(event)
            #expect(action == Self.actions[cell], "\(state) \(event)")
            switch action {
            case .ignore, .openException: #expect(machine.state == state)
            case .move(let next), .settle(let next): #expect(machine.state == next)
            }
            if case .proof = event {
                #expect(machine.version == 5)
            } else {
                #expect(machine.version == 4)
            }
        }
    }

    @Test("Proof that is not newer changes nothing", arguments: PaymentState.allCases)
    func staleProof(state: PaymentState) {
        for operation in OperationState.allCases {
            for version in [3, 4] as [Int64] {
                var machine = Machine(state, version: 4)
                #expect(machine.event(.proof(operation, version: version)) == .ignore)
                #expect(machine == Machine(state, version: 4))
            }
        }
    }

    @Test(
        "What the gateway proves after a decision is compared with it like with any other end",
        arguments: PaymentStateMachine.Verdict.allCases
    )
    func proofAfterDecision(verdict: PaymentStateMachine.Verdict) {
        let agreeing: Set<OperationState> =
            verdict == .succeeded ? [.approved, .captured] : [.fenced, .notSent]
        for operation in OperationState.allCases {
            var machine = Machine(.review, version: 4)
            _ = machine.event(.decided(verdict))
            let decided = machine.state
            let action = machine.event(.proof(operation, version: 5))
            let isIgnored =
                agreeing.contains(operation) || !Machine.outcome(of: operation).isTerminal
            #expect(action == (isIgnored ? .ignore : .openException), "\(operation)")
            #expect(machine.state == decided)
        }
    }

    @Test("A payment has ended exactly when it no longer blocks its account")
    func terminalStates() {
        let ended: [PaymentState] = [.succeeded, .declined, .failed, .canceled]
        #expect(PaymentState.allCases.filter(\.isTerminal) == ended)
        for state in PaymentState.allCases { #expect(state.isLive == !state.isTerminal) }
    }

    @Test(
        "A payment whose sale was sent can only fail by a fence or by proof that nothing was sent"
    )
    func failedOnlyByProof() {
        for operation in OperationState.allCases {
            let isProof = operation == .fenced || operation == .notSent
            #expect((PaymentStateMachine.outcome(of: operation) == .failed) == isProof)
        }
    }
}
